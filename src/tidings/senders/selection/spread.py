"""Equal senders in turn: the one with the shortest queue first, among equal queues the one not used for longest. Pure.

A heap, so that a choice among 400 costs what one among nine comparisons does. What waits is told from outside now and
then; between two tellings each choice adds its own time.
"""

from collections.abc import Callable, Sequence
from heapq import heapify, heapreplace
from itertools import count

from tidings.senders.sender import Sender

Seconds = Callable[[Sender], float]
"""How long a sender's queue takes at its MPS; infinite for one that is to be passed over while another can go."""


class Turns:
    """When each sender of a pool was used last; shared by all its spreads, and outlives them."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._next = count(1)

    def last(self, sender: Sender) -> int:
        return self._last.get(sender.address, 0)

    def take(self, sender: Sender) -> int:
        turn = self._last[sender.address] = next(self._next)
        return turn


class Spread:
    def __init__(self, senders: Sequence[Sender], *, waiting: Seconds, turns: Turns) -> None:
        self.senders = tuple(senders)
        self._turns = turns
        self.tell(waiting)

    def tell(self, waiting: Seconds) -> None:
        """Take over how long each queue is now."""
        last = self._turns.last
        self._heap = [(waiting(sender), last(sender), place) for place, sender in enumerate(self.senders)]
        heapify(self._heap)

    def take(self, segments: int) -> Sender:
        """The sender of the next message, which takes so many segments."""
        seconds, _, place = self._heap[0]
        sender = self.senders[place]
        heapreplace(self._heap, (seconds + segments / sender.mps, self._turns.take(sender), place))
        return sender

    def in_order(self) -> list[Sender]:
        """All of them, in the order in which they would be taken."""
        return [self.senders[place] for _, _, place in sorted(self._heap)]
