"""An account's services with their pools, remembered for a few seconds so that a send costs no query."""

from collections.abc import Callable
from dataclasses import fields
from uuid import UUID

from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.remembered import Remembered
from tidings.runtime.statements import Statements
from tidings.senders.directory import sender_of
from tidings.senders.services.news import told
from tidings.senders.services.pool import Pool, Scanning, Service, Usecase

SQL = Statements.beside(__file__)

MOST_REMEMBERED = 10_000
COLUMNS = tuple(field.name for field in fields(Service))


class Services:
    """`monotonic` is a clock in seconds. A change takes effect at once where `hear` is told of it, else after
    `trust_seconds` at most; that there is no such service is not remembered, so that a new one works at once."""

    def __init__(self, db: Database, *, monotonic: Callable[[], float], trust_seconds: float = 5.0) -> None:
        self._db = db
        self._known = Remembered[tuple[UUID, UUID], Pool](
            monotonic=monotonic, trust_seconds=trust_seconds, most=MOST_REMEMBERED
        )

    def recall(self, account: UUID, id: UUID) -> Pool | None:
        """The service with its pool, if it was looked up a moment ago."""
        return self._known.recall((account, id))

    async def find(self, account: UUID, id: UUID) -> Pool | None:
        """The account's service with this id and its pool; None when the account has none."""
        return await self._known.find((account, id), lambda: self._read(account, id))

    def hear(self, payload: str) -> None:
        """News on the channel `news.CHANNEL`."""
        changed = told(payload)
        if changed is not None:
            self._known.forget(changed)

    async def _read(self, account: UUID, id: UUID) -> Pool | None:
        async with self._db.connection() as connection:
            return await pool_of(connection, account, id)


async def pool_of(db: Connection, account: UUID, id: UUID) -> Pool | None:
    """The account's service with its pool, as it is now."""
    row = await SQL.one(db, "service", account, id)
    if row is None:
        return None
    members = await SQL.many(db, "members", account, id)
    alpha: dict[str, tuple[str, ...]] = {}
    for one in await SQL.many(db, "alpha_senders", account, id):
        alpha[one["country"]] = (*alpha.get(one["country"], ()), one["alpha_sender"])
    return Pool(service_of(row), tuple(sender_of(member) for member in members), alpha)


async def services_of(db: Connection, account: UUID) -> list[tuple[Service, int]]:
    """All services of an account, the oldest first, and how many senders of all kinds each has."""
    return [(service_of(row), row["senders"]) for row in await SQL.many(db, "services_of", account)]


def service_of(row: Record) -> Service:
    """The service of a row of `services`."""
    values = {name: row[name] for name in COLUMNS}
    return Service(
        **values
        | {"usecase": Usecase(row["usecase"]), "scan_message_content": Scanning(row["scan_message_content"])}
    )
