"""Looking at what accounts sent again and again, and telling one whose wordings are spread thin before carriers do."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID

from tidings.compliance.content.finding import Finding
from tidings.compliance.content.snowshoe import MOST_SENDERS, Spread
from tidings.kernel.instant import Instant
from tidings.kernel.sid import Sid
from tidings.monitor.alert import Alert, alerted_since, raise_alerts
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Connection, Database
from tidings.runtime.jobs import Jobs
from tidings.senders.directory import accounts_of_many_senders
from tidings.senders.registration.approved import senders_of_campaigns

LOOKS_BACK = timedelta(hours=24)
TELLS_AGAIN_AFTER = timedelta(hours=24)
MOST_TEXTS = 5_000
FILTERED = 30007
"""What carriers make of such texts; here it warns of that."""
HOURLY = "13 * * * *"

RecentWordings = Callable[[Connection, UUID, Instant, int], Awaitable[Sequence[tuple[str, str]]]]
"""The different texts that an account sent since a moment, each with the address that it came from, newest first, at
most so many; those that are not kept are left out."""


async def look(
    connection: Connection, account: UUID, *, recent: RecentWordings, now: Instant
) -> tuple[int, tuple[Finding, ...]]:
    """How many different texts of the last 24 hours there are, and which wordings of them are spread too thin.

    Senders of one approved 10DLC campaign count as one, since they share its limits and dodge none.
    """
    sent = await recent(connection, account, now - LOOKS_BACK, MOST_TEXTS)
    campaigns = await senders_of_campaigns(connection, account)
    spread = Spread()
    for text, sender in sent:
        service = campaigns.get(sender)
        spread.add(text, sender if service is None else str(Sid("MG", service)))
    return len(sent), spread.findings()


def register(jobs: Jobs, db: Database, *, recent: RecentWordings, clock: Clock, entropy: Entropy) -> None:
    """Makes the watch a periodic job."""

    async def watch_wordings() -> None:
        """Looks whether accounts with more than ten senders spread one wording over as many of them, or over many link
        domains, and alerts them (30007), once a day."""
        await watch(db, recent=recent, now=clock(), entropy=entropy)

    jobs.every("watch_wordings", HOURLY, watch_wordings)


async def watch(db: Database, *, recent: RecentWordings, now: Instant, entropy: Entropy) -> int:
    """Once, account by account; how many alerts were raised. Done twice it raises none the second time."""
    raised = 0
    async with db.connection() as connection:
        accounts = await accounts_of_many_senders(connection, more_than=MOST_SENDERS)
    for account in accounts:
        async with db.transaction() as connection:
            _, found = await look(connection, account, recent=recent, now=now)
            if found:
                raised += await _tell(connection, account, found, now=now, entropy=entropy)
    return raised


async def _tell(
    connection: Connection, account: UUID, found: Sequence[Finding], *, now: Instant, entropy: Entropy
) -> int:
    """The alert has no text of a person."""
    sid = str(Sid("AC", account))
    if await alerted_since(connection, account, code=FILTERED, resource=sid, since=now - TELLS_AGAIN_AFTER):
        return 0
    said = " ".join(f"{one.says} {one.remedy}" for one in found)
    text = f"What was sent in the last 24 hours may be filtered. {said}"
    await raise_alerts(connection, [Alert(account, FILTERED, sid, text=text)], now=now, entropy=entropy)
    return 1
