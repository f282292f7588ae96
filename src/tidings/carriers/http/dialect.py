"""What differs between carriers that take messages over HTTP: how a request is written and its answer read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tidings.carriers.connector import Handover, Outcome


@dataclass(frozen=True, slots=True)
class Call:
    """A POST that is ready to be sent. It may hold secrets and people's texts: it is not for the log."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer of whatever status; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Dialect(Protocol):
    """Pure: no clock, no socket. `Unreachable` as the outcome of an answer says that the carrier takes nothing
    from us for now (a wrong password, a closed account), and surely did not take this."""

    def write(self, messages: Sequence[Handover], *, now: float) -> Call: ...

    def read(self, messages: Sequence[Handover], answer: Answer) -> Sequence[Outcome]:
        """One outcome for each message, in order."""
        ...
