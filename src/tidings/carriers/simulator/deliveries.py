"""Receipts and inbound messages on their way to the client: kept until acknowledged.

Each goes to whichever receiver or transceiver has room, in turn. None bound: it waits. No answer, a
session that died, or a refusal for now: it goes again. A refusal for good ends it.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from tidings.carriers.smpp.pdu import ESME_ROK, DeliverSm
from tidings.carriers.smpp.server import ServerSession

REFUSED_FOR_GOOD = frozenset({0x65, 0x66})
"""ESME_RX_P_APPN and ESME_RX_R_APPN (SMPP 3.4 §5.1.3)."""
MAX_WAITING = 500_000

Write = Callable[[], DeliverSm]


@dataclass(slots=True)
class DeliveryCounts:
    """Deliveries of one kind. `sent` counts each once, `repeated` every further sending."""

    sent: int = 0
    acknowledged: int = 0
    repeated: int = 0
    refused: int = 0
    overflowed: int = 0


@dataclass(slots=True)
class Delivery:
    """One deliver_sm, written anew for each sending."""

    write: Write
    counts: DeliveryCounts
    tries: int = 0


class Deliveries:
    """The queue of all deliveries. `later` calls a function after so many seconds."""

    def __init__(
        self,
        *,
        sessions: Iterable[ServerSession],
        window: Callable[[], int],
        repeat_seconds: Callable[[], float],
        later: Callable[[float, Callable[[Delivery], None], Delivery], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._sessions = sessions
        self._window = window
        self._repeat_seconds = repeat_seconds
        self._later = later
        self._queue: deque[Delivery] = deque()
        self._loop = loop
        self._pump_due = False
        self._turn = 0
        self.unanswered = 0

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, write: Write, counts: DeliveryCounts) -> None:
        """Send what `write` gives as soon as a session has room; when too many wait, the oldest goes."""
        if len(self._queue) >= MAX_WAITING:
            self._queue.popleft().counts.overflowed += 1
        self._queue.append(Delivery(write, counts))
        self.pump_soon()

    def pump_soon(self) -> None:
        """Send in the next turn of the loop, together with what this turn still adds."""
        if not self._pump_due:
            self._pump_due = True
            self._loop.call_soon(self._pump)

    def _pump(self) -> None:
        self._pump_due = False
        queue = self._queue
        window = self._window()
        rooms = [
            (session, window - session.waiting)
            for session in self._sessions
            if session.receives and session.waiting < window
        ]
        if len(rooms) == 1:
            session, room = rooms[0]
            for _ in range(min(room, len(queue))):
                self._send(queue.popleft(), session)
            return
        while queue and rooms:
            self._turn += 1
            at = self._turn % len(rooms)
            session, room = rooms[at]
            self._send(queue.popleft(), session)
            if room > 1:
                rooms[at] = session, room - 1
            else:
                del rooms[at]

    def clear(self) -> None:
        """Forget what waits."""
        self._queue.clear()

    def _send(self, delivery: Delivery, session: ServerSession) -> None:
        delivery.tries += 1
        if delivery.tries == 1:
            delivery.counts.sent += 1
        else:
            delivery.counts.repeated += 1
        self.unanswered += 1
        session.deliver(delivery.write(), partial(self._answered, delivery))

    def _answered(self, delivery: Delivery, status: int | None) -> None:
        self.unanswered -= 1
        if status == ESME_ROK:
            delivery.counts.acknowledged += 1
        elif status is None:
            self._queue.append(delivery)
        elif status in REFUSED_FOR_GOOD:
            delivery.counts.refused += 1
        else:
            self._later(self._repeat_seconds(), self._requeue, delivery)
        if self._queue:
            self.pump_soon()

    def _requeue(self, delivery: Delivery) -> None:
        self._queue.append(delivery)
        self.pump_soon()
