"""The round of letters: every subscriber is told once of each change that touches their account."""

from collections.abc import Awaitable, Callable, Sequence
from email.message import EmailMessage
from functools import partial
from uuid import UUID

import structlog

from tidings.compliance.advisories.letter import letter
from tidings.compliance.advisories.outlook import SQL, advisories, flows, touching
from tidings.kernel.instant import Instant
from tidings.kernel.sid import Sid
from tidings.runtime.clock import Clock
from tidings.runtime.database import Connection, Database
from tidings.runtime.jobs import Jobs
from tidings.runtime.mail import PostOffice, send

log = structlog.get_logger(__name__)

EVERY_FIVE_MINUTES = "*/5 * * * *"
DAYS_AHEAD = 30
Deliver = Callable[[Sequence[EmailMessage]], Awaitable[None]]


def register(jobs: Jobs, db: Database, *, clock: Clock, smtp_url: str | None, sender: str) -> None:
    """Makes the round a periodic job. Without `smtp_url` nobody can be told."""
    deliver = None if smtp_url is None else partial(send, PostOffice.parse(smtp_url))

    async def tell_advisories() -> None:
        """Tells subscribers by e-mail, each once, of changes of rules within 30 days that touch their account, where
        TIDINGS_SMTP_URL is set."""
        if deliver is not None:
            await tell(db, deliver, sender=sender, now=clock())

    jobs.every("tell_advisories", EVERY_FIVE_MINUTES, tell_advisories)


async def tell(db: Database, deliver: Deliver, *, sender: str, now: Instant) -> int:
    """Once over all accounts; how many letters. What a crash lets go out twice is at most one subscriber's letter."""
    async with db.connection() as connection:
        accounts = [row["account"] for row in await SQL.many(connection, "accounts_subscribed")]
        found = await advisories(connection, now=now, days=DAYS_AHEAD) if accounts else []
    count = 0
    for account in accounts if found else []:
        async with db.connection() as connection:
            told = touching(found, await flows(connection, account, now=now))
            for address in [row["address"] for row in await SQL.many(connection, "subscribers", account)]:
                known = {row["change"] for row in await SQL.many(connection, "told", account, address)}
                new = [(one, touches) for one, touches in told if one.key not in known]
                if not new:
                    continue
                await deliver(
                    [letter(new, account=str(Sid("AC", account)), sender=sender, recipient=address)]
                )
                keys = sorted({one.key for one, _ in new})
                await SQL.run(connection, "note_told", account, address, keys, now)
                log.info("a subscriber was told of changed rules", changes=len(new))
                count += 1
    return count


async def subscribe(connection: Connection, account: UUID, address: str, *, by: str, now: Instant) -> bool:
    """False when the address is a subscriber already."""
    return await SQL.value(connection, "subscribe", account, address, now, by) is not None


async def unsubscribe(connection: Connection, account: UUID, address: str) -> bool:
    """False when the address is no subscriber."""
    return await SQL.value(connection, "unsubscribe", account, address) is not None


async def subscribers(connection: Connection, account: UUID) -> list[str]:
    return [row["address"] for row in await SQL.many(connection, "subscribers", account)]
