"""Jobs of the clock: links whose time is over are forgotten."""

from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.runtime.jobs import Jobs
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
HOURLY = "47 * * * *"


def register(jobs: Jobs, db: Database, *, clock: Clock) -> None:
    """Makes the forgetting a periodic job."""

    async def forget_links() -> None:
        """Forgets short links that lead nowhere any more, 90 days after their messages left."""
        async with db.connection() as connection:
            while await SQL.run(connection, "forget_links", clock()):
                pass  # the next ten thousand, so that no statement takes long

    jobs.every("forget_links", HOURLY, forget_links)
