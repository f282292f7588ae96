"""Once a day: what the gate refused long ago is forgotten."""

from tidings.compliance.gate.refusals import forget
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.runtime.jobs import Jobs

DAILY = "47 3 * * *"


def register(jobs: Jobs, db: Database, *, clock: Clock) -> None:
    """Makes the forgetting a periodic job."""

    async def forget_refusals() -> None:
        """Forgets direct messages that the gate refused, after 30 days."""
        await forget(db, now=clock())

    jobs.every("forget_refusals", DAILY, forget_refusals)
