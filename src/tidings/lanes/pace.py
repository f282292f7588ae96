"""A schedule of leaving times at a steady pace."""

from __future__ import annotations

import math

# A plan spaces segments by 1 / (MPS x PACE). The 0.35 % left free are 3.5 ms in each second: as much jitter
# between us and the carrier's meter cannot push a one-second window over MPS, and more than 99.5 % of MPS is
# still used.
PACE = 0.9965


class Pace:
    """When the next segment may leave, in epoch seconds.

    Times are counted from an anchor, never summed up: an epoch second in a double is exact to 0.24 µs, and at
    1,000,000 MPS rounding at each step would make a lane 5 % too fast.
    """

    __slots__ = ("anchor", "gap", "mps", "spent")

    def __init__(self, *, mps: float, free_at: float = 0.0) -> None:
        self.mps = checked_mps(mps)
        self.gap = 1.0 / (mps * PACE)
        self.anchor = free_at
        self.spent = 0  # segments since the anchor

    @property
    def free_at(self) -> float:
        return self.anchor + self.spent * self.gap

    def spend(self, at: float, segments: int) -> None:
        """A message leaves at `at`; the pause that follows is as long as its segments."""
        if at > self.free_at:
            self.anchor, self.spent = at, segments
        else:
            self.spent += segments

    def not_before(self, at: float) -> None:
        """Forget unused time before `at`, so that no burst makes up for it."""
        if self.free_at < at:
            self.anchor, self.spent = at, 0

    def set_mps(self, mps: float, *, pivot: float) -> None:
        """From `pivot` on, what is still owed of a pause is paid at the new rate."""
        owed = max(0.0, self.free_at - pivot) / self.gap
        base = min(self.free_at, pivot)
        self.mps = checked_mps(mps)
        self.gap = 1.0 / (mps * PACE)
        self.anchor, self.spent = base + owed * self.gap, 0


def checked_mps(mps: float) -> float:
    if not (math.isfinite(mps) and mps > 0):
        raise ValueError(f"MPS must be a number above 0, not {mps}")
    return mps
