"""Equal senders in turn: the one with the shortest queue first, among equal queues the one not used for longest. Pure.

A heap, so that a choice among 400 costs what one among nine comparisons does. What waits is told from outside now and
then; between two tellings each choice adds its own time.
"""

from collections.abc import Callable, MutableMapping, Sequence
from heapq import heapify, heapreplace
from itertools import count

from tidings.senders.sender import Sender

Seconds = Callable[[Sender], float]
"""How long a sender's queue takes at its MPS; infinite for one that is to be passed over while another can go."""


class Spread:
    """`turns` remembers when each address was used last; it may be shared, and outlive the spread."""

    def __init__(
        self, senders: Sequence[Sender], *, waiting: Seconds, turns: MutableMapping[str, int]
    ) -> None:
        self.senders = tuple(senders)
        self._turns = turns
        self._next_turn = count(max(turns.values(), default=0) + 1)
        self.tell(waiting)

    def tell(self, waiting: Seconds) -> None:
        """Take over how long each queue is now."""
        turns = self._turns
        self._heap = [
            (waiting(sender), turns.get(sender.address, 0), place)
            for place, sender in enumerate(self.senders)
        ]
        heapify(self._heap)

    def take(self, segments: int) -> Sender:
        """The sender of the next message, which takes so many segments."""
        seconds, _, place = self._heap[0]
        sender = self.senders[place]
        turn = next(self._next_turn)
        self._turns[sender.address] = turn
        heapreplace(self._heap, (seconds + segments / sender.mps, turn, place))
        return sender

    def in_order(self) -> list[Sender]:
        """All of them, in the order in which they would be taken."""
        return [self.senders[place] for _, _, place in sorted(self._heap)]
