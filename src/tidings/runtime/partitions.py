"""Day partitions of the tables that grow with time: made ahead, and taken out when they are old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import structlog

from tidings.kernel.instant import Instant
from tidings.kernel.sid import lowest_at
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
DAYS_BACK = 1
DAYS_AHEAD = 7

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Partitioned:
    """A table parted by day: by the time in its UUIDv7 key, or by a column of time."""

    table: str
    by_id: bool

    def bound(self, day: date) -> str:
        """The lower bound of a day, as PostgreSQL reads it."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        # All ids of a millisecond lie at or above the UUID that has its time and zeros.
        return str(lowest_at(midnight)) if self.by_id else midnight.isoformat()

    def name(self, day: date) -> str:
        return f"{self.table}_{day:%Y%m%d}"

    def day(self, name: str) -> date:
        return datetime.strptime(name.removeprefix(f"{self.table}_"), "%Y%m%d").date()


MESSAGES = Partitioned("messages", by_id=True)
FACTS = Partitioned("facts", by_id=False)
CARRIER_REFS = Partitioned("carrier_refs", by_id=False)
WEBHOOK_LOG = Partitioned("webhook_log", by_id=False)
ALERTS = Partitioned("alerts", by_id=True)
CLICKS = Partitioned("clicks", by_id=True)
CLICK_VERDICTS = Partitioned("click_verdicts", by_id=True)
VERIFY_ATTEMPTS = Partitioned("verify_attempts", by_id=True)
PARTITIONED = (
    MESSAGES,
    FACTS,
    CARRIER_REFS,
    WEBHOOK_LOG,
    ALERTS,
    CLICKS,
    CLICK_VERDICTS,
    VERIFY_ATTEMPTS,
)


async def make_ahead(
    connection: Connection, *, now: Instant, days_back: int = DAYS_BACK, days_ahead: int = DAYS_AHEAD
) -> list[str]:
    """Makes the missing partitions from yesterday to a week ahead, and returns their names.

    A week's grace lets the job that calls this fail for days before an insert finds no partition.
    """
    today = now.astimezone(UTC).date()
    made = []
    await SQL.run(connection, "make_days_schema")
    for table in PARTITIONED:
        present = {row["name"] for row in await SQL.many(connection, "partitions", f"public.{table.table}")}
        for offset in range(-days_back, days_ahead + 1):
            day = today + timedelta(days=offset)
            name = table.name(day)
            if name in present:
                continue
            bounds = (table.bound(day), table.bound(day + timedelta(days=1)))
            ddl = await SQL.value(connection, "make_partition_ddl", name, table.table, *bounds)
            async with connection.transaction():
                await connection.execute(ddl)
            made.append(name)
    return made


async def detach_before(connection: Connection, table: Partitioned, *, oldest_kept: date) -> list[str]:
    """Takes the days before `oldest_kept` out of the table, and returns their names; the data stands on in
    `days`.

    Must not be called in a transaction. A day of facts that some reader has not passed stays. Repeating it
    after a crash finishes what was begun.
    """
    taken = []
    for row in await SQL.many(connection, "partitions", f"public.{table.table}"):
        name = row["name"]
        day = table.day(name)
        if day >= oldest_kept:
            continue
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        if table is FACTS and await SQL.value(connection, "facts_unread", start, start + timedelta(days=1)):
            log.warning("a reader has not passed an old day of facts, which is kept", partition=name)
            continue
        kind = "finish_detach_ddl" if row["leaving"] else "detach_partition_ddl"
        await connection.execute(await SQL.value(connection, kind, name, table.table))
        taken.append(name)
    return taken


async def drop_detached(connection: Connection) -> list[str]:
    """Deletes the days that were taken out, with their data, and returns their names."""
    names = [row["name"] for row in await SQL.many(connection, "detached_days")]
    for name in names:
        await connection.execute(await SQL.value(connection, "drop_partition_ddl", name))
    return names
