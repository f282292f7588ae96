"""Budgets beside the lane's own that a message has to pass: a connection's rate, a cap per day.

A budget may be shared by several lanes of one owner. All times are epoch seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tidings.lanes.guard import Guard
from tidings.lanes.pace import Pace

# Lanes that share a rate plan ahead in turns. One that plans to leave in 40 ms must not use up the 40 ms
# before, which another lane still wants: so long may unused time be kept. What then coincides is spread out
# by the guard.
KEPT_SECONDS = 0.1
# What was kept and then used comes together, and a second later again: here the guard sets the pace, so that it
# needs more room for jitter than a lane's, which seldom has anything to do.
WINDOW_SECONDS = 1.006


class RateBudget:
    """So many segments a second for all lanes that share it: a connection's limit, an account's, a
    minute's.
    """

    __slots__ = ("_guard", "_pace")

    def __init__(self, *, mps: float, free_at: float = 0.0) -> None:
        self._pace = Pace(mps=mps, free_at=free_at)
        self._guard = Guard(window_seconds=WINDOW_SECONDS)

    @property
    def mps(self) -> float:
        return self._pace.mps

    @property
    def free_at(self) -> float:
        return self._pace.free_at

    def earliest(self, at: float, segments: int) -> float:
        """The first moment from `at` on at which it lets a message of `segments` pass."""
        return max(at, self._pace.free_at)

    def spend(self, at: float, segments: int) -> None:
        self._pace.not_before(at - KEPT_SECONDS)
        self._pace.spent += segments

    def refund(self, segments: int) -> None:
        """Time that passed is gone: a rate gives nothing back."""

    def left(self, at: float, segments: int) -> None:
        """The message really left at `at`."""
        self._guard.left(at, segments=segments, mps=self._pace.mps)

    def lawful_at(self) -> float:
        """The first moment at which one more message may really leave."""
        return self._guard.lawful_at(self._pace.mps)

    def set_mps(self, mps: float, *, now: float) -> None:
        self._pace.set_mps(mps, pivot=now)


class DailyCap:
    """At most `cap` segments until `resets_at`, then anew: a brand's day at T-Mobile, for one.

    `used` is what the running day has spent already. `next_reset` gives the reset that follows an instant;
    see `midnights`. A message larger than the whole cap never passes.
    """

    __slots__ = ("_next_reset", "cap", "resets_at", "used")

    def __init__(
        self, *, cap: int, resets_at: float, next_reset: Callable[[float], float], used: int = 0
    ) -> None:
        if cap < 0 or used < 0:
            raise ValueError("a cap and what is used of it are 0 or more segments")
        self.cap = cap
        self.used = used
        self.resets_at = resets_at
        self._next_reset = next_reset

    def earliest(self, at: float, segments: int) -> float:
        if segments > self.cap:
            return math.inf
        if at >= self.resets_at or self.used + segments <= self.cap:
            return at
        return self.resets_at

    def spend(self, at: float, segments: int) -> None:
        while at >= self.resets_at:
            self.resets_at = self._next_reset(self.resets_at)
            self.used = 0
        self.used += segments

    def refund(self, segments: int) -> None:
        """The carrier did not take a message: its segments count again."""
        self.used = max(0, self.used - segments)

    def left(self, at: float, segments: int) -> None:
        """A day's cap was spent when the message was released."""

    def lawful_at(self) -> float:
        return -math.inf


Budget = RateBudget | DailyCap


def midnights(zone: str) -> Callable[[float], float]:
    """The next midnight of a time zone after an instant:
    `DailyCap(next_reset=midnights("America/Los_Angeles"))`.
    """
    place = ZoneInfo(zone)

    def next_midnight(after: float) -> float:
        day = datetime.fromtimestamp(after, UTC).astimezone(place).date() + timedelta(days=1)
        return datetime(day.year, day.month, day.day, tzinfo=place).timestamp()

    return next_midnight
