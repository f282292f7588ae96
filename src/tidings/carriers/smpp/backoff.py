"""How long to wait after a failure: doubling up to a ceiling, with jitter that spreads the many."""

from collections.abc import Callable


class Backoff:
    """Seconds to wait after each failure in a row. `random` gives numbers from 0 up to 1.

    A wait lies between half and the whole of the doubled value, so it keeps growing and never agrees
    with the neighbours'.
    """

    def __init__(self, *, first: float, most: float, random: Callable[[], float]) -> None:
        self._first = first
        self._most = most
        self._random = random
        self._failures = 0

    def next_wait(self) -> float:
        """The wait after one more failure."""
        doubled = self._first * float(2 ** min(self._failures, 30))
        self._failures += 1
        return min(doubled, self._most) * (0.5 + self._random() / 2)

    def reset(self) -> None:
        """Things went well: the next failure is the first."""
        self._failures = 0
