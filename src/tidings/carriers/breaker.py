"""A circuit breaker: a carrier that keeps failing is left alone for a while, then tried with a few messages. Pure.

Closed, it lets everything pass and counts failures. Open, nothing passes until `opens_at`. Half open, a few probes pass
at a time: enough successes close it, one failure opens it again for twice as long. An outcome counts only for the state
that its message was handed over in: what was under way before does not decide about the carrier of today.
"""

from enum import Enum

FAILURES_IN_A_ROW = 5
WINDOW_SECONDS = 10.0
WINDOW_LEAST = 20
"""So many outcomes within a window, half of them failures, open it too."""
PROBES = 3
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 15.0


class BreakerState(Enum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half open"


class Breaker:
    """Of one carrier. Instants are seconds of any clock that never goes back."""

    __slots__ = (
        "_failures",
        "_good",
        "_out",
        "_passed",
        "_row",
        "_state",
        "_wait",
        "_window_ends",
        "opens_at",
        "turn",
    )

    def __init__(self) -> None:
        self._state = BreakerState.CLOSED
        self.turn = 0
        """Counts the changes of state. Whoever hands over keeps it, and gives it back with the outcome."""
        self.opens_at = 0.0
        """When an open breaker lets probes pass."""
        self._wait = FIRST_WAIT_SECONDS
        self._row = 0
        self._failures = self._good = 0
        self._window_ends = 0.0
        self._out = self._passed = 0

    def state(self, now: float) -> BreakerState:
        """As it is now; an open one is half open once its wait is over."""
        if self._state is BreakerState.OPEN and now >= self.opens_at:
            self._become(BreakerState.HALF_OPEN)
        return self._state

    @property
    def is_closed(self) -> bool:
        return self._state is BreakerState.CLOSED

    def admits(self, now: float) -> bool:
        """Whether a message may be handed over now."""
        if self._state is BreakerState.CLOSED:
            return True
        return self.state(now) is BreakerState.HALF_OPEN and self._out < PROBES

    def handed(self) -> int:
        """A message is handed over; returns the turn that its outcome will name."""
        if self._state is BreakerState.HALF_OPEN:
            self._out += 1
        return self.turn

    def succeeded(self, turn: int) -> None:
        """The carrier answered, whatever it said of the message."""
        if turn != self.turn:
            return
        if self._state is BreakerState.CLOSED:
            self._row = 0
            self._good += 1
            return
        self._out -= 1
        self._passed += 1
        if self._passed >= PROBES:
            self._wait = FIRST_WAIT_SECONDS
            self._become(BreakerState.CLOSED)

    def failed(self, turn: int, *, now: float) -> None:
        """The carrier did not answer, could not be reached, or had a fault of its own."""
        if turn != self.turn:
            return
        if self._state is BreakerState.HALF_OPEN:
            self._wait = min(LONGEST_WAIT_SECONDS, 2 * self._wait)
            self._open(now)
            return
        if now >= self._window_ends:
            self._window_ends = now + WINDOW_SECONDS
            self._failures = self._good = 0
        self._row += 1
        self._failures += 1
        many = self._failures + self._good >= WINDOW_LEAST and self._failures >= self._good
        if self._row >= FAILURES_IN_A_ROW or many:
            self._open(now)

    def passed_over(self, turn: int) -> None:
        """The outcome says nothing of the carrier: a probe's place is free again."""
        if turn == self.turn and self._state is BreakerState.HALF_OPEN:
            self._out -= 1

    def _open(self, now: float) -> None:
        self.opens_at = now + self._wait
        self._become(BreakerState.OPEN)

    def _become(self, state: BreakerState) -> None:
        self._state = state
        self.turn += 1
        self._row = self._failures = self._good = 0
        self._window_ends = 0.0
        self._out = self._passed = 0
