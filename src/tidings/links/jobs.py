"""Jobs of the clock: links whose time is over are forgotten, clicks are judged anew when the rule changed."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from tidings.kernel.sid import lowest_at
from tidings.links.believe.count import forget_counts
from tidings.links.believe.judge import judge_again
from tidings.links.certificates import ask_issuer
from tidings.links.issuer import Issuer
from tidings.links.misses import MISSES_SECONDS
from tidings.links.months import make_months, take_out_months
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.runtime.http import HttpClient
from tidings.runtime.jobs import Jobs
from tidings.runtime.secrets import Sealer
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
HOURLY = "47 * * * *"
EVERY_MINUTE = "* * * * *"
DAILY = "17 4 * * *"
OFTEN = "*/10 * * * *"


def register(
    jobs: Jobs,
    db: Database,
    *,
    retention_days: int,
    issuer: Callable[[HttpClient], Issuer] | None,
    archive: Path | None,
    sealer: Callable[[], Sealer],
    clock: Clock,
) -> None:
    """Makes the forgetting, judging anew, and asking the issuer, periodic jobs. `issuer` gives its
    connector."""

    async def forget_links() -> None:
        """Forgets short links that lead nowhere any more, 90 days after their messages left, and who asked for what is
        none."""
        async with db.connection() as connection:
            await SQL.run(connection, "forget_misses", int(clock().timestamp() // MISSES_SECONDS) - 1)
            while await SQL.run(connection, "forget_links", clock()):
                pass  # the next ten thousand, so that no statement takes long

    async def keep_link_months() -> None:
        """Makes the partitions of coming months of links, and takes out those whose links lead nowhere any more, to
        TIDINGS_LINKS_ARCHIVE if that is set."""
        async with db.connection() as connection:
            await make_months(connection, now=clock())
        await take_out_months(db, now=clock(), archive=archive)

    jobs.every("keep_link_months", DAILY, keep_link_months)

    async def forget_clicks() -> None:
        """Forgets what is counted of single messages older than TIDINGS_RETENTION_DAYS; rates by hour stay."""
        oldest_kept = lowest_at(clock() - timedelta(days=retention_days))
        async with db.connection() as connection:
            await forget_counts(connection, oldest_kept)

    async def judge_clicks_again() -> None:
        """Judges clicks anew that an older version of the rule judged, as far back as their evidence is kept."""
        while await judge_again(db, now=clock()):
            pass  # the next five hundred

    async def get_certificates() -> None:
        """Asks TIDINGS_ACME_DIRECTORY or TIDINGS_CERTIFICATE_ISSUER for managed certificates that are missing or end
        within 30 days."""
        if issuer is not None:
            http = HttpClient(allow_private=True)  # the operator named it
            try:
                await ask_issuer(db, issuer(http), sealer=sealer(), clock=clock)
            finally:
                await http.close()

    jobs.every("get_certificates", EVERY_MINUTE, get_certificates)
    jobs.every("forget_links", HOURLY, forget_links)
    jobs.every("forget_clicks", DAILY, forget_clicks)
    jobs.every("judge_clicks_again", OFTEN, judge_clicks_again)
