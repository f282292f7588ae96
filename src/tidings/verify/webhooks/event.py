"""What happens at a service, as its webhooks are told of it. Pure."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant
from tidings.kernel.sid import Sid
from tidings.verify.verification import Status, Verification

FACTOR_EVENTS = (
    "factor.created",
    "factor.verified",
    "factor.deleted",
    "challenge.approved",
    "challenge.denied",
)
"""As Twilio has them. No challenge of an app that shows codes is denied."""
VERIFICATION_EVENTS = (
    "verification.pending",
    "verification.approved",
    "verification.canceled",
    "verification.max_attempts_reached",
)
"""Ours: Twilio tells of these over its event streams alone."""
EVENT_TYPES = (*FACTOR_EVENTS, *VERIFICATION_EVENTS)
EVERY = "*"


class Event(msgspec.Struct, frozen=True):
    """`subject`: of which verification, factor or challenge it is; `bucket`: where it lies."""

    bucket: int
    account: UUID
    service: UUID
    subject: UUID
    type: str
    fields: Mapping[str, str]
    at: Instant


def verification_event(found: Verification, status: Status, *, at: Instant) -> Event:
    return Event(
        found.bucket,
        found.account,
        found.service,
        found.id,
        f"verification.{status}",
        {
            "verification_sid": str(Sid("VE", found.id)),
            "to": found.recipient,
            "channel": found.channel,
            "status": status.value,
        },
        at,
    )


def factor_event(type: str, factor: Mapping[str, Any], *, identity: str, at: Instant) -> Event:
    """`factor` is its row."""
    return Event(
        0,
        factor["account"],
        factor["service"],
        factor["id"],
        type,
        _of_factor(factor["id"], identity) | {"factor_friendly_name": factor["friendly_name"]},
        at,
    )


def challenge_event(type: str, challenge: Mapping[str, Any], *, identity: str, at: Instant) -> Event:
    """`challenge` is its row."""
    said = {
        f"challenge_{key}": msgspec.json.encode(challenge[key]).decode()
        for key in ("details", "hidden_details", "metadata")
        if challenge[key] is not None
    }
    return Event(
        0,
        challenge["account"],
        challenge["service"],
        challenge["id"],
        type,
        _of_factor(challenge["factor"], identity) | {"challenge_sid": str(Sid("YC", challenge["id"]))} | said,
        at,
    )


def _of_factor(factor: UUID, identity: str) -> dict[str, str]:
    return {"entity_identity": identity, "factor_sid": str(Sid("YF", factor)), "factor_type": "totp"}


def fields_of(event: Event, *, id: UUID) -> dict[str, str]:
    """What a webhook says of an event; `id` is of this telling."""
    return {
        "uuid": str(id),
        "type": event.type,
        "account_sid": str(Sid("AC", event.account)),
        "service_sid": str(Sid("VA", event.service)),
        **event.fields,
    }
