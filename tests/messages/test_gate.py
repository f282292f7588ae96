"""What the gate says, from accept to departure: held, judged anew when due, never dropped."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from tests.messages.builders import draft
from tests.messages.pools import acceptance_on, account_of, now, service_with
from tests.messages.test_through_services import BOSTON, DENVER, Shop, come_due, shown_by_the_api

from tidings.compliance.gate import GateSettings
from tidings.compliance.judge import Question, quiet_hours_by
from tidings.compliance.quiet_hours import shipped
from tidings.compliance.verdict import Allowed, Applied, Held, Refused, Rule, Traffic, Verdict
from tidings.kernel import outcomes
from tidings.kernel.codes import REGION_NOT_ENABLED
from tidings.messages.accept import Accepted, expiry_when_held
from tidings.messages.bucket import SQL
from tidings.messages.judging import FREE, Judging, judged_by, question_of, traffic_of
from tidings.messages.path import path_of
from tidings.messages.promote import promote_unplaced
from tidings.messages.states import State
from tidings.runtime.database import Database

RULE = Applied(Rule("quiet_hours/test", "1", "a law", "Nothing at night."), {"zones": "America/Chicago"})
MARKETING = 2
REFUSED_TEXT = "Nothing at night. (Rule quiet_hours/test; zones: America/Chicago.)"
AUSTIN = "+15125550123"
TEXAS = ZoneInfo("America/Chicago")


class Night:
    """It is night until `ends`, and again from `begins` on: a rule for marketing."""

    def __init__(self, ends: datetime, begins: datetime | None = None) -> None:
        self.ends, self.begins = ends, begins

    def __call__(self, question: Question) -> Verdict:
        if question.traffic is not Traffic.MARKETING:
            return Allowed()
        if question.at < self.ends:
            return Held(self.ends, RULE)
        if self.begins is not None and question.at >= self.begins:
            return Held(self.begins + timedelta(hours=11), RULE)
        return Allowed(self.begins, (RULE,))


@pytest.fixture
async def shop(db: Database) -> AsyncIterator[Shop]:
    account = await account_of(db)
    service = await service_with(db, account, [BOSTON, DENVER])
    async with acceptance_on(db) as acceptance:
        yield Shop(db, acceptance, account, service)


@pytest.fixture
async def at_night(shop: Shop) -> AsyncIterator[Shop]:
    """A shop at night: for two more hours, and then again two hours later."""
    begun = now()
    night = Night(begun + timedelta(hours=2), begun + timedelta(hours=4))
    async with acceptance_on(shop.db, judging=Judging([night])) as acceptance:
        yield Shop(shop.db, acceptance, shop.account, shop.service)


async def expire_the_ticket(shop: Shop, at: datetime) -> None:
    """As the dispatcher does with the one that there is, when its time is over."""
    async with shop.db.transaction() as connection:
        ticket = await connection.fetchrow("select bucket, lane, priority, turn, id from queue")
        assert ticket is not None
        place = [[ticket[name]] for name in ("lane", "priority", "turn", "id")]
        await SQL.run(connection, "expire", ticket["bucket"], *place, 0, at, ["message.failed"], [30036])


async def test_marketing_at_night_waits_until_the_morning(at_night: Shop) -> None:
    held = await at_night.send(priority=MARKETING)
    assert held.state is State.ACCEPTED
    (accepted, (kind, detail)) = await at_night.facts(held)
    assert (accepted, kind, detail["rule"]) == (("accepted", None), "held", "quiet_hours/test")
    assert detail["verdict"]["applied"][0]["saw"] == {"zones": "America/Chicago"}
    assert await at_night.scalar("select count(*) from queue") == 0
    due = await at_night.scalar("select due from later")
    assert held.judged.held_until == due
    await come_due(at_night, held, due)
    assert (await at_night.facts(held))[-1] == ("queued", None)
    ticket = await at_night.scalar("select q.expires_at from queue q")
    assert ticket == due + timedelta(hours=2) - timedelta(seconds=60), (
        "its ticket is good until a minute before night"
    )
    shown = await shown_by_the_api(at_night, held)
    assert (shown.state, shown.sender is not None) == (State.QUEUED, True)
    assert await at_night.scalar("select verdict ->> 'verdict' from messages") == "allowed"


async def test_what_is_not_marketing_leaves_at_night(at_night: Shop) -> None:
    sent = await at_night.send()
    assert await at_night.facts(sent) == [("accepted", None), ("queued", None)]
    assert await at_night.scalar("select verdict is null from messages")


async def test_a_direct_sender_is_held_too(at_night: Shop) -> None:
    held = await at_night.acceptance.accept(
        draft(
            account=at_night.account,
            sender=DENVER,
            sender_kind="long_code",
            priority=MARKETING,
        ),
        now=now(),
    )
    assert isinstance(held, Accepted)
    assert held.state is State.ACCEPTED
    await come_due(at_night, held, await at_night.scalar("select due from later"))
    assert [kind for kind, _ in await at_night.facts(held)] == ["accepted", "held", "queued"]


async def test_night_when_a_scheduled_message_is_due_holds_it_on(at_night: Shop) -> None:
    due = now() + timedelta(hours=5)
    scheduled = await at_night.send(priority=MARKETING, send_at=due)
    await come_due(at_night, scheduled, due)
    assert [kind for kind, _ in await at_night.facts(scheduled)] == ["scheduled", "held"]
    assert (await shown_by_the_api(at_night, scheduled)).state is State.SCHEDULED


async def test_a_validity_that_ends_before_the_night_cannot_be_kept(at_night: Shop) -> None:
    sent = await at_night.send(priority=MARKETING, validity_seconds=3600)
    assert (await at_night.facts(sent))[-1] == ("failed", {"code": 30036})
    direct = draft(
        account=at_night.account,
        sender=DENVER,
        sender_kind="long_code",
        priority=MARKETING,
        validity_seconds=60,
    )
    refused = await at_night.acceptance.accept(direct, now=now())
    assert isinstance(refused, outcomes.Refused)
    assert refused.code.number == 30036


async def test_what_may_never_leave_is_refused(shop: Shop) -> None:
    judging = Judging([lambda _: Refused(REGION_NOT_ENABLED, RULE)])
    async with acceptance_on(shop.db, judging=judging) as acceptance:
        refused = await acceptance.accept(draft(account=shop.account, sender=DENVER), now=now())
        assert isinstance(refused, outcomes.Refused)
        assert (refused.code, refused.message) == (REGION_NOT_ENABLED, REFUSED_TEXT)
        failed = await Shop(shop.db, acceptance, shop.account, shop.service).send()
    assert (await shop.facts(failed))[-1] == ("failed", {"code": 21408})


async def test_a_ticket_whose_window_shuts_is_judged_anew_and_never_dropped(at_night: Shop) -> None:
    held = await at_night.send(priority=MARKETING)
    morning = await at_night.scalar("select due from later")
    await come_due(at_night, held, morning)
    evening = morning + timedelta(hours=3)
    await expire_the_ticket(at_night, evening)
    assert await at_night.scalar("select count(*) from queue") == 0
    shown = await shown_by_the_api(at_night, held)

    assert await promote_unplaced(at_night.db, at_night.acceptance, shown.bucket, epoch=0, now=evening) == 1
    assert [kind for kind, _ in await at_night.facts(held)] == ["accepted", "held", "queued", "held"]
    assert await at_night.scalar("select due > $1 from later", evening)


async def test_why_tells_the_whole_path_of_a_message_with_its_rules(at_night: Shop) -> None:
    held = await at_night.send(priority=MARKETING)
    await come_due(at_night, held, await at_night.scalar("select due from later"))
    async with at_night.db.connection() as connection:
        path = await path_of(connection, at_night.account, held.id)
        assert await path_of(connection, UUID(int=1), held.id) is None
    assert path is not None
    assert [step.what for step in path.steps] == ["accepted", "held", "judged", "queued"]
    _, waits, passes, _ = path.steps
    assert waits.verdict is not None
    assert passes.verdict is not None
    assert waits.verdict.applied[0].rule == passes.verdict.applied[0].rule == "quiet_hours/test"
    assert waits.says.startswith("The gate holds it until 20")
    assert " UTC. It is judged anew 20" in waits.says
    assert passes.says.startswith("The gate lets it pass until 20")


# --- pure -----------------------------------------------------------------------------------------------


def question(at: datetime, **changes: Any) -> Question:
    return question_of(draft(recipient=AUSTIN, country="US", **changes), at=at, settings=GateSettings())


def test_marketing_to_texas_is_held_over_the_night_by_the_shipped_rules() -> None:
    deciders = [quiet_hours_by(shipped())]
    late = datetime(2026, 5, 5, 23, 30, tzinfo=TEXAS)
    judged = judged_by(deciders, question(late, priority=MARKETING))
    assert judged.held_until is not None
    assert judged.held_until.astimezone(TEXAS) > late
    assert judged.held_until.astimezone(TEXAS).hour in (8, 9)
    assert judged_by(deciders, question(late)) == FREE
    by_day = judged_by(deciders, question(datetime(2026, 5, 6, 12, tzinfo=TEXAS), priority=MARKETING))
    assert by_day.leave_by is not None
    assert by_day.held_until is None


def test_a_window_that_shuts_within_the_margin_has_shut() -> None:
    at = datetime(2026, 5, 5, 12, tzinfo=UTC)
    night = Night(at, begins=at + timedelta(seconds=60))
    assert judged_by([night], question(at, priority=MARKETING)).held_until == at + timedelta(
        hours=11, seconds=60
    )
    assert judged_by([night], question(at, priority=MARKETING)).verdict


@pytest.mark.parametrize(
    ("changes", "traffic"),
    [
        ({}, Traffic.TRANSACTIONAL),
        ({"priority": 2}, Traffic.MARKETING),
        ({"priority": 0, "intent": "otp"}, Traffic.ESSENTIAL),
        ({"priority": 0}, Traffic.ESSENTIAL),
        ({"priority": 0, "intent": "notifications"}, Traffic.TRANSACTIONAL),
        ({"priority": 2, "direction": "outbound-reply"}, Traffic.MARKETING),
        ({"direction": "outbound-reply"}, Traffic.ESSENTIAL),
        ({"confirms_opt_out": True}, Traffic.ESSENTIAL),
    ],
)
def test_what_a_message_is_to_a_person(changes: dict[str, Any], traffic: Traffic) -> None:
    assert traffic_of(draft(**changes)) is traffic


def test_the_longest_validity_stands_still_while_a_message_is_held() -> None:
    start = datetime(2026, 5, 5, 22, tzinfo=UTC)
    morning = start + timedelta(hours=10)
    usual = start + timedelta(hours=10)
    assert expiry_when_held(start, usual, now=start, until=morning) == morning + timedelta(hours=10)
    own = start + timedelta(hours=2)
    assert expiry_when_held(start, own, now=start, until=morning) is None
    assert expiry_when_held(start, own, now=start, until=start + timedelta(hours=1)) == own


async def test_what_is_scheduled_into_the_night_and_expires_before_the_morning_is_refused(shop: Shop) -> None:
    send_at = now() + timedelta(hours=1)
    night = Night(send_at + timedelta(hours=2))
    async with acceptance_on(shop.db, judging=Judging([night])) as acceptance:
        at_night = Shop(shop.db, acceptance, shop.account, shop.service)
        refused = await at_night.try_to_send(priority=MARKETING, send_at=send_at, validity_seconds=3_600)
        assert isinstance(refused, outcomes.Refused)
        assert refused.code.number == 30047
        assert await at_night.scalar("select count(*) from messages") == 0
        for changes in ({"validity_seconds": 7_201}, {}, {"priority": 1, "validity_seconds": 60}):
            kept = await at_night.send(**({"priority": MARKETING, "send_at": send_at} | changes))
            assert kept.state is State.SCHEDULED


async def test_what_may_never_leave_says_so_and_what_would_free_it(shop: Shop) -> None:
    """The zones of a recipient who may be anywhere in North America never agree; a validity cannot be kept."""
    nowhere = "+18005550123"
    judging = Judging([quiet_hours_by(shipped())])
    async with acceptance_on(shop.db, judging=judging) as acceptance:
        ours = Shop(shop.db, acceptance, shop.account, shop.service)
        held = await ours.send(priority=MARKETING, recipient=nowhere)
        async with shop.db.connection() as connection:
            path = await path_of(connection, shop.account, held.id)
        assert path is not None
        assert "no moment within 40 days" in path.steps[-1].says
        assert "the recipient's zone or postal_code or state" in path.steps[-1].says
        direct = draft(
            account=shop.account, sender=DENVER, recipient=nowhere, priority=MARKETING, validity_seconds=3_600
        )
        refused = await acceptance.accept(direct, now=now())
        assert isinstance(refused, outcomes.Refused)
        assert refused.code.number == 30036
        assert "no moment within 40 days" in refused.message
        ends = await ours.send(priority=MARKETING, recipient=nowhere, validity_seconds=3_600)
        assert (await ours.facts(ends))[-1] == ("failed", {"code": 30036})
