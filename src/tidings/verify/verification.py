"""A verification as a value: somebody is asked for a code, and says it or not. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant

MOST_SENDS = 5
"""Codes of one verification; a sixth is refused with 60203."""
MOST_CHECKS = 5
"""Codes that may be tried; a sixth is refused with 60202, until the time of the verification is over."""


class Status(StrEnum):
    """Only `pending` can be moved on. What is not pending any more is not found by callers, as at Twilio."""

    PENDING = "pending"
    APPROVED = "approved"
    CANCELED = "canceled"
    MAX_ATTEMPTS_REACHED = "max_attempts_reached"
    DELETED = "deleted"
    FAILED = "failed"
    EXPIRED = "expired"


class Channel(StrEnum):
    SMS = "sms"
    CALL = "call"
    EMAIL = "email"
    WHATSAPP = "whatsapp"
    SNA = "sna"
    AUTO = "auto"


class SendAttempt(msgspec.Struct, frozen=True):
    """A code that was to be brought to somebody."""

    id: UUID
    channel: str
    at: Instant


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """`status` as it is kept: what follows from `checks` and the time is told by `shown`."""

    id: UUID
    bucket: int
    account: UUID
    service: UUID
    recipient: str
    channel: str
    status: Status
    sends: int
    checks: int
    amount: str | None
    payee: str | None
    lookup: Mapping[str, Any] | None
    created_at: Instant
    updated_at: Instant
    expires_at: Instant
    attempts: tuple[SendAttempt, ...] = ()

    def shown(self, now: Instant) -> Status:
        """As it stands at a moment."""
        if self.status is not Status.PENDING:
            return self.status
        if self.expires_at <= now:
            return Status.EXPIRED
        return Status.MAX_ATTEMPTS_REACHED if self.checks >= MOST_CHECKS else Status.PENDING
