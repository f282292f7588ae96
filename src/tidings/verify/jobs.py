"""Jobs of the clock: what is over is forgotten."""

from datetime import timedelta

from tidings.kernel.sid import BUCKETS
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.runtime.jobs import Jobs
from tidings.runtime.statements import Statements
from tidings.verify.factors.verify import forget_challenges
from tidings.verify.fraud.traffic import forget
from tidings.verify.limits.count import forget_counts

SQL = Statements.beside(__file__)
HOURLY = "37 * * * *"
KEPT = timedelta(days=1)


def register(jobs: Jobs, db: Database, *, clock: Clock) -> None:
    """Makes the forgetting periodic jobs."""

    async def forget_verifications() -> None:
        """Forgets verifications and challenges that ended a day ago; attempts are kept as long as messages are."""
        async with db.connection() as connection:
            await forget_challenges(connection, before=clock() - KEPT)
            for bucket in range(BUCKETS):
                while await SQL.run(connection, "forget_verifications", bucket, clock() - KEPT):
                    pass  # the next five thousand, so that no statement takes long

    async def forget_rate_counts() -> None:
        """Forgets how often values were seen by rate limits of Verify, once their window is over."""
        async with db.connection() as connection:
            while await forget_counts(connection, now=clock()):
                pass  # the next ten thousand

    async def forget_verify_traffic() -> None:
        """Forgets how many codes went where, and what the fraud guard stopped, after 31 days."""
        async with db.connection() as connection:
            await forget(connection, before=clock() - timedelta(days=31))

    jobs.every("forget_verify_traffic", HOURLY, forget_verify_traffic)
    jobs.every("forget_verifications", HOURLY, forget_verifications)
    jobs.every("forget_rate_counts", HOURLY, forget_rate_counts)
