"""An account, its subaccounts' parent or not, and its API keys."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tidings.kernel.instant import Instant


class Status(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Account:
    id: UUID
    parent: UUID | None
    friendly_name: str
    status: Status
    kind: str
    """Twilio's `type`: Full or Trial."""
    created_at: Instant
    updated_at: Instant


@dataclass(frozen=True, slots=True)
class Key:
    id: UUID
    friendly_name: str
    created_at: Instant
    updated_at: Instant
