"""Profiles of those who are about to be written to, read for all who ask at a moment in one query."""

from collections.abc import Sequence
from uuid import UUID

from tidings.compliance.profiles.profile import Profile
from tidings.compliance.profiles.register import known
from tidings.runtime.database import Database
from tidings.runtime.group_commit import GroupCommit


class Profiles:
    """Remembers nothing: what was said of a recipient holds for the next message to them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._reads = GroupCommit[tuple[UUID, str], Profile | None](self._read, writers=2)

    async def of_all(self, asked: Sequence[tuple[UUID, str]]) -> dict[tuple[UUID, str], Profile]:
        """Those of many; of whom nothing is known is left out."""
        async with self._db.connection() as connection:
            return await known(connection, asked)

    async def of(self, account: UUID, recipient: str) -> Profile | None:
        """None where nothing is known."""
        return await self._reads.submit((account, recipient))

    async def close(self) -> None:
        await self._reads.close()

    async def _read(self, asked: Sequence[tuple[UUID, str]]) -> Sequence[Profile | None]:
        async with self._db.connection() as connection:
            found = await known(connection, asked)
        return [found.get(one) for one in asked]
