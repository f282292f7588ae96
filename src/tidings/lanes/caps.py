"""Daily caps over many lanes, dispatchers and hosts: segments are reserved in the database before they are spent.

A block is reserved and committed before anything of it leaves, so `kill -9` can only lose what was left of a block,
never let more leave than the cap. One `DailyCaps` for each dispatcher process.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tidings.kernel.codes import DAILY_CAP_REACHED, TMOBILE_CAP_REACHED, Code
from tidings.lanes.budget import SharedCap, days_of
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

BLOCK_SECONDS = 10.0
"""A block lasts a lane about so long."""
SMALLEST_BLOCK = 10
LARGEST_SHARE = 50
"""A block is at most this part of the cap, but for the smallest."""


@dataclass(slots=True)
class HeldCap:
    """A cap as one dispatcher holds it. Lanes of several buckets may have the same."""

    account: UUID
    name: str
    cap: SharedCap

    @property
    def code(self) -> Code:
        """How a message ends that the cap lets leave too late."""
        return TMOBILE_CAP_REACHED if self.name.startswith("tmobile>") else DAILY_CAP_REACHED


class DailyCaps:
    def __init__(self) -> None:
        self._held: dict[tuple[UUID, str], HeldCap] = {}

    async def of(
        self, connection: Connection, account: UUID, names: Iterable[str], *, mps: float, now: float
    ) -> list[HeldCap]:
        """The caps of a lane of `mps`; those that nobody set are passed over."""
        wanted = list(names)
        unknown = [name for name in wanted if (account, name) not in self._held]
        for row in await SQL.many(connection, "caps_of", account, unknown) if unknown else ():
            block = _block(mps, row["segments"])
            cap = SharedCap(block=block, calendar=days_of(row["zone"]), at=now)
            self._held[account, row["name"]] = HeldCap(account, row["name"], cap)
        return [self._held[account, name] for name in wanted if (account, name) in self._held]

    async def provide(
        self, connection: Connection, caps: Iterable[HeldCap], *, now: float, until: float
    ) -> None:
        """Reserve what is missing, for what shall leave up to `until`. The connection must be in no transaction."""
        for held in caps:
            cap = held.cap
            cap.roll(now=now, until=until)
            asked = cap.wanted()
            if asked:
                row = await SQL.one(connection, "reserve", held.account, held.name, cap.day.date, asked)
                cap.take(row["granted"] if row is not None else 0, asked=asked, now=now)

    async def give_back(self, connection: Connection) -> None:
        """An orderly end: what is reserved and not spent goes back, for others to spend today."""
        for held in self._held.values():
            unspent = held.cap.give_back()
            if unspent:
                await SQL.run(
                    connection, "give_back_reserved", held.account, held.name, held.cap.day.date, unspent
                )


def _block(mps: float, segments: int) -> int:
    return max(SMALLEST_BLOCK, min(round(mps * BLOCK_SECONDS), segments // LARGEST_SHARE))
