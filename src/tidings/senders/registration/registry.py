"""What Tidings asks a registry, and what a registry can say. Pure but for the protocol's deeds.

A registry takes its time: it is asked about each submission until it has decided. It answers from what it is given, and
keeps for itself how it finds out.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from tidings.kernel.instant import Instant
from tidings.senders.registration.brand import Brand, Vetting
from tidings.senders.registration.campaign import Campaign
from tidings.senders.registration.reasons import Reason
from tidings.senders.registration.states import IdentityState
from tidings.senders.registration.toll_free import Verification


@dataclass(frozen=True, slots=True)
class Undecided:
    ask_again: timedelta
    """When it is worth while to ask again."""


@dataclass(frozen=True, slots=True)
class Rejected:
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class BrandApproved:
    registry_id: str
    identity: IdentityState
    score: int | None
    russell_3000: bool = False
    government: bool = False
    tax_exempt_status: str | None = None


@dataclass(frozen=True, slots=True)
class BrandVetted:
    score: int | None
    """The brand's new trust score; None leaves the old one."""


@dataclass(frozen=True, slots=True)
class IdentityProved:
    """The owner of a sole proprietor's brand has answered the one-time passcode."""


@dataclass(frozen=True, slots=True)
class CampaignApproved:
    registry_id: str


@dataclass(frozen=True, slots=True)
class NumberApproved:
    """A toll-free number is verified."""


class Registry(Protocol):
    """Asked at `now`; must bear to be asked again about what it has decided."""

    async def brand(self, brand: Brand, *, now: Instant) -> Undecided | BrandApproved | Rejected: ...

    async def vetting(
        self, vetting: Vetting, brand: Brand, *, now: Instant
    ) -> Undecided | BrandVetted | Rejected: ...

    async def identity(self, brand: Brand, *, now: Instant) -> Undecided | IdentityProved | Rejected: ...

    async def campaign(
        self, campaign: Campaign, brand: Brand, vetted_for: frozenset[str], *, now: Instant
    ) -> Undecided | CampaignApproved | Rejected: ...

    async def toll_free(
        self, verification: Verification, *, now: Instant
    ) -> Undecided | NumberApproved | Rejected: ...
