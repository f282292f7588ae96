"""An application: where people's messages and the fate of one's own are told. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tidings.kernel.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an account chooses for an application."""

    friendly_name: str = ""
    sms_url: str | None = None
    sms_method: str = "POST"
    sms_fallback_url: str | None = None
    sms_fallback_method: str = "POST"
    message_status_callback: str | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)
    """Settings of calls: Tidings makes none, and gives back what it was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(Settings):
    """An application as it is kept."""

    id: UUID
    account: UUID
    created_at: Instant
    updated_at: Instant
