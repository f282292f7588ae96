"""Jobs of the clock: what was learnt of carriers long ago is forgotten."""

from tidings.carriers.record import forget
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.runtime.jobs import Jobs

HOURLY = "37 * * * *"


def register(jobs: Jobs, db: Database, *, clock: Clock) -> None:
    """Makes the forgetting a periodic job."""

    async def forget_carriers() -> None:
        """Takes away evidence about carriers that has faded, their hourly tallies after 60 days, and what dispatchers
        said that are gone."""
        async with db.transaction() as connection:
            await forget(connection, now=clock())

    jobs.every("forget_carriers", HOURLY, forget_carriers)
