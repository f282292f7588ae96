"""Standings of those who are about to be written to, read for all who ask at a moment in one query."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from tidings.compliance.consent.standing import Standing
from tidings.compliance.consent.standings import standings
from tidings.runtime.database import Database
from tidings.runtime.group_commit import GroupCommit


class Consents:
    """Remembers nothing: what a person said holds for the next message to them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._reads = GroupCommit[tuple[UUID, str], Standing](self._read, writers=2)

    def of(self, account: UUID, recipient: str) -> asyncio.Future[Standing]:
        """What is known of a person; empty where nothing is."""
        return self._reads.submit((account, recipient))

    async def close(self) -> None:
        await self._reads.close()

    async def _read(self, asked: Sequence[tuple[UUID, str]]) -> Sequence[Standing]:
        async with self._db.connection() as connection:
            return await standings(connection, asked)
