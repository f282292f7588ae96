"""How long a link asks to wait when its carrier says "too fast": longer each time it happens again."""

from tidings.carriers.smpp.backoff import Backoff

_TIMER_SECONDS = 0.01
"""Timers may fire early by less than this: whoever waited as told must not be told to wait the rest."""


class Throttle:
    """Pure; instants are seconds of one clock.

    Answers to what was already in flight tell nothing new: within a wait the rest of it is told again.
    A success after the wait begins the growth anew.
    """

    def __init__(self, backoff: Backoff) -> None:
        self._backoff = backoff
        self._until = 0.0

    @property
    def growing(self) -> bool:
        """Whether a success would change anything."""
        return self._until > 0.0

    def throttled(self, *, now: float) -> float:
        """The carrier said so once more: how many seconds to wait."""
        if now >= self._until - _TIMER_SECONDS:
            self._until = now + self._backoff.next_wait()
        return self._until - now

    def accepted(self, *, now: float) -> None:
        """The carrier took something."""
        if self._until and now >= self._until - _TIMER_SECONDS:
            self._until = 0.0
            self._backoff.reset()
