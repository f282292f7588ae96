"""An account's applications by id, remembered for a few seconds so that a send costs no query."""

from collections.abc import Callable
from uuid import UUID

from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.remembered import Remembered
from tidings.runtime.statements import Statements
from tidings.senders.applications.application import Application

SQL = Statements.beside(__file__)

MOST_REMEMBERED = 10_000


class Applications:
    """`monotonic` is a clock in seconds. A change takes effect after `trust_seconds` at most; that there is no
    such application is not remembered, so that a new one works at once."""

    def __init__(self, db: Database, *, monotonic: Callable[[], float], trust_seconds: float = 5.0) -> None:
        self._db = db
        self._known = Remembered[tuple[UUID, UUID], Application](
            monotonic=monotonic, trust_seconds=trust_seconds, most=MOST_REMEMBERED
        )

    async def find(self, account: UUID, id: UUID) -> Application | None:
        """The account's application with this id; None when the account has none."""
        return await self._known.find((account, id), lambda: self._read(account, id))

    async def _read(self, account: UUID, id: UUID) -> Application | None:
        async with self._db.connection() as connection:
            return await application_of(connection, account, id)


async def application_of(db: Connection, account: UUID, id: UUID) -> Application | None:
    """The account's application with this id, as it is now."""
    row = await SQL.one(db, "application", account, id)
    return None if row is None else read(row)


def read(row: Record) -> Application:
    """The application of a row of `applications`."""
    values = dict(row.items())
    return Application(kept=values.pop("other_settings"), **values)
