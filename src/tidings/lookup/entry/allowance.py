"""So many requests in a minute, with room for a burst of as many. Pure."""

from dataclasses import dataclass

MINUTE_SECONDS = 60.0


@dataclass(slots=True)
class Allowance:
    """A bucket that fills evenly: `left` requests at `at`, in seconds of any clock."""

    left: float
    at: float

    def take(self, per_minute: int, *, now: float) -> float:
        """Takes one; how many seconds to wait when there is none, else 0."""
        self.left = min(float(per_minute), self.left + (now - self.at) * per_minute / MINUTE_SECONDS)
        self.at = now
        if self.left >= 1.0:
            self.left -= 1.0
            return 0.0
        return (1.0 - self.left) * MINUTE_SECONDS / per_minute
