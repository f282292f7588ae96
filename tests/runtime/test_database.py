"""The pool and the listener outlive restarts of PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from tests.conftest import HASTY, named_bin

from tidings.runtime.database import Database, is_transient, with_retries
from tidings.runtime.embedded_postgres import EmbeddedPostgres


@pytest.fixture
def own_server(roomy_folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(roomy_folder / "postgres", bin=named_bin(), settings=HASTY)
    server.start()
    yield server
    server.remove()


async def test_json_comes_and_goes_as_python_values(db: Database) -> None:
    value = {"a": [1, None, "ü"], "b": {"c": True}}
    async with db.connection() as connection:
        assert await connection.fetchval("select $1::jsonb", value) == value
        assert await connection.fetchval("select $1::jsonb", None) is None
        assert await connection.fetchval("select ($1::jsonb[])[2]", [None, value]) == value


async def test_a_transaction_that_raises_leaves_nothing(db: Database) -> None:
    async with db.connection() as connection:
        await connection.execute("create table scratch (n integer)")
    with pytest.raises(ZeroDivisionError):
        await _write_then_raise(db)
    async with db.connection() as connection:
        assert await connection.fetchval("select count(*) from scratch") == 0


async def _write_then_raise(db: Database) -> None:
    async with db.transaction() as connection:
        await connection.execute("insert into scratch values (1)")
        raise ZeroDivisionError


async def test_a_borrowed_connection_comes_back_without_its_transaction(db_url: str) -> None:
    db = await Database.connect(db_url, application_name="test", largest=1)
    async with db.connection() as connection:
        await connection.execute("begin")
    async with db.connection() as connection:
        assert not connection.is_in_transaction()
    await db.close()


async def test_work_goes_on_after_a_restart(own_server: EmbeddedPostgres) -> None:
    db = await Database.connect(own_server.url, application_name="test", smallest=3)

    async def deed() -> int:
        async with db.transaction() as connection:
            return int(await connection.fetchval("select 1"))

    assert await with_retries(deed) == 1
    await asyncio.to_thread(own_server.stop)
    waiting = asyncio.create_task(with_retries(deed))
    await asyncio.sleep(0.2)
    await asyncio.to_thread(own_server.start)
    assert await waiting == 1
    await db.close()


async def test_a_listener_subscribes_again_after_a_restart_and_says_so(own_server: EmbeddedPostgres) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    db = await Database.connect(own_server.url, application_name="test")
    listener = await db.listen("news", heard.put_nowait)
    assert await heard.get() == ""

    async def tell() -> None:
        async with db.connection() as connection:
            await connection.execute("select pg_notify('news', 'x')")

    await with_retries(tell)
    assert await heard.get() == "x"
    await asyncio.to_thread(own_server.stop)
    await asyncio.to_thread(own_server.start)
    async with asyncio.timeout(20):
        assert await heard.get() == ""
        await with_retries(tell)
        assert await heard.get() == "x"
    await listener.close()
    await db.close()


async def test_listeners_share_one_session_and_one_that_is_closed_hears_no_more(
    own_server: EmbeddedPostgres,
) -> None:
    db = await Database.connect(own_server.url, application_name="sharing")
    queues = [asyncio.Queue[str]() for _ in range(3)]
    channels = ("lanes", "lanes", "news")
    first, second, third = [
        await db.listen(channel, queue.put_nowait) for channel, queue in zip(channels, queues, strict=True)
    ]

    async def tell(word: str) -> None:
        async with db.connection() as connection:
            for channel in ("lanes", "news"):
                await connection.execute("select pg_notify($1, $2)", channel, word)

    async with db.connection() as connection:
        sessions = await connection.fetchval(
            "select count(*) from pg_stat_activity where application_name = 'sharing listener'"
        )
    assert sessions == 1
    async with asyncio.timeout(20):
        await tell("one")
        for queue in queues:
            assert [await queue.get(), await queue.get()] == ["", "one"]
        await first.close()
        await tell("two")
        assert [await queue.get() for queue in queues[1:]] == ["two", "two"]
        await second.close()
        await tell("three")
        assert await queues[2].get() == "three"
    await third.close()
    assert [queue.qsize() for queue in queues] == [0, 0, 0]
    again: asyncio.Queue[str] = asyncio.Queue()
    fourth = await db.listen("lanes", again.put_nowait)
    assert again.get_nowait() == ""
    await fourth.close()
    await db.close()


async def test_faults_that_pass_are_told_from_those_that_stay(db: Database) -> None:
    assert is_transient(ConnectionRefusedError())
    assert is_transient(asyncpg.CannotConnectNowError("starting up"))
    assert is_transient(asyncpg.InterfaceError("connection is closed"))
    assert not is_transient(asyncpg.InterfaceError("pool is closed"))
    assert not is_transient(asyncpg.UniqueViolationError("twice"))
    tries = 0

    async def deed() -> None:
        nonlocal tries
        tries += 1
        async with db.connection() as connection:
            await connection.execute("select 1 / 0")

    with pytest.raises(asyncpg.DivisionByZeroError):
        await with_retries(deed)
    assert tries == 1


async def test_retries_end_when_the_wait_is_over() -> None:
    async def deed() -> None:
        raise ConnectionRefusedError

    with pytest.raises(ConnectionRefusedError):
        await with_retries(deed, wait_seconds=0.2)
