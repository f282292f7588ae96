"""Chance that repeats itself: what a seed and a message draw, whatever came before or between.

Each draw comes from a hash of the seed and the message itself, not from a running generator, so the
same messages meet the same fate over one connection or ten, in any order. A message that is sent again
word for word counts as its second, third ... and draws anew.
"""

from array import array
from dataclasses import dataclass
from enum import IntEnum
from hashlib import blake2b

_SLOT_OCTETS = 4
_SCALE = float(1 << (8 * _SLOT_OCTETS))


class For(IntEnum):
    """What a draw decides; one slot of a message's hash each."""

    OUTCOME = 0
    FILTER = 1
    REPLY = 2
    REPLY_TEXT = 3
    REPLY_TIME = 4
    CLICK = 5
    CLICK_TIME = 6
    ANSWER_TIME = 7
    RECEIPT_TIME = 8
    EARLY = 9
    LOSS = 10
    DOUBLE = 11
    REORDER = 12
    REORDER_TIME = 13


@dataclass(frozen=True, slots=True)
class Draw:
    """The draws of one message or part."""

    octets: bytes

    def share(self, slot: For) -> float:
        """An even draw from 0 (included) to 1 (excluded)."""
        at = slot * _SLOT_OCTETS
        return int.from_bytes(self.octets[at : at + _SLOT_OCTETS], "big") / _SCALE


NO_CHANCE = Draw(b"\xff" * 64)
"""The draw that meets no share below one; used where nothing is left to chance."""


class Chance:
    """The draws of one seed. Memory is fixed: repeats are counted in a table of 1,048,576 slots."""

    def __init__(self, seed: int) -> None:
        self._key = str(seed).encode()[:64]
        self._seen = array("I", bytes(4 << 20))

    def draw(self, *marks: str | bytes) -> Draw:
        """The draws of what `marks` tell apart; a repeat of the same marks draws anew."""
        digest = self._digest(marks)
        slot = int.from_bytes(digest[-4:], "big") & 0xFFFFF
        turn = self._seen[slot]
        self._seen[slot] = (turn + 1) & 0xFFFFFFFF
        return Draw(digest if turn == 0 else self._digest((digest, str(turn))))

    def lasting(self, *marks: str | bytes) -> Draw:
        """The draws of what `marks` tell apart, the same each time: a landline stays a landline."""
        return Draw(self._digest(marks))

    def _digest(self, marks: tuple[str | bytes, ...]) -> bytes:
        joined = b"\0".join(
            mark if isinstance(mark, bytes) else mark.encode("utf-8", "surrogatepass") for mark in marks
        )
        return blake2b(joined, key=self._key, digest_size=64).digest()
