"""Who dispatches which buckets: leases with a fencing epoch, shared evenly among the dispatchers that are alive.

A claim names the epoch of its bucket and takes nothing under an old one, so a dispatcher that was thought dead
can do no harm when it wakes. Instants are the database's, so the clocks of hosts need not agree.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil

from tidings.kernel.sid import BUCKETS
from tidings.runtime.database import Database
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


@dataclass(frozen=True, slots=True)
class Change:
    """What a round of lease keeping brought.

    `gained`: buckets that are ours from now on, with their epoch. `lost`: buckets that are somebody else's.
    `surplus`: buckets over our share, still ours, to be given up once nothing of them is in flight.
    """

    gained: dict[int, int]
    lost: frozenset[int]
    surplus: tuple[int, ...]


@dataclass(slots=True)
class Leases:
    """The leases of one dispatcher. `owner` names it; a successor under the same name takes over at once."""

    db: Database
    owner: str
    lasting: timedelta
    held: dict[int, int] = field(default_factory=dict)
    alive: int = 1
    """Dispatchers that live, this one included, as of the last round."""

    async def start(self) -> Change:
        """Take over what an earlier process of this name held, then join the sharing."""
        async with self.db.connection() as connection:
            rows = await SQL.many(connection, "take_over", self.owner, self.lasting)
        self.held = {row["bucket"]: row["epoch"] for row in rows}
        change = await self.keep()
        return Change(gained=dict(self.held), lost=change.lost, surplus=change.surplus)

    async def keep(self) -> Change:
        """Prolong our leases, and take what is free up to our share."""
        before = dict(self.held)
        surplus: tuple[int, ...] = ()
        async with self.db.connection() as connection:
            await SQL.run(connection, "show_presence", self.owner, self.lasting)
            rows = await SQL.many(connection, "renew", self.owner, self.lasting, list(before))
            held = {row["bucket"]: row["epoch"] for row in rows}
            self.alive = max(1, await SQL.value(connection, "dispatchers_alive"))
            share = ceil(BUCKETS / self.alive)
            if len(held) > share:
                surplus = tuple(sorted(held)[share:])
            elif len(held) < share:
                taken = await SQL.many(connection, "take_free", self.owner, self.lasting, share - len(held))
                held |= {row["bucket"]: row["epoch"] for row in taken}
        self.held = held
        gained = {bucket: epoch for bucket, epoch in held.items() if before.get(bucket) != epoch}
        lost = frozenset(bucket for bucket, epoch in before.items() if held.get(bucket) != epoch)
        return Change(gained=gained, lost=lost, surplus=surplus)

    async def give_up(self, buckets: Collection[int]) -> None:
        """Hand buckets on, once nothing of them is in flight here."""
        async with self.db.connection() as connection:
            await SQL.run(connection, "release", self.owner, list(buckets))
        for bucket in buckets:
            self.held.pop(bucket, None)

    async def stop(self) -> None:
        """Give everything back, so that others go on without waiting."""
        await self.give_up(list(self.held))
        async with self.db.connection() as connection:
            await SQL.run(connection, "leave_presence", self.owner)
