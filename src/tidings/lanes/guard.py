"""What really left in the last second, and so when the next message may leave."""

from __future__ import annotations

import math
from bisect import bisect_right

# A second and 2.5 ms, so that messages which catch up after a late event loop still have room for jitter on the
# wire.
WINDOW_SECONDS = 1.0025
# Leavings within 1 ms share an entry: the log holds a thousand entries at most, whatever the MPS.
CELL_SECONDS = 0.001
# Catching up is never faster than twice MPS, measured over anything longer than this.
BURST_SECONDS = 0.003


class Guard:
    """A sliding window over real leaving times.

    A message is lawful while the segments before it in the window are fewer than MPS: with one-segment
    messages no second ever holds more than MPS, with longer ones it holds at most the last one's overshoot. A
    message as long as a whole second of MPS or longer is followed by its full pause.
    """

    __slots__ = (
        "_burst_at",
        "_cell_at",
        "_long_at",
        "_long_segments",
        "_sizes",
        "_times",
        "_total",
        "_window",
    )

    def __init__(self, *, window_seconds: float = WINDOW_SECONDS) -> None:
        self._window = window_seconds
        self._times: list[float] = []  # the last leaving of each cell, ascending
        self._sizes: list[int] = []
        self._total = 0
        self._cell_at = -math.inf
        self._burst_at = -math.inf
        self._long_at = -math.inf
        self._long_segments = 0

    def left(self, at: float, *, segments: int, mps: float) -> None:
        times, sizes = self._times, self._sizes
        if times and at < times[-1]:
            at = times[-1]  # a clock that stepped back must not open the window
        if at - self._cell_at < CELL_SECONDS:
            times[-1] = at
            sizes[-1] += segments
        else:
            if times and times[0] <= at - self._window:
                gone = bisect_right(times, at - self._window)
                self._total -= sum(sizes[:gone])
                del times[:gone], sizes[:gone]
            times.append(at)
            sizes.append(segments)
            self._cell_at = at
        self._total += segments
        self._burst_at = max(self._burst_at, at) + segments / (2.0 * mps)
        if segments >= mps:
            self._long_at, self._long_segments = at, segments

    def written(self, at: float) -> None:
        """What left last was on the wire by `at` only: the process did not run for a while in between."""
        if self._times:
            self._times[-1] = max(self._times[-1], at)

    def calm(self, at: float) -> None:
        """What waited until `at` on purpose does not burst then: the first leaves at `at`, the rest one by one."""
        self._burst_at = max(self._burst_at, at + BURST_SECONDS)

    def lawful_at(self, mps: float) -> float:
        """The first moment at which one more message may leave; minus infinity when nothing stands against
        it.
        """
        lawful = self._burst_at - BURST_SECONDS
        if self._long_segments:
            lawful = max(lawful, self._long_at + self._long_segments / mps)
        remaining = self._total
        if remaining >= mps:
            for time, size in zip(self._times, self._sizes, strict=True):
                remaining -= size
                if remaining < mps:
                    return max(lawful, time + self._window)
        return lawful

    @property
    def entries(self) -> int:
        return len(self._times)
