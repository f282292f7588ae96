"""A brand, as the US carriers' registry knows it, and a vetting of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.runtime.database import Record
from tidings.senders.registration.reasons import Reason
from tidings.senders.registration.states import BrandState, IdentityState, VettingState

SID = "BN"
VETTING_SID = "VT"
BUNDLE_SID = "BU"


class BrandType(StrEnum):
    STANDARD = "STANDARD"
    SOLE_PROPRIETOR = "SOLE_PROPRIETOR"


class Provider(StrEnum):
    """Who vets."""

    CAMPAIGN_VERIFY = "campaign-verify"
    AEGIS = "aegis"


@dataclass(frozen=True, slots=True)
class Brand:
    id: UUID
    account: UUID
    customer_profile: UUID
    a2p_profile: UUID
    type: BrandType
    mock: bool
    skip_vetting: bool
    """Whether the automatic secondary vetting, which gives the score, is left out: a low-volume brand."""
    state: BrandState
    identity: IdentityState | None
    score: int | None
    """The trust score, 0 to 100; None while the brand is not vetted."""
    russell_3000: bool | None
    government: bool | None
    tax_exempt_status: str | None
    registry_id: str | None
    reasons: tuple[Reason, ...]
    submission: int
    """How often it was submitted; a review of an earlier submission changes nothing."""
    submitted_at: Instant
    asked_to_identify_at: Instant | None
    """When its owner was last asked for a one-time passcode."""
    created_at: Instant
    updated_at: Instant

    @property
    def usable(self) -> bool:
        """Whether campaigns may be registered for it."""
        return self.state is BrandState.APPROVED and self.identity is not IdentityState.UNVERIFIED


@dataclass(frozen=True, slots=True)
class Vetting:
    id: UUID
    account: UUID
    brand: UUID
    provider: Provider
    vetting_id: str | None
    """The token of the provider."""
    vetting_class: str
    state: VettingState
    submitted_at: Instant
    created_at: Instant
    updated_at: Instant


CLASS_OF: Mapping[Provider, str] = {Provider.CAMPAIGN_VERIFY: "POLITICAL", Provider.AEGIS: "STANDARD"}


def brand_of(row: Record) -> Brand:
    return Brand(
        id=row["id"],
        account=row["account"],
        customer_profile=row["customer_profile"],
        a2p_profile=row["a2p_profile"],
        type=BrandType(row["type"]),
        mock=row["mock"],
        skip_vetting=row["skip_vetting"],
        state=BrandState(row["status"]),
        identity=None if row["identity"] is None else IdentityState(row["identity"]),
        score=row["score"],
        russell_3000=row["russell_3000"],
        government=row["government"],
        tax_exempt_status=row["tax_exempt_status"],
        registry_id=row["registry_id"],
        reasons=tuple(Reason.read(one) for one in row["reasons"]),
        submission=row["submission"],
        submitted_at=row["submitted_at"],
        asked_to_identify_at=row["asked_to_identify_at"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def vetting_of(row: Record) -> Vetting:
    return Vetting(
        id=row["id"],
        account=row["account"],
        brand=row["brand"],
        provider=Provider(row["provider"]),
        vetting_id=row["vetting_id"],
        vetting_class=row["vetting_class"],
        state=VettingState(row["status"]),
        submitted_at=row["created_at"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
