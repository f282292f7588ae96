"""Send what rules have set going, once its time has come: by the road of every message, each once.

A message is taken in one transaction and accepted after it, under an id that its moment and its own number give.
What was taken and has no end after half a minute is looked for by that id: a crash in between sends nothing twice.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import lowest_at, mint
from tidings.links.rules.rule import State
from tidings.runtime.clock import Clock
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
_LOW_62_BITS = (1 << 62) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A message that a rule wants sent. The same `now` and `entropy` give it the same id."""

    account: UUID
    service: UUID
    recipient: str
    body: str
    intent: str
    shorten_urls: bool
    now: Instant
    entropy: bytes


Send = Callable[[Wish], Awaitable[UUID | Refused]]
"""Accepts a message, and gives its id, or why it was not accepted."""


async def fire(db: Database, send: Send, *, clock: Clock) -> int:
    """One round: how many were due."""
    now = clock()
    now -= timedelta(microseconds=now.microsecond % 1000)  # as the ids have it
    async with db.transaction() as connection:
        due = await SQL.many(connection, "take_due", now)
        allowed = [(row, await _allowed(connection, row)) for row in due]
    for row, ended in allowed:
        if ended is None:
            await _send(db, send, row)
        else:
            await _end(db, row, *ended)
    return len(due)


async def _allowed(connection: Connection, row: Record) -> tuple[State, UUID | None, str | None] | None:
    """How it ends without being sent now; None when it may be sent."""
    if row["before"] == State.SENDING:
        sent = await _sent_before(connection, row)
        return (State.SENT, sent, None) if sent is not None else None  # it is counted under the cap already
    if row["canceled_at"] is not None:
        return State.CANCELED, None, None
    if not row["by_person"]:
        return State.DOUBTED, None, "The click is no longer taken for a person's."
    if await SQL.value(connection, "spend", row["account"], row["rule"]) is None:
        return State.CAPPED, None, None
    return None


async def _sent_before(connection: Connection, row: Record) -> UUID | None:
    """The message that it became when it was taken before, whatever bucket its lane was in."""
    at = row["tried_before"]
    wanted = mint(at, _entropy(row), 0)
    rows = await SQL.many(
        connection,
        "sent_to",
        row["account"],
        row["recipient"],
        lowest_at(at),
        lowest_at(at + timedelta(milliseconds=1)),
    )
    for found in rows:
        id: UUID = found["id"]
        if id.int & _LOW_62_BITS == wanted.int & _LOW_62_BITS:
            return id
    return None


async def _send(db: Database, send: Send, row: Record) -> None:
    outcome = await send(
        Wish(
            account=row["account"],
            service=row["service"],
            recipient=row["recipient"],
            body=row["body"],
            intent=row["intent"],
            shorten_urls=row["shorten_urls"],
            now=row["tried_at"],
            entropy=_entropy(row),
        )
    )
    if isinstance(outcome, Refused):
        async with db.transaction() as connection:
            await SQL.run(connection, "give_back", row["account"], row["rule"])
            text = f"{outcome.code.number}: {outcome.message}"[:500]
            await SQL.run(connection, "end_follow_up", row["account"], row["id"], State.REFUSED, None, text)
        return
    await _end(db, row, State.SENT, outcome, None)


async def _end(db: Database, row: Record, state: State, sent: UUID | None, reason: str | None) -> None:
    async with db.connection() as connection:
        await SQL.run(connection, "end_follow_up", row["account"], row["id"], state, sent, reason)


def _entropy(row: Record) -> bytes:
    id: UUID = row["id"]
    return id.bytes[6:]
