"""Once a day: counts that no cap looks at any more are forgotten."""

from datetime import UTC, timedelta

from tidings.compliance.caps.cap import LONGEST_WINDOW
from tidings.kernel.instant import Instant
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.runtime.jobs import Jobs
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

DAILY = "41 3 * * *"


def register(jobs: Jobs, db: Database, *, clock: Clock) -> None:
    """Makes the forgetting a periodic job."""

    async def forget_counts() -> None:
        """Forgets how often people were written to, once no cap looks so far back (31 days)."""
        await forget(db, now=clock())

    jobs.every("forget_counts", DAILY, forget_counts)


async def forget(db: Database, *, now: Instant) -> None:
    """Once. May be done twice."""
    async with db.connection() as connection:
        await SQL.run(connection, "forget_counts", now - LONGEST_WINDOW)
        await SQL.run(connection, "forget_abroad", (now.astimezone(UTC) - timedelta(days=2)).date())
