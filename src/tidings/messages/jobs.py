"""Jobs of the clock: what waited for receipts in vain is swept away, and what was not to be kept is forgotten."""

from datetime import timedelta
from uuid import UUID

import structlog

from tidings.kernel.instant import Instant
from tidings.kernel.sid import BUCKETS, lowest_at
from tidings.messages.metrics import UNMATCHED
from tidings.messages.states import ENDED_FACTS, LEFT_FACTS, STATUS_FACTS
from tidings.messages.weigh_clicks import weigh_clicks
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.runtime.jobs import Jobs
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
log = structlog.get_logger(__name__)

RECEIPTS_WITHIN = timedelta(days=8)
"""A receipt finds only what was sent within this time before it; the statement `receipts` has the same eight days."""
HOURLY = "17 * * * *"
AFTER_THE_HOUR = "3 * * * *"
EVERY_MINUTE = "* * * * *"


def register(jobs: Jobs, db: Database, *, clock: Clock) -> None:
    """Makes the sweep and the forgetting periodic jobs."""

    async def sweep_receipts() -> None:
        """Gives up receipts that no message was found for in eight days, and forgets the parts of long messages
        whose receipts can come no more, and carriers' ids of inbound messages that will not be sent again."""
        await sweep(db, now=clock())

    async def forget_texts() -> None:
        """Takes away texts (ContentRetention=discard) and the ends of numbers (AddressRetention=obfuscate) of
        messages that need them no more."""
        await forget(db)

    async def weigh_carriers_clicks() -> None:
        """Counts per carrier the messages with links that it says arrived six hours ago, and those that were followed:
        a carrier whose messages nobody ever follows makes its receipts up."""
        await weigh_clicks(db, now=clock())

    jobs.every("sweep_receipts", HOURLY, sweep_receipts)
    jobs.every("weigh_carriers_clicks", AFTER_THE_HOUR, weigh_carriers_clicks)
    jobs.every("forget_texts", EVERY_MINUTE, forget_texts)


async def sweep(db: Database, *, now: Instant) -> None:
    """Once, a bucket at a time. May be done twice."""
    before = now - RECEIPTS_WITHIN
    async with db.connection() as connection:
        unmatched = await SQL.run(connection, "give_up_receipts", before)
        await SQL.run(connection, "forget_inbound_refs", before)
        await SQL.run(connection, "forget_inbound_doubts", before)
        for bucket in range(BUCKETS):
            await SQL.run(connection, "forget_parts", bucket, lowest_at(before), before, STATUS_FACTS)
    if unmatched:
        UNMATCHED.inc(unmatched)
        log.warning("receipts that name no message of ours are given up", count=unmatched)


async def forget(db: Database) -> None:
    """Once, a bucket at a time, 500 messages a statement. May be done twice."""
    async with db.connection() as connection:
        for bucket in range(BUCKETS):
            after = UUID(int=0)
            while True:
                rows = await SQL.many(
                    connection, "forget_texts", bucket, after, STATUS_FACTS, LEFT_FACTS, ENDED_FACTS
                )
                if not rows:
                    break
                after = rows[0]["id"]
