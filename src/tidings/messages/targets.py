"""What the callbacks of messages need to know of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from tidings.kernel.sid import Sid
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


class CallbackTarget(msgspec.Struct, frozen=True):
    """Where the callbacks of a message go, and whom they speak of. `url` None: nobody asked for any."""

    id: UUID
    account: UUID
    sender: str | None
    recipient: str
    service: UUID | None
    segments: int
    priority: int
    url: str | None

    @property
    def sid(self) -> str:
        return str(Sid("SM", self.id))


async def callback_targets(
    connection: Connection, bucket: int, ids: Sequence[UUID]
) -> dict[UUID, CallbackTarget]:
    """Of those messages of one bucket that still exist. For the reader of the outbox, who serves all accounts."""
    rows = await SQL.many(connection, "callback_targets", bucket, ids)
    return {
        row["id"]: CallbackTarget(
            id=row["id"],
            account=row["account"],
            sender=row["sender"],
            recipient=row["recipient"],
            service=row["service"],
            segments=row["segments"],
            priority=row["priority"],
            url=row["status_callback"],
        )
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message from a person, for who is told of it."""

    id: UUID
    account: UUID
    sender: str
    recipient: str
    body: str
    segments: int
    service: UUID | None

    @property
    def sid(self) -> str:
        return str(Sid("SM", self.id))


async def incoming(connection: Connection, bucket: int, ids: Sequence[UUID]) -> dict[UUID, Incoming]:
    """Those of one bucket that still exist. For the reader of the outbox, who serves all accounts."""
    rows = await SQL.many(connection, "incoming", bucket, ids)
    return {row["id"]: Incoming(*row.values()) for row in rows}
