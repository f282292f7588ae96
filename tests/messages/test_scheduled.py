"""What waits for its time: how much of it an account may have, and how it is taken back."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from tests.api_home import ApiHome, api_home
from tests.messages.builders import ACCOUNT, ANNA, SHOP, draft
from tests.messages.pools import acceptance_on, service_with
from tests.messages.stored import store_message

from tidings.accounts import Opened
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.messages.local_time import first_instant
from tidings.messages.pending import FRESH_SECONDS, TRUSTED_SECONDS, Pending
from tidings.messages.promote import promote_unplaced
from tidings.messages.states import State
from tidings.runtime.database import Database

OTHER_SHOP = UUID(int=7)


def now() -> datetime:
    return datetime.now(UTC)


def code_of(answer: object) -> int | None:
    return answer.code.number if isinstance(answer, Refused) else None


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def hand() -> Hand:
    return Hand()


async def schedule(db: Database, count: int, *, account: Any = ACCOUNT) -> None:
    for _ in range(count):
        await store_message(db, account, at=now(), facts=["message.scheduled"])


async def test_an_account_has_no_more_scheduled_than_its_limit(db: Database, hand: Hand) -> None:
    await schedule(db, 3)
    pending = Pending(db, most=5, monotonic=hand)
    assert [code_of(await pending.enter(ACCOUNT)) for _ in range(3)] == [None, None, 35125]
    assert await pending.enter(OTHER_SHOP) is None


async def test_room_that_was_made_is_heard_of_within_a_second(db: Database, hand: Hand) -> None:
    await schedule(db, 5)
    pending = Pending(db, most=5, monotonic=hand)
    assert code_of(await pending.enter(ACCOUNT)) == 35125
    async with db.connection() as connection:
        await connection.execute("delete from later where id = (select id from later limit 1)")
    assert code_of(await pending.enter(ACCOUNT)) == 35125
    hand.at += FRESH_SECONDS + 0.1
    assert await pending.enter(ACCOUNT) is None
    assert code_of(await pending.enter(ACCOUNT)) == 35125


async def test_what_other_processes_schedule_is_heard_of_too(db: Database, hand: Hand) -> None:
    pending = Pending(db, most=5, monotonic=hand)
    assert await pending.enter(ACCOUNT) is None
    await schedule(db, 5)
    hand.at += TRUSTED_SECONDS + 0.1
    assert code_of(await pending.enter(ACCOUNT)) == 35125


async def test_only_what_waits_for_its_send_at_counts(db: Database) -> None:
    """Neither what is held, nor what its time has come for, nor what is not scheduled at all."""
    async with acceptance_on(db, most_pending=1) as acceptance, db.connection() as connection:
        due = now() + timedelta(hours=1)
        first = await acceptance.accept(draft(send_at=due), now=now())
        assert not isinstance(first, Refused)
        assert code_of(await acceptance.accept(draft(send_at=due), now=now())) == 35125
        assert not isinstance(await acceptance.accept(draft(), now=now()), Refused)
        await connection.execute(
            "insert into opt_outs (account, scope, recipient, state, source, since)"
            " values ($1, $2, $3, 'review', 'test', now())",
            ACCOUNT,
            SHOP,
            ANNA,
        )
        held = await acceptance.accept(draft(priority=2), now=now())
        assert not isinstance(held, Refused)
        waiting = await connection.fetch("select id, pending from later order by due desc")
        assert {row["id"]: row["pending"] for row in waiting} == {first.id: True, held.id: False}
        await promote_unplaced(db, acceptance, first.bucket, epoch=0, now=due)
        assert await connection.fetchval("select count(*) from later where pending") == 0


async def test_what_is_held_can_be_taken_back(db: Database) -> None:
    async with api_home(db) as home:
        shop = await home.open_account()
        await home.give_sender(shop, SHOP, mps=100)
        async with db.connection() as connection:
            await connection.execute(
                "insert into opt_outs (account, scope, recipient, state, source, since)"
                " values ($1, $2, $3, 'review', 'test', now())",
                shop.account.id,
                SHOP,
                ANNA,
            )
        form = {"To": ANNA, "From": SHOP, "Body": "Sale", "MessageIntent": "marketing"}
        made = await home.ask("POST", uri(shop), as_=shop, form=form)
        assert made.body["status"] == State.ACCEPTED
        assert await cancel(home, shop, made.body["sid"]) == (200, State.CANCELED)
        assert (await cancel(home, shop, made.body["sid"]))[0] == 409
        async with db.connection() as connection:
            assert await connection.fetchval("select count(*) from later") == 0


async def test_what_waits_for_another_try_cannot_be_taken_back(db: Database) -> None:
    async with api_home(db) as home:
        shop = await home.open_account()
        id = await store_message(db, shop.account.id, at=now(), facts=["message.scheduled"])
        async with db.connection() as connection:
            await connection.execute("update later set attempt = 1, scheduled = false")
        assert (await cancel(home, shop, str(Sid("SM", id))))[0] == 409


async def test_what_shares_a_window_leaves_evenly_within_it_where_each_person_is(db: Database) -> None:
    async with api_home(db) as home:
        shop = await home.open_account()
        service = await service_with(db, shop.account.id, [SHOP])
        local = (now() + timedelta(days=2)).replace(hour=10, minute=0, second=0, microsecond=0, tzinfo=None)
        form = {
            "MessagingServiceSid": str(Sid("MG", service)),
            "Body": "Sale",
            "ScheduleType": "fixed",
            "SendAtLocal": local.isoformat(),
            "SpreadSeconds": "3600",
        }
        for n in range(12):
            for person in (
                f"+1602555{2000 + n}",
                f"+44740012{4000 + n}",
            ):  # Arizona has one time all the year
                made = await home.ask("POST", uri(shop), as_=shop, form={**form, "To": person})
                assert (made.status, made.body["status"]) == (201, State.SCHEDULED), made.text
        async with db.connection() as connection:
            rows = await connection.fetch(
                "select m.recipient, l.due from later l join messages m using (bucket, id) where l.due = m.send_at"
            )
    begins = {"+1602": local + timedelta(hours=7), "+4474": first_instant(local, ["Europe/London"])}
    for prefix, begin in begins.items():
        after = sorted(
            (row["due"].replace(tzinfo=UTC) - begin.replace(tzinfo=UTC)).total_seconds()
            for row in rows
            if row["recipient"].startswith(prefix)
        )
        assert len(after) == 12
        assert after[0] >= 0
        assert after[-1] < 3600
        assert max(later - sooner for sooner, later in pairwise([*after, after[0] + 3600])) < 900


def uri(shop: Opened, sid: str = "") -> str:
    return f"/2010-04-01/Accounts/{shop.sid}/Messages{sid and '/' + sid}.json"


async def cancel(home: ApiHome, shop: Opened, sid: str) -> tuple[int, str]:
    answer = await home.ask("POST", uri(shop, sid), as_=shop, form={"Status": "canceled"})
    return answer.status, answer.body["status"]
