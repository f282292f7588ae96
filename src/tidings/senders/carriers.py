"""Which senders are bound to a carrier, for whoever hands messages over for all accounts."""

from uuid import UUID

from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


async def carriers_of_senders(connection: Connection) -> dict[tuple[UUID, str], str]:
    """The carrier's name by account and address; senders that any carrier may serve are not in it."""
    rows = await SQL.many(connection, "carriers_of_senders")
    return {(row["account"], row["address"]): row["carrier"] for row in rows}
