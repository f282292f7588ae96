"""The doors of the carriers in the book: read when first asked for, and again after each change of the book.

Names come from whoever calls, so a name that nobody knows must cost no statement.
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
        self._trusted_until = float("-inf")
        self._reading = asyncio.Lock()

    def hear(self, _carrier: str) -> None:
        """The book has changed, or may have."""
        self._trusted_until = float("-inf")

    async def find(self, name: str) -> Door | None:
        """The door of a carrier; None when there is no such carrier, or none that calls us."""
        if self._monotonic() >= self._trusted_until:
            async with self._reading:
                if self._monotonic() >= self._trusted_until:
                    await self._read()
        return self._doors.get(name)

    async def _read(self) -> None:
        # Trusted before it is read: a change in the meantime ends that trust.
        self._trusted_until = self._monotonic() + LONGEST_TRUST_SECONDS
        try:
            async with self._db.connection() as connection:
                book = await read_book(connection, sealer=self._sealer)
        except BaseException:
            self.hear("")
            raise
        self._doors = {
            entry.name: door for entry in book.carriers if (door := self._door_of(entry)) is not None
        }

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
