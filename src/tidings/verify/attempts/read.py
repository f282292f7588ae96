"""How the codes of an account's services fare."""

from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant
from tidings.kernel.sid import lowest_at
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements
from tidings.verify.configure import service_of
from tidings.verify.settings import VerifyService

SQL = Statements.beside(__file__)


class ServiceFigures(msgspec.Struct, frozen=True):
    service: VerifyService
    attempts: int
    converted: int


async def figures(connection: Connection, account: UUID, *, since: Instant) -> list[ServiceFigures]:
    """Of all services, the oldest first: codes since then, and those that came back."""
    rows = await SQL.many(connection, "figures", account, lowest_at(since))
    return [ServiceFigures(service_of(row), row["attempts"], row["converted"]) for row in rows]
