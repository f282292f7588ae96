"""The states of what is registered, and the moves between them that are legal. Twilio's words."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar


class BrandState(StrEnum):
    PENDING = "PENDING"
    """Submitted; nobody has looked yet."""
    IN_REVIEW = "IN_REVIEW"
    APPROVED = "APPROVED"
    FAILED = "FAILED"
    SUSPENDED = "SUSPENDED"
    DELETION_PENDING = "DELETION_PENDING"
    DELETION_FAILED = "DELETION_FAILED"


class IdentityState(StrEnum):
    """What the registry thinks of who the brand says it is."""

    SELF_DECLARED = "SELF_DECLARED"
    UNVERIFIED = "UNVERIFIED"
    VERIFIED = "VERIFIED"
    VETTED_VERIFIED = "VETTED_VERIFIED"


class VettingState(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    ACTIVE = "ACTIVE"
    FAILED = "FAILED"


class CampaignState(StrEnum):
    PENDING = "PENDING"
    IN_PROGRESS = "IN_PROGRESS"
    VERIFIED = "VERIFIED"
    FAILED = "FAILED"
    SUSPENDED = "SUSPENDED"


class TollFreeState(StrEnum):
    PENDING_REVIEW = "PENDING_REVIEW"
    IN_REVIEW = "IN_REVIEW"
    APPROVED = "TWILIO_APPROVED"
    REJECTED = "TWILIO_REJECTED"


BRAND_MOVES: Mapping[BrandState, frozenset[BrandState]] = {
    BrandState.PENDING: frozenset({BrandState.IN_REVIEW}),
    BrandState.IN_REVIEW: frozenset({BrandState.APPROVED, BrandState.FAILED}),
    BrandState.APPROVED: frozenset({BrandState.SUSPENDED, BrandState.DELETION_PENDING}),
    BrandState.FAILED: frozenset({BrandState.PENDING, BrandState.DELETION_PENDING}),
    BrandState.SUSPENDED: frozenset({BrandState.APPROVED, BrandState.DELETION_PENDING}),
    BrandState.DELETION_PENDING: frozenset({BrandState.DELETION_FAILED}),
    BrandState.DELETION_FAILED: frozenset({BrandState.DELETION_PENDING}),
}
"""FAILED to PENDING is a brand that was mended and submitted again."""

IDENTITY_MOVES: Mapping[IdentityState, frozenset[IdentityState]] = {
    IdentityState.SELF_DECLARED: frozenset({IdentityState.UNVERIFIED, IdentityState.VERIFIED}),
    IdentityState.UNVERIFIED: frozenset({IdentityState.VERIFIED, IdentityState.VETTED_VERIFIED}),
    IdentityState.VERIFIED: frozenset({IdentityState.VETTED_VERIFIED}),
    IdentityState.VETTED_VERIFIED: frozenset({IdentityState.VETTED_VERIFIED}),
}
"""A brand that was vetted may be vetted again."""

VETTING_MOVES: Mapping[VettingState, frozenset[VettingState]] = {
    VettingState.IN_PROGRESS: frozenset({VettingState.ACTIVE, VettingState.FAILED}),
    VettingState.ACTIVE: frozenset(),
    VettingState.FAILED: frozenset(),
}

CAMPAIGN_MOVES: Mapping[CampaignState, frozenset[CampaignState]] = {
    CampaignState.PENDING: frozenset({CampaignState.IN_PROGRESS}),
    CampaignState.IN_PROGRESS: frozenset({CampaignState.VERIFIED, CampaignState.FAILED}),
    CampaignState.VERIFIED: frozenset({CampaignState.SUSPENDED}),
    CampaignState.FAILED: frozenset({CampaignState.PENDING}),
    CampaignState.SUSPENDED: frozenset({CampaignState.VERIFIED}),
}

TOLL_FREE_MOVES: Mapping[TollFreeState, frozenset[TollFreeState]] = {
    TollFreeState.PENDING_REVIEW: frozenset({TollFreeState.IN_REVIEW}),
    TollFreeState.IN_REVIEW: frozenset({TollFreeState.APPROVED, TollFreeState.REJECTED}),
    TollFreeState.APPROVED: frozenset(),
    TollFreeState.REJECTED: frozenset({TollFreeState.PENDING_REVIEW}),
}


S = TypeVar("S", bound=StrEnum)


def before(moves: Mapping[S, frozenset[S]], to: S) -> list[str]:
    """The states from which a move to `to` is legal, for statements that check it."""
    return [state.value for state, targets in moves.items() if to in targets]
