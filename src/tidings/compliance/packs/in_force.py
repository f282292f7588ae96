"""The pack that holds, as every process follows it: read when first asked for, and again after each change.

A pack that cannot be read (one that an earlier release has installed, say) leaves the one before it in force.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from tidings.compliance.packs.faults import BadRows
from tidings.compliance.packs.pack import Pack, shipped
from tidings.compliance.packs.shelf import find, uses
from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection, Database

log = structlog.get_logger(__name__)

LONGEST_TRUST_SECONDS = 30.0
"""Should the news of a change be lost, the shelf is read again after so long."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """From this moment on, this pack."""

    from_at: Instant
    pack: Pack


class PacksInForce:
    """`monotonic` gives seconds. Give `hear` to a listener on the shelf's channel."""

    def __init__(self, db: Database, *, monotonic: Callable[[], float]) -> None:
        self._db = db
        self._monotonic = monotonic
        self._turns: tuple[_Turn, ...] = ()
        self._known: dict[str, Pack] = {}
        self._read_at = float("-inf")
        self._changes = 0
        self._read_at_change = -1
        self._reading = asyncio.Lock()

    def hear(self, _use: str) -> None:
        """Another pack is to hold, or may be."""
        self._changes += 1

    async def at(self, instant: Instant) -> Pack:
        """The pack that holds at a moment."""
        if self._is_stale():
            async with self._reading:  # whoever comes meanwhile waits for the same reading
                if self._is_stale():
                    await self._read()
        for turn in reversed(self._turns):
            if turn.from_at <= instant:
                return turn.pack
        return shipped()

    def _is_stale(self) -> bool:
        too_old = self._monotonic() >= self._read_at + LONGEST_TRUST_SECONDS
        return too_old or self._read_at_change != self._changes

    async def _read(self) -> None:
        change = self._changes  # one that comes while it is read makes it stale again
        turns: list[_Turn] = []
        async with self._db.connection() as connection:
            for one in await uses(connection):
                pack = shipped() if one.version is None else await self._pack(connection, one.version)
                if pack is not None:
                    turns.append(_Turn(one.from_at, pack))
        self._turns = tuple(turns)
        self._read_at_change = change
        self._read_at = self._monotonic()

    async def _pack(self, connection: Connection, version: str) -> Pack | None:
        """None when it cannot be read."""
        if version not in self._known:
            try:
                found = await find(connection, version)
            except BadRows as bad:
                log.error(
                    "a rule pack cannot be read; the one before it stays", pack=version, faults=str(bad)
                )
                return None
            assert found is not None, "what is used is on the shelf, by the schema"
            self._known[version] = found
        return self._known[version]
