"""The register of opt-outs, for those who answer for it: list, add, remove, decide, look back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tidings.compliance.opt_outs.change import Changing, change
from tidings.compliance.opt_outs.verdict import Block, Change, Source
from tidings.kernel.instant import EPOCH, Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
NEWEST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class OptOut:
    """A person's standing in a scope."""

    recipient: str
    scope: str
    state: Block
    source: str
    keyword: str | None
    """The keyword, or the rule of the phrases, that brought it about."""
    message: UUID | None
    """The inbound message that brought it about."""
    since: Instant


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a person's history."""

    id: int
    recipient: str
    scope: str
    change: Change
    source: str
    keyword: str | None
    message: UUID | None
    reason: str | None
    changed_by: str | None
    at: Instant


class Decision(StrEnum):
    """What a human finds in what a person said."""

    OPT_OUT = "opt_out"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something by hand, through which door, and why."""

    source: Source
    name: str
    """A credential's SID, or a user's name."""
    reason: str


async def listed(
    connection: Connection,
    account: UUID,
    *,
    after: tuple[str, str] = ("", ""),
    most: int,
    state: Block | None = None,
    scope: str | None = None,
    recipient: str | None = None,
) -> list[OptOut]:
    """Behind the recipient and scope of `after`, in that order."""
    rows = await SQL.many(connection, "opt_outs_page", account, *after, state, scope, recipient, most)
    return [OptOut(row[0], row[1], Block(row[2]), *row[3:]) for row in rows]


async def to_review(
    connection: Connection,
    account: UUID,
    *,
    after: tuple[Instant, str, str] = (EPOCH, "", ""),
    most: int,
    scope: str | None = None,
) -> list[OptOut]:
    """What waits for a human, the longest waiting first, behind the time, recipient and scope of `after`."""
    rows = await SQL.many(connection, "reviews_page", account, *after, scope, most)
    return [OptOut(row[0], row[1], Block(row[2]), *row[3:]) for row in rows]


async def count(
    connection: Connection, account: UUID, *, state: Block | None = None, scope: str | None = None
) -> int:
    number: int = await SQL.value(connection, "count_opt_outs", account, state, scope)
    return number


async def history(
    connection: Connection, account: UUID, recipient: str, *, before: int = NEWEST, most: int
) -> list[Line]:
    """Newest first."""
    rows = await SQL.many(connection, "history", account, recipient, before, most)
    return [Line(**{**row, "change": Change(row["change"])}) for row in rows]


async def add(
    connection: Connection, account: UUID, recipient: str, scope: str, *, by: Author, now: Instant
) -> bool:
    """Opts a person out; False when that is so already. Needs an open transaction."""
    return bool(await change(connection, [_by(account, recipient, scope, Change.OPTED_OUT, by)], now=now))


async def remove(
    connection: Connection, account: UUID, recipient: str, scope: str, *, by: Author, now: Instant
) -> bool:
    """Lifts an opt-out or a doubt; False when there is none, or only a network's. Needs an open transaction."""
    return bool(await change(connection, [_by(account, recipient, scope, Change.OPTED_IN, by)], now=now))


async def network_blocks(
    connection: Connection, account: UUID, recipients: Iterable[str]
) -> set[tuple[str, str]]:
    """Person and toll-free number where the number's network holds a block that nobody but the person lifts."""
    rows = await SQL.many(connection, "network_blocks", account, list(recipients))
    return {(row["recipient"], row["scope"]) for row in rows}


async def resolve(
    connection: Connection,
    account: UUID,
    recipient: str,
    scope: str,
    decision: Decision,
    *,
    by: Author,
    now: Instant,
) -> bool:
    """A human's decision over what waits for one; False when nothing does. Needs an open transaction.

    A word of the person that came meanwhile stands: it has decided already.
    """
    if await SQL.one(connection, "review", account, recipient, scope) is None:
        return False
    found = Change.OPTED_OUT if decision is Decision.OPT_OUT else Change.CLEARED
    author = Author(Source.REVIEW, by.name, by.reason)
    return bool(await change(connection, [_by(account, recipient, scope, found, author)], now=now))


async def take_in(
    connection: Connection, changes: Sequence[Changing], *, now: Instant, at_once: int = 5_000
) -> int:
    """Many changes, so many in a statement; how many changed anything. Needs an open transaction."""
    done = 0
    for start in range(0, len(changes), at_once):
        done += len(await change(connection, changes[start : start + at_once], now=now))
    return done


def _by(account: UUID, recipient: str, scope: str, change: Change, author: Author) -> Changing:
    return Changing(
        account,
        recipient,
        scope,
        change,
        author.source,
        reason=author.reason,
        changed_by=author.name,
    )
