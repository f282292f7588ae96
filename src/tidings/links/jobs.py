"""Jobs of the clock: links whose time is over are forgotten, clicks are judged anew when the rule changed."""

from datetime import timedelta

from tidings.kernel.sid import lowest_at
from tidings.links.believe.count import forget_counts
from tidings.links.believe.judge import judge_again
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.runtime.jobs import Jobs
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
HOURLY = "47 * * * *"
DAILY = "17 4 * * *"
OFTEN = "*/10 * * * *"


def register(jobs: Jobs, db: Database, *, retention_days: int, clock: Clock) -> None:
    """Makes the forgetting, and judging anew, periodic jobs."""

    async def forget_links() -> None:
        """Forgets short links that lead nowhere any more, 90 days after their messages left."""
        async with db.connection() as connection:
            while await SQL.run(connection, "forget_links", clock()):
                pass  # the next ten thousand, so that no statement takes long

    async def forget_clicks() -> None:
        """Forgets what is counted of single messages older than TIDINGS_RETENTION_DAYS; rates by hour stay."""
        oldest_kept = lowest_at(clock() - timedelta(days=retention_days))
        async with db.connection() as connection:
            await forget_counts(connection, oldest_kept)

    async def judge_clicks_again() -> None:
        """Judges clicks anew that an older version of the rule judged, as far back as their evidence is kept."""
        while await judge_again(db, now=clock()):
            pass  # the next five hundred

    jobs.every("forget_links", HOURLY, forget_links)
    jobs.every("forget_clicks", DAILY, forget_clicks)
    jobs.every("judge_clicks_again", OFTEN, judge_clicks_again)
