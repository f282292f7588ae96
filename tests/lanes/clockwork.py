"""A dispatcher on a virtual clock: it wakes late by what it is told, hands over as the lane allows, and is stuck for
what it is told before what it handed over is on the wire."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from tidings.lanes.lane import Lane, Leaving, Ticket

HORIZON_SECONDS = 0.05
MINUTE = 60.0


class Clockwork:
    """Steps one lane like a dispatcher does; `handed` is what the carrier saw, with real times."""

    def __init__(
        self, lane: Lane, *, now: float, late_by: Iterator[float], stuck_for: Iterator[float] | None = None
    ) -> None:
        self.lane = lane
        self.now = now
        self.late_by = late_by
        self.stuck_for = stuck_for or itertools.repeat(0.0)
        self.handed: list[tuple[float, Ticket]] = []
        self.expired: list[Ticket] = []
        self._ready: list[Leaving] = []
        self._asked_at = -1.0
        self.room: int | None = None

    def run(self, until: float, *, refill: Callable[[], None] = lambda: None) -> None:
        while self.now < until:
            refill()
            self._ask()
            self._hand_over()
            # the next moment that matters, then as late as this event loop happens to be
            due = self.lane.may_leave_at(self._ready[0].at) if self._ready else self.now + MINUTE
            wake = min(due, self._asked_at + HORIZON_SECONDS * 0.6, until)
            self.now = max(self.now + 1e-7, wake) + next(self.late_by)

    def put_back_all(self) -> None:
        for leaving in reversed(self._ready):
            self.lane.put_back(leaving.ticket)
        self._ready.clear()

    def finish(self) -> None:
        """Hand over what was released, ask for nothing more: a graceful end of ownership."""
        while self._ready:
            self.now = max(self.now, self.lane.may_leave_at(self._ready[0].at))
            self._hand_over()

    def _ask(self) -> None:
        if self.now < self._asked_at + HORIZON_SECONDS * 0.5:
            return
        self._asked_at = self.now
        released = self.lane.release(until=self.now + HORIZON_SECONDS, now=self.now, room=self.room)
        self._ready.extend(released.leaving)
        self.expired.extend(released.expired)

    def _hand_over(self) -> None:
        handed: list[Ticket] = []
        while self._ready and self.lane.may_leave_at(self._ready[0].at) <= self.now:
            handed.append(self._ready.pop(0).ticket)
            self.lane.left(handed[-1], at=self.now)
        if handed:
            self.now += next(self.stuck_for)
            self.lane.written(self.now)
            self.handed.extend((self.now, ticket) for ticket in handed)

    @property
    def left(self) -> list[tuple[float, int]]:
        return [(at, ticket.segments) for at, ticket in self.handed]
