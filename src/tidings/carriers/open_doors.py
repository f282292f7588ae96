"""The doors of the carriers in the book: read when first asked for, and again after each change of the book.

Names come from whoever calls, so names that nobody knows cost one statement a second, however many come.
"""

import asyncio
from collections.abc import Callable

import structlog

from tidings.carriers.book import CarrierEntry, read_book
from tidings.carriers.door import Door
from tidings.carriers.kinds import KINDS, HeardKind, kind_of
from tidings.runtime.database import Database
from tidings.runtime.secrets import Sealer

log = structlog.get_logger(__name__)

LONGEST_TRUST_SECONDS = 30.0
"""Should the news of a change be lost, the book is read again after so long."""
UNKNOWN_TRUST_SECONDS = 1.0
"""For a name that is not in it, after so long: a carrier may call before the news of it has come."""


class OpenDoors:
    """`monotonic` gives seconds. A carrier that is drained or off keeps its door: its receipts are of messages that
    it took before."""

    def __init__(
        self,
        db: Database,
        *,
        sealer: Sealer,
        public_url: str | None,
        monotonic: Callable[[], float],
    ) -> None:
        self._db = db
        self._sealer = sealer
        self._public_url = public_url
        self._monotonic = monotonic
        self._doors: dict[str, Door] = {}
        self._read_at = float("-inf")
        self._changes = 0
        self._read_at_change = -1
        self._reading = asyncio.Lock()

    def hear(self, _carrier: str) -> None:
        """The book has changed, or may have."""
        self._changes += 1

    async def find(self, name: str) -> Door | None:
        """The door of a carrier; None when there is no such carrier, or none that calls us."""
        if self._is_stale(name):
            async with self._reading:  # whoever comes meanwhile waits for the same reading
                if self._is_stale(name):
                    await self._read()
        return self._doors.get(name)

    def _is_stale(self, name: str) -> bool:
        trust = LONGEST_TRUST_SECONDS if name in self._doors else UNKNOWN_TRUST_SECONDS
        return self._read_at_change != self._changes or self._monotonic() >= self._read_at + trust

    async def _read(self) -> None:
        change = self._changes  # one that comes while it is read makes it stale again
        async with self._db.connection() as connection:
            book = await read_book(connection, sealer=self._sealer)
        self._doors = {
            entry.name: door for entry in book.carriers if (door := self._door_of(entry)) is not None
        }
        self._read_at_change = change
        self._read_at = self._monotonic()

    def _door_of(self, entry: CarrierEntry) -> Door | None:
        kind: object = kind_of(entry.kind) if entry.kind in KINDS else None
        if not isinstance(kind, HeardKind):
            return None
        try:
            return kind.door(entry, public_url=self._public_url)
        except ValueError as fault:
            log.error(
                "a carrier's settings cannot be used; it is not heard", carrier=entry.name, faults=str(fault)
            )
            return None
