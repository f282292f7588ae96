"""The messages of the past, as a replay takes them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

from tidings.compliance.verdict import Traffic
from tidings.kernel.instant import Instant
from tidings.kernel.sid import Sid, lowest_at
from tidings.planner.replay import Past
from tidings.runtime.database import Connection, Record
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

_ESSENTIAL, _MARKETING = 0, 2
_USUAL_VALIDITY = timedelta(hours=10)


async def count_past(connection: Connection, account: UUID, *, since: Instant, until: Instant) -> int:
    return int(await SQL.value(connection, "count_past", account, lowest_at(since), lowest_at(until)))


async def pages_of_past(
    connection: Connection, account: UUID, *, since: Instant, until: Instant
) -> AsyncIterator[list[Past]]:
    """What was accepted between two moments, oldest first, page by page."""
    after, below = lowest_at(since), lowest_at(until)
    while rows := await SQL.many(connection, "past_page", account, after, below):
        yield [_past(row) for row in rows]
        after = rows[-1]["id"]


def _past(row: Record) -> Past:
    at = row["send_at"] or row["created_at"]
    return Past(
        at=at,
        expires_at=row["expires_at"] or at + _USUAL_VALIDITY,
        recipient=row["recipient"],
        traffic=_traffic(row),
        segments=row["segments"],
        sender=row["sender"] or "",
        service=str(Sid("MG", row["service"])) if row["service"] else "",
        tags=row["tags"] or {},
    )


def _traffic(row: Record) -> Traffic:
    """By its priority; answers to a person's own words are essential, as are codes and alerts."""
    if row["priority"] == _MARKETING:
        return Traffic.MARKETING
    if row["direction"] == "outbound-reply" or (
        row["priority"] == _ESSENTIAL and row["intent"] != "notifications"
    ):
        return Traffic.ESSENTIAL
    return Traffic.TRANSACTIONAL
