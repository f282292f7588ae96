"""Letters that are marked as leaving, and leave one by one at their time.

One heap and one timer. A letter is held back while its lane's guard says that leaving now would break the MPS
as the carrier counts it (after a late turn of the event loop), and while the carrier has no room.
"""

import asyncio
import heapq
from collections.abc import Callable

from tidings.carriers.connector import Connector
from tidings.messages.letter import Letter

_EARLY_SECONDS = 0.0005
"""Timers fire up to half a millisecond early; that close is on time."""


class Departures:
    """`clock` gives epoch seconds; `leave` hands a letter over to the connector."""

    def __init__(
        self, *, clock: Callable[[], float], connector: Connector, leave: Callable[[Letter], None]
    ) -> None:
        self._clock = clock
        self._connector = connector
        self._leave = leave
        self._heap: list[tuple[float, int, Letter]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, letter: Letter) -> None:
        heapq.heappush(self._heap, (letter.leaves_at, letter.order, letter))

    def overdue_parts(self, now: float) -> int:
        """How many parts should have left by now."""
        return sum(letter.handover.segments for at, _, letter in self._heap if at <= now)

    def holds(self, bucket: int) -> bool:
        """Whether a letter of the bucket waits here."""
        return any(letter.handover.bucket == bucket for _, _, letter in self._heap)

    def run(self) -> None:
        """Let everything leave whose time has come, and set the timer for the next."""
        now = self._clock()
        room = self._connector.room
        left: list[Letter] = []
        while self._heap and self._heap[0][0] <= now + _EARLY_SECONDS and room > 0:
            _, order, letter = heapq.heappop(self._heap)
            lawful_at = letter.held.lane.may_leave_at(letter.leaves_at)
            if lawful_at > now + _EARLY_SECONDS:
                heapq.heappush(self._heap, (lawful_at, order, letter))
                continue
            letter.held.lane.left(letter.ticket, at=now)
            room -= letter.handover.segments
            self._leave(letter)
            left.append(letter)
        if left:
            # The carrier counts arrivals: what left now must not wait for the rest of this turn of the loop.
            self._connector.flush()
            written = self._clock()
            if written > now + _EARLY_SECONDS:  # on a busy machine the process may have had to wait
                for lane in {letter.held.lane for letter in left}:
                    lane.written(written)
        if self._heap and room > 0:
            self._wake_at(self._heap[0][0])

    def recall(self, wanted: Callable[[Letter], bool]) -> list[Letter]:
        """Take back the letters that have not left and are wanted."""
        taken = [entry[2] for entry in self._heap if wanted(entry[2])]
        if taken:
            self._heap = [entry for entry in self._heap if not wanted(entry[2])]
            heapq.heapify(self._heap)
        return taken

    def _wake_at(self, at: float) -> None:
        if self._timer is not None:
            if self._timer_at <= at and not self._timer.cancelled():
                return
            self._timer.cancel()
        self._timer_at = at
        self._timer = asyncio.get_running_loop().call_later(max(0.0, at - self._clock()), self._fire)

    def _fire(self) -> None:
        self._timer = None
        self.run()
