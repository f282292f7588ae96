"""What is kept of carriers' allowances, and which network a number is of."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from tests.messages.builders import ACCOUNT, draft

from tidings.lanes.allowance import Network, Rates, Registered
from tidings.lanes.gauge import Gauges
from tidings.lanes.grant import grant_campaign, keep_rates
from tidings.lanes.key import campaign_bucket
from tidings.lanes.networks import KnownNetworks, learn_networks
from tidings.messages.accept import Acceptance, Accepted
from tidings.runtime.database import Database

NUMBER = "+14155550100"
GRANDMA, GRANDPA = "+14155552671", "+14155552672"
GOOD = Registered(campaign="CM1", brand="BN1", trust_score=60)
BETTER = Registered(campaign="CM1", brand="BN1", trust_score=90)


@pytest.fixture
async def networks(db: Database) -> AsyncIterator[KnownNetworks]:
    networks = KnownNetworks(db, monotonic=time.monotonic)
    yield networks
    await networks.close()


@pytest.fixture
async def acceptance(db: Database, networks: KnownNetworks) -> AsyncIterator[Acceptance]:
    gauges = Gauges(db, default_limit_seconds=36_000, clock=time.time)
    acceptance = Acceptance(db, gauges, networks=networks)
    yield acceptance
    await acceptance.close()


async def rows(db: Database, query: str, *values: Any) -> list[Any]:
    async with db.connection() as connection:
        return [tuple(row) for row in await connection.fetch(query, *values)]


async def send(acceptance: Acceptance, **changes: Any) -> Accepted:
    plain = {"sender": NUMBER, "sender_kind": "long_code", "sender_mps": 1.0, "mps_granted": False}
    us = {"country": "US", "registered": GOOD}
    accepted = await acceptance.accept(draft(**(plain | us | changes)), now=datetime.now(UTC))
    assert isinstance(accepted, Accepted), accepted
    return accepted


async def test_a_lane_is_opened_with_what_its_destination_allows(
    acceptance: Acceptance, db: Database
) -> None:
    await send(acceptance, registered=None, recipient="+447700900123", calling_code="44", country="GB")
    await send(acceptance, registered=None, recipient="+56961234567", calling_code="56", country="CL")
    await send(acceptance, registered=None, recipient="+16045550100", country="CA")
    assert await rows(db, "select key, mps from lanes order by key") == [
        (f"{NUMBER}>1-CA", 1.0),
        (f"{NUMBER}>44", 10.0),
        (f"{NUMBER}>56", 0.16),
    ]


async def test_numbers_of_one_campaign_share_its_lanes_by_network(
    acceptance: Acceptance, db: Database
) -> None:
    async with db.connection() as connection:
        await learn_networks(connection, {GRANDMA: Network.ATT, GRANDPA: Network.TMOBILE}, source="test")
    await send(acceptance, recipient=GRANDMA)
    await send(acceptance, recipient=GRANDPA)
    await send(acceptance, recipient=GRANDPA, sender="+14155550199")
    await send(acceptance, recipient="+14155552999")
    assert await rows(db, "select key, network, mps, daily_caps from lanes order by key") == [
        ("CM1>att", "att", 40.0, []),
        ("CM1>tmobile", "tmobile", 40.0, ["tmobile>BN1"]),
        ("CM1>unknown", None, 8.0, ["tmobile>BN1"]),
    ]
    assert await rows(db, "select distinct bucket from queue") == [(campaign_bucket(ACCOUNT, "CM1"),)]
    assert await rows(db, "select name, segments, zone from daily_caps") == [
        ("tmobile>BN1", 40_000, "America/Los_Angeles")
    ]


async def test_a_better_score_changes_the_campaigns_lanes_and_its_brands_cap_at_once(
    acceptance: Acceptance, db: Database
) -> None:
    accepted = await send(acceptance)
    heard: asyncio.Queue[str] = asyncio.Queue()
    listener = await db.listen("lanes", heard.put_nowait)
    async with db.transaction() as connection:
        rates = await grant_campaign(connection, ACCOUNT, BETTER)
    assert rates == Rates(att=75, tmobile=75, verizon=75, other=8, total=225)
    assert await asyncio.wait_for(heard.get(), 10) == ""  # as after each connection
    assert await asyncio.wait_for(heard.get(), 10) == f"{accepted.lane.bucket}.{accepted.lane.id}"
    assert await rows(db, "select att, total from campaign_rates") == [(75.0, 225.0)]
    assert await rows(db, "select segments from daily_caps") == [(200_000,)]
    await listener.close()


async def test_the_next_message_after_a_better_score_gives_its_campaign_the_new_rates(
    acceptance: Acceptance, db: Database
) -> None:
    await send(acceptance)
    await send(acceptance, registered=BETTER)
    assert await rows(db, "select mps from lanes") == [
        (8.0,)
    ]  # an unknown network: the strictest is the same
    assert await rows(db, "select att, total from campaign_rates") == [(75.0, 225.0)]
    assert await rows(db, "select segments from daily_caps") == [(200_000,)]


async def test_rates_that_were_granted_stay_when_the_tables_say_something_else(db: Database) -> None:
    mine = Rates(att=100, tmobile=100, verizon=100, other=10, total=300)
    async with db.transaction() as connection:
        await keep_rates(connection, ACCOUNT, "CM1", mine, granted=True)
        assert await grant_campaign(connection, ACCOUNT, BETTER) == mine
        more = Rates(att=200, tmobile=200, verizon=200, other=10, total=600)
        assert await keep_rates(connection, ACCOUNT, "CM1", more, granted=True) == more


async def test_a_network_is_looked_up_once_and_unknown_ones_again_after_a_minute(db: Database) -> None:
    at = [0.0]
    networks = KnownNetworks(db, monotonic=lambda: at[0])
    assert await networks.network_of(GRANDMA) is None
    async with db.connection() as connection:
        await learn_networks(connection, {GRANDMA: Network.VERIZON}, source="test")
    assert await networks.network_of(GRANDMA) is None
    at[0] = 61.0
    assert await networks.network_of(GRANDMA) == "verizon"
    async with db.connection() as connection:
        await learn_networks(connection, {GRANDMA: Network.ATT}, source="test")
    assert await networks.network_of(GRANDMA) == "verizon"
    at[0] += 3601
    assert await networks.network_of(GRANDMA) == "att"
    await networks.close()


async def test_campaigns_of_two_accounts_are_apart(db: Database) -> None:
    async with db.transaction() as connection:
        await grant_campaign(connection, ACCOUNT, GOOD)
        await grant_campaign(connection, UUID(int=7), BETTER)
    assert await rows(db, "select total from campaign_rates order by total") == [(120.0,), (225.0,)]
