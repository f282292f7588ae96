"""SIDs and the UUIDv7 inside them.

A SID is two capital letters and 32 hexadecimal digits. The digits are a UUIDv7 (RFC 9562) whose twelve
`rand_a` bits are four random bits and the eight-bit number of the bucket, so that a SID alone names its time
partition and its bucket.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Self
from uuid import UUID

from tidings.kernel.instant import EPOCH, Instant, epoch_milliseconds

BUCKETS = 64

_HEX = re.compile(r"[0-9a-fA-F]{32}")
_VERSION_7 = 7 << 76
_VARIANT = 0b10 << 62
_LOW_62_BITS = (1 << 62) - 1
_ENTROPY_BYTES = 10
# 9999-12-31T23:59:59.999Z: the last instant that a datetime can hold; 48 bits of milliseconds reach past it.
_LAST_MILLISECOND = 253_402_300_799_999


@dataclass(frozen=True, slots=True)
class Sid:
    prefix: str
    uuid: UUID

    def __str__(self) -> str:
        return f"{self.prefix}{self.uuid.hex}"

    @classmethod
    def parse(cls, text: str, prefix: str = "SM") -> Self | None:
        """The SID written in `text`, digits of either case; None unless it has this prefix."""
        if len(text) != 34 or text[:2] != prefix or _HEX.fullmatch(text, 2) is None:
            return None
        return cls(prefix, UUID(int=int(text[2:], 16)))


def mint(now: Instant, entropy: bytes, bucket: int) -> UUID:
    """A new UUIDv7 for `now` in `bucket`. Needs at least ten bytes of `entropy`; the first ten are used."""
    if not 0 <= bucket < BUCKETS:
        raise ValueError(f"bucket {bucket} is outside 0..{BUCKETS - 1}")
    if len(entropy) < _ENTROPY_BYTES:
        raise ValueError(f"{len(entropy)} bytes of entropy are too few; {_ENTROPY_BYTES} are needed")
    return UUID(
        int=epoch_milliseconds(now) << 80
        | _VERSION_7
        | (entropy[0] & 0x0F) << 72
        | bucket << 64
        | _VARIANT
        | int.from_bytes(entropy[2:10], "big") & _LOW_62_BITS
    )


def bucket_of(uuid: UUID) -> int:
    """The bucket that a minted id names. A stranger's id, too, gives a bucket that exists."""
    return (uuid.int >> 64 & 0xFF) % BUCKETS


def instant_of(uuid: UUID) -> Instant:
    """When an id was minted, to the millisecond. A stranger's id stays within year 9999."""
    return EPOCH + timedelta(milliseconds=min(uuid.int >> 80, _LAST_MILLISECOND))


def lowest_at(instant: Instant) -> UUID:
    """The lower bound, in PostgreSQL's order too, of the ids minted in this millisecond or later."""
    return UUID(int=epoch_milliseconds(instant) << 80 | _VERSION_7 | _VARIANT)


def bucket_for(lane_key: str) -> int:
    """The bucket of a lane: the same on every host and in every release."""
    return int.from_bytes(blake2b(lane_key.encode(), digest_size=8).digest(), "big") % BUCKETS
