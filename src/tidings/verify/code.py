"""Codes: how one follows from a seed, and what is kept of it. Pure.

Nobody can tell a code from what stands in the database: a code follows from a random seed and a key, and what a given
code is compared with is keyed too. So a code can be sent again although it is kept nowhere.
"""

import hmac
from hashlib import sha256
from uuid import UUID

PURPOSE = "codes of verify"
"""What the home's key is asked for."""
SEED_BYTES = 16
SHORTEST_CODE, LONGEST_CODE = 4, 10


class CodeKey:
    """The home's key for codes."""

    def __init__(self, key: bytes) -> None:
        self._draw = hmac.digest(key, b"code", sha256)
        self._compare = hmac.digest(key, b"compare", sha256)
        self._name = hmac.digest(key, b"name", sha256)

    def draw(self, seed: bytes, length: int) -> str:
        """The code of a seed of `SEED_BYTES` random bytes: so many digits, each number as likely as any other (to one
        in 2^222)."""
        number = int.from_bytes(hmac.digest(self._draw, seed, sha256), "big") % 10**length
        return f"{number:0{length}d}"

    def digest(self, code: str, *, account: UUID, service: UUID, recipient: str) -> bytes:
        """What is kept of a code: it is good for this person at this service alone."""
        about = account.bytes + service.bytes + len(recipient).to_bytes(2, "big") + recipient.encode()
        return hmac.digest(self._compare, about + code.encode(), sha256)

    def fingerprint(self, text: str) -> bytes:
        """Tells a value apart from others without keeping it: an address, a session, a device."""
        return hmac.digest(self._name, text.encode(), sha256)[:16]


def same(one: bytes, other: bytes) -> bool:
    """In a time that tells nothing of where they differ."""
    return hmac.compare_digest(one, other)
