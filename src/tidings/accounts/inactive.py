"""Which accounts are suspended or closed, for whoever acts for all of them."""

from uuid import UUID

from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


async def inactive_accounts(connection: Connection) -> frozenset[UUID]:
    """The accounts whose messages may not leave."""
    return frozenset(row["id"] for row in await SQL.many(connection, "inactive"))
