"""One throughput budget of a carrier as a state machine: facts and a time in, leaving times out.

No await, no clock, no SQL. All times are epoch seconds, all sizes segments. The dispatcher runs a lane on the
real clock, the planner on a virtual one. README.md of this slice says how the two calls `release` and `left`
fit together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from tidings.lanes.budget import Budget
from tidings.lanes.guard import Guard
from tidings.lanes.order import Order
from tidings.lanes.pace import Pace
from tidings.lanes.shares import DEFAULT_SHARES, checked_shares, seconds_until_served

# Work that was due up to so long ago may still be caught up with; older lateness is lost, since catching up
# with it would take a second's window over MPS.
CATCH_UP_SECONDS = 0.1
# Held tickets are searched for expired ones at most once a second, less often when many are held.
SWEEP_SECONDS = 1.0
SWEEP_SECONDS_PER_TICKET = 0.001
# A ticket that was put back goes ahead of every turn.
_AHEAD = 1 << 62


class Ticket(msgspec.Struct, frozen=True):
    """A message that waits in a lane. `priority`: 0 one-time codes and replies, 1 transactional, 2
    marketing.
    """

    id: UUID
    priority: int
    turn: int
    segments: int
    expires_at: float


class Leaving(msgspec.Struct, frozen=True):
    """A ticket and the moment at which it is to be handed over."""

    ticket: Ticket
    at: float


@dataclass(frozen=True, slots=True)
class Released:
    leaving: list[Leaving]
    expired: list[Ticket]


@dataclass(frozen=True, slots=True)
class Queued:
    """The ticket is held; it should leave around `eta` if nothing more comes in."""

    eta: float


@dataclass(frozen=True, slots=True)
class Overflow:
    """The ticket was not taken: the queue would be `by_segments` over its limit."""

    by_segments: int


class Lane:
    """Paces the messages of one throughput budget.

    `shares` are what each priority is sure of while all are busy; what one does not use goes to the others.
    `free_at` and `turns` are what the last owner of the lane saved: with them a hand-over neither doubles the
    rate nor lets an old flow go ahead of a new one.
    """

    __slots__ = (
        "_backlogged",
        "_budgets",
        "_depths",
        "_finish",
        "_guard",
        "_held",
        "_inverse",
        "_not_before",
        "_orders",
        "_out",
        "_out_segments",
        "_pace",
        "_paused",
        "_planned_at",
        "_queue_limit_seconds",
        "_real_free_at",
        "_shares",
        "_soonest_expiry",
        "_starts",
        "_swept_at",
        "_turns",
        "_virtual",
    )

    def __init__(
        self,
        *,
        mps: float,
        queue_limit_seconds: float,
        shares: Sequence[float] = DEFAULT_SHARES,
        free_at: float = 0.0,
        budgets: Sequence[Budget] = (),
        turns: Sequence[int] = (0, 0, 0),
    ) -> None:
        self._pace = Pace(mps=mps, free_at=free_at)
        self._guard = Guard()
        self._budgets = tuple(budgets)
        self._queue_limit_seconds = queue_limit_seconds
        self._shares = checked_shares(shares)
        self._inverse = [1.0 / share for share in self._shares]
        # Virtual time between the priorities: where each one's next message starts (infinity while it is
        # idle), where its last one finished, and the start of the last message released.
        self._starts = [math.inf, math.inf, math.inf]
        self._finish = [0.0, 0.0, 0.0]
        self._virtual = 0.0
        self._turns = [turns[0], turns[1], turns[2]]
        self._orders: list[Order[Ticket]] = [Order(), Order(), Order()]
        self._held: dict[int, Ticket] = {}
        self._depths = [0, 0, 0]
        self._out: dict[int, int] = {}  # released, but neither left nor put back: segments
        self._out_segments = 0
        self._planned_at = -math.inf
        self._real_free_at = -math.inf
        self._not_before = -math.inf
        self._paused = False
        self._backlogged = False
        self._soonest_expiry = math.inf
        self._swept_at = -math.inf

    # What waits

    def offer(self, ticket: Ticket, *, now: float) -> Queued | Overflow:
        """Hold a ticket unless the queue would then be longer than the limit's seconds at this lane's MPS."""
        over = self.over_limit(ticket.segments)
        if over > 0:
            return Overflow(by_segments=over)
        self.hold(ticket)
        wait = seconds_until_served(
            self._depths, priority=ticket.priority, rate=1.0 / self._pace.gap, shares=self._shares
        )
        own_pause = ticket.segments * self._pace.gap
        return Queued(eta=max(now, self._pace.free_at) + max(0.0, wait - own_pause))

    def over_limit(self, segments: int) -> int:
        """By how many segments a message would pass the queue's limit; 0 or less when it fits."""
        return math.ceil(self.held_segments + segments - self._pace.mps * self._queue_limit_seconds)

    def hold(self, ticket: Ticket) -> None:
        """Take a ticket read from the queue. One that is held or on its way out already changes nothing."""
        key = ticket.id.int
        if key in self._held or key in self._out:
            return
        self._hold(ticket, turn=ticket.turn)

    def withdraw(self, ticket_id: UUID) -> Ticket | None:
        """Take a held ticket out again, for a message that was canceled; None when it is not held."""
        key = ticket_id.int
        ticket = self._held.pop(key, None)
        if ticket is not None:
            self._forget(ticket)
            self._orders[ticket.priority].keep(lambda entry: entry[1] != key)
        return ticket

    @property
    def held(self) -> int:
        """Tickets held."""
        return len(self._held)

    @property
    def held_segments(self) -> int:
        return sum(self._depths)

    @property
    def depths(self) -> tuple[int, int, int]:
        """Segments held in each priority."""
        return self._depths[0], self._depths[1], self._depths[2]

    @property
    def turns(self) -> tuple[int, int, int]:
        """The turn of the last message released in each priority."""
        return self._turns[0], self._turns[1], self._turns[2]

    # What leaves

    def release(self, *, until: float, now: float | None = None, room: int | None = None) -> Released:
        """The tickets that are to leave up to `until`, in order, each with its time; and those that expired.

        `now` is where the plan starts after an idle spell; without it the lane is taken to be asked at
        `until`. Times before `now` are work that is late by less than `CATCH_UP_SECONDS`. `room` is how many
        segments the connection takes; while there is any room a message may overdraw it. Each ticket released
        must come back by `left`, `put_back` or `drop`.
        """
        clock = until if now is None else now
        expired = self._sweep(clock) if clock >= self._soonest_expiry else []
        leaving: list[Leaving] = []
        if self._paused:
            return Released(leaving, expired)
        if now is not None:
            self._pace.not_before(now - CATCH_UP_SECONDS if self._backlogged else now)
        elif not self._backlogged:
            self._pace.not_before(until)
        full = self._plan(until, math.inf if room is None else room, leaving, expired)
        self._backlogged = bool(self._held) and not full
        return Released(leaving, expired)

    def next_at(self) -> float | None:
        """When the next held ticket may leave; None when nothing is held or the lane is paused.

        A time that is past means now.
        """
        if self._paused or not self._held:
            return None
        ticket = self._orders[self._chosen()].peek()[2]
        return self._earliest(self._pace.free_at, ticket.segments)

    def may_leave_at(self, planned_at: float) -> float:
        """When a released ticket may really be handed over: at `planned_at`, or later when the last second
        already holds MPS. Infinity while the lane is paused.
        """
        if self._paused:
            return math.inf
        at = max(planned_at, self._not_before, self._guard.lawful_at(self._pace.mps))
        for budget in self._budgets:
            at = max(at, budget.lawful_at())
        return at

    def left(self, ticket: Ticket, *, at: float) -> None:
        """The ticket was really handed over at `at`."""
        pace = self._pace
        segments = ticket.segments
        self._out_segments -= self._out.pop(ticket.id.int, 0)
        self._guard.left(at, segments=segments, mps=pace.mps)
        self._real_free_at = max(self._real_free_at, at) + segments * pace.gap
        pace.not_before(at + self._out_segments * pace.gap - CATCH_UP_SECONDS)
        for budget in self._budgets:
            budget.left(at, segments)

    def written(self, at: float) -> None:
        """What left last was on the wire by `at` only, which is what the carrier's meter goes by."""
        self._guard.written(at)
        for budget in self._budgets:
            budget.written(at)

    def left_as_planned(self) -> None:
        """Everything released so far left when it was planned to: on a virtual clock nothing is ever late."""
        self._out.clear()
        self._out_segments = 0

    def put_back(self, ticket: Ticket) -> None:
        """The carrier did not take the ticket, or it was not handed over: it leaves first in its priority.

        The time it had is lost, since the carrier may have counted it.
        """
        key = ticket.id.int
        if key in self._held:
            return
        out = self._out.pop(key, 0)
        self._out_segments -= out
        for budget in self._budgets:
            budget.refund(ticket.segments, had_left=not out)
        priority = ticket.priority
        self._finish[priority] -= ticket.segments * self._inverse[priority]
        self._hold(ticket, turn=ticket.turn - _AHEAD)
        self._starts[priority] = max(self._finish[priority], self._virtual)

    def drop(self, ticket: Ticket) -> None:
        """A released ticket will not leave after all, nor come back: its message was canceled or lost its
        claim.
        """
        if self._out.pop(ticket.id.int, 0):
            self._out_segments -= ticket.segments
            for budget in self._budgets:
                budget.refund(ticket.segments, had_left=False)

    # What changes the pace

    @property
    def mps(self) -> float:
        return self._pace.mps

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def free_at(self) -> float:
        """From when on another owner may use the lane, whatever this one has released or handed over late."""
        return max(self._pace.free_at, self._real_free_at + self._out_segments * self._pace.gap)

    def slow(self, *, now: float, wait: float) -> None:
        """The carrier said it is too fast: nothing leaves for `wait` seconds, and no burst follows."""
        self._not_before = max(self._not_before, now + wait)
        self._guard.calm(self._not_before)
        self._pace.not_before(self._not_before + self._out_segments * self._pace.gap)

    def pause(self) -> None:
        """Nothing leaves until `resume`. Tickets released but not yet handed over should be put back."""
        self._paused = True

    def resume(self, now: float) -> None:
        """Leaving goes on at the ordinary pace: what the pause held up is not made up for."""
        self._paused = False
        self._backlogged = False
        self._guard.calm(now)
        self._pace.not_before(now)

    def set_mps(self, mps: float, now: float) -> None:
        """Change the pace. What has been planned stays; what is owed of the last pause is paid at the new
        rate.
        """
        self._pace.set_mps(mps, pivot=max(now, self._planned_at))

    # Inside

    def _hold(self, ticket: Ticket, *, turn: int) -> None:
        priority, segments, key = ticket.priority, ticket.segments, ticket.id.int
        if segments < 1 or not 0 <= priority <= 2:
            raise ValueError(f"no such ticket: priority {priority}, {segments} segments")
        if not self._depths[priority]:
            self._starts[priority] = max(self._finish[priority], self._virtual)
        self._depths[priority] += segments
        self._held[key] = ticket
        self._orders[priority].push((turn, key, ticket))
        if ticket.expires_at < self._soonest_expiry:
            self._soonest_expiry = ticket.expires_at

    def _plan(self, until: float, room: float, leaving: list[Leaving], expired: list[Ticket]) -> bool:
        """Move tickets from held to leaving. True when the connection's room ended it."""
        pace, gap, budgets = self._pace, self._pace.gap, self._budgets
        orders, held, out, depths = self._orders, self._held, self._out, self._depths
        starts, finish, inverse, turns = self._starts, self._finish, self._inverse, self._turns
        while held:
            at = pace.anchor + pace.spent * gap
            if at > until:
                return False
            if room <= 0:
                return True
            priority = self._chosen()
            if budgets:
                at = self._earliest(at, orders[priority].peek()[2].segments)
                if at > until:
                    return False
            turn, key, ticket = orders[priority].pop()
            segments = ticket.segments
            del held[key]
            depths[priority] -= segments
            if ticket.expires_at <= at:
                expired.append(ticket)
                if not depths[priority]:
                    starts[priority] = math.inf
                continue
            self._virtual = start = starts[priority]
            finish[priority] = start = start + segments * inverse[priority]
            starts[priority] = start if depths[priority] else math.inf
            if budgets:
                for budget in budgets:
                    budget.spend(at, segments)
                pace.spend(at, segments)
            else:
                pace.spent += segments
            if turn > turns[priority]:
                turns[priority] = turn
            out[key] = segments
            self._out_segments += segments
            self._planned_at = at
            room -= segments
            leaving.append(Leaving(ticket, at))
        return False

    def _chosen(self) -> int:
        """The busy priority that is furthest behind its share; the more urgent one when two are level.

        Start-time fair queueing between the priorities: one that was idle starts level with the others.
        Something must be held.
        """
        first, second, third = self._starts
        if first <= second and first <= third:
            return 0
        return 1 if second <= third else 2

    def _forget(self, ticket: Ticket) -> None:
        self._depths[ticket.priority] -= ticket.segments
        if not self._depths[ticket.priority]:
            self._starts[ticket.priority] = math.inf

    def _earliest(self, at: float, segments: int) -> float:
        """The first moment from `at` on at which every budget lets the message pass."""
        while True:
            before = at
            for budget in self._budgets:
                at = budget.earliest(at, segments)
            if at == before:
                return at

    def _sweep(self, now: float) -> list[Ticket]:
        """Take out the held tickets whose time is over by `now`."""
        pause = max(SWEEP_SECONDS, len(self._held) * SWEEP_SECONDS_PER_TICKET)
        if now < self._swept_at + pause:
            return []
        self._swept_at = now
        expired = [ticket for ticket in self._held.values() if ticket.expires_at <= now]
        for ticket in expired:
            del self._held[ticket.id.int]
            self._forget(ticket)
        if expired:
            for order in self._orders:
                order.keep(lambda entry: entry[1] in self._held)
        self._soonest_expiry = min((ticket.expires_at for ticket in self._held.values()), default=math.inf)
        return expired
