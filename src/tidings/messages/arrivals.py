"""Receipts that come by our own doors: stored in batches, before the carrier reads that they were.

A dispatcher stores what comes over its own connections through its ledger; a carrier that calls us may reach any
web process, and the same receipt two of them at once.
"""

from collections.abc import Sequence
from functools import partial

from tidings.carriers.connector import Receipt
from tidings.messages import settle
from tidings.runtime.bell import Bell
from tidings.runtime.database import Database, with_retries
from tidings.runtime.group_commit import GroupCommit
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

PATIENCE_SECONDS = 5.0
"""How long a receipt waits for PostgreSQL before its carrier is asked to send it again."""


class Arrivals:
    """What doors hand receipts to. `facts` wakes the readers of the outbox."""

    def __init__(self, db: Database, *, facts: Bell) -> None:
        self._db = db
        self._facts = facts
        self._group: GroupCommit[list[Receipt], None] = GroupCommit(self._store)

    async def receive(self, receipts: list[Receipt]) -> None:
        """Returns when they are stored. Raises what PostgreSQL says when they cannot be."""
        await self._group.submit(receipts)

    async def close(self) -> None:
        """Takes no more, and waits for the last write."""
        await self._group.close()

    async def _store(self, batches: Sequence[list[Receipt]]) -> list[None]:
        receipts = [receipt for batch in batches for receipt in batch]
        told = await with_retries(partial(self._write, receipts), wait_seconds=PATIENCE_SECONDS)
        self._facts.ring(told)
        return [None] * len(batches)

    async def _write(self, receipts: Sequence[Receipt]) -> set[int]:
        async with self._db.transaction() as connection:
            names = [f"{receipt.carrier} {receipt.provider_id}" for receipt in receipts]
            await SQL.run(connection, "one_door_at_a_time", names)
            return await settle.receive(connection, receipts)
