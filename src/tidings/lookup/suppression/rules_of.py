"""What accounts said of suppression: changed with a reason, kept for good."""

from collections.abc import Collection
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.lookup.suppression.rules import Rule
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


async def rules_of(connection: Connection, accounts: Collection[UUID]) -> dict[UUID, list[Rule]]:
    """The rules that accounts said themselves and that hold."""
    found: dict[UUID, list[Rule]] = {}
    for row in await SQL.many(connection, "own_rules", list(accounts)):
        rule = Rule(row["code"], row["days"], row["after"], row["reason"], row["changed_by"])
        found.setdefault(row["account"], []).append(rule)
    return found


async def say_rule(
    connection: Connection,
    account: UUID,
    code: int,
    *,
    days: int | None,
    after: int,
    reason: str,
    changed_by: str,
    now: Instant,
) -> None:
    """What is said holds from the next end on; `days` None: what is shipped holds again."""
    await SQL.run(connection, "say_rule", account, code, days, after, reason, changed_by, now)
