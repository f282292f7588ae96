"""When the messages of a send will leave, how many overflow and how many expire: the lane on a virtual clock.

This is the scheduler that paces live traffic, fed as the dispatcher feeds it, with a few thousand tickets at
a time.
"""

from __future__ import annotations

import math
from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from uuid import UUID

from tidings.lanes.budget import Budget
from tidings.lanes.lane import Lane, Released, Ticket
from tidings.lanes.pace import Pace
from tidings.lanes.shares import DEFAULT_SHARES
from tidings.lanes.turn import finish_of, turn_of

_READ_AHEAD = 4_000
_BATCH_BITS = 48


@dataclass(frozen=True, slots=True)
class Batch:
    """`count` messages of one flow that are offered at `offered_at` (epoch seconds).

    `sizes` are their segments in order, begun anew when there are more messages than sizes. With
    `over_seconds` they come evenly spread, in lots of a second each.
    """

    count: int
    sizes: Sequence[int] = (1,)
    priority: int = 2
    offered_at: float = 0.0
    over_seconds: float = 0.0
    validity_seconds: float = 36_000.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one batch, or of all. Times are epoch seconds; None when nothing leaves."""

    first_at: float | None
    last_at: float | None
    left_messages: int
    left_segments: int
    overflow_messages: int
    overflow_segments: int
    expired_messages: int


@dataclass(frozen=True, slots=True)
class Forecast:
    total: Outcome
    batches: tuple[Outcome, ...]


def forecast(
    batches: Sequence[Batch],
    *,
    mps: float,
    queue_limit_seconds: float,
    shares: Sequence[float] = DEFAULT_SHARES,
    free_at: float = 0.0,
    budgets: Sequence[Budget] = (),
) -> Forecast:
    """Foresee what a lane does with `batches` if nothing else comes. Budgets given here are spent by it.

    ValueError for a batch without messages or a size below 1.
    """
    for batch in batches:
        if batch.count < 1 or not batch.sizes or min(batch.sizes) < 1:
            raise ValueError("a batch needs messages of one segment or more")
    if len(batches) == 1 and not budgets and len(set(batches[0].sizes)) == 1 and not batches[0].over_seconds:
        one = _closed_form(batches[0], mps=mps, queue_limit_seconds=queue_limit_seconds, free_at=free_at)
        return Forecast(total=one, batches=(one,))
    lane = Lane(
        mps=mps, queue_limit_seconds=queue_limit_seconds, shares=shares, free_at=free_at, budgets=budgets
    )
    outcomes = _Rehearsal(batches, lane=lane, capacity=mps * queue_limit_seconds).run()
    return Forecast(total=_together(outcomes), batches=tuple(outcomes))


def _closed_form(batch: Batch, *, mps: float, queue_limit_seconds: float, free_at: float) -> Outcome:
    """One flow, one size, one moment: message number n leaves n pauses after the first."""
    size = batch.sizes[0]
    accepted = min(batch.count, math.floor(mps * queue_limit_seconds / size))
    pace = Pace(mps=mps, free_at=max(free_at, batch.offered_at))
    expires_at = batch.offered_at + batch.validity_seconds

    def leaves_at(number: int) -> float:
        return pace.anchor + number * size * pace.gap

    left = max(0, min(accepted, math.ceil((expires_at - pace.anchor) / (size * pace.gap))))
    while left and leaves_at(left - 1) >= expires_at:
        left -= 1
    while left < accepted and leaves_at(left) < expires_at:
        left += 1
    return Outcome(
        first_at=leaves_at(0) if left else None,
        last_at=leaves_at(left - 1) if left else None,
        left_messages=left,
        left_segments=left * size,
        overflow_messages=batch.count - accepted,
        overflow_segments=(batch.count - accepted) * size,
        expired_messages=accepted - left,
    )


def _together(outcomes: Sequence[Outcome]) -> Outcome:
    firsts = [one.first_at for one in outcomes if one.first_at is not None]
    lasts = [one.last_at for one in outcomes if one.last_at is not None]
    return Outcome(
        first_at=min(firsts, default=None),
        last_at=max(lasts, default=None),
        left_messages=sum(one.left_messages for one in outcomes),
        left_segments=sum(one.left_segments for one in outcomes),
        overflow_messages=sum(one.overflow_messages for one in outcomes),
        overflow_segments=sum(one.overflow_segments for one in outcomes),
        expired_messages=sum(one.expired_messages for one in outcomes),
    )


class _Rehearsal:
    """Lets batches arrive at their moments, and the lane release what it holds between them."""

    def __init__(self, batches: Sequence[Batch], *, lane: Lane, capacity: float) -> None:
        self._lane = lane
        self._capacity = capacity
        self._depth = 0  # segments accepted that neither left nor expired
        self._lines = [_Line(index, batch) for index, batch in enumerate(batches)]
        lots = [(at, index, count) for index, batch in enumerate(batches) for at, count in _lots(batch)]
        self._arrivals = deque(sorted(lots))

    def run(self) -> list[Outcome]:
        lane, stride = self._lane, _READ_AHEAD / self._lane.mps
        now = -math.inf
        while True:
            for line in self._lines:
                line.feed(lane)
            arrival = self._arrivals[0][0] if self._arrivals else math.inf
            due = lane.next_at()
            if due is None and arrival == math.inf:
                return [line.outcome() for line in self._lines]
            if due is None or (self._arrivals and max(due, now) >= arrival):
                now = max(now, arrival)
                self._accept_next()
                continue
            start = max(due, now)
            if start == math.inf:  # a budget will never let it pass: it only expires
                now = until = max(now, *(line.last_expiry for line in self._lines)) + 86_400.0
            else:
                until = min(arrival, start + stride)
            self._note(lane.release(now=now, until=until))
            now = until

    def _accept_next(self) -> None:
        at, index, count = self._arrivals.popleft()
        line = self._lines[index]
        priority = line.batch.priority
        lane_turn = self._lane.turns[priority]
        expires_at = at + line.batch.validity_seconds
        for size in islice(line.sizes, count):
            if self._depth + size > self._capacity:
                line.overflow_messages += 1
                line.overflow_segments += size
                continue
            turn = turn_of(lane_turn, line.finish)
            line.finish = finish_of(turn, size)
            line.accept(size, turn=turn, expires_at=expires_at)
            self._depth += size

    def _note(self, released: Released) -> None:
        self._lane.left_as_planned()
        lines = self._lines
        for leaving in released.leaving:
            ticket = leaving.ticket
            line = lines[ticket.id.int >> _BATCH_BITS]
            if line.first_at is None:
                line.first_at = leaving.at
            line.last_at = leaving.at
            line.left_messages += 1
            line.left_segments += ticket.segments
            line.in_lane -= 1
            self._depth -= ticket.segments
        for ticket in released.expired:
            line = lines[ticket.id.int >> _BATCH_BITS]
            line.expired_messages += 1
            line.in_lane -= 1
            self._depth -= ticket.segments


def _lots(batch: Batch) -> Iterator[tuple[float, int]]:
    """Moments of arrival and how many messages come then."""
    if batch.over_seconds <= 0:
        yield batch.offered_at, batch.count
        return
    come = 0
    for second in range(math.ceil(batch.over_seconds)):
        upto = min(batch.count, math.ceil(batch.count * (second + 1) / batch.over_seconds))
        if upto > come:
            yield batch.offered_at + second, upto - come
        come = upto


class _Line:
    """One batch: the messages of it that were accepted, and what has become of them."""

    def __init__(self, index: int, batch: Batch) -> None:
        self.batch = batch
        self.sizes = cycle(batch.sizes)
        self.finish: int | None = None
        self.in_lane = 0
        self.first_at: float | None = None
        self.last_at: float | None = None
        self.left_messages = 0
        self.left_segments = 0
        self.overflow_messages = 0
        self.overflow_segments = 0
        self.expired_messages = 0
        self._first_key = index << _BATCH_BITS
        self._accepted = array("H")  # segments
        self._turns = array("q")
        self._expiries = array("d")
        self._fed = 0

    def accept(self, segments: int, *, turn: int, expires_at: float) -> None:
        self._accepted.append(segments)
        self._turns.append(turn)
        self._expiries.append(expires_at)

    def feed(self, lane: Lane) -> None:
        """Put into the lane what it is going to need next, as the dispatcher reads ahead in the queue."""
        start, end = self._fed, min(self._fed + _READ_AHEAD - self.in_lane, len(self._accepted))
        priority, first = self.batch.priority, self._first_key
        accepted, turns, expiries = self._accepted, self._turns, self._expiries
        for number in range(start, end):
            key = UUID(int=first | number)
            lane.hold(Ticket(key, priority, turns[number], accepted[number], expiries[number]))
        self.in_lane += end - start
        self._fed = end

    @property
    def last_expiry(self) -> float:
        return self._expiries[-1] if self._expiries else -math.inf

    def outcome(self) -> Outcome:
        return Outcome(
            first_at=self.first_at,
            last_at=self.last_at,
            left_messages=self.left_messages,
            left_segments=self.left_segments,
            overflow_messages=self.overflow_messages,
            overflow_segments=self.overflow_segments,
            expired_messages=self.expired_messages,
        )
