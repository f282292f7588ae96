"""How full lanes are, as a process that accepts messages knows it: exact enough to refuse, without a query a message.

Each gauge counts what this process has let in since it last read the depth from the database. It is read anew twice a
second while the lane is used, and once more before anything is refused, so what left meanwhile can make a refusal wait
for one read, never make one wrong. Several processes together overshoot a limit by what they let in within that time.
"""

import asyncio
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from tidings.lanes.admission import Admission, Admitted, CannotLeaveInTime, admit
from tidings.lanes.allowance import Allowance
from tidings.lanes.key import LaneKey
from tidings.lanes.settings import Depth, ahead_of_flow, depths, open_lane, standings
from tidings.runtime.database import Database

FRESH_SECONDS = 0.5
_SURELY = Admitted(wait_seconds=0.0)


class Wish(msgspec.Struct, frozen=True):
    """What a message asks of its lane. `allowed` is what a new lane is opened with; `queue_limit_seconds` None: the
    queue profile's."""

    sender: str
    segments: int
    priority: int
    flow: int
    allowed: Allowance
    queue_limit_seconds: int | None
    validity_seconds: int
    via_service: bool


@dataclass(slots=True)
class _Gauge:
    """`allowed`: what this process opened the lane with, None when it has only read of it. `depth` is the last one
    read. In each priority, in segments: `written` is what this process committed after it,
    `pending` what it let in and has not committed yet.
    """

    mps: float
    queue_limit_seconds: int
    paused: bool
    allowed: Allowance | None
    depth: Depth
    read_at: float
    readings: int = 0
    pending: list[int] = field(default_factory=lambda: [0, 0, 0])
    written: list[int] = field(default_factory=lambda: [0, 0, 0])

    @property
    def waiting_segments(self) -> int:
        return sum(self.depth.segments) + sum(self.written) + sum(self.pending)

    def surely_admits(self, wish: Wish, now: float) -> bool:
        """Whether the lane is so empty that a message would be in time even behind everything: the common case."""
        half = min(self.queue_limit_seconds, wish.validity_seconds) / 2
        waiting = self.waiting_segments + wish.segments
        return waiting <= self.mps * half and self.depth.free_at <= now + half

    def begin_reading(self, at: float) -> "_Reading":
        self.read_at = at
        return _Reading(self.readings, list(self.written))

    def take(self, depth: Depth, reading: "_Reading") -> None:
        """The end of a reading. What was committed while it was under way may or may not be in it: it stays counted.
        A reading that another one overtook counts for nothing."""
        if self.readings != reading.number:
            return
        self.readings += 1
        self.depth = depth
        self.written = [now - then for now, then in zip(self.written, reading.written, strict=True)]


@dataclass(frozen=True, slots=True)
class _Reading:
    number: int
    written: list[int]


