"""What an account says of numbers, over everything that anybody else says."""

from dataclasses import dataclass
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


@dataclass(frozen=True, slots=True)
class Said:
    """A line type as an account says it is, what it was before, why, and since when."""

    value: str
    original: str
    reason: str
    at: Instant


async def override_of(connection: Connection, account: UUID, number: str) -> Said | None:
    row = await SQL.one(connection, "override", account, number)
    return None if row is None else Said(row["value"], row["original"], row["reason"], row["at"])


async def say(connection: Connection, account: UUID, number: str, said: Said) -> Said | None:
    """None where something was said already."""
    made = await SQL.value(
        connection, "say", account, number, said.value, said.original, said.reason, said.at
    )
    return None if made is None else said


async def say_anew(connection: Connection, account: UUID, number: str, said: Said) -> Said | None:
    """None where nothing was said; what it was before anybody said anything stays."""
    made = await SQL.value(connection, "say_anew", account, number, said.value, said.reason, said.at)
    return None if made is None else await override_of(connection, account, number)


async def unsay(connection: Connection, account: UUID, number: str) -> None:
    await SQL.run(connection, "unsay", account, number)
