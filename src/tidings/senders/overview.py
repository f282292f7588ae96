"""All that an operator wants to see of an account's senders."""

from dataclasses import dataclass
from uuid import UUID

from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements
from tidings.senders.directory import sender_of
from tidings.senders.sender import Sender

SQL = Statements.beside(__file__)


@dataclass(frozen=True, slots=True)
class SeenSender:
    sender: Sender
    friendly_name: str
    mms: bool
    voice: bool
    paused: bool
    from_stock: bool
    """Whether it goes back to a carrier's stock when it is given up."""
    service: UUID | None
    """The service that a number or a code is in; sender ids may be in many, and name none here."""
    service_name: str | None


async def overview(db: Connection, account: UUID) -> list[SeenSender]:
    """The account's senders by address."""
    return [
        SeenSender(
            sender=sender_of(row),
            friendly_name=row["friendly_name"],
            mms=row["mms"],
            voice=row["voice"],
            paused=row["paused"],
            from_stock=row["origin"] == "twilio",
            service=row["service"],
            service_name=row["service_name"],
        )
        for row in await SQL.many(db, "overview", account)
    ]
