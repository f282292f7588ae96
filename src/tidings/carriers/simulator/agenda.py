"""Things to do later, many thousands of them, on one timer of the event loop.

A timer of asyncio costs several microseconds and a cancellable object each; here a thing costs one
heap entry, and what falls due within five milliseconds is done in one turn.
"""

import asyncio
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Any, TypeVar

Thing = TypeVar("Thing")

GRAIN_SECONDS = 0.005
MOST_IN_A_TURN = 500
"""So that what arrives in the meantime is read, and its arrival noted, soon."""


class Agenda:
    """Deeds by the instant they are due, in seconds of the loop's clock; same instants keep their order."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._entries: list[tuple[float, int, Callable[[Any], None], Any]] = []
        self._count = count()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, due: float, deed: Callable[[Thing], None], thing: Thing) -> None:
        """Call `deed(thing)` at `due` or a few milliseconds later."""
        heappush(self._entries, (due, next(self._count), deed, thing))
        if self._timer is None:
            self._arm(due + GRAIN_SECONDS)
        elif due + GRAIN_SECONDS < self._timer_at:
            self._timer.cancel()
            self._arm(due + GRAIN_SECONDS)

    def close(self) -> None:
        """Forget everything."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._entries.clear()

    def _arm(self, at: float) -> None:
        self._timer_at = at
        self._timer = self._loop.call_at(at, self._run)

    def _run(self) -> None:
        self._timer = None
        now = self._loop.time()
        left = MOST_IN_A_TURN
        entries = self._entries
        try:
            while entries and entries[0][0] <= now and left:
                _, _, deed, thing = heappop(entries)
                left -= 1
                deed(thing)
        finally:
            if entries and self._timer is None:
                self._arm(max(entries[0][0] + GRAIN_SECONDS, now))
