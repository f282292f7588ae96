"""Read what is known of clicks: those on one message, and how many followed links by service, tag, country and hour."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant
from tidings.links.believe.classify import REASONS
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
DIMENSIONS = ("service", "country", "day", "hour")
"""What rates can be told by, beside any tag, which is written as `tag:NAME`; `campaign` and `variant` are short for
those."""
SHORT_TAGS = ("campaign", "variant")


class LinkSeen(msgspec.Struct, frozen=True):
    """One link of a message. `persons`, `machines`, `unsure`: clicks on it, by whose they are."""

    code: str
    destination: str
    expires_at: Instant
    persons: int
    machines: int
    unsure: int


class ClickSeen(msgspec.Struct, frozen=True):
    """One click. `verdict` is null for a moment, until it is judged. `since_receipt_ms`: since the receipt, or since
    the carrier took the message; null while neither was known."""

    at: Instant
    code: str
    method: str
    agent: str
    network: str
    hints: str
    verdict: str | None
    reason: str | None
    because: str | None
    version: int | None
    since_receipt_ms: int | None


class Rate(msgspec.Struct, frozen=True):
    """A slice of the rates. `delivered`: messages with links that arrived; `clicked`: those of which a person
    followed a link; `followed`: links that a person followed; `persons`, `machines`, `unsure`: clicks; `converted`:
    messages after whose click something was done, `conversions` times in all."""

    slice: str
    delivered: int
    clicked: int
    followed: int
    persons: int
    machines: int
    unsure: int
    converted: int
    conversions: int
    rate: float | None
    """`clicked` of `delivered`; null where nothing was delivered."""


async def links_of_message(db: Connection, account: UUID, message: UUID) -> list[LinkSeen]:
    rows = await SQL.many(db, "links_of_message", account, message)
    return [LinkSeen(*(row[name] for name in LinkSeen.__struct_fields__)) for row in rows]


async def clicks_of_message(db: Connection, account: UUID, message: UUID, *, most: int) -> list[ClickSeen]:
    """Newest first."""
    return [
        ClickSeen(
            at=row["at"],
            code=row["code"],
            method=row["method"],
            agent=row["agent"],
            network=row["network"],
            hints=row["hints"],
            verdict=row["verdict"],
            reason=row["reason"],
            because=REASONS[row["reason"]][1] if row["reason"] in REASONS else None,
            version=row["version"],
            since_receipt_ms=row["since_ms"],
        )
        for row in await SQL.many(db, "clicks_of_message", account, message, most)
    ]


def dimension_of(text: str) -> tuple[str, str] | None:
    """What rates shall be told by, and the tag if it is one; None for what they cannot be told by."""
    if text in DIMENSIONS:
        return text, ""
    if text in SHORT_TAGS:
        return "tag", text
    kind, _, name = text.partition(":")
    return ("tag", name) if kind == "tag" and name else None


async def rates(
    db: Connection,
    account: UUID,
    *,
    by: tuple[str, str],
    since: Instant,
    before: Instant,
    service: UUID | None = None,
    country: str | None = None,
    tags: Mapping[str, str] | None = None,
    most: int = 1000,
) -> Sequence[Rate]:
    """`by` is of `dimension_of`; messages of whole hours count."""
    rows = await SQL.many(db, "rates", account, since, before, *by, service, country, dict(tags or {}), most)
    return [
        Rate(
            slice=row["slice"],
            delivered=row["delivered"],
            clicked=row["clicked"],
            followed=row["followed"],
            persons=row["persons"],
            machines=row["machines"],
            unsure=row["unsure"],
            converted=row["converted"],
            conversions=row["conversions"],
            rate=row["clicked"] / row["delivered"] if row["delivered"] else None,
        )
        for row in rows
    ]
