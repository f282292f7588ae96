"""Parts of long messages, waiting for one another: pure, the time comes in.

Parts are told apart by sender, destination and reference, and come in any order. A message whose parts
never all come is given up after a while, so that what did come is still delivered, as a phone shows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tidings.carriers.simulator.part import Part
from tidings.carriers.smpp.text import Part as Place

PATIENCE_SECONDS = 60.0
MAX_MESSAGES = 100_000


class _Key(NamedTuple):
    source: str
    destination: str
    reference: int
    total: int


@dataclass(slots=True)
class Assembled:
    """The parts of one message by number. `repeated` came again before the message was whole."""

    total: int
    since: float
    parts: dict[int, Part] = field(default_factory=dict)
    repeated: list[Part] = field(default_factory=list)

    @property
    def missing(self) -> int:
        """How many parts never came."""
        return self.total - len(self.parts)

    def in_order(self) -> list[Part]:
        """The parts as they are read."""
        return [self.parts[number] for number in sorted(self.parts)]


class Assembly:
    """The messages that are not yet whole, oldest first."""

    def __init__(self, *, patience_seconds: float = PATIENCE_SECONDS, most: int = MAX_MESSAGES) -> None:
        self._patience = patience_seconds
        self._most = most
        self._open: dict[_Key, Assembled] = {}

    def __len__(self) -> int:
        return len(self._open)

    def awaits(self, source: str, destination: str, place: Place) -> bool:
        """Whether another part of the same message was taken already."""
        return _Key(source, destination, place.reference, place.total) in self._open

    def add(self, part: Part, place: Place, *, now: float) -> Assembled | None:
        """Take a part; the message, when this part makes it whole."""
        key = _Key(part.source, part.destination, place.reference, place.total)
        message = self._open.get(key)
        if message is None:
            message = self._open[key] = Assembled(place.total, since=now)
        elif place.number in message.parts:
            message.repeated.append(message.parts[place.number])
        message.parts[place.number] = part
        if message.missing:
            return None
        del self._open[key]
        return message

    def give_up(self, *, now: float) -> Iterator[Assembled]:
        """Let go of the messages that have waited too long, or of the oldest when there are too many."""
        while self._open:
            key = next(iter(self._open))
            message = self._open[key]
            if message.since + self._patience > now and len(self._open) <= self._most:
                return
            del self._open[key]
            yield message
