"""Messages that the gate refused and that are kept nowhere else: whom they were for, and which rule it was."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection, Database
from tidings.runtime.group_commit import GroupCommit
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

KEPT_FOR = timedelta(days=30)


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """`verdict`: what the gate said, as it is stored with messages (JSON). `id`: its number, 0 before it is kept."""

    account: UUID
    at: Instant
    recipient: str
    sender: str
    code: int
    verdict: Any
    id: int = 0


class Refusals:
    """Keeps them for those who judge: what comes while a write is under way shares the next."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._commits = GroupCommit[Refusal, None](self._keep)

    async def keep(self, refusal: Refusal) -> None:
        await self._commits.submit(refusal)

    async def close(self) -> None:
        await self._commits.close()

    async def _keep(self, batch: Sequence[Refusal]) -> Sequence[None]:
        async with self._db.connection() as connection:
            await SQL.run(
                connection,
                "note_refusals",
                [one.account for one in batch],
                [one.at for one in batch],
                [one.recipient for one in batch],
                [one.sender for one in batch],
                [one.code for one in batch],
                [one.verdict for one in batch],
            )
        return [None] * len(batch)


async def refusals(
    connection: Connection, account: UUID, *, recipient: str | None, before: int | None, most: int
) -> list[Refusal]:
    """Newest first."""
    return [
        Refusal(account=account, **dict(row))
        for row in await SQL.many(connection, "refusals", account, recipient, before, most)
    ]


async def forget(db: Database, *, now: Instant) -> None:
    """What is older than 30 days. May be done twice."""
    async with db.connection() as connection:
        await SQL.run(connection, "forget_refusals", now - KEPT_FOR)
