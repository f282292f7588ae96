"""What is written down about carriers: kept sealed, told at once, taken out only when nothing uses it."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tidings.carriers.book import (
    CHANNEL,
    CarrierEntry,
    CarrierState,
    add_route,
    find_carrier,
    put_carrier,
    read_book,
    remove_carrier,
    remove_route,
    set_state,
    swap_routes,
)
from tidings.carriers.connector import MessageClass
from tidings.carriers.routes import Match
from tidings.runtime.database import Database
from tidings.runtime.secrets import Sealer, Unsealable

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SEALER = Sealer(bytes(range(32)))
ALPHA = CarrierEntry(
    "alpha", "smpp", {"host": "smsc.example", "port": 2775, "system_id": "me", "password": "hush"}, 50.0
)
BETA = CarrierEntry("beta", "smpp", {"host": "other.example"})


async def put(db: Database, *entries: CarrierEntry) -> None:
    async with db.transaction() as connection:
        for entry in entries:
            await put_carrier(connection, entry, sealer=SEALER, now=NOW)


async def test_a_carrier_is_read_as_it_was_written(db: Database) -> None:
    await put(db, ALPHA, BETA)
    async with db.connection() as connection:
        assert (await read_book(connection, sealer=SEALER)).carriers == (ALPHA, BETA)
        assert await find_carrier(connection, "alpha", sealer=SEALER) == ALPHA
        assert await find_carrier(connection, "gamma", sealer=SEALER) is None


async def test_nothing_of_the_settings_lies_open_in_the_database(db: Database) -> None:
    await put(db, ALPHA)
    async with db.connection() as connection:
        row = bytes(await connection.fetchval("select sealed_settings from carriers"))
        assert b"hush" not in row
        with pytest.raises(Unsealable):
            await read_book(connection, sealer=Sealer(bytes(32)))
        await connection.execute("update carriers set name = 'omega'")
        with pytest.raises(Unsealable):
            await read_book(connection, sealer=SEALER)


async def test_a_change_is_told_at_once(db: Database) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    listener = await db.listen(CHANNEL, heard.put_nowait)
    assert await heard.get() == ""  # the subscription itself
    await put(db, ALPHA)
    assert await asyncio.wait_for(heard.get(), 10) == "alpha"
    async with db.transaction() as connection:
        assert await set_state(connection, "alpha", CarrierState.DRAINING, now=NOW)
        assert not await set_state(connection, "gamma", CarrierState.OFF, now=NOW)
    assert await asyncio.wait_for(heard.get(), 10) == "alpha"
    await listener.close()


async def test_routes_come_in_their_order_with_what_they_are_for(db: Database) -> None:
    await put(db, ALPHA, BETA)
    match = Match(countries=frozenset({"AT", "DE"}), classes=frozenset({MessageClass.OTP}))
    async with db.transaction() as connection:
        late = await add_route(
            connection, place=20, match=Match(), carrier="beta", weight=3.0, price=None, now=NOW
        )
        early = await add_route(
            connection, place=10, match=match, carrier="alpha", weight=None, price=Decimal("0.0075"), now=NOW
        )
        nowhere = await add_route(
            connection, place=1, match=match, carrier="gamma", weight=None, price=None, now=NOW
        )
        assert nowhere is None
        routes = (await read_book(connection, sealer=SEALER)).routes
        assert [route.number for route in routes] == [early, late]
        assert routes[0].match == match
        assert (routes[0].price, routes[1].weight) == (Decimal("0.0075"), 3.0)
        assert late is not None
        assert await remove_route(connection, late)
        assert not await remove_route(connection, late)


async def test_only_a_carrier_that_is_off_can_be_removed_and_its_routes_go_with_it(db: Database) -> None:
    await put(db, ALPHA, BETA)
    async with db.transaction() as connection:
        await add_route(connection, place=1, match=Match(), carrier="beta", weight=None, price=None, now=NOW)
        assert not await remove_carrier(connection, "beta")
        await set_state(connection, "beta", CarrierState.OFF, now=NOW)
        assert await remove_carrier(connection, "beta")
        book = await read_book(connection, sealer=SEALER)
    assert (book.carriers, book.routes) == ((ALPHA,), ())


async def test_routes_are_swapped_in_one_step(db: Database) -> None:
    await put(db, ALPHA, BETA)
    async with db.transaction() as connection:
        for place in (1, 2):
            await add_route(
                connection, place=place, match=Match(), carrier="alpha", weight=None, price=None, now=NOW
            )
        assert await swap_routes(connection, "alpha", "gamma") == 0
        assert await swap_routes(connection, "alpha", "beta") == 2
        assert {one.carrier for one in (await read_book(connection, sealer=SEALER)).routes} == {"beta"}
