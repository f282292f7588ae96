"""The months of links: partitions made ahead, and taken out when no link of theirs leads anywhere, as Parquet if
wanted."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import structlog

from tidings.kernel.instant import Instant
from tidings.links.month import month_of
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
MONTHS_AHEAD = 2
KEPT_FOR = timedelta(days=7)
"""So long after the end of its last link a month stands on."""
ROWS_A_FILE = 500_000
_IDS = ("account", "domain", "service", "message")
LINK_COLUMNS = ("code", *_IDS, "destination", "created_at", "expires_at")

log = structlog.get_logger(__name__)


async def make_months(connection: Connection, *, now: Instant) -> list[int]:
    """Makes the partitions of this month and the coming ones, where they are missing; gives those made. Each is made
    with what stood in the rest of the table, which is nothing when it is made ahead."""
    made = []
    async with connection.transaction():
        await SQL.value(connection, "wait_for_months")
        await SQL.run(connection, "make_months_schema")
        known = {row["month"] for row in await SQL.many(connection, "months")}
        for month in range(month_of(now), month_of(now) + MONTHS_AHEAD + 1):
            if month not in known:
                await connection.execute(await SQL.value(connection, "make_month_ddl", month))
                made.append(month)
    return made


async def take_out_months(db: Database, *, now: Instant, archive: Path | None) -> list[int]:
    """Takes out the months of which no link has led anywhere for a week; gives those taken out. `archive`: the
    folder into which they are written first. A crash in between writes them again."""
    taken = []
    async with db.connection() as connection:
        for row in await SQL.many(connection, "months"):
            month = row["month"]
            if month >= month_of(now) or await SQL.value(connection, "lives_in_month", month, now - KEPT_FOR):
                continue
            if archive is not None:
                rows = await _write_out(connection, month, archive)
                log.info("a month of links is written out", month=_name(month), rows=rows)
            async with connection.transaction():
                await connection.execute(await SQL.value(connection, "drop_month_ddl", month))
            taken.append(month)
    return taken


async def _write_out(connection: Connection, month: int, archive: Path) -> int:
    """The links of a month in Parquet files of half a million each; gives how many."""
    rows, last, number = 0, "", 0
    while True:
        found = await SQL.many(connection, "links_of_month", month, last, ROWS_A_FILE)
        if not found:
            return rows
        await asyncio.to_thread(_write_file, archive / f"links-{_name(month)}-{number:04d}.parquet", found)
        rows, last, number = rows + len(found), found[-1]["code"], number + 1


def _write_file(file: Path, found: Sequence[Record]) -> None:
    """A file is there whole or not at all."""
    import polars

    columns = {
        name: [str(row[name]) if name in _IDS else row[name] for row in found] for name in LINK_COLUMNS
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    polars.DataFrame(columns).write_parquet(partial)
    partial.replace(file)


def _name(month: int) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}"
