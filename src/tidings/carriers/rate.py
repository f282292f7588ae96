"""What a carrier takes in a second, spread evenly. Pure."""


class Rate:
    """At most `tps` parts in any second, and what the last message overshoots: a message of several parts is one
    hand-over, followed by a pause. A few may go at once, so that a late timer costs nothing."""

    __slots__ = ("_burst", "_free_at", "_spacing")

    def __init__(self, tps: float) -> None:
        self._free_at = 0.0
        self._burst = 0.0
        self._spacing = 0.0
        self.change(tps)

    def change(self, tps: float) -> None:
        """From now on; what was spent stays spent."""
        at_once = 1 + int(tps * 0.02)
        # So many fewer are let go evenly as may go at once, so that both together are `tps` in the worst second.
        self._spacing = 1.0 / max(tps - (at_once - 1), tps / 2)
        self._burst = (at_once - 1) * self._spacing

    def parts(self, now: float) -> int:
        """How many may go now."""
        behind = now + self._burst - self._free_at
        if behind < 0:
            return 0
        return 1 + int(min(behind, self._burst) / self._spacing + 1e-9)

    def take(self, parts: int, now: float) -> None:
        """They go."""
        self._free_at = max(self._free_at, now) + parts * self._spacing

    def next_at(self) -> float:
        """When at least one may go."""
        return self._free_at - self._burst
