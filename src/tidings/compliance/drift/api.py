"""`GET /tidings/v1/drift`: how far an account's 10DLC campaigns stray from what was registered for them."""

import msgspec
from litestar import get
from litestar.types import ControllerRouterHandler

from tidings.compliance.drift.drift import Level, Oddity
from tidings.compliance.drift.watch import CampaignDrift, RecentTexts, look
from tidings.kernel.sid import Sid
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.senders.registration.campaign import SID
from tidings.web.frame import Asking


class ShownDrift(msgspec.Struct, frozen=True):
    campaign_sid: str
    service_sid: str
    use_case: str
    level: Level
    texts: int
    """How many of the last 24 hours were looked at."""
    distance: float
    """The mean distance of a text to its nearest sample, from 0 to 1."""
    oddities: list[Oddity]
    """What was not registered, the most frequent first; each with one of the texts."""


class Drifts(msgspec.Struct, frozen=True):
    campaigns: list[ShownDrift]


def handlers(*, db: Database, recent: RecentTexts, clock: Clock) -> list[ControllerRouterHandler]:
    @get("/tidings/v1/drift", tags=["Content"], summary="How far campaigns stray from what was registered")
    async def drift(caller: Asking) -> Drifts:
        """Every approved campaign, by what it sent in the last 24 hours."""
        found = await look(db, caller.account, recent=recent, now=clock())
        return Drifts([shown_drift(one) for one in found])

    return [drift]


def shown_drift(one: CampaignDrift) -> ShownDrift:
    return ShownDrift(
        campaign_sid=str(Sid(SID, one.campaign.id)),
        service_sid=str(Sid("MG", one.campaign.service)),
        use_case=one.campaign.use_case,
        level=one.drift.level,
        texts=one.drift.texts,
        distance=round(one.drift.distance, 3),
        oddities=list(one.drift.oddities),
    )
