"""Verify services: made, changed, given up, found."""

from collections.abc import Callable
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.remembered import Remembered
from tidings.runtime.statements import Statements
from tidings.verify.settings import Settings, VerifyService

SQL = Statements.beside(__file__)

MOST_REMEMBERED = 10_000
TRUST_SECONDS = 5.0


async def create_service(
    db: Connection, account: UUID, settings: Settings, *, id: UUID, now: Instant
) -> VerifyService:
    await SQL.run(db, "create_service", account, id, now, settings)
    return VerifyService(id, account, now, now, settings)


async def service_with(db: Connection, account: UUID, id: UUID) -> VerifyService | None:
    row = await SQL.one(db, "service", account, id)
    return None if row is None else service_of(row)


async def service_to_change(db: Connection, account: UUID, id: UUID) -> VerifyService | None:
    """Held until the transaction ends."""
    row = await SQL.one(db, "service_to_change", account, id)
    return None if row is None else service_of(row)


async def change_service(
    db: Connection, account: UUID, id: UUID, settings: Settings, *, now: Instant
) -> VerifyService | None:
    row = await SQL.one(db, "change_service", account, id, settings, now)
    return None if row is None else service_of(row)


async def delete_service(db: Connection, account: UUID, id: UUID, *, now: Instant) -> bool:
    """Codes that are under way are good for nothing any more. Needs an open transaction."""
    if not await SQL.run(db, "delete_service", account, id):
        return False
    await SQL.run(db, "delete_verifications", account, id, now)
    return True


def service_of(row: Record) -> VerifyService:
    settings = msgspec.convert(row["settings"], Settings)
    told = row.get("told", False)
    return VerifyService(row["id"], row["account"], row["created_at"], row["updated_at"], settings, told)


class VerifyServices:
    """An account's services, believed for `trust_seconds`. That there is none is not."""

    def __init__(
        self, db: Database, *, monotonic: Callable[[], float], trust_seconds: float = TRUST_SECONDS
    ) -> None:
        self._db = db
        self._known = Remembered[tuple[UUID, UUID], VerifyService](
            monotonic=monotonic, trust_seconds=trust_seconds, most=MOST_REMEMBERED
        )

    async def find(self, account: UUID, id: UUID) -> VerifyService | None:
        async def read() -> VerifyService | None:
            async with self._db.connection() as connection:
                return await service_with(connection, account, id)

        return await self._known.find((account, id), read)

    def forget(self, account: UUID, id: UUID) -> None:
        self._known.forget((account, id))
