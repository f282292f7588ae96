"""Receipts that a carrier still owes us, of what this process handed over. Pure.

The carrier's id of a message's first part leads to what was sent. Who hears no receipt for a minute asks the history of
the message (another process may have heard it), and once more after an hour: what has no end then is missing.
"""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from tidings.kernel.phone_number import country_of

ASK_AFTER_SECONDS = 60.0
MISSING_AFTER_SECONDS = 3_600.0
MOST_AWAITED = 100_000
"""Beyond it messages are not followed one by one; what is counted is then a sample."""


class Sent(NamedTuple):
    """A message that a carrier took, at an instant in epoch seconds."""

    message: UUID
    sender: str
    destination: str
    network: str | None
    at: float

    @property
    def place(self) -> str:
        """Its network, or its country while that is unknown."""
        return self.network or country_of(self.destination)


class Awaited:
    """Of one carrier. Messages must come in the order of their time."""

    __slots__ = ("_asked", "_new", "unfollowed_at")

    def __init__(self) -> None:
        self._new: dict[str, Sent] = {}
        self._asked: dict[str, Sent] = {}
        self.unfollowed_at = 0.0
        """When a message was last taken that is not followed."""

    def __len__(self) -> int:
        return len(self._new) + len(self._asked)

    def expect(self, provider_id: str, sent: Sent) -> None:
        """A receipt is to come."""
        if len(self._new) < MOST_AWAITED:
            self._new[provider_id] = sent
        else:
            self.unfollowed_at = sent.at

    def arrived(self, provider_id: str) -> Sent | None:
        """A receipt came that ends the message. None: it is not one of ours, or came before."""
        sent = self._new.pop(provider_id, None)
        return sent if sent is not None else self._asked.pop(provider_id, None)

    def to_ask(self, now: float, *, most: int) -> dict[str, Sent]:
        """Those whose history is to be asked: silent for a minute for the first time, or for an hour."""
        found: dict[str, Sent] = {}
        for waiting, patience in ((self._asked, MISSING_AFTER_SECONDS), (self._new, ASK_AFTER_SECONDS)):
            found.update(_older(waiting, now - patience, most=most - len(found)))
        return found

    def asked(self, provider_id: str, now: float) -> bool:
        """The history has no end of it. True when it is missing by now, and followed no more."""
        sent = self._new.pop(provider_id, None) or self._asked.get(provider_id)
        if sent is None:
            return False
        if now - sent.at >= MISSING_AFTER_SECONDS:
            self._asked.pop(provider_id, None)
            return True
        self._asked[provider_id] = sent
        return False

    def nothing_more(self, now: float) -> bool:
        """Whether no receipt can be expected any more, of what is followed or not."""
        return not self._new and not self._asked and now - self.unfollowed_at > MISSING_AFTER_SECONDS


def _older(waiting: dict[str, Sent], than: float, *, most: int) -> Iterator[tuple[str, Sent]]:
    for (provider_id, sent), _ in zip(waiting.items(), range(most), strict=False):
        if sent.at > than:
            return
        yield provider_id, sent
