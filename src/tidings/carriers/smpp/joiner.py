"""Puts inbound texts of several parts together again, in memory, for as long as one may wait.

The acknowledgement of a part is held a moment, so that normally the whole text is stored before any
of it is acknowledged. A carrier that sends the next part only after that is not made to wait for ever.
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tidings.carriers.smpp.text import Part

Handle = TypeVar("Handle")
"""What acknowledges one part."""


@dataclass(slots=True)
class Whole(Generic[Handle]):
    """A text to pass on. `handles` are those not yet acknowledged; `parts` is how many came."""

    source: str
    destination: str
    text: str
    parts: int
    handles: list[Handle]


@dataclass(slots=True)
class _Waiting(Generic[Handle]):
    since: float
    texts: dict[int, str] = field(default_factory=dict)
    handles: list[Handle] = field(default_factory=list)


class Joiner(Generic[Handle]):
    """Instants are seconds of one clock. Over `most` unfinished texts the oldest is passed on as it is."""

    def __init__(self, *, hold_seconds: float = 2.0, wait_seconds: float = 120.0, most: int = 10_000) -> None:
        self._hold = hold_seconds
        self._wait = wait_seconds
        self._most = most
        self._waiting: dict[tuple[str, str, int, int], _Waiting[Handle]] = {}

    def add(
        self, text: str, part: Part, *, source: str, destination: str, handle: Handle, now: float
    ) -> list[Whole[Handle]]:
        """What is whole now: nothing, this text, or an old one that had to make place."""
        key = (source, destination, part.reference, part.total)
        entry = self._waiting.get(key)
        ready: list[Whole[Handle]] = []
        if entry is None:
            if len(self._waiting) >= self._most:
                ready.append(self._take(next(iter(self._waiting))))
            entry = self._waiting[key] = _Waiting(now)
        entry.texts[part.number] = text
        entry.handles.append(handle)
        if len(entry.texts) == part.total:
            ready.append(self._take(key))
        return ready

    def held_too_long(self, *, now: float) -> list[Handle]:
        """Those to acknowledge though the rest of their text has not come."""
        handles: list[Handle] = []
        for entry in self._waiting.values():
            if entry.handles and now - entry.since >= self._hold:
                handles += entry.handles
                entry.handles = []
        return handles

    def overdue(self, *, now: float) -> list[Whole[Handle]]:
        """Texts whose missing parts are given up."""
        late = [key for key, entry in self._waiting.items() if now - entry.since >= self._wait]
        return [self._take(key) for key in late]

    def _take(self, key: tuple[str, str, int, int]) -> Whole[Handle]:
        entry = self._waiting.pop(key)
        text = "".join(entry.texts[number] for number in sorted(entry.texts))
        return Whole(key[0], key[1], text, len(entry.texts), entry.handles)
