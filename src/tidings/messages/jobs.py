"""Jobs of the clock: what waited for receipts in vain is swept away."""

from datetime import timedelta

import structlog

from tidings.kernel.instant import Instant
from tidings.kernel.sid import BUCKETS, lowest_at
from tidings.messages.metrics import UNMATCHED
from tidings.messages.states import STATUS_FACTS
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.runtime.jobs import Jobs
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
log = structlog.get_logger(__name__)

RECEIPTS_WITHIN = timedelta(days=8)
"""A receipt finds only what was sent within this time before it; the statement `receipts` has the same eight days."""
HOURLY = "17 * * * *"


def register(jobs: Jobs, db: Database, *, clock: Clock) -> None:
    """Makes the sweep a periodic job."""

    async def sweep_receipts() -> None:
        """Gives up receipts that no message was found for in eight days, and forgets the parts of long messages
        whose receipts can come no more."""
        await sweep(db, now=clock())

    jobs.every("sweep_receipts", HOURLY, sweep_receipts)


async def sweep(db: Database, *, now: Instant) -> None:
    """Once, a bucket at a time. May be done twice."""
    before = now - RECEIPTS_WITHIN
    async with db.connection() as connection:
        unmatched = await SQL.run(connection, "give_up_receipts", before)
        for bucket in range(BUCKETS):
            await SQL.run(connection, "forget_parts", bucket, lowest_at(before), before, STATUS_FACTS)
    if unmatched:
        UNMATCHED.inc(unmatched)
        log.warning("receipts that name no message of ours are given up", count=unmatched)
