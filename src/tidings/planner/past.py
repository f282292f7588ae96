"""The messages of the past, as a replay takes them: with what is known of their recipients by now."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

from tidings.compliance.consent import Standing, standings
from tidings.compliance.profiles import Profile, known
from tidings.compliance.verdict import Traffic
from tidings.kernel.instant import Instant
from tidings.kernel.phone_number import PhoneNumber
from tidings.kernel.sid import lowest_at
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
        people = [(account, row["recipient"]) for row in rows]
        profiles = await known(connection, people)
        said = await standings(connection, people)
        yield [
            _past(row, profiles.get(person), standing)
            for row, person, standing in zip(rows, people, said, strict=True)
        ]
        after = rows[-1]["id"]


def _past(row: Record, profile: Profile | None, standing: Standing) -> Past:
    at = row["send_at"] or row["created_at"]
    traffic = _traffic(row)
    number = PhoneNumber.parse(row["recipient"])
    knows = profile is not None and traffic is Traffic.MARKETING  # as the gate asks
    return Past(
        at=at,
        expires_at=row["expires_at"] or at + _USUAL_VALIDITY,
        recipient=row["recipient"],
        traffic=traffic,
        segments=row["segments"],
        sender=row["sender"] or "",
        service=row["service"],
        tags=row["tags"] or {},
        body=row["body"],
        country=number.region if number is not None else "",
        calling_code=str(number.calling_code) if number is not None else "",
        flow=row["flow"],
        standing=tuple(one for one in standing if one.since <= at),
        place=profile.place() if profile is not None and knows else None,
        preferred=profile.preferred() if profile is not None and knows else None,
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
