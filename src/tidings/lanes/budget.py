"""Budgets beside the lane's own that a message has to pass: a connection's rate, a cap per day.

A budget may be shared by several lanes of one owner. All times are epoch seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
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
# A drained cap is asked for again after so long: somebody may have given back what they did not spend. Longer than
# any plan reaches ahead.
ASK_AGAIN_SECONDS = 60.0


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

    def refund(self, segments: int, *, had_left: bool) -> None:
        """Time that passed is gone: a rate gives nothing back."""

    def left(self, at: float, segments: int) -> None:
        """The message really left at `at`."""
        self._guard.left(at, segments=segments, mps=self._pace.mps)

    def written(self, at: float) -> None:
        """What left last was on the wire by `at` only."""
        self._guard.written(at)

    def lawful_at(self) -> float:
        """The first moment at which one more message may really leave."""
        return self._guard.lawful_at(self._pace.mps)

    def set_mps(self, mps: float, *, now: float) -> None:
        self._pace.set_mps(mps, pivot=now)


class DailyCap:
    """At most `cap` segments until `resets_at`, then anew, for one owner of all its lanes: what a forecast reckons
    with. Dispatchers share a `SharedCap`.

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

    def refund(self, segments: int, *, had_left: bool) -> None:
        """The carrier did not take a message: its segments count again."""
        self.used = max(0, self.used - segments)

    def left(self, at: float, segments: int) -> None:
        """A day's cap was spent when the message was released."""

    def written(self, at: float) -> None:
        """A day's cap asks for no moment."""

    def lawful_at(self) -> float:
        return -math.inf


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a time zone, of 23 to 25 hours."""

    date: date
    begins_at: float
    ends_at: float


class SharedCap:
    """A day's cap over lanes of many dispatchers. Each spends blocks that a common counter gave it beforehand, so
    however one ends, no more than the cap leaves in a day, and at most its last block is lost.

    The owner of the lanes calls `roll` and `wanted` before it asks them for what may leave, and `take` with what the
    counter gave. What is spent is counted to the day in which it is planned to leave; what is on its way out at the
    day's end counts to the next day as well, since it may leave then.
    """

    __slots__ = (
        "_calendar",
        "_out",
        "_short",
        "asked_at",
        "available",
        "block",
        "day",
        "drained",
        "drained_at",
    )

    def __init__(self, *, block: int, calendar: Callable[[float], Day], at: float) -> None:
        self.block = block
        self.day = calendar(at)
        self.available = 0
        """Segments of the running day that were given and are not spent."""
        self.drained = False
        """Whether the counter had no more to give."""
        self.drained_at = -math.inf
        self.asked_at = at
        self._calendar = calendar
        self._out = 0  # spent, but not left yet
        self._short = 0  # segments of a message that had to wait for the next block

    def roll(self, *, now: float, until: float) -> None:
        """Begin the day of `until`, when it is a new one. Nothing of an earlier day may leave from then on."""
        self.asked_at = now
        if until >= self.day.ends_at:
            self.day = self._calendar(until)
            self.available, self._out = -self._out, 0
            self.drained, self._short = False, 0
        elif self.drained and now >= self.drained_at + ASK_AGAIN_SECONDS:
            self.drained = False  # others may have given back, or the cap was raised

    def wanted(self) -> int:
        """Segments to ask the counter for; 0 while enough are at hand, or there are no more."""
        if self.drained or self.available >= max(self.block // 2, self._short):
            return 0
        return self.block + self._short - self.available

    def take(self, granted: int, *, asked: int, now: float) -> None:
        """What the counter gave."""
        self.available += granted
        self._short = 0
        if granted < asked:
            self.drained, self.drained_at = True, now

    def give_back(self) -> int:
        """Segments that nobody will spend any more."""
        unspent, self.available = max(0, self.available), min(0, self.available)
        return unspent

    @property
    def is_short(self) -> bool:
        """Whether a message waits for the next block."""
        return self._short > 0

    def earliest(self, at: float, segments: int) -> float:
        at = max(at, self.day.begins_at)
        if at >= self.day.ends_at or self.available >= segments:
            return at
        if self.drained:
            return self.day.ends_at
        self._short = max(self._short, segments)
        return max(at, self.asked_at + ASK_AGAIN_SECONDS)

    def spend(self, at: float, segments: int) -> None:
        self.available -= segments
        self._out += segments

    def refund(self, segments: int, *, had_left: bool) -> None:
        """A message did not leave. One that did, and was not taken, stays counted: the carrier may have counted it."""
        if not had_left:
            self.available += segments
            self._out = max(0, self._out - segments)

    def left(self, at: float, segments: int) -> None:
        """The message really left at `at`."""
        self._out = max(0, self._out - segments)

    def written(self, at: float) -> None:
        """A day's cap asks for no moment."""

    def lawful_at(self) -> float:
        return -math.inf

    def shut_until(self, segments: int) -> float:
        """Until when a message of `segments` cannot leave because of the cap; minus infinity when it can."""
        return self.day.ends_at if self.drained and self.available < segments else -math.inf


Budget = RateBudget | DailyCap | SharedCap


def midnights(zone: str) -> Callable[[float], float]:
    """The next midnight of a time zone after an instant:
    `DailyCap(next_reset=midnights("America/Los_Angeles"))`.
    """
    days = days_of(zone)
    return lambda after: days(after).ends_at


def days_of(zone: str) -> Callable[[float], Day]:
    """The day of a time zone that an instant is in, from midnight to midnight: 23 or 25 hours where clocks change."""
    place = ZoneInfo(zone)

    def midnight(day: date) -> float:
        return datetime(day.year, day.month, day.day, tzinfo=place).timestamp()

    def day_at(at: float) -> Day:
        day = datetime.fromtimestamp(at, UTC).astimezone(place).date()
        return Day(day, midnight(day), midnight(day + timedelta(days=1)))

    return day_at
