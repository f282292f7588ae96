"""Messages that shall leave within a window are spread over it evenly, however many of them come.

Each takes the next place of a golden-ratio sequence: after any number of messages the gaps between them have at most
three lengths, where drawing lots would leave bunches and holes. Processes begin at places of their own, so what several
of them accept is even too.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import timedelta

_GOLDEN = 0.618_033_988_749_894_9
_MOST_WINDOWS = 10_000


class Spread:
    """`lot()` draws from 0 up to 1: where a window's sequence begins."""

    def __init__(self, lot: Callable[[], float]) -> None:
        self._lot = lot
        self._places: OrderedDict[Hashable, float] = OrderedDict()

    def delay(self, window: Hashable, *, seconds: int) -> timedelta:
        """How long after its beginning the next message of a window leaves: from 0 up to so many seconds, which are
        whole ones, as the times that callers see are."""
        place = self._places.pop(window, None)
        place = self._lot() if place is None else (place + _GOLDEN) % 1.0
        self._places[window] = place
        if len(self._places) > _MOST_WINDOWS:
            self._places.popitem(last=False)
        return timedelta(seconds=int(place * seconds))
