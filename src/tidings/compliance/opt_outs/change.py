"""Changing people's standing: one statement for many changes, each with its fact and its line in the history."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from tidings.compliance.consent.mirror import Mirrored, mirror
from tidings.compliance.consent.record import hold
from tidings.compliance.opt_outs.scope import written
from tidings.compliance.opt_outs.verdict import Change
from tidings.compliance.subject import subject_of
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


async def change(
    connection: Connection, changes: Sequence[Changing], *, now: Instant, of_another_brand: bool = False
) -> list[int]:
    """Does what of these changes anything, and returns their places. Needs an open transaction.

    The statement itself sees whether there is anything to change, so that of two at once only one does; at
    most one change for a person in a scope may be among them. What changed is entered into the ledger of consents too;
    `of_another_brand`: people said it to who had the number before.
    """
    if not changes:
        return []
    await hold(connection, {one.account for one in changes}, now=now)
    subjects = [subject_of(one.account, one.recipient) for one in changes]
    columns = [list(column) for column in zip(*changes, strict=True)]
    rows = await SQL.many(connection, "change", *columns, subjects, [bucket_of(one) for one in subjects], now)
    changed = [row["n"] - 1 for row in rows]
    await mirror(
        connection,
        [Mirrored(*changes[at]._replace(scope=written(changes[at].scope))) for at in changed],
        now=now,
        of_another_brand=of_another_brand,
    )
    return changed
