"""A number goes to another account: who wants no messages from it wants none from whoever has it next."""

from uuid import UUID

from tidings.compliance.opt_outs.change import Changing, change
from tidings.compliance.opt_outs.verdict import Change
from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

_AT_ONCE = 5_000


async def carry(connection: Connection, account: UUID, scope: str, *, to: UUID, now: Instant) -> None:
    """Opts out with `to` whoever is opted out with `account` in the scope of a number. Each is a fact, with the source
    that it had; the standing with `account` stays as it is. Needs an open transaction.
    """
    rows = await SQL.many(connection, "of_scope", account, scope)
    changes = [
        Changing(
            to,
            row["recipient"],
            scope,
            Change(row["state"]),
            row["source"],
            keyword=row["keyword"],
            message=row["message"],
            reason="The number came from another account.",
            since=row["since"],
        )
        for row in rows
    ]
    for first in range(0, len(changes), _AT_ONCE):
        await change(connection, changes[first : first + _AT_ONCE], now=now, of_another_brand=True)
