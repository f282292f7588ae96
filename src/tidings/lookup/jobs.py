"""Jobs: stored contacts are scrubbed, lists of deactivated numbers taken in, and what is out of date is forgotten."""

from datetime import timedelta

from tidings.lookup.contacts.scrub import Contacts, forget_scrubs
from tidings.lookup.contacts.scrub import register as register_scrubs
from tidings.lookup.deactivated import ListOf, forget_lists, take_in_lists
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.runtime.jobs import Jobs
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
HOURLY, LISTS = "41 * * * *", "11 5-9 * * *"
LESSONS_KEPT = timedelta(days=400)


def register(jobs: Jobs, db: Database, *, contacts: Contacts, list_of: ListOf, clock: Clock) -> None:
    """Makes them jobs. `contacts` gives what an account has stored, `list_of` the numbers deactivated on a day."""

    async def forget_lookups() -> None:
        """Forgets what providers said and nobody believes any more, lessons of 400 days ago, scrubs of 30 and lists of
        deactivated numbers of 90 days ago."""
        now = clock()
        async with db.connection() as connection:
            await SQL.run(connection, "forget_answers", now)
            await SQL.run(connection, "forget_lessons", now - LESSONS_KEPT, now)
            await forget_scrubs(connection, now=now)
            await forget_lists(connection, now=now)

    async def take_in_deactivations() -> None:
        """Takes in the lists of numbers that carriers took out of service, once a day's list is whole."""
        await take_in_lists(db, list_of, now=clock())

    jobs.every("forget_lookups", HOURLY, forget_lookups)
    jobs.every("take_in_deactivations", LISTS, take_in_deactivations)
    register_scrubs(jobs, db, contacts=contacts, clock=clock)
