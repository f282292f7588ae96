"""A messaging service as values: its settings, and the senders that it pools. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.senders.sender import Sender

LARGEST_POOL = 400
"""Senders of a service, of all kinds together; more are refused with 21714."""
LONGEST_VALIDITY_SECONDS = 36_000
ANY_COUNTRY = ""
"""The key of sender ids that serve all countries which have none of their own."""


class Usecase(StrEnum):
    """What the messages of a service are for."""

    NOTIFICATIONS = "notifications"
    MARKETING = "marketing"
    VERIFICATION = "verification"
    DISCUSSION = "discussion"
    POLL = "poll"
    UNDECLARED = "undeclared"


class Scanning(StrEnum):
    """Whether texts are scanned; kept for callers, nothing is scanned here."""

    INHERIT = "inherit"
    ENABLE = "enable"
    DISABLE = "disable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an account chooses for a service."""

    friendly_name: str
    inbound_request_url: str | None = None
    inbound_method: str = "POST"
    fallback_url: str | None = None
    fallback_method: str = "POST"
    status_callback: str | None = None
    sticky_sender: bool = True
    mms_converter: bool = True
    smart_encoding: bool = True
    scan_message_content: Scanning = Scanning.INHERIT
    fallback_to_long_code: bool = True
    area_code_geomatch: bool = True
    validity_seconds: int = LONGEST_VALIDITY_SECONDS
    """How long a message may wait to leave, unless it says so itself."""
    synchronous_validation: bool = False
    usecase: Usecase = Usecase.UNDECLARED
    use_inbound_webhook_on_number: bool = False
    """Whether messages from people go where their number says, and not where the service says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Settings):
    """A service as it is kept."""

    id: UUID
    account: UUID
    created_at: Instant
    updated_at: Instant


@dataclass(frozen=True, slots=True)
class AlphaSender:
    """A sender id in a service."""

    id: UUID
    name: str
    country: str
    """ISO 3166 code, or `ANY_COUNTRY`."""
    created_at: Instant
    updated_at: Instant


@dataclass(frozen=True, slots=True)
class Pool:
    """A service with its senders."""

    service: Service
    members: tuple[Sender, ...]
    """Numbers and short codes, the longest a member first."""
    alpha: Mapping[str, tuple[str, ...]]
    """Sender ids by the country that they are for, and under `ANY_COUNTRY` for all others. Each is a sender of the
    account as well, with a rate and a lane of its own."""

    def has(self, address: str) -> bool:
        """Whether a sender with this address is in the pool."""
        return any(sender.address == address for sender in self.members) or any(
            address in names for names in self.alpha.values()
        )