class Gauges:
    """`default_limit_seconds` is the queue profile's; `clock` gives epoch seconds."""

    def __init__(self, db: Database, *, default_limit_seconds: int, clock: Callable[[], float]) -> None:
        self._db = db
        self._default_limit_seconds = default_limit_seconds
        self._clock = clock
        self._gauges: dict[LaneKey, _Gauge] = {}
        self._reading: dict[LaneKey, asyncio.Task[None]] = {}

    def seconds(self, key: LaneKey) -> float:
        """How long what waits in a lane takes at its MPS; 0 for one that is not known, infinite for a paused one."""
        gauge = self._gauges.get(key)
        if gauge is None:
            return 0.0
        return math.inf if gauge.paused else max(0.0, gauge.waiting_segments / gauge.mps)

    def knows(self, key: LaneKey) -> bool:
        return key in self._gauges

    def is_paused(self, key: LaneKey) -> bool:
        gauge = self._gauges.get(key)
        return gauge is not None and gauge.paused

    def has_room(self, key: LaneKey, wish: Wish) -> bool:
        """Whether a lane would admit a message by what is known of it now; one that is not known may well."""
        gauge = self._gauges.get(key)
        return gauge is None or isinstance(self._judge(gauge, wish), Admitted)

    async def learn(self, account: UUID, keys: Collection[LaneKey]) -> None:
        """Read how some lanes of an account stand, all in one query; those that do not exist yet stay unknown."""
        now = self._clock()
        known = [(key, self._gauges[key]) for key in keys if key in self._gauges]
        readings = {key: gauge.begin_reading(now) for key, gauge in known}
        async with self._db.connection() as connection:
            found = await standings(connection, account, list(keys))
        for key, standing in found.items():
            gauge = self._gauges.get(key)
            if gauge is None:
                self._gauges[key] = _Gauge(
                    mps=standing.opened.mps,
                    queue_limit_seconds=standing.opened.queue_limit_seconds,
                    paused=standing.opened.paused,
                    allowed=None,
                    depth=standing.depth,
                    read_at=now,
                )
            elif key in readings:
                gauge.take(standing.depth, readings[key])

    async def enter(self, key: LaneKey, wish: Wish) -> Admission:
        """Count a message into its lane if it is admitted."""
        gauge, now = self._gauges.get(key), self._clock()
        if gauge is None or (gauge.allowed is not wish.allowed and gauge.allowed != wish.allowed):
            # New, or carriers allow something else than when it was opened: a better trust score, for one.
            gauge = await self.open(key, wish)
        elif now - gauge.read_at > FRESH_SECONDS:
            self._read(key)
        if gauge.surely_admits(wish, now):
            gauge.pending[wish.priority] += wish.segments
            return _SURELY
        verdict = self._judge(gauge, wish)
        if not isinstance(verdict, Admitted):
            await asyncio.shield(self._read(key))
            verdict = self._judge(gauge, wish)
        if isinstance(verdict, CannotLeaveInTime):
            # A flow that is new to a long queue is served in turn with it, so it may well be in time.
            async with self._db.connection() as connection:
                ahead = await ahead_of_flow(connection, key, priority=wish.priority, flow=wish.flow)
            verdict = self._judge(gauge, wish, ahead_in_priority=ahead)
        if isinstance(verdict, Admitted):
            gauge.pending[wish.priority] += wish.segments
        return verdict

    def settle(self, key: LaneKey, wish: Wish, *, written: bool) -> None:
        """A message that was counted in is committed, or was not written after all."""
        gauge = self._gauges.get(key)
        if gauge is not None:
            gauge.pending[wish.priority] -= wish.segments
            if written:
                gauge.written[wish.priority] += wish.segments

    def hear(self, notice: str) -> None:
        """The settings of a lane (bucket.lane) changed, or of any: they are read again with its next message."""
        lane = int(notice.partition(".")[2]) if notice else None
        for key in [key for key in self._gauges if lane is None or key.id == lane]:
            del self._gauges[key]

    async def open(self, key: LaneKey, wish: Wish) -> _Gauge:
        """Make the lane if it is new, let it follow what is allowed, and read how full it is."""
        limit = wish.queue_limit_seconds or self._default_limit_seconds
        async with self._db.connection() as connection:
            opened = await open_lane(connection, key, allowed=wish.allowed, queue_limit_seconds=limit)
            found = await depths(connection, key.bucket, [key.id])
        fresh = _Gauge(
            mps=opened.mps,
            queue_limit_seconds=opened.queue_limit_seconds,
            paused=opened.paused,
            allowed=wish.allowed,
            depth=found[key.id],
            read_at=self._clock(),
        )
        # Another request may have opened the lane meanwhile, or have read of it; its counts stand.
        known = self._gauges.setdefault(key, fresh)
        known.mps, known.queue_limit_seconds = fresh.mps, fresh.queue_limit_seconds
        known.paused, known.allowed = fresh.paused, wish.allowed
        return known

    def _judge(self, gauge: _Gauge, wish: Wish, *, ahead_in_priority: int | None = None) -> Admission:
        known = zip(gauge.depth.segments, gauge.written, gauge.pending, strict=True)
        waiting = [max(0, depth + written + pending) for depth, written, pending in known]
        ahead = list(waiting)
        if ahead_in_priority is not None:
            ahead[wish.priority] = min(ahead[wish.priority], ahead_in_priority)
        return admit(
            sender=wish.sender,
            segments=wish.segments,
            priority=wish.priority,
            depth_segments=sum(waiting),
            ahead_segments=ahead,
            mps=gauge.mps,
            queue_limit_seconds=gauge.queue_limit_seconds,
            validity_seconds=wish.validity_seconds,
            via_service=wish.via_service,
            busy_seconds=max(0.0, gauge.depth.free_at - self._clock()),
        )

    def _read(self, key: LaneKey) -> "asyncio.Task[None]":
        """One reading of a gauge at a time: whoever asks meanwhile shares it."""
        task = self._reading.get(key)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._read_depth(key), name="read gauge")
            self._reading[key] = task
            task.add_done_callback(lambda _: self._reading.pop(key, None))
        return task

    async def _read_depth(self, key: LaneKey) -> None:
        gauge = self._gauges.get(key)
        if gauge is None:
            return
        reading = gauge.begin_reading(self._clock())
        async with self._db.connection() as connection:
            found = await depths(connection, key.bucket, [key.id])
        gauge.take(found[key.id], reading)
