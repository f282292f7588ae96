"""Who gets what people write: the sender that has an address, its service, and where each wants to be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


@dataclass(frozen=True, slots=True)
class Place:
    """A URL that is told of a message from a person, and how it is asked: GET or POST."""

    url: str
    method: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """A number or a short code that people can write to. `service` is the messaging service that has it in its pool."""

    account: UUID
    address: str
    kind: str
    country: str
    service: UUID | None
    primary: Place | None
    """Who is told; None when nobody asked to be."""
    fallback: Place | None
    """Who is told instead when the primary cannot be."""


async def receivers(db: Connection, addresses: Sequence[str]) -> dict[str, Receiver]:
    """Those of some addresses that an account owns, whoever's they are. A sender id of letters receives nothing."""
    rows = await SQL.many(db, "receivers", list(set(addresses)))
    return {
        row["address"]: Receiver(
            account=row["account"],
            address=row["address"],
            kind=row["kind"],
            country=row["country"],
            service=row["service"],
            primary=_place(row["url"], row["method"]),
            fallback=_place(row["fallback_url"], row["fallback_method"]),
        )
        for row in rows
    }


def _place(url: str | None, method: str) -> Place | None:
    return Place(url, method) if url else None
