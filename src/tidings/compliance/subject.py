"""Under which id facts about a person stand."""

from hashlib import blake2b
from uuid import UUID


def subject_of(account: UUID, recipient: str) -> UUID:
    """Of a person of an account: all that is known of them stands in one bucket, in order."""
    return UUID(bytes=blake2b(recipient.encode(), key=account.bytes, digest_size=16).digest())
