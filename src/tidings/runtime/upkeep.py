"""Upkeep of the day partitions: the coming ones are made ahead, those past their retention are taken away."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, timedelta

import asyncpg
import structlog

from tidings.runtime.clock import Clock
from tidings.runtime.database import Connection, Database, is_transient
from tidings.runtime.partitions import PARTITIONED, detach_before, drop_detached, make_ahead
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

EVERY_SECONDS = 3_600.0
AGAIN_SECONDS = 60.0

log = structlog.get_logger(__name__)


async def keep_days(db: Database, *, retention_days: int, clock: Clock, stopping: asyncio.Event) -> None:
    """Looks every hour until `stopping`. Of several processes on a database one does it, the others pass."""
    while not stopping.is_set():
        pause = EVERY_SECONDS
        try:
            async with db.connection() as connection:
                await look_after_days(connection, retention_days=retention_days, clock=clock)
        except (OSError, asyncpg.PostgresError) as error:
            if not is_transient(error):
                log.error("the days' partitions could not be kept", exc_info=error)
            pause = AGAIN_SECONDS
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await stopping.wait()


async def look_after_days(connection: Connection, *, retention_days: int, clock: Clock) -> None:
    """Once: makes the coming days, and takes away those older than `retention_days`, data and all."""
    if not await SQL.value(connection, "try_upkeep_lock"):
        return
    try:
        now = clock()
        made = await make_ahead(connection, now=now)
        oldest_kept = now.astimezone(UTC).date() - timedelta(days=retention_days)
        for table in PARTITIONED:
            await detach_before(connection, table, oldest_kept=oldest_kept)
        dropped = await drop_detached(connection)
        if made or dropped:
            log.info("days of data made and dropped", made=len(made), dropped=dropped)
    finally:
        await SQL.value(connection, "upkeep_unlock")
