"""Count which messages with links arrived: what clicks are measured against."""

from tidings.kernel.instant import Instant
from tidings.kernel.sid import BUCKETS
from tidings.links.believe.count import Key, figures_of, keep, standings_of
from tidings.runtime.database import Database
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
READER = "link arrivals"
"""Its cursors stand beside those of the outbox's readers, so that no day of facts goes that it has not seen."""


async def begin(db: Database) -> None:
    """Makes the cursors, before the first round."""
    async with db.connection() as connection:
        await SQL.run(connection, "make_cursors", READER, BUCKETS)


async def count_arrivals(db: Database) -> int:
    """One round over every bucket with facts that were not looked through: how many messages with links had arrived."""
    async with db.connection() as connection:
        places = await SQL.many(connection, "buckets_with_news", READER)
    return sum([await _count_bucket(db, row["bucket"], row["xid"], row["seq"], row["at"]) for row in places])


async def _count_bucket(db: Database, bucket: int, xid: int, seq: int, at: Instant) -> int:
    async with db.transaction() as connection:
        if not await SQL.value(connection, "judging_lock"):
            return 0
        rows = await SQL.many(connection, "deliveries", bucket, xid, seq, at)
        if not rows:
            return 0
        first: dict[Key, Instant] = {}
        for row in rows:
            if row["counts"]:
                first.setdefault((row["account"], row["subject"]), row["at"])
        standings = await standings_of(connection, list(first), at=first)
        before = figures_of(standings.values())
        for standing in standings.values():
            standing.delivered = True
        await keep(connection, before, standings.values())
        last = rows[-1]
        await SQL.run(connection, "move_cursor", READER, bucket, last["xid"], last["seq"], last["at"])
        return len(standings)
