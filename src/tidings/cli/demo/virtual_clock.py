"""A clock that can be put forward: it runs as the machine's does, and jumps when it is told to."""

import time
from bisect import bisect_right
from collections.abc import Callable

from tidings.kernel.instant import Instant, epoch_seconds, from_epoch


class VirtualClock:
    """Seconds since 1970, from `begins` on. `real` is the machine's clock."""

    def __init__(self, begins: Instant, *, real: Callable[[], float] = time.time) -> None:
        self._real = real
        now = real()
        self._jumps = [(now, epoch_seconds(begins) - now)]

    def __call__(self) -> float:
        return self._real() + self._jumps[-1][1]

    def now(self) -> Instant:
        return from_epoch(self())

    def jump_to(self, at: Instant) -> None:
        """Never backwards: a moment that has passed changes nothing."""
        real = self._real()
        ahead = epoch_seconds(at) - real
        if ahead > self._jumps[-1][1]:
            self._jumps.append((real, ahead))

    def at(self, real: float) -> Instant:
        """What this clock showed when the machine's showed `real`."""
        place = max(0, bisect_right(self._jumps, (real, float("inf"))) - 1)
        return from_epoch(real + self._jumps[place][1])
