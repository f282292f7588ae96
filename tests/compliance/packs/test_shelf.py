"""Packs on the shelf: installed whole, followed by all processes, and never lost for a bad one."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.compliance.packs.builders import BY, edited, manifest

from tidings.compliance.packs.faults import BadRows
from tidings.compliance.packs.in_force import PacksInForce, follow
from tidings.compliance.packs.pack import assemble, shipped
from tidings.compliance.packs.shelf import (
    CHANNEL,
    NO_USE,
    coming,
    find,
    first_moment,
    in_force,
    install,
    installed,
    keep_shipped,
    pack_at,
    use,
    uses,
)
from tidings.runtime.database import Database

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def put(db: Database, version: str, country: str = "Andorra") -> None:
    text = manifest(version)
    pack = assemble(text, {"countries.csv": edited("countries.csv", ("Andorra", country))})
    async with db.transaction() as connection:
        await install(connection, text, pack, by=BY, now=NOW)


async def say(db: Database, version: str | None, from_at: datetime = NOW, now: datetime = NOW) -> None:
    async with db.transaction() as connection:
        await use(connection, version, from_at=from_at, by=BY, now=now)


async def test_a_pack_is_read_as_it_was_installed(db: Database) -> None:
    await put(db, "ours", "Andorre")
    async with db.transaction() as connection:
        assert await keep_shipped(connection, now=NOW)
        assert not await keep_shipped(connection, now=NOW)
        found = await find(connection, "ours")
        kept = await find(connection, shipped().version)
        assert found is not None
        assert kept is not None
        assert found.countries["AD"].name == "Andorre"
        assert kept.digest == shipped().digest
        assert await find(connection, "nothing") is None
        listed = {one.version: one for one in await installed(connection)}
    assert (listed["ours"].origin, listed[shipped().version].origin) == ("operator", "shipped")
    assert (listed["ours"].digest, listed["ours"].reason) == (found.digest, BY.reason)


async def test_a_version_is_given_once(db: Database) -> None:
    await put(db, "ours")
    await put(db, "ours")
    with pytest.raises(BadRows) as caught:
        await put(db, "ours", "Andorre")
    (fault,) = caught.value.faults
    assert (fault.file, fault.column) == ("pack.toml", "version")


async def test_packs_hold_from_their_moments_on(db: Database) -> None:
    async with db.connection() as connection:
        assert in_force(await uses(connection), NOW) == NO_USE
    await put(db, "ours")
    await put(db, "next", "Andorre")
    await say(db, "next", NOW + HOUR)
    await say(db, "ours")
    async with db.connection() as connection:
        said = await uses(connection)
    assert in_force(said, NOW - HOUR) == NO_USE
    assert in_force(said, NOW).version == "ours"
    assert in_force(said, NOW + HOUR).version == "next"
    assert [one.version for one in coming(said, NOW)] == ["next"]
    await say(db, None, NOW + HOUR)  # said later of the same moment
    async with db.connection() as connection:
        said = await uses(connection)
    assert in_force(said, NOW + HOUR).version is None
    assert [one.version for one in coming(said, NOW)] == [None]


async def test_all_processes_follow(db: Database) -> None:
    heard = asyncio.Event()
    listener = await db.listen(CHANNEL, lambda number: heard.set() if number else None)
    one, other = [await follow(db, monotonic=lambda: 0.0) for _ in range(2)]
    assert [pack.known(NOW).version for pack in (one, other)] == [shipped().version] * 2
    await put(db, "ours", "Andorre")
    await say(db, "ours")
    await heard.wait()
    while one.known(NOW).version == shipped().version or other.known(NOW).version == shipped().version:
        await asyncio.sleep(0.01)
    assert [(await pack.at(NOW)).countries["AD"].name for pack in (one, other)] == ["Andorre"] * 2
    assert one.known(NOW - HOUR).version == shipped().version
    for each in (listener, one, other):
        await each.close()


async def test_a_change_whose_news_was_lost_is_seen_in_half_a_minute(db: Database) -> None:
    clock = 0.0
    process = PacksInForce(db, monotonic=lambda: clock)
    await process.at(NOW)
    await put(db, "ours")
    await say(db, "ours")
    assert (await process.at(NOW)).version == shipped().version
    clock = 30.0
    assert (await process.at(NOW)).version == "ours"


async def test_a_pack_that_cannot_be_read_leaves_the_one_before_it(db: Database) -> None:
    await put(db, "ours")
    await put(db, "broken", "Andorre")
    await say(db, "ours")
    async with db.connection() as connection:
        await connection.execute(
            "update rule_packs set tables = '{\"countries.csv\": \"x\"}' where version = 'broken'"
        )
    await say(db, "broken", NOW + HOUR)
    assert (await PacksInForce(db, monotonic=lambda: 0.0).at(NOW + HOUR)).version == "ours"


async def test_a_pack_of_an_earlier_release_has_the_tables_that_ship_for_those_it_lacks(db: Database) -> None:
    await put(db, "ours", "Andorre")
    await say(db, "ours")
    async with db.transaction() as connection:
        await connection.execute(
            "update rule_packs set tables = tables - 'consent.csv' - 'destinations.csv', digest = 'of old'"
        )
        held = await pack_at(connection, NOW)
        assert (await pack_at(connection, NOW - HOUR)).version == shipped().version
    assert (held.version, held.countries["AD"].name) == ("ours", "Andorre")
    assert set(held.destinations.risky) == set(shipped().destinations.risky)
    await put(db, "ours", "Andorre")


def test_a_pack_holds_from_its_own_day_unless_that_has_come() -> None:
    pack = assemble(manifest("x", effective_from=date(2027, 1, 1)), {})
    assert first_moment(pack, now=NOW) == datetime(2027, 1, 1, tzinfo=UTC)
    assert first_moment(pack, now=NOW + 60 * 24 * HOUR) == NOW + 60 * 24 * HOUR
