"""Looking at campaigns again and again, and telling the account when one strays before a carrier does."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from tidings.compliance.drift.drift import Drift, Level, drift_of
from tidings.kernel.instant import Instant
from tidings.kernel.sid import Sid
from tidings.monitor.alert import Alert, alerted_since, raise_alerts
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Connection, Database
from tidings.runtime.jobs import Jobs
from tidings.senders.registration import campaign as campaigns
from tidings.senders.registration.approved import all_approved_campaigns, approved_campaigns
from tidings.senders.registration.campaign import Campaign

LOOKS_BACK = timedelta(hours=24)
TELLS_AGAIN_AFTER = timedelta(hours=24)
MOST_TEXTS = 500
STRAYS = 30893
"""The number under which registries reject what does not agree with its samples; here it warns of that."""
HOURLY = "43 * * * *"

RecentTexts = Callable[[Connection, UUID, UUID, Instant, int], Awaitable[Sequence[str]]]
"""The texts that an account (first id) sent through a service (second) since a moment, newest first, at most so many;
those that are not kept are left out."""


@dataclass(frozen=True, slots=True)
class CampaignDrift:
    campaign: Campaign
    drift: Drift


async def look(
    db: Database, account: UUID, *, recent: RecentTexts, now: Instant, most: int = MOST_TEXTS
) -> list[CampaignDrift]:
    """Every approved campaign of an account, by what it sent in the last 24 hours."""
    async with db.connection() as connection:
        return [
            await _looked_at(connection, campaign, recent, now, most)
            for campaign in await approved_campaigns(connection, account)
        ]


def register(jobs: Jobs, db: Database, *, recent: RecentTexts, clock: Clock, entropy: Entropy) -> None:
    """Makes the watch a periodic job."""

    async def watch_campaigns() -> None:
        """Holds what 10DLC campaigns sent in the last 24 hours against their samples and use cases, and alerts the
        account (30893) when one strays, once a day."""
        await watch(db, recent=recent, now=clock(), entropy=entropy)

    jobs.every("watch_campaigns", HOURLY, watch_campaigns)


async def watch(db: Database, *, recent: RecentTexts, now: Instant, entropy: Entropy) -> int:
    """Once, campaign by campaign; how many alerts were raised. Done twice it raises none the second time."""
    raised = 0
    after = UUID(int=0)
    while True:
        async with db.connection() as connection:
            page = await all_approved_campaigns(connection, after=after)
        if not page:
            return raised
        for campaign in page:
            async with db.transaction() as connection:
                found = await _looked_at(connection, campaign, recent, now, MOST_TEXTS)
                if found.drift.level is Level.STRAYING:
                    raised += await _tell(connection, found, now=now, entropy=entropy)
        after = page[-1].id


async def _looked_at(
    connection: Connection, campaign: Campaign, recent: RecentTexts, now: Instant, most: int
) -> CampaignDrift:
    texts = await recent(connection, campaign.account, campaign.service, now - LOOKS_BACK, most)
    return CampaignDrift(campaign, drift_of(campaign, texts))


async def _tell(connection: Connection, found: CampaignDrift, *, now: Instant, entropy: Entropy) -> int:
    """The alert has what strays in shares, and no text of a person."""
    campaign = found.campaign
    sid = str(Sid(campaigns.SID, campaign.id))
    if await alerted_since(
        connection, campaign.account, code=STRAYS, resource=sid, since=now - TELLS_AGAIN_AFTER
    ):
        return 0
    said = " ".join(f"{one.says} {one.remedy}" for one in found.drift.oddities)
    text = f"The campaign {sid} strays from what was registered for it: {said}"
    alert = Alert(campaign.account, STRAYS, sid, service=campaign.service, text=text)
    await raise_alerts(connection, [alert], now=now, entropy=entropy)
    return 1
