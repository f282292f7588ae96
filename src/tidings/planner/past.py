"""The messages of the past, as a replay takes them: with what was known of their recipients and senders then."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from tidings.compliance.consent import Standing, standings
from tidings.compliance.consent.then import NOBODY, pasts_of
from tidings.compliance.profiles import Profile, known
from tidings.compliance.verdict import Traffic
from tidings.kernel.instant import Instant
from tidings.kernel.phone_number import PhoneNumber
from tidings.kernel.sid import lowest_at
from tidings.planner.replay import Past
from tidings.runtime.database import Connection, Record
from tidings.runtime.statements import Statements
from tidings.senders.registration import registration_gate
from tidings.senders.registration.then import RegisteredThen, registered_then

SQL = Statements.beside(__file__)

_ESSENTIAL, _MARKETING = 0, 2
_USUAL_VALIDITY = timedelta(hours=10)


class Knowing(StrEnum):
    """As of when a replay knows what people agreed to."""

    THEN = "then"
    """What stood in the ledger by the time of each message."""
    NOW = "now"
    """What stands there by now, of what they had said by then: as if a list that came later had been there."""


async def count_past(connection: Connection, account: UUID, *, since: Instant, until: Instant) -> int:
    return int(await SQL.value(connection, "count_past", account, lowest_at(since), lowest_at(until)))


async def pages_of_past(
    connection: Connection, account: UUID, *, since: Instant, until: Instant, knowing: Knowing = Knowing.THEN
) -> AsyncIterator[list[Past]]:
    """What was accepted between two moments, oldest first, page by page; each with what was known when it was wanted of
    its recipient's consent, or what is known by now of what they had said by then. What is registered for its sender is
    told as it stood then; profiles are those of now."""
    after, below = lowest_at(since), lowest_at(until)
    while rows := await SQL.many(connection, "past_page", account, after, below):
        people = [(account, row["recipient"]) for row in rows]
        profiles = await known(connection, people)
        senders = await registered_then(connection, account, sorted({row["sender"] or "" for row in rows}))
        said = await _said(connection, account, rows, knowing)
        yield [
            _past(row, profiles.get(person), standing, senders)
            for row, person, standing in zip(rows, people, said, strict=True)
        ]
        after = rows[-1]["id"]


async def _said(
    connection: Connection, account: UUID, rows: Sequence[Record], knowing: Knowing
) -> list[Standing]:
    """What the recipient of each had said."""
    if knowing is Knowing.THEN:
        pasts = await pasts_of(connection, account, [row["recipient"] for row in rows])
        return [pasts.get(row["recipient"], NOBODY).at(_at(row)) for row in rows]
    found = await standings(connection, [(account, row["recipient"]) for row in rows])
    return [
        tuple(one for one in standing if one.since <= _at(row))
        for row, standing in zip(rows, found, strict=True)
    ]


def _at(row: Record) -> Instant:
    """When it was wanted."""
    at: Instant = row["send_at"] or row["created_at"]
    return at


def _past(row: Record, profile: Profile | None, standing: Standing, senders: RegisteredThen) -> Past:
    at = _at(row)
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
        standing=standing,
        barred=registration_gate(
            senders.standing(row["sender"] or "", at), destination="" if number is None else number.region
        ),
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
