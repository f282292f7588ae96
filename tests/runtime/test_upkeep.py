"""The days' partitions are made ahead and taken away by one process at a time."""

from datetime import UTC, datetime, timedelta

from tidings.runtime.clock import system_clock
from tidings.runtime.database import Connection, Database
from tidings.runtime.jobs import Jobs
from tidings.runtime.upkeep import look_after_days, register_upkeep

TODAY = datetime.now(UTC)


async def days_of_messages(connection: Connection) -> set[str]:
    rows = await connection.fetch(
        "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'messages'::regclass"
    )
    return {row["name"].rpartition("_")[2] for row in rows}


async def test_days_beyond_their_retention_are_taken_away_and_coming_ones_made(db: Database) -> None:
    later = TODAY + timedelta(days=10)
    async with db.connection() as connection:
        await look_after_days(connection, retention_days=5, clock=lambda: later)
        days = await days_of_messages(connection)
    assert f"{later + timedelta(days=7):%Y%m%d}" in days
    assert f"{later - timedelta(days=5):%Y%m%d}" in days
    assert f"{TODAY:%Y%m%d}" not in days


async def test_a_second_process_leaves_it_to_the_first(db: Database) -> None:
    async with db.connection() as first, db.connection() as second:
        await first.fetchval("select pg_advisory_lock(hashtext('tidings upkeep'))")
        before = await days_of_messages(second)
        await look_after_days(second, retention_days=5, clock=lambda: TODAY + timedelta(days=20))
        assert await days_of_messages(second) == before
        await first.fetchval("select pg_advisory_unlock(hashtext('tidings upkeep'))")


async def test_upkeep_is_a_periodic_job(db: Database) -> None:
    jobs = Jobs(db.url)
    register_upkeep(jobs, db, retention_days=400, clock=system_clock)
    assert jobs.names == ["keep_days"]
