"""Changing people's standing: one statement for many changes, each with its fact and its line in the history."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from tidings.compliance.opt_outs.verdict import Change
from tidings.kernel.instant import Instant
from tidings.kernel.sid import bucket_of
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


class Changing(NamedTuple):
    """One change of one person in one scope."""

    account: UUID
    recipient: str
    scope: str
    change: Change
    source: str
    """A `Source`, or what an imported list says."""
    keyword: str | None = None
    message: UUID | None = None
    reason: str | None = None
    changed_by: str | None = None
    since: Instant | None = None
    """When the person said so; None for now."""


def subject_of(account: UUID, recipient: str) -> UUID:
    """The id under which facts about a person of an account stand."""
    return UUID(bytes=blake2b(recipient.encode(), key=account.bytes, digest_size=16).digest())


async def change(connection: Connection, changes: Sequence[Changing], *, now: Instant) -> list[int]:
    """Does what of these changes anything, and returns their places. Needs an open transaction.

    The statement itself sees whether there is anything to change, so that of two at once only one does; at
    most one change for a person in a scope may be among them.
    """
    if not changes:
        return []
    subjects = [subject_of(one.account, one.recipient) for one in changes]
    columns = [list(column) for column in zip(*changes, strict=True)]
    rows = await SQL.many(connection, "change", *columns, subjects, [bucket_of(one) for one in subjects], now)
    return [row["n"] - 1 for row in rows]
