"""How full lanes are, as a process that accepts messages knows it: exact enough to refuse, without a query a message.

Each gauge counts what this process has let in since it last read the depth from the database. It is read anew twice a
second while the lane is used, and once more before anything is refused, so what left meanwhile can make a refusal wait
for one read, never make one wrong. Several processes together overshoot a limit by what they let in within that time.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tidings.lanes.admission import Admission, Admitted, CannotLeaveInTime, admit
from tidings.lanes.allowance import Allowance
from tidings.lanes.key import LaneKey
from tidings.lanes.settings import Depth, ahead_of_flow, depths, open_lane
from tidings.runtime.database import Database

FRESH_SECONDS = 0.5
_SURELY = Admitted(wait_seconds=0.0)


@dataclass(frozen=True, slots=True)
class Wish:
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
    """`depth` is the last one read. In each priority, in segments: `written` is what this process committed after it,
    `pending` what it let in and has not committed yet.
    """

    mps: float
    queue_limit_seconds: int
    depth: Depth
    read_at: float
    pending: list[int] = field(default_factory=lambda: [0, 0, 0])
    written: list[int] = field(default_factory=lambda: [0, 0, 0])

    def surely_admits(self, wish: Wish, now: float) -> bool:
        """Whether the lane is so empty that a message would be in time even behind everything: the common case."""
        half = min(self.queue_limit_seconds, wish.validity_seconds) / 2
        waiting = sum(self.depth.segments) + sum(self.written) + sum(self.pending) + wish.segments
        return waiting <= self.mps * half and self.depth.free_at <= now + half


class Gauges:
    """`default_limit_seconds` is the queue profile's; `clock` gives epoch seconds."""

    def __init__(self, db: Database, *, default_limit_seconds: int, clock: Callable[[], float]) -> None:
        self._db = db
        self._default_limit_seconds = default_limit_seconds
        self._clock = clock
        self._gauges: dict[LaneKey, _Gauge] = {}
        self._reading: dict[LaneKey, asyncio.Task[None]] = {}

    async def enter(self, key: LaneKey, wish: Wish) -> Admission:
        """Count a message into its lane if it is admitted."""
        gauge, now = self._gauges.get(key), self._clock()
        if gauge is None:
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
        """Make the lane if it is new, and read how full it is."""
        limit = wish.queue_limit_seconds or self._default_limit_seconds
        async with self._db.connection() as connection:
            opened = await open_lane(connection, key, allowed=wish.allowed, queue_limit_seconds=limit)
            found = await depths(connection, key.bucket, [key.id])
        fresh = _Gauge(
            mps=opened.mps,
            queue_limit_seconds=opened.queue_limit_seconds,
            depth=found[key.id],
            read_at=self._clock(),
        )
        # Another request may have opened the lane meanwhile; its counts stand.
        return self._gauges.setdefault(key, fresh)

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
        before = list(gauge.written)
        gauge.read_at = self._clock()
        async with self._db.connection() as connection:
            found = await depths(connection, key.bucket, [key.id])
        # What was committed while the read was under way may or may not be in the answer: it stays counted.
        gauge.depth = found[key.id]
        gauge.written = [now - then for now, then in zip(gauge.written, before, strict=True)]
