"""Upkeep of the day partitions: the coming ones are made ahead, those past their retention are taken away."""

from __future__ import annotations

from datetime import UTC, timedelta

import structlog

from tidings.runtime.clock import Clock
from tidings.runtime.database import Connection, Database
from tidings.runtime.jobs import Jobs
from tidings.runtime.partitions import PARTITIONED, detach_before, drop_detached, make_ahead
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

EVERY_TWENTY_MINUTES = "*/20 * * * *"

log = structlog.get_logger(__name__)


def register_upkeep(jobs: Jobs, db: Database, *, retention_days: int, clock: Clock) -> None:
    """Makes the upkeep a periodic job. The days ahead are a week's grace, so an hour missed does no harm."""

    async def keep_days() -> None:
        """Makes the partitions of the coming days, and takes away those older than TIDINGS_RETENTION_DAYS."""
        async with db.connection() as connection:
            await look_after_days(connection, retention_days=retention_days, clock=clock)

    jobs.every("keep_days", EVERY_TWENTY_MINUTES, keep_days)


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
