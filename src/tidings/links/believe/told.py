"""What is told of a click to whoever wants to hear of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


@dataclass(frozen=True, slots=True)
class ClickTold:
    """`url` is the callback of the link's domain; `destination` where the link leads."""

    id: UUID
    account: UUID
    message: UUID
    at: Instant
    agent: str
    destination: str
    service: UUID
    url: str
    sender: str
    recipient: str


async def clicks_told(db: Connection, ids: Sequence[UUID]) -> dict[UUID, ClickTold]:
    """Of those clicks whose domain names a callback. For the reader of the outbox, who serves all accounts."""
    return {
        row["id"]: ClickTold(
            id=row["id"],
            account=row["account"],
            message=row["message"],
            at=row["at"],
            agent=row["agent"],
            destination=row["destination"],
            service=row["service"],
            url=row["callback_url"],
            sender=row["sender"] or "",
            recipient=row["recipient"],
        )
        for row in await SQL.many(db, "clicks_told", ids)
    }
