"""Geo permissions and caps at the gate: refused where the account may not write, held over a cap, never lost."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.compliance.packs.builders import edited, manifest
from tests.messages.builders import draft
from tests.messages.pools import acceptance_on, account_of, now, remove_sender, service_with
from tests.messages.test_gate import Night, expire_the_ticket
from tests.messages.test_through_services import BOSTON, DENVER, Shop, come_due

from tidings.compliance.caps import CapSettings
from tidings.compliance.caps.reserve import sends_of
from tidings.compliance.caps.settings import CapSetting
from tidings.compliance.caps.settings_of import keep_settings
from tidings.compliance.geo.permissions_of import permit
from tidings.compliance.packs.pack import assemble, shipped
from tidings.compliance.verdict import Traffic
from tidings.kernel.codes import REGION_NOT_ENABLED
from tidings.kernel.outcomes import Refused
from tidings.messages.judging import Asked, Judging
from tidings.messages.limits import Limits, geo_by
from tidings.messages.states import State
from tidings.runtime.database import Database

MARKETING = 2
DAILY = CapSettings(caps=[CapSetting(name="day", most=1, per_seconds=86_400)], international_per_day=1)


@pytest.fixture
async def shop(db: Database) -> AsyncIterator[Shop]:
    """A shop that may send a person one advertisement a day, and not to Jamaica."""
    account = await account_of(db)
    service = await service_with(db, account, [BOSTON, DENVER])
    async with db.transaction() as connection:
        await keep_settings(connection, account, DAILY, reason="r", changed_by="ops", now=now())
        await permit(connection, account, ["JM"], allowed=False, reason="r", changed_by="ops", now=now())
    judging = Judging([], limits=Limits(db, monotonic=time.monotonic))
    async with acceptance_on(db, judging=judging) as acceptance:
        yield Shop(db, acceptance, account, service)


async def counted(shop: Shop, person: str) -> int:
    async with shop.db.connection() as connection:
        return len(await sends_of(connection, shop.account, person))


async def test_what_is_over_a_cap_waits_and_leaves_when_it_may(shop: Shop) -> None:
    first, second = await shop.send(priority=MARKETING), await shop.send(priority=MARKETING)
    assert (first.judged.held_until, second.state) == (None, State.ACCEPTED)
    assert second.judged.held_until is not None
    assert second.judged.held_until >= first.created_at + timedelta(days=1) - timedelta(seconds=1)
    assert await counted(shop, first.draft.recipient) == 1
    assert (await shop.send()).judged.held_until is None, "what is not marketing is not capped"
    await come_due(shop, second, second.judged.held_until + timedelta(minutes=1))
    assert await counted(shop, first.draft.recipient) == 2
    assert await shop.scalar("select count(*) from later") == 0


async def test_what_waits_over_a_cap_loses_its_worth_from_when_it_was_accepted(shop: Shop) -> None:
    settings = CapSettings(caps=DAILY.caps, half_life_seconds=21_600, least_worth=0.1)
    async with shop.db.transaction() as connection:
        await keep_settings(connection, shop.account, settings, reason="r", changed_by="ops", now=now())
    judging = Judging([], limits=Limits(shop.db, monotonic=time.monotonic))
    async with acceptance_on(shop.db, judging=judging) as acceptance:
        again = Shop(shop.db, acceptance, shop.account, shop.service)
        await again.send(priority=MARKETING)
        waits = await again.send(priority=MARKETING)
        due = waits.judged.held_until
        assert due is not None
        other = draft(account=shop.account, recipient=waits.draft.recipient, priority=MARKETING)
        (counted,) = await judging.judge_all([Asked(other, due)])
        assert counted.counted is not None, "another takes its place before it comes up"
        await come_due(again, waits, due + timedelta(minutes=1))
        assert (await again.facts(waits))[-1] == ("failed", {"code": 30454})


async def test_a_country_that_is_denied_is_refused_with_the_rule(shop: Shop) -> None:
    there = draft(account=shop.account, sender=BOSTON, recipient="+18765550123", country="JM")
    refused = await shop.acceptance.accept(there, now=now())
    assert isinstance(refused, Refused)
    assert refused.code is REGION_NOT_ENABLED


async def test_another_pack_holds_at_once_for_caps_and_countries(shop: Shop) -> None:
    tables = {
        "destinations.csv": edited("destinations.csv", ("+878,", "CU,")),
        "caps.csv": edited("caps.csv", ("US-FL,marketing,3,", "US-CO,marketing,1,")),
    }
    holding = [shipped()]
    limits = Limits(shop.db, monotonic=lambda: 0.0, pack=lambda: holding[0])
    cuba = draft(account=shop.account, sender=BOSTON, recipient="+5351234567", country="CU")

    def found() -> tuple[bool, set[str], str]:
        known = limits.recall(shop.account)
        assert known is not None
        verdict = geo_by(known[0], cuba)
        laws = known[1].binding(Traffic.MARKETING, frozenset({"US-CO"}))
        return verdict is None, {cap.rule.id for cap in laws}, known[0].marked.version

    await limits.find(shop.account)
    assert found() == (True, {"caps/own/day"}, shipped().version)
    holding[0] = assemble(manifest("ours"), tables)
    assert found() == (False, {"caps/own/day", "caps/US-CO/marketing"}, "ours")
    assert "caps/US-FL/marketing" not in {cap.rule.id for cap in (await limits.find(shop.account))[1].laws}


async def test_a_scheduled_message_is_counted_once_when_its_time_has_come(shop: Shop) -> None:
    due = now() + timedelta(hours=1)
    scheduled = await shop.send(priority=MARKETING, send_at=due)
    assert await counted(shop, scheduled.draft.recipient) == 0
    await come_due(shop, scheduled, due)
    assert await counted(shop, scheduled.draft.recipient) == 1
    assert await shop.facts(scheduled) == [("scheduled", None), ("queued", None)]


@pytest.mark.parametrize(("pool", "is_held"), [([BOSTON], True), ([BOSTON, "+447400123456"], False)])
async def test_a_country_of_ones_own_numbers_is_not_abroad_before_one_is_chosen(
    db: Database, pool: list[str], is_held: bool
) -> None:
    account = await account_of(db)
    service = await service_with(db, account, pool)
    async with db.transaction() as connection:
        await keep_settings(connection, account, DAILY, reason="r", changed_by="ops", now=now())
    judging = Judging([], limits=Limits(db, monotonic=time.monotonic))
    async with acceptance_on(db, judging=judging) as acceptance:
        shop = Shop(db, acceptance, account, service)
        for _ in range(2):
            last = await shop.send(recipient="+447700900123", country="GB", calling_code="44")
    assert (last.judged.held_until is not None) is is_held


async def test_what_is_judged_again_is_counted_once(shop: Shop) -> None:
    evening = now() + timedelta(hours=3)
    night = Night(evening - timedelta(days=1), begins=evening - timedelta(hours=1))
    judging = Judging([night], limits=Limits(shop.db, monotonic=time.monotonic))
    async with acceptance_on(shop.db, judging=judging) as acceptance:
        day = Shop(shop.db, acceptance, shop.account, shop.service)
        sent = await day.send(priority=MARKETING)
        assert await counted(day, sent.draft.recipient) == 1
        await expire_the_ticket(day, evening)
        await come_due(day, sent, evening)
        assert await counted(day, sent.draft.recipient) == 0, "it is night, and it has not left"
        night.begins = None
        await come_due(day, sent, await day.scalar("select due from later"))
        assert await counted(day, sent.draft.recipient) == 1
        assert [kind for kind, _ in await day.facts(sent)][-1] == "queued"


async def test_what_finds_no_sender_when_it_is_due_is_not_counted(shop: Shop) -> None:
    due = now() + timedelta(hours=1)
    scheduled = await shop.send(priority=MARKETING, send_at=due)
    for address in (BOSTON, DENVER):
        await remove_sender(shop.db, shop.account, address)
    await come_due(shop, scheduled, due)
    assert (await shop.facts(scheduled))[-1][0] == "failed"
    assert await counted(shop, scheduled.draft.recipient) == 0
