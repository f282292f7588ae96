"""Until when a message is good. Pure."""

from datetime import timedelta

from tidings.kernel.instant import Instant
from tidings.messages.draft import LONGEST_VALIDITY_SECONDS, Draft


def expiry(draft: Draft, now: Instant) -> Instant:
    """By what its sender said, from when it was to leave."""
    return (draft.send_at or now) + timedelta(seconds=draft.validity_seconds)


def expiry_when_held(start: Instant, expires_at: Instant, *, now: Instant, until: Instant) -> Instant | None:
    """Until when a message is good that is held until then, `start` being when it might first have left.

    A validity of its own goes on running, since it says after when nobody wants the message: None when it runs out
    first. The longest one, which is everybody's who chose none, stands still while the message is held.
    """
    if expires_at - start < timedelta(seconds=LONGEST_VALIDITY_SECONDS):
        return expires_at if until < expires_at else None
    return expires_at + max(until - now, timedelta())
