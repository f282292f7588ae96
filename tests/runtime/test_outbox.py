"""Readers of the outbox handle every fact, in order, and the database remembers how far they came."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from tidings.runtime.bell import Bell
from tidings.runtime.database import Connection, Database
from tidings.runtime.outbox import CHANNEL, Fact, NewFact, Reader, Rewound, Trail, append

ACCOUNT = UUID(int=1)


def fact(kind: str, bucket: int = 3) -> NewFact:
    return NewFact(bucket, datetime.now(UTC), ACCOUNT, uuid4(), kind)


async def ignore(_: Connection, __: list[Fact]) -> None:
    """Handles facts by reading them."""


async def until(true: Callable[[], object], *, seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


async def test_facts_come_in_the_order_in_which_they_were_written(db: Database) -> None:
    seen: list[str] = []

    async def handle(_: Connection, facts: list[Fact]) -> None:
        seen.extend(one.kind for one in facts)

    async with db.transaction() as connection:
        await append(connection, [fact(f"a{number}") for number in range(700)])
    async with db.transaction() as connection:
        await append(connection, [NewFact(3, datetime.now(UTC), ACCOUNT, ACCOUNT, "b", {"code": 30003})])
    assert await Reader(db, "r", handle).read_to_the_end() == 701
    assert seen == [*(f"a{number}" for number in range(700)), "b"]


async def test_a_fact_carries_its_detail_and_whose_it_is(db: Database) -> None:
    seen: list[Fact] = []

    async def handle(_: Connection, facts: list[Fact]) -> None:
        seen.extend(facts)

    written = NewFact(5, datetime.now(UTC), ACCOUNT, uuid4(), "message.failed", {"code": 30003})
    async with db.transaction() as connection:
        await append(connection, [written, fact("plain", bucket=5)])
    await Reader(db, "r", handle).read_to_the_end()
    assert (seen[0].account, seen[0].subject, seen[0].detail) == (ACCOUNT, written.subject, {"code": 30003})
    assert seen[1].detail is None


async def test_a_fact_is_read_only_when_all_transactions_before_it_have_ended(db: Database) -> None:
    seen: list[str] = []

    async def handle(_: Connection, facts: list[Fact]) -> None:
        seen.extend(one.kind for one in facts)

    reader = Reader(db, "r", handle)
    async with db.transaction() as slow:
        await append(slow, [fact("slow")])
        async with db.transaction() as quick:
            await append(quick, [fact("quick")])
        assert await reader.read_to_the_end() == 0
    await reader.read_to_the_end()
    assert seen == ["slow", "quick"]


async def test_what_was_rolled_back_is_never_read(db: Database) -> None:
    async with db.connection() as connection:
        undone = connection.transaction()
        await undone.start()
        await append(connection, [fact("undone")])
        await undone.rollback()
    assert await Reader(db, "r", ignore).read_to_the_end() == 0


async def test_each_reader_has_its_own_cursor(db: Database) -> None:
    async with db.transaction() as connection:
        await append(connection, [fact("one")])
    assert await Reader(db, "first", ignore).read_to_the_end() == 1
    assert await Reader(db, "first", ignore).read_to_the_end() == 0
    assert await Reader(db, "second", ignore).read_to_the_end() == 1


async def test_many_writers_with_late_commits_lose_and_double_nothing(db: Database) -> None:
    """Writers commit out of order, some roll back; two readers of one name share the buckets."""
    chance = random.Random(7)
    written: list[UUID] = []
    seen: dict[int, list[Fact]] = defaultdict(list)

    async def write(number: int) -> None:
        for _ in range(40):
            facts = [fact(f"w{number}", bucket=chance.randrange(4)) for _ in range(chance.randrange(1, 9))]
            keep = chance.random() > 0.15
            try:
                async with db.transaction() as connection:
                    await append(connection, facts)
                    await asyncio.sleep(chance.choice([0, 0, 0.002, 0.03]))
                    if not keep:
                        raise LookupError
            except LookupError:
                continue
            written.extend(one.subject for one in facts)
            bell.ring({one.bucket for one in facts})

    async def handle(connection: Connection, facts: list[Fact]) -> None:
        async with connection.transaction():
            await connection.execute("select 1")
        for one in facts:
            seen[one.bucket].append(one)

    bell = Bell(db, CHANNEL)
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as crew:
        for _ in range(2):
            crew.create_task(Reader(db, "r", handle).run(stopping))
        async with asyncio.TaskGroup() as writers:
            for number in range(6):
                writers.create_task(write(number))
        await until(lambda: sum(map(len, seen.values())) >= len(written))
        await asyncio.sleep(0.1)
        stopping.set()
    await bell.close()
    subjects = [one.subject for facts in seen.values() for one in facts]
    assert sorted(subjects) == sorted(written)
    for facts in seen.values():
        places = [(one.xid, one.seq) for one in facts]
        assert places == sorted(places)


async def test_a_ring_wakes_a_sleeping_reader(db: Database) -> None:
    seen: list[Fact] = []

    async def handle(_: Connection, facts: list[Fact]) -> None:
        seen.extend(facts)

    stopping = asyncio.Event()
    bell = Bell(db, CHANNEL)
    async with asyncio.TaskGroup() as crew:
        crew.create_task(Reader(db, "r", handle).run(stopping))
        for number in range(20):
            async with db.transaction() as connection:
                await append(connection, [fact("rung", bucket=number)])
            bell.ring([number])
            await until(lambda enough=number + 1: len(seen) >= enough)
        stopping.set()
    await bell.close()


async def test_facts_whose_ring_was_lost_are_found_by_the_sweep(db: Database) -> None:
    seen: list[Fact] = []

    async def handle(_: Connection, facts: list[Fact]) -> None:
        seen.extend(facts)

    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as crew:
        crew.create_task(Reader(db, "r", handle).run(stopping))
        await asyncio.sleep(0.3)
        async with db.transaction() as connection:
            await append(connection, [fact("quiet")])
        await until(lambda: seen)
        stopping.set()


async def test_a_reader_for_some_kinds_handles_every_one_of_them_and_opens_no_transaction_for_the_rest(
    db: Database,
) -> None:
    seen: list[str] = []

    async def handle(_: Connection, facts: list[Fact]) -> None:
        seen.extend(one.kind for one in facts if one.kind == "wanted")

    reader = Reader(db, "r", handle, kinds=["wanted"])
    async with db.transaction() as connection:
        await append(connection, [fact("other") for _ in range(1_200)])
    assert await reader.read_to_the_end() == 1_200
    assert seen == []
    for _ in range(3):
        async with db.transaction() as connection:
            await append(connection, [fact("other"), fact("wanted"), fact("other", bucket=4)])
        await reader.read_to_the_end()
    assert seen == ["wanted"] * 3
    assert await Reader(db, "r", handle, kinds=["wanted"]).read_to_the_end() == 0, "its place was saved"


async def test_a_reader_for_some_kinds_waits_for_what_an_open_transaction_may_still_tell(
    db: Database,
) -> None:
    seen: list[str] = []

    async def handle(_: Connection, facts: list[Fact]) -> None:
        seen.extend(one.kind for one in facts)

    reader = Reader(db, "r", handle, kinds=["late"])
    async with db.transaction() as slow:
        await append(slow, [fact("late")])
        async with db.transaction() as connection:
            await append(connection, [fact("other")])
        await reader.read_to_the_end()
        assert seen == []
    await reader.read_to_the_end()
    assert "late" in seen


async def test_two_readers_for_some_kinds_handle_each_fact_once(db: Database) -> None:
    seen: list[UUID] = []

    async def handle(_: Connection, facts: list[Fact]) -> None:
        seen.extend(one.subject for one in facts if one.kind == "wanted")

    chance, written = random.Random(4), []
    readers = [Reader(db, "r", handle, kinds=["wanted"]) for _ in range(2)]
    for _ in range(30):
        facts = [
            fact(chance.choice(["wanted", "other", "other"]), bucket=chance.randrange(3)) for _ in range(40)
        ]
        written += [one.subject for one in facts if one.kind == "wanted"]
        async with db.transaction() as connection:
            await append(connection, facts)
        await chance.choice(readers).read_to_the_end()
    await asyncio.gather(*(reader.read_to_the_end() for reader in readers))
    assert sorted(seen) == sorted(written)


async def test_pages_of_different_buckets_may_be_handled_at_once(db: Database) -> None:
    together = asyncio.Barrier(3)
    seen: list[str] = []

    async def handle(_: Connection, facts: list[Fact]) -> None:
        await together.wait()  # it would wait for ever for pages that come one after the other
        seen.extend(one.kind for one in facts)

    async with db.transaction() as connection:
        await append(connection, [fact(f"a{number}", bucket=number) for number in range(6)])
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as crew:
        crew.create_task(Reader(db, "r", handle, at_once=3).run(stopping))
        await until(lambda: len(seen) == 6)
        stopping.set()
    assert sorted(seen) == [f"a{number}" for number in range(6)]


async def test_a_page_whose_handler_fails_comes_again_and_the_other_buckets_go_on(db: Database) -> None:
    tries = 0
    seen: list[str] = []

    async def handle(_: Connection, facts: list[Fact]) -> None:
        nonlocal tries
        if facts[0].bucket == 1:
            tries += 1
            if tries < 2:
                raise ValueError("a fault of the handler")
        seen.extend(one.kind for one in facts)

    async with db.transaction() as connection:
        await append(connection, [fact("hard", bucket=1), fact("easy", bucket=2)])
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as crew:
        crew.create_task(Reader(db, "r", handle).run(stopping))
        await until(lambda: len(seen) == 2)
        stopping.set()
    assert seen == ["easy", "hard"]


async def test_cursors_ahead_of_the_servers_transactions_are_refused(db: Database) -> None:
    await Reader(db, "r", ignore).read_to_the_end()
    async with db.connection() as connection:
        await connection.execute("update cursors set xid = 9000000000 where bucket = 4")
    with pytest.raises(Rewound, match="pg_resetwal"):
        await Reader(db, "r", ignore).read_to_the_end()


KILLED_READER = """
import asyncio, sys
from tidings.runtime.database import Database
from tidings.runtime.outbox import Reader

