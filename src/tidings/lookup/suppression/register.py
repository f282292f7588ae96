"""The list of suppressed numbers, for those who answer for it: list, lift."""

from dataclasses import dataclass
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A number to which nothing is sent, because of a code that its messages ended with so many times."""

    recipient: str
    code: int
    times: int
    message: UUID | None
    since: Instant
    until: Instant


async def listed(
    connection: Connection, account: UUID, *, now: Instant, after: str = "", most: int
) -> list[Suppressed]:
    """By number."""
    return [
        Suppressed(**dict(row)) for row in await SQL.many(connection, "suppressed", account, now, after, most)
    ]


async def lift(
    connection: Connection, account: UUID, recipient: str, *, reason: str, lifted_by: str, now: Instant
) -> bool:
    """Take a number off the list; false where it was not there. The next end with a code puts it back."""
    row = await SQL.one(connection, "lift", account, recipient, reason, lifted_by, now)
    return row is not None
