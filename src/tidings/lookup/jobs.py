"""Jobs of the clock: what providers said and nobody believes any more is forgotten."""

from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.runtime.jobs import Jobs
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
HOURLY = "41 * * * *"


def register(jobs: Jobs, db: Database, *, clock: Clock) -> None:
    """Makes the forgetting a periodic job."""

    async def forget_lookups() -> None:
        """Forgets what providers of number facts said, once it is not believed any more."""
        async with db.connection() as connection:
            await SQL.run(connection, "forget_answers", clock())

    jobs.every("forget_lookups", HOURLY, forget_lookups)
