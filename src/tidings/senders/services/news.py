"""News of services that were changed, for every process that remembers their pools."""

from uuid import UUID

from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

CHANNEL = "services"


async def tell_changed(db: Connection, account: UUID, service: UUID) -> None:
    """Once the caller's transaction is committed, everybody who listens hears that they must look anew."""
    await SQL.run(db, "tell_changed", CHANNEL, account.hex + service.hex)


def told(payload: str) -> tuple[UUID, UUID] | None:
    """The account and the service that the news is of; None for what follows a lost connection, which names none."""
    return (UUID(payload[:32]), UUID(payload[32:])) if len(payload) == 64 else None
