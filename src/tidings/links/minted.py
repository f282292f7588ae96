"""Links of messages are kept in the transaction that keeps the messages."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant
from tidings.kernel.sid import bucket_of
from tidings.links.month import months_by_sign
from tidings.links.shorten import Minted, new_code
from tidings.runtime.clock import Entropy, system_entropy
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
LIFE = timedelta(days=90)
"""How long a link leads anywhere, as Twilio's do."""
MOST_TRIES = 10


class CodeTaken(Exception):  # noqa: N818 - it names what happened
    """Code after code was that of an older link, as it never is by chance: nothing may be written."""


class Linked(msgspec.Struct, frozen=True, kw_only=True):
    """The links of one message."""

    account: UUID
    domain: UUID
    service: UUID
    message: UUID
    links: tuple[Minted, ...]
    now: Instant
    leaves_at: Instant
    """When it will be sent at the earliest: the life of its links begins then."""


async def keep_links(
    connection: Connection, batch: Sequence[Linked], *, entropy: Entropy = system_entropy
) -> None:
    """Writes the links of messages that the transaction has written. A code that is taken gives way to another, in the
    text too, so that no link leads elsewhere and no message fails for it.
    """
    months = months_by_sign(batch[0].now) if batch else {}
    rows = [
        _Row(
            months[link.code[0]],
            link.code,
            one.account,
            one.domain,
            one.service,
            one.message,
            link.destination,
            one.now,
            one.leaves_at + LIFE,
        )
        for one in batch
        for link in one.links
    ]
    for _ in range(MOST_TRIES):
        if not rows:
            return
        columns = [list(column) for column in zip(*rows, strict=True)]
        if await SQL.run(connection, "keep_links", *columns) == len(rows):
            return
        kept = await SQL.many(connection, "kept_links", *(columns[n] for n in (0, 1, 5, 6)))
        written = {(row["code"], row["message"], row["destination"]) for row in kept}
        taken = [row for row in rows if (row.code, row.message, row.destination) not in written]
        rows = [_with_code(row, new_code(entropy, month=row.month)) for row in taken]
        for old, new in zip(taken, rows, strict=True):
            place = (bucket_of(old.message), old.account, old.message)
            await SQL.run(connection, "change_code", *place, old.code, new.code)
    raise CodeTaken


class _Row(NamedTuple):
    month: int
    code: str
    account: UUID
    domain: UUID
    service: UUID
    message: UUID
    destination: str
    created_at: Instant
    expires_at: Instant


def _with_code(row: _Row, code: str) -> _Row:
    """The row with another code, in its destination too where a parameter tells it."""
    return row._replace(code=code, destination=row.destination.replace(row.code, code))
