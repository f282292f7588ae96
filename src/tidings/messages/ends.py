"""How messages ended, for those who heard no receipt of them themselves."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tidings.carriers.keeper import End
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


async def ends_of(connection: Connection, sent: Sequence[tuple[UUID, datetime]]) -> dict[UUID, End]:
    """The ends of messages, given with when they were sent; those that have none yet are left out."""
    rows = await SQL.many(connection, "ends", [id for id, _ in sent], [at for _, at in sent])
    return {row["id"]: End(row["delivered"], row["code"]) for row in rows}
