"""Everything that is kept of the messages between an account and a person, for a proof."""

from typing import Any
from uuid import UUID

from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


async def dealings(connection: Connection, account: UUID, person: str) -> list[dict[str, Any]]:
    """Each message as it is kept, with its last verdict, under `message`, and what happened to it, earlier verdicts
    among that, under `facts`; oldest first."""
    rows = await SQL.many(connection, "dealings", account, person)
    return [{"message": row["message"], "facts": row["facts"]} for row in rows]
