"""Blocks of a day's cap in the database."""

from __future__ import annotations

import asyncio
import sys
import time
from uuid import UUID

from tidings.lanes.allowance import PACIFIC, DailyLimit
from tidings.lanes.budget import days_of
from tidings.lanes.caps import DailyCaps, HeldCap
from tidings.lanes.grant import keep_caps
from tidings.runtime.database import Database

ACCOUNT = UUID(int=1)
BRAND = f"tmobile>{'0' * 31}1"
TODAY = days_of(PACIFIC)(time.time())
NOON = TODAY.begins_at + 12 * 3600


async def set_cap(db: Database, segments: int) -> None:
    async with db.connection() as connection:
        await keep_caps(connection, ACCOUNT, [DailyLimit(BRAND, segments, PACIFIC)])


async def hold(db: Database, caps: DailyCaps, *, mps: float = 10.0, now: float = NOON) -> HeldCap:
    async with db.connection() as connection:
        (held,) = await caps.of(connection, ACCOUNT, [BRAND, "never set"], mps=mps, now=now)
    return held


async def provide(db: Database, caps: DailyCaps, held: HeldCap, *, now: float = NOON) -> None:
    async with db.connection() as connection:
        await caps.provide(connection, [held], now=now, until=now + 0.5)


async def reserved(db: Database) -> int:
    async with db.connection() as connection:
        return int(await connection.fetchval("select reserved from daily_caps"))


def spend(held: HeldCap) -> int:
    """Everything at hand leaves."""
    spent = held.cap.available
    held.cap.spend(NOON, spent)
    held.cap.left(NOON, spent)
    return spent


async def test_dispatchers_that_reserve_at_once_never_get_more_than_the_cap_together(db: Database) -> None:
    await set_cap(db, 1_005)

    async def dispatcher() -> int:
        caps = DailyCaps()
        held, spent = await hold(db, caps), 0
        while not held.cap.drained:
            await provide(db, caps, held)
            spent += spend(held)
        return spent

    spent = await asyncio.gather(*(dispatcher() for _ in range(6)))
    assert sum(spent) == 1_005
    assert await reserved(db) == 1_005


async def test_a_dispatcher_that_dies_costs_what_was_left_of_its_block_and_no_more(db: Database) -> None:
    await set_cap(db, 1_000)
    dead = DailyCaps()
    lost = await hold(db, dead)
    await provide(db, dead, lost)
    block = lost.cap.available
    assert 0 < block <= 1_000 // 50
    caps = DailyCaps()
    held, spent = await hold(db, caps), 0
    while not held.cap.drained:
        await provide(db, caps, held)
        spent += spend(held)
    assert spent == 1_000 - block


SPENDER = """
import asyncio, sys
from uuid import UUID
from tidings.lanes.caps import DailyCaps
from tidings.runtime.database import Database

async def main(url, name, now):
    db = await Database.connect(url, application_name="test")
    caps = DailyCaps()
    async with db.connection() as connection:
        [held] = await caps.of(connection, UUID(int=1), [name], mps=10.0, now=now)
        while not held.cap.drained:
            await caps.provide(connection, [held], now=now, until=now + 0.5)
            while held.cap.available:
                held.cap.spend(now, 1)
                held.cap.left(now, 1)
                print("left", flush=True)
                await asyncio.sleep(0)

asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
"""


async def test_processes_that_are_killed_at_any_moment_never_spend_more_than_the_cap(
    db: Database, db_url: str
) -> None:
    await set_cap(db, 1_000)
    left, kills = 0, 0
    for fatal in (1, 37, 180, None):
        spender = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", SPENDER, db_url, BRAND, str(NOON)), stdout=asyncio.subprocess.PIPE
        )
        assert spender.stdout is not None
        mine = 0
        async for _ in spender.stdout:
            mine += 1
            if mine == fatal:
                spender.kill()
        await spender.wait()
        left += mine
        kills += fatal is not None
    assert 1_000 - kills * 20 <= left <= 1_000


async def test_an_orderly_end_gives_back_what_was_not_spent(db: Database) -> None:
    await set_cap(db, 1_000)
    caps = DailyCaps()
    held = await hold(db, caps)
    await provide(db, caps, held)
    held.cap.spend(NOON, 3)
    async with db.connection() as connection:
        await caps.give_back(connection)
    assert await reserved(db) == 3


async def test_a_new_day_begins_at_midnight_pacific_and_a_clock_that_is_behind_gets_nothing_of_it(
    db: Database,
) -> None:
    await set_cap(db, 10)
    caps = DailyCaps()
    held = await hold(db, caps)
    await provide(db, caps, held)
    assert spend(held) == 10
    await provide(db, caps, held)
    assert (held.cap.available, held.cap.drained) == (0, True)
    midnight = TODAY.ends_at
    await provide(db, caps, held, now=midnight - 1)
    assert held.cap.available == 0
    await provide(db, caps, held, now=midnight)
    assert held.cap.available == 10
    behind = DailyCaps()
    slow = await hold(db, behind)
    await provide(db, behind, slow)
    assert (slow.cap.available, slow.cap.drained) == (0, True)
    assert await reserved(db) == 10


async def test_a_cap_that_was_raised_is_used_within_a_minute(db: Database) -> None:
    await set_cap(db, 10)
    caps = DailyCaps()
    held = await hold(db, caps)
    await provide(db, caps, held)
    spend(held)
    await provide(db, caps, held)
    await set_cap(db, 30)
    await provide(db, caps, held, now=NOON + 59)
    assert held.cap.available == 0
    await provide(db, caps, held, now=NOON + 61)
    assert held.cap.available == 10


async def test_the_account_is_told_once_when_half_70_percent_and_all_of_a_brands_day_are_given_out(
    db: Database,
) -> None:
    await set_cap(db, 1_000)

    async def dispatcher() -> None:
        caps = DailyCaps()
        held = await hold(db, caps)
        while not held.cap.drained:
            await provide(db, caps, held)
            spend(held)

    await asyncio.gather(*(dispatcher() for _ in range(4)))
    async with db.connection() as connection:
        rows = await connection.fetch("select account, code, level, resource from alerts order by code")
    assert [tuple(row) for row in rows] == [
        (ACCOUNT, 30025, "warning", f"BN{'0' * 31}1"),
        (ACCOUNT, 30026, "warning", f"BN{'0' * 31}1"),
        (ACCOUNT, 30027, "error", f"BN{'0' * 31}1"),
    ]
