"""What an operator sees of lanes and does with them: a campaign's lanes, and the networks of numbers."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.command import command
from tests.messages.builders import ACCOUNT, draft

from tidings.lanes.allowance import Network, Registered
from tidings.lanes.gauge import Gauges
from tidings.lanes.networks import KnownNetworks, learn_networks
from tidings.lanes.operate import change_campaign, lanes_of
from tidings.messages.accept import Acceptance, Accepted
from tidings.runtime.database import Database

ROOT = Path(__file__).parents[2]
GRANDMA = "+14155552671"


@pytest.fixture
async def acceptance(db: Database) -> AsyncIterator[Acceptance]:
    networks = KnownNetworks(db, monotonic=time.monotonic)
    gauges = Gauges(db, default_limit_seconds=36_000, clock=time.time)
    acceptance = Acceptance(db, gauges, networks=networks)
    yield acceptance
    await acceptance.close()
    await networks.close()


async def send(acceptance: Acceptance, **changes: Any) -> None:
    of = {"sender": "+14155550100", "sender_kind": "long_code", "country": "US"}
    accepted = await acceptance.accept(draft(**(of | changes)), now=datetime.now(UTC))
    assert isinstance(accepted, Accepted)


async def test_a_campaigns_lanes_are_shown_by_network_and_paused_by_its_name(
    acceptance: Acceptance, db: Database
) -> None:
    registered = Registered(campaign="CM1", brand="BN1", trust_score=60)
    await send(acceptance, registered=registered)
    await send(acceptance, recipient="+16045550100", country="CA")
    shown = {(view.sender, view.destination, view.network, view.mps) for view in await lanes_of(db, ACCOUNT)}
    assert shown == {("CM1", "", "unknown", 8.0), ("+14155550100", "1-CA", "", 100.0)}
    assert await change_campaign(db, ACCOUNT, "CM1", paused=True) == 1
    assert await change_campaign(db, ACCOUNT, "CM2", paused=True) is None
    async with db.connection() as connection:
        await learn_networks(connection, {GRANDMA: Network.VERIZON}, source="test")
    later = Acceptance(
        db,
        Gauges(db, default_limit_seconds=36_000, clock=time.time),
        networks=KnownNetworks(db, monotonic=time.monotonic),
    )
    await send(later, registered=registered, recipient=GRANDMA)
    await later.close()
    paused = {(view.sender, view.network): view.paused for view in await lanes_of(db, ACCOUNT)}
    assert paused == {("CM1", "unknown"): True, ("CM1", "verizon"): True, ("+14155550100", ""): False}


async def networks(db_url: str, file: Path) -> tuple[int, str, str]:
    return await command("lanes", "networks", file, "--json", environ={"TIDINGS_DATABASE_URL": db_url})


async def test_networks_come_from_a_file_whole_or_not_at_all(
    db: Database, db_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "networks.csv"
    file.write_text("number,network\n+14155552671,att\n+14155552672,T-Mobile\n")
    code, _, errors = await networks(db_url, file)
    assert (code, "T-Mobile" in errors) == (2, True)
    known = KnownNetworks(db, monotonic=time.monotonic)
    assert await known.network_of(GRANDMA) is None
    file.write_text("number,network\n+14155552671,att\n+14155552672,TMOBILE\n")
    code, output, errors = await networks(db_url, file)
    assert (code, output.strip()) == (0, '{"numbers": 2}'), errors
    assert await known.network_of("+14155552672") == "tmobile"
    await known.close()
