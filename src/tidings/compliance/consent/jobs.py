"""Jobs of the clock about consents."""

from tidings.compliance.consent.expire import AT_ONCE, expire
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.runtime.jobs import Jobs

HOURLY = "23 * * * *"


def register(jobs: Jobs, db: Database, *, clock: Clock) -> None:
    """Makes the expiry of consents a periodic job."""

    async def expire_consents() -> None:
        """Enters into the ledgers which consents have expired."""
        done = AT_ONCE
        while done == AT_ONCE:
            async with db.transaction() as connection:
                done = await expire(connection, now=clock())

    jobs.every("expire_consents", HOURLY, expire_consents)
