"""How full lanes are, as a process that accepts messages knows it: exact enough to refuse, without a query a message.

Each gauge counts what this process has let in since it last read the depth from the database; it is read anew twice a
second while the lane is used, and once more before anything is refused. So what left meanwhile can make a refusal
wait for one read, never make one wrong; and two processes together overshoot by what both let in within half a second.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from tidings.kernel.outcomes import Refused
from tidings.lanes.admission import Admitted, Verdict, admit
from tidings.lanes.key import LaneKey
from tidings.lanes.settings import depths, open_lane
from tidings.runtime.database import Database

FRESH_SECONDS = 0.5


@dataclass(slots=True)
class _Gauge:
    """`depth` is the last one read, `since` what this process let in after it, both in segments."""

    mps: float
    queue_limit_seconds: int
    depth: int
    since: int
    read_at: float


class Gauges:
    """`default_limit_seconds` is the queue profile's; `clock` gives monotonic seconds."""

    def __init__(self, db: Database, *, default_limit_seconds: int, clock: Callable[[], float]) -> None:
        self._db = db
        self._default_limit_seconds = default_limit_seconds
        self._clock = clock
        self._gauges: dict[LaneKey, _Gauge] = {}
        self._reading: dict[LaneKey, asyncio.Task[None]] = {}

    async def enter(
        self,
        key: LaneKey,
        *,
        segments: int,
        mps: float,
        queue_limit_seconds: int | None,
        validity_seconds: int,
        via_service: bool,
    ) -> Verdict:
        """Count a message into its lane if it is admitted."""
        gauge = self._gauges.get(key)
        if gauge is None:
            gauge = await self.open(key, mps=mps, queue_limit_seconds=queue_limit_seconds)
        elif self._clock() - gauge.read_at > FRESH_SECONDS:
            self._read_soon(key)
        verdict = self._judge(gauge, segments, validity_seconds, via_service)
        if not isinstance(verdict, Admitted):
            await self._read(key)
            verdict = self._judge(gauge, segments, validity_seconds, via_service)
        if isinstance(verdict, Admitted):
            gauge.since += segments
        return verdict

    def leave(self, key: LaneKey, *, segments: int) -> None:
        """A message that was counted in was not written after all."""
        gauge = self._gauges.get(key)
        if gauge is not None:
            gauge.since -= segments

    def forget(self, key_id: int) -> None:
        """A lane's settings changed: they are read again with its next message."""
        for key in [key for key in self._gauges if key.id == key_id]:
            del self._gauges[key]

    def forget_all(self) -> None:
        self._gauges.clear()

    async def open(self, key: LaneKey, *, mps: float, queue_limit_seconds: int | None) -> _Gauge:
        """Make the lane if it is new, and read how full it is."""
        async with self._db.connection() as connection:
            allowance = await open_lane(
                connection, key, mps=mps, queue_limit_seconds=queue_limit_seconds or self._default_limit_seconds
            )
            depth = (await depths(connection, key.bucket, [key.id])).get(key.id, 0)
        fresh = _Gauge(
            mps=allowance.mps,
            queue_limit_seconds=allowance.queue_limit_seconds,
            depth=depth,
            since=0,
            read_at=self._clock(),
        )
        # Another request may have opened the lane meanwhile; its counts stand.
        return self._gauges.setdefault(key, fresh)

    def _judge(self, gauge: _Gauge, segments: int, validity_seconds: int, via_service: bool) -> Verdict:
        return admit(
            depth_segments=gauge.depth + gauge.since,
            segments=segments,
            mps=gauge.mps,
            queue_limit_seconds=gauge.queue_limit_seconds,
            validity_seconds=validity_seconds,
            via_service=via_service,
        )

    def _read_soon(self, key: LaneKey) -> None:
        if key not in self._reading:
            task = asyncio.get_running_loop().create_task(self._read(key), name="read gauge")
            self._reading[key] = task
            task.add_done_callback(lambda _: self._reading.pop(key, None))

    async def _read(self, key: LaneKey) -> None:
        gauge = self._gauges[key]
        let_in_before = gauge.since
        async with self._db.connection() as connection:
            found = await depths(connection, key.bucket, [key.id])
        # What was let in while the read was under way may or may not be in the answer: it stays counted.
        gauge.depth = found.get(key.id, 0)
        gauge.since -= let_in_before
        gauge.read_at = self._clock()
