"""Stores what the carrier sent, in batches, and acknowledges it only then.

Whatever arrives in one turn of the loop, or while the previous batch is being stored, is the next batch.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.connection import Connection

log = structlog.get_logger(__name__)

Item = TypeVar("Item")

_PAUSE_AFTER_FAILURE_SECONDS = 0.2


@dataclass(slots=True)
class Arrived:
    """A deliver_sm that waits for its acknowledgement, and where to send it."""

    connection: Connection
    sequence: int

    def acknowledge(self, status: int = wire.ESME_ROK) -> None:
        """Tell the carrier; does nothing when its connection has ended, then it sends it again."""
        self.connection.acknowledge(self.sequence, status)


class Intake(Generic[Item]):
    """`store` keeps a batch durably, or raises: then the carrier is asked to send it all again. `acknowledged` is told
    of each batch that was kept, once the carrier was."""

    def __init__(
        self,
        store: Callable[[list[Item]], Awaitable[None]],
        *,
        what: str,
        acknowledged: Callable[[list[Item]], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._what = what
        self._acknowledged = acknowledged
        self._items: list[Item] = []
        self._arrivals: list[list[Arrived]] = []
        self._wake = asyncio.Event()
        self._storing = 0

    @property
    def held(self) -> int:
        """How many items are in memory and not yet stored."""
        return len(self._items) + self._storing

    def put(self, item: Item, arrivals: list[Arrived]) -> None:
        """An item, and all the deliver_sm it came in."""
        self._items.append(item)
        self._arrivals.append(arrivals)
        self._wake.set()

    async def run(self, *, after_each: Callable[[], None]) -> None:
        """Store until cancelled; `after_each` batch, stored or not."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            items, arrivals = self._items, self._arrivals
            self._items, self._arrivals = [], []
            self._storing = len(items)
            stored = await self._try(items)
            self._storing = 0
            status = wire.ESME_ROK if stored else wire.ESME_RX_T_APPN
            for each in arrivals:
                for arrived in each:
                    arrived.acknowledge(status)
            if stored:
                self._acknowledged(items)
            after_each()
            if not stored:
                await asyncio.sleep(_PAUSE_AFTER_FAILURE_SECONDS)

    async def _try(self, items: list[Item]) -> bool:
        try:
            await self._store(items)
        except Exception:
            # Whatever went wrong, what was not stored must not be acknowledged, and the next may do better.
            log.exception("what the carrier sent was not stored; it will send it again", what=self._what)
            return False
        return True
