"""Asking for more throughput: a reason that is kept, and lanes that change at once."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.api_home import ApiHome, api_home, now
from tests.command import command
from tests.messages.builders import draft

from tidings.accounts import Opened
from tidings.kernel.sid import mint
from tidings.lanes.allowance import Rates, Registered
from tidings.lanes.gauge import Gauges
from tidings.lanes.operate import change_sender
from tidings.lanes.throughput import ThroughputChange, change_throughput, throughput_of
from tidings.messages.accept import Acceptance, Accepted
from tidings.runtime.database import Database
from tidings.senders import Directory, Sender

ROOT = Path(__file__).parents[2]
NUMBER, TWIN, TOLL_FREE = "+14155550100", "+14155550101", "+18885550100"
CAMPAIGN = Registered(campaign="CM1", brand="BN1", trust_score=60)


@pytest.fixture
async def home(db: Database) -> AsyncIterator[ApiHome]:
    async with api_home(db) as home:
        yield home


@pytest.fixture
async def shop(home: ApiHome) -> Opened:
    opened = await home.open_account()
    for address in (NUMBER, TWIN, TOLL_FREE):
        await home.give_sender(opened, address)
    return opened


async def sender(home: ApiHome, shop: Opened, address: str) -> Sender:
    found = await Directory(home.db, monotonic=time.monotonic).find(shop.account.id, address)
    assert found is not None
    return found


async def path_of(home: ApiHome, shop: Opened, address: str) -> str:
    id = (await sender(home, shop, address)).id
    return f"/tidings/v1/senders/PN{id.hex}/throughput"


async def change(
    home: ApiHome, shop: Opened, address: str, mps: float, *, registered: Registered | None = None
) -> ThroughputChange:
    id = mint(now(), secrets.token_bytes(10), 0)
    one = await sender(home, shop, address)
    async with home.db.transaction() as connection:
        return await change_throughput(
            connection,
            one,
            mps=mps,
            reason="granted by the carrier",
            changed_by="test",
            id=id,
            now=now(),
            registered=registered,
        )


async def test_a_change_needs_a_reason_and_is_kept_with_who_made_it_and_what_was_before(
    home: ApiHome, shop: Opened
) -> None:
    path = await path_of(home, shop, TOLL_FREE)
    made = await home.ask("POST", path, as_=shop, json={"mps": 25, "reason": "granted in ticket 4711"})
    assert made.status == 201, made.text
    assert (made.body["mps_before"], made.body["mps_after"]) == (3, 25)
    assert made.body["changed_by"] == f"API, {shop.sid}"
    again = await home.ask("POST", path, as_=shop, json={"mps": 30, "reason": "ticket 4712"})
    assert again.body["mps_before"] == 25
    shown = (await home.ask("GET", path, as_=shop)).body
    assert (shown["address"], shown["kind"], shown["mps"], shown["granted"]) == (
        TOLL_FREE,
        "toll_free",
        30,
        True,
    )
    assert [one["reason"] for one in shown["changes"]] == ["ticket 4712", "granted in ticket 4711"]
    assert (shown["campaign"], shown["rates"], shown["daily"]) == (None, None, [])


@pytest.mark.parametrize(
    "asked",
    [
        {"mps": 25},
        {"mps": 25, "reason": ""},
        {"mps": 25, "reason": "   "},
        {"mps": 0, "reason": "x"},
        {"mps": -1, "reason": "x"},
        {"mps": 1e9, "reason": "x"},
        {"mps": "fast", "reason": "x"},
        {"reason": "x"},
        {"mps": 25, "reason": "x" * 501},
        [],
    ],
    ids=str,
)
async def test_what_cannot_be_is_refused_and_nothing_is_written(
    home: ApiHome, shop: Opened, asked: Any
) -> None:
    reply = await home.ask("POST", await path_of(home, shop, TOLL_FREE), as_=shop, json=asked)
    assert (reply.status, reply.body["code"]) == (400, 20422)
    async with home.db.connection() as connection:
        assert await connection.fetchval("select count(*) from throughput_changes") == 0
    assert (await sender(home, shop, TOLL_FREE)).mps == 3


async def test_only_the_account_of_a_sender_sees_and_changes_it(home: ApiHome, shop: Opened) -> None:
    stranger = await home.open_account("Stranger")
    path = await path_of(home, shop, TOLL_FREE)
    asked = {"mps": 25, "reason": "mine"}
    for reply in (
        await home.ask("GET", path, as_=stranger),
        await home.ask("POST", path, as_=stranger, json=asked),
        await home.ask("GET", path.replace("PN", "SC"), as_=shop),
        await home.ask("GET", "/tidings/v1/senders/nothing/throughput", as_=shop),
    ):
        assert (reply.status, reply.body["code"]) == (404, 20404)
    assert (await home.ask("GET", path)).status == 401


async def test_lanes_that_run_change_at_once_and_so_do_those_to_come(home: ApiHome, shop: Opened) -> None:
    gauges = Gauges(home.db, default_limit_seconds=36_000, clock=time.time)
    acceptance = Acceptance(home.db, gauges)
    account = shop.account.id
    of = {"account": account, "sender": TOLL_FREE, "sender_kind": "toll_free", "sender_mps": 3.0}
    accepted = await acceptance.accept(draft(**of), now=now())
    assert isinstance(accepted, Accepted)
    assert accepted.lane is not None
    heard: asyncio.Queue[str] = asyncio.Queue()
    listener = await home.db.listen("lanes", heard.put_nowait)
    await change(home, shop, TOLL_FREE, 25)
    assert await asyncio.wait_for(heard.get(), 10) == ""
    assert await asyncio.wait_for(heard.get(), 10) == f"{accepted.lane.bucket}.{accepted.lane.id}"
    async with home.db.connection() as connection:
        assert await connection.fetchval("select mps from lanes") == 25
    assert (await sender(home, shop, TOLL_FREE)).mps == 25
    await listener.close()
    await acceptance.close()


async def test_for_a_number_of_a_campaign_it_is_the_campaign_that_changes_for_all_its_numbers(
    home: ApiHome, shop: Opened
) -> None:
    made = await change(home, shop, NUMBER, 100, registered=CAMPAIGN)
    assert (made.mps_before, made.mps_after, made.campaign) == (40, 100, "CM1")
    assert (await sender(home, shop, NUMBER)).mps == 1
    twin = await sender(home, shop, TWIN)
    async with home.db.connection() as connection:
        found = await throughput_of(connection, twin, registered=CAMPAIGN, now=now())
    assert found.rates == Rates(att=100, tmobile=100, verizon=100, other=8, total=300)
    assert [one.reason for one in found.changes] == ["granted by the carrier"]
    assert [(day.name, day.segments, day.reserved) for day in found.daily] == [("tmobile>BN1", 40_000, 0)]


async def test_before_its_first_message_a_campaign_shows_what_the_tables_say(
    home: ApiHome, shop: Opened
) -> None:
    one = await sender(home, shop, NUMBER)
    async with home.db.connection() as connection:
        found = await throughput_of(connection, one, registered=CAMPAIGN, now=now())
        assert await connection.fetchval("select count(*) from campaign_rates") == 0
    assert found.rates == Rates(att=40, tmobile=40, verizon=40, other=8, total=120)


async def test_what_operators_change_on_lanes_is_kept_too(home: ApiHome, shop: Opened) -> None:
    await change_sender(home.db, shop.account.id, TOLL_FREE, mps=5.0, changed_by="Ada")
    await change_sender(home.db, shop.account.id, TOLL_FREE, paused=True)
    shown = (await home.ask("GET", await path_of(home, shop, TOLL_FREE), as_=shop)).body
    assert [(one["mps_after"], one["reason"], one["changed_by"]) for one in shown["changes"]] == [
        (5, "none given", "Ada")
    ]


async def tidings(account: UUID, db_url: str, *words: str) -> tuple[int, str, str]:
    environ = {"TIDINGS_DATABASE_URL": db_url}
    return await command("senders", "throughput", *words, "--account", f"AC{account.hex}", environ=environ)


async def test_on_the_command_line(home: ApiHome, shop: Opened, db_url: str) -> None:
    account = shop.account.id
    code, output, errors = await tidings(account, db_url, TOLL_FREE, "--mps", "25", "--reason", "ticket 4711")
    assert code == 0, errors
    assert "3 to 25 MPS" in output
    code, output, _ = await tidings(account, db_url, TOLL_FREE, "--history", "--json")
    shown = json.loads(output)
    assert shown["mps"] == 25
    assert [one["reason"] for one in shown["changes"]] == ["ticket 4711"]
    assert shown["changes"][0]["changed_by"].startswith("command line, ")
    code, _, errors = await tidings(account, db_url, TOLL_FREE, "--mps", "25")
    assert (code, "--reason" in errors) == (2, True)
    code, _, errors = await tidings(account, db_url, "+18885550199")
    assert code != 0
    assert "no sender" in errors
