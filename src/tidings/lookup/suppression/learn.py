"""Learning from the ends of messages, and from people who write: for the reader of the outbox."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.lookup.suppression.rules import TEACHING, Rule, in_force
from tidings.lookup.suppression.rules_of import rules_of
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


class End(NamedTuple):
    """How a message ended. `code`: what a carrier said."""

    account: UUID
    recipient: str
    code: int
    message: UUID
    at: Instant


async def learn(connection: Connection, ends: Sequence[End]) -> None:
    """Takes in ends, in their order. A code that no rule of the account and no teaching names is passed over."""
    if not ends:
        return
    own = await rules_of(connection, {one.account for one in ends})
    rules = {account: in_force(own.get(account, ())) for account in {one.account for one in ends}}
    lessons: dict[tuple[UUID, str], tuple[End, int]] = {}
    for one in ends:
        if one.code not in rules[one.account] and one.code not in TEACHING:
            continue
        before = lessons.get((one.account, one.recipient))
        times = before[1] + 1 if before is not None and before[0].code == one.code else 1
        lessons[one.account, one.recipient] = (one, times)
    if not lessons:
        return
    none = Rule(0, 0, 1, "", "")
    applied = [rules[one.account].get(one.code, none) for one, _ in lessons.values()]
    columns = [list(column) for column in zip(*(one for one, _ in lessons.values()), strict=True)]
    await SQL.run(
        connection,
        "learn",
        *columns,
        [times for _, times in lessons.values()],
        [rule.days for rule in applied],
        [rule.after for rule in applied],
    )


async def hear(connection: Connection, people: Sequence[tuple[UUID, str]]) -> None:
    """People wrote to accounts: whatever was learnt of their numbers is over."""
    if people:
        accounts, recipients = zip(*sorted(set(people)), strict=True)
        await SQL.run(connection, "unlearn", list(accounts), list(recipients))
