"""Migrations bring any database forward, whole or not at all."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from tidings.runtime.database import Database
from tidings.runtime.migrations import Migration, MigrationFault, migrate, migrations_in, pending, shipped

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


async def names_of_tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "select nspname || '.' || relname as name "
            "from pg_class join pg_namespace n on n.oid = relnamespace "
            "where relkind in ('r', 'p') and nspname in ('public', 'days', 'jobs')"
        )
        return {row["name"] for row in rows}
    finally:
        await connection.close()


async def test_an_empty_database_is_brought_to_this_releases_schema(empty_db_url: str) -> None:
    applied = await migrate(empty_db_url, now=NOW)
    assert applied == [f"{step.number:04d}_{step.name}" for step in shipped()]
    tables = await names_of_tables(empty_db_url)
    assert {"public.messages", "public.queue", "public.facts", "jobs.pgqueuer"} <= tables
    assert {"days.messages_20261123", "days.facts_20261124", "days.carrier_refs_20261201"} <= tables


async def test_migrating_again_changes_nothing(empty_db_url: str) -> None:
    await migrate(empty_db_url, now=NOW)
    before = await names_of_tables(empty_db_url)
    assert await migrate(empty_db_url, now=NOW) == []
    assert await pending(empty_db_url) == []
    assert await names_of_tables(empty_db_url) == before


async def test_processes_that_migrate_at_once_take_turns(empty_db_url: str) -> None:
    applied = await asyncio.gather(*(migrate(empty_db_url, now=NOW) for _ in range(4)))
    assert sorted(len(names) for names in applied) == [0, 0, 0, len(shipped())]


async def test_a_step_that_fails_changes_nothing(empty_db_url: str) -> None:
    steps = [
        Migration(1, "good", "create table a ()"),
        Migration(2, "bad", "create table b (); select 1 / 0"),
    ]
    with pytest.raises(MigrationFault, match="0002_bad failed and changed nothing"):
        await migrate(empty_db_url, now=NOW, steps=steps)
    assert await names_of_tables(empty_db_url) == {"public.schema_migrations", "public.a"}


async def test_an_applied_step_that_was_changed_is_refused(empty_db_url: str) -> None:
    first = shipped()
    await migrate(empty_db_url, now=NOW)
    changed = [Migration(1, first[0].name, first[0].sql + " -- and more"), *first[1:]]
    with pytest.raises(MigrationFault, match="was changed after it was applied"):
        await migrate(empty_db_url, now=NOW, steps=changed)


async def test_a_database_of_a_newer_release_is_refused(empty_db_url: str) -> None:
    newer = [*shipped(), Migration(len(shipped()) + 1, "from_the_future", "create table future ()")]
    await migrate(empty_db_url, now=NOW, steps=newer)
    with pytest.raises(MigrationFault, match="from_the_future, which this release does not know"):
        await migrate(empty_db_url, now=NOW)


def test_a_gap_in_the_numbers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text("select 1")
    (tmp_path / "0003_c.sql").write_text("select 1")
    with pytest.raises(MigrationFault, match="one is missing"):
        migrations_in(tmp_path)


async def test_a_fresh_database_takes_rows_of_today(db: Database) -> None:
    async with db.transaction() as connection:
        await connection.execute(
            "insert into facts (bucket, at, account, subject, kind) "
            "values (1, now(), gen_random_uuid(), gen_random_uuid(), 'test')"
        )
