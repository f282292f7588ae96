"""Which lane a message takes: a short code or toll-free number has one, a long code one per destination country."""

from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

from tidings.kernel.sid import BUCKETS

_PER_DESTINATION = {"long_code", "alphanumeric"}


@dataclass(frozen=True, slots=True)
class LaneKey:
    """The name of a lane, with the id and bucket that follow from it without asking the database."""

    account: UUID
    text: str
    id: int
    bucket: int


def lane_key(account: UUID, *, sender: str, kind: str, calling_code: str) -> LaneKey:
    """`kind` is the sender's; `calling_code` is the destination's country calling code ("" for a short code)."""
    text = f"{sender}>{calling_code}" if kind in _PER_DESTINATION else sender
    digest = blake2b(account.bytes + text.encode(), digest_size=8).digest()
    lane = int.from_bytes(digest, "big") >> 1
    return LaneKey(account=account, text=text, id=lane, bucket=lane % BUCKETS)
