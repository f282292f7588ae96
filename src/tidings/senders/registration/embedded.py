"""The registry that comes with Tidings: it decides by `rules.py`, a settable time after a submission."""

from dataclasses import dataclass
from datetime import timedelta

from tidings.kernel.instant import Instant
from tidings.senders.registration.brand import Brand, Vetting
from tidings.senders.registration.campaign import Campaign
from tidings.senders.registration.registry import (
    BrandApproved,
    BrandVetted,
    CampaignApproved,
    IdentityProved,
    NumberApproved,
    Rejected,
    Undecided,
)
from tidings.senders.registration.rules import (
    campaign_registry_id,
    judge_brand,
    judge_campaign,
    judge_toll_free,
    judge_vetting,
)
from tidings.senders.registration.toll_free import Verification


@dataclass(frozen=True, slots=True)
class EmbeddedRegistry:
    delay: timedelta
    """How long it takes to decide."""

    async def brand(self, brand: Brand, *, now: Instant) -> Undecided | BrandApproved | Rejected:
        return self._waits(brand.submitted_at, now) or judge_brand(brand)

    async def vetting(
        self, vetting: Vetting, brand: Brand, *, now: Instant
    ) -> Undecided | BrandVetted | Rejected:
        return self._waits(vetting.submitted_at, now) or judge_vetting(vetting, brand)

    async def identity(self, brand: Brand, *, now: Instant) -> Undecided | IdentityProved | Rejected:
        """Whoever owns the brand answers the passcode after the delay, always rightly."""
        return self._waits(brand.asked_to_identify_at or now, now) or IdentityProved()

    async def campaign(
        self, campaign: Campaign, brand: Brand, vetted_for: frozenset[str], *, now: Instant
    ) -> Undecided | CampaignApproved | Rejected:
        waits = self._waits(campaign.submitted_at, now)
        if waits is not None:
            return waits
        reasons = judge_campaign(campaign, brand, vetted_for)
        return Rejected(tuple(reasons)) if reasons else CampaignApproved(campaign_registry_id(campaign))

    async def toll_free(
        self, verification: Verification, *, now: Instant
    ) -> Undecided | NumberApproved | Rejected:
        waits = self._waits(verification.submitted_at, now)
        if waits is not None:
            return waits
        reasons = judge_toll_free(verification)
        return Rejected(tuple(reasons)) if reasons else NumberApproved()

    def _waits(self, since: Instant, now: Instant) -> Undecided | None:
        left = since + self.delay - now
        return Undecided(left) if left > timedelta(0) else None
