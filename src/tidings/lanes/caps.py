"""Daily caps over many lanes, dispatchers and hosts: segments are reserved in the database before they are spent.

A block is reserved and committed before anything of it leaves, so `kill -9` can only lose what was left of a block,
never let more leave than the cap. One `DailyCaps` for each dispatcher process.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from tidings.kernel.codes import (
    DAILY_CAP_REACHED,
    TMOBILE_CAP_HALF,
    TMOBILE_CAP_MOSTLY,
    TMOBILE_CAP_REACHED,
    Code,
)
from tidings.lanes.budget import SharedCap, days_of
from tidings.monitor import Alert, raise_alerts
from tidings.runtime.clock import Entropy
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

BLOCK_SECONDS = 10.0
"""A block lasts a lane about so long."""
SMALLEST_BLOCK = 10
MARKS = ((0.5, TMOBILE_CAP_HALF), (0.7, TMOBILE_CAP_MOSTLY), (1.0, TMOBILE_CAP_REACHED))
"""Which part of T-Mobile's cap is told, and as what."""
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
        return TMOBILE_CAP_REACHED if self.is_tmobile else DAILY_CAP_REACHED

    @property
    def is_tmobile(self) -> bool:
        return self.name.startswith("tmobile>")

    @property
    def brand(self) -> str:
        """The SID of the brand whose day it is."""
        return f"BN{self.name.partition('>')[2]}"


class DailyCaps:
    """`entropy(n)` gives n random bytes."""

    def __init__(self, *, entropy: Entropy = secrets.token_bytes) -> None:
        self._entropy = entropy
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
                cap.take(await self._reserve(connection, held, asked, now=now), asked=asked, now=now)

    async def _reserve(self, connection: Connection, held: HeldCap, asked: int, *, now: float) -> int:
        """The segments that were given. Who comes past a mark of T-Mobile's cap tells the account, in the same
        transaction."""
        async with connection.transaction():
            row = await SQL.one(connection, "reserve", held.account, held.name, held.cap.day.date, asked)
            if row is None:
                return 0
            granted, before, segments = int(row["granted"]), row["taken"], row["segments"]
            if held.is_tmobile and granted:
                passed = [code for share, code in MARKS if before < share * segments <= before + granted]
                alerts = [Alert(held.account, code.number, held.brand) for code in passed]
                at = datetime.fromtimestamp(now, UTC)
                await raise_alerts(connection, alerts, now=at, entropy=self._entropy)
        return granted

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