async def handle(connection, facts):
    for fact in facts:
        await connection.execute("insert into handled values ($1)", fact.subject)
        print(fact.subject, flush=True)
        await asyncio.sleep(0.001)

async def main():
    db = await Database.connect(sys.argv[1], application_name="killed")
    await Reader(db, "r", handle).run(asyncio.Event())

asyncio.run(main())
"""


async def test_a_reader_killed_within_a_page_repeats_it_from_the_cursor(db: Database, db_url: str) -> None:
    facts = [fact("x", bucket=number % 3) for number in range(3000)]
    async with db.transaction() as connection:
        await connection.execute("create table handled (subject uuid)")
        await append(connection, facts)
    environment = {**os.environ, "PYTHONPATH": "src"}
    for _ in range(3):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", KILLED_READER, db_url, stdout=asyncio.subprocess.PIPE, env=environment
        )
        assert process.stdout is not None
        for _ in range(250):
            await process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        await process.communicate()

    async def handle(connection: Connection, page: list[Fact]) -> None:
        subjects = [one.subject for one in page]
        await connection.execute("insert into handled select unnest($1::uuid[])", subjects)

    async def drained() -> bool:
        await Reader(db, "r", handle).read_to_the_end()
        async with db.connection() as connection:
            return bool(await connection.fetchval("select count(*) >= 3000 from handled"))

    async with asyncio.timeout(30):
        while not await drained():
            await asyncio.sleep(0.05)
    async with db.connection() as connection:
        rows = await connection.fetch("select subject from handled")
    assert sorted(row["subject"] for row in rows) == sorted(one.subject for one in facts)


async def test_what_the_reader_of_all_kinds_has_read_is_not_looked_at_again(db: Database) -> None:
    trail = Trail()
    whole = Reader(db, "whole", ignore, trail=trail)
    few = Reader(db, "few", ignore, kinds=["wanted"], trail=trail)
    async with db.transaction() as connection:
        await append(connection, [fact("other")])
    assert (await whole.read_to_the_end(), await few.read_to_the_end()) == (1, 1), "now both know their place"
    async with db.transaction() as connection:
        await append(connection, [fact("other") for _ in range(700)])
    assert await whole.read_to_the_end() == 700
    assert await few.read_to_the_end() == 0


async def test_readers_that_follow_another_handle_every_fact_of_theirs_once_and_in_order(
    db: Database,
) -> None:
    trail, chance = Trail(), random.Random(8)
    seen: dict[str, list[UUID]] = {"a": [], "b": []}
    written: dict[str, list[UUID]] = {"a": [], "b": []}

    def handler(kind: str) -> Callable[[Connection, list[Fact]], Awaitable[None]]:
        async def handle(_: Connection, facts: list[Fact]) -> None:
            seen[kind].extend(one.subject for one in facts if one.kind == kind)

        return handle

    readers = [Reader(db, kind, handler(kind), kinds=[kind], trail=trail) for kind in seen]
    readers.append(Reader(db, "whole", ignore, trail=trail))
    for _ in range(40):
        facts = [fact(chance.choice(["a", "b", *["other"] * 6])) for _ in range(chance.choice([1, 3, 30]))]
        async with db.transaction() as connection:
            await append(connection, facts)
        for kind, ids in written.items():
            ids += [one.subject for one in facts if one.kind == kind]
        await asyncio.gather(*(reader.read_to_the_end() for reader in chance.sample(readers, 2)))
    for reader in readers:
        await reader.read_to_the_end()
    assert seen == written


async def test_a_reader_that_follows_hears_of_its_kind_though_nobody_reads_before_it(db: Database) -> None:
    seen: list[Fact] = []

    async def handle(_: Connection, facts: list[Fact]) -> None:
        seen.extend(facts)

    stopping = asyncio.Event()
    bell = Bell(db, CHANNEL)
    async with asyncio.TaskGroup() as crew:
        crew.create_task(Reader(db, "r", handle, kinds=["wanted"], trail=Trail()).run(stopping))
        for number in range(5):
            async with db.transaction() as connection:
                await append(connection, [fact("wanted", bucket=number)])
            bell.ring([number])
            await until(lambda enough=number + 1: len(seen) >= enough)
        stopping.set()
    await bell.close()
