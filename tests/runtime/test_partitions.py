"""Days are made ahead of time, and taken out when they are old, but never before everybody has read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from tidings.kernel.sid import mint
from tidings.runtime.database import Connection, Database
from tidings.runtime.outbox import Fact, Reader
from tidings.runtime.partitions import (
    CARRIER_REFS,
    FACTS,
    MESSAGES,
    PARTITIONED,
    Partitioned,
    detach_before,
    drop_detached,
    make_ahead,
)

FAR = datetime(2031, 3, 1, 12, tzinfo=UTC)


async def ignore(_: Connection, __: list[Fact]) -> None:
    """Handles facts by reading them."""


async def write_fact(connection: Connection, at: datetime) -> None:
    await connection.execute(
        "insert into facts (bucket, at, account, subject, kind) values (1, $1, $2, $2, 'test')",
        at,
        UUID(int=1),
    )


async def test_days_are_made_from_yesterday_to_a_week_ahead(db: Database) -> None:
    async with db.connection() as connection:
        made = await make_ahead(connection, now=FAR)
        assert len(made) == 9 * len(PARTITIONED)
        assert {"messages_20310228", "messages_20310308", "facts_20310301"} <= set(made)
        assert await make_ahead(connection, now=FAR) == []
        assert len(await make_ahead(connection, now=FAR + timedelta(days=1))) == len(PARTITIONED)


@pytest.mark.parametrize(
    "at",
    [
        datetime(2031, 2, 28, tzinfo=UTC),
        datetime(2031, 3, 1, tzinfo=UTC) - timedelta(microseconds=1),
        datetime(2031, 3, 1, tzinfo=UTC),
        datetime(2031, 3, 8, 23, 59, 59, 999999, tzinfo=UTC),
    ],
)
@pytest.mark.parametrize("entropy", [bytes(10), b"\xff" * 10])
async def test_a_message_lies_in_the_day_of_its_id(db: Database, at: datetime, entropy: bytes) -> None:
    async with db.connection() as connection:
        await make_ahead(connection, now=FAR)
        day = await connection.fetchval(
            "insert into messages (id, bucket, account, direction, recipient, body, ucs2, segments, priority, "
            "flow, resend, created_at) values ($1, 63, $2, 'outbound-api', '+14155550123', '', false, 1, 1, 0, "
            "false, $3) returning tableoid::regclass::text",
            mint(at, entropy, 63),
            uuid4(),
            at,
        )
    assert day == f"days.messages_{at:%Y%m%d}"


async def test_making_days_waits_for_no_reader_or_writer(db: Database) -> None:
    async with db.transaction() as busy:
        await write_fact(busy, datetime.now(UTC))
        async with db.connection() as connection:
            await connection.execute("set lock_timeout = '2s'")
            await make_ahead(connection, now=FAR)
            await connection.execute("reset lock_timeout")


@pytest.mark.parametrize("table", [MESSAGES, CARRIER_REFS])
async def test_old_days_are_taken_out_and_then_deleted(db: Database, table: Partitioned) -> None:
    async with db.connection() as connection:
        await make_ahead(connection, now=FAR)
        taken = await detach_before(connection, table, oldest_kept=date(2031, 3, 1))
        assert f"{table.table}_20310228" in taken
        assert f"{table.table}_20310301" not in taken
        assert await connection.fetchval(f"select count(*) from days.{table.table}_20310228") == 0
        assert set(await drop_detached(connection)) == set(taken)
        assert await detach_before(connection, table, oldest_kept=date(2031, 3, 1)) == []


async def test_a_day_of_facts_stays_until_every_reader_has_read_it(db: Database) -> None:
    name = f"facts_{datetime.now(UTC):%Y%m%d}"
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    reader = Reader(db, "slow", ignore)
    await reader.read_to_the_end()
    async with db.connection() as connection:
        await write_fact(connection, datetime.now(UTC))
        assert name not in await detach_before(connection, FACTS, oldest_kept=tomorrow)
        await reader.read_to_the_end()
        assert name in await detach_before(connection, FACTS, oldest_kept=tomorrow)


async def test_a_fact_of_a_day_that_was_not_made_is_refused(db: Database) -> None:
    async with db.connection() as connection:
        with pytest.raises(asyncpg.CheckViolationError, match="no partition"):
            await write_fact(connection, FAR)
