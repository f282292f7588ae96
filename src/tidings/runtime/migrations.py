"""Brings a database to the schema of this release: forward only, each step whole or not at all.

The steps are `src/tidings/migrations/NNNN_name.sql`. After them come the tables of the job library and the
partitions of the coming days.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import asyncpg

from tidings.kernel.instant import Instant
from tidings.runtime import jobs, partitions
from tidings.runtime.database import with_retries
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


class MigrationFault(Exception):  # noqa: N818 - it names what is wrong
    """The database and the migrations of this release do not fit together. The message says how and what to
    do.
    """


@dataclass(frozen=True, slots=True)
class Migration:
    """One step. `hash` is of its text; a step that was applied anywhere must never change."""

    number: int
    name: str
    sql: str

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations_in(folder: Traversable) -> list[Migration]:
    """The steps in a folder, in order. Raises MigrationFault unless they are numbered 1, 2, 3 and so on."""
    found = []
    for file in folder.iterdir():
        if file.name.endswith(".sql"):
            number, _, name = file.name.removesuffix(".sql").partition("_")
            if len(number) != 4 or not number.isdigit() or not name:
                raise MigrationFault(f"{file.name} is no migration's name: write NNNN_name.sql")
            found.append(Migration(int(number), name, file.read_text("utf-8")))
    found.sort(key=lambda migration: migration.number)
    numbers = [migration.number for migration in found]
    if numbers != list(range(1, len(found) + 1)):
        raise MigrationFault(f"migrations are numbered {numbers}: one is missing or stands there twice")
    return found


def shipped() -> list[Migration]:
    """The steps of this release."""
    return migrations_in(resources.files("tidings.migrations"))


async def migrate(url: str, *, now: Instant, steps: list[Migration] | None = None) -> list[str]:
    """Applies what is missing and returns the names of what was applied. Waits while another process
    migrates.
    """
    steps = shipped() if steps is None else steps
    connection = await with_retries(lambda: _connect(url))
    try:
        await SQL.run(connection, "lock_migrations")
        await SQL.run(connection, "make_migration_log")
        missing = await _missing(connection, steps)
        for step in missing:
            await _apply(connection, step)
        await jobs.install(connection)
        await partitions.make_ahead(connection, now=now)
        return [f"{step.number:04d}_{step.name}" for step in missing]
    finally:
        await connection.close()


async def pending(url: str) -> list[str]:
    """The names of the steps that `migrate` would apply. Changes nothing but an empty list of what was
    applied.
    """
    connection = await with_retries(lambda: _connect(url))
    try:
        await SQL.run(connection, "make_migration_log")
        return [f"{step.number:04d}_{step.name}" for step in await _missing(connection, shipped())]
    finally:
        await connection.close()


async def _connect(url: str) -> asyncpg.Connection[Any]:
    return await asyncpg.connect(url, server_settings={"application_name": "tidings migrate"})


async def _missing(connection: asyncpg.Connection[Any], steps: list[Migration]) -> list[Migration]:
    known = {step.number: step for step in steps}
    applied = set()
    for row in await SQL.many(connection, "applied_migrations"):
        step = known.get(row["number"])
        if step is None:
            raise MigrationFault(
                f"the database has migration {row['number']:04d}_{row['name']}, "
                "which this release does not know: "
                "run the newer release that made it"
            )
        if step.hash != row["hash"]:
            raise MigrationFault(
                f"migration {step.number:04d}_{step.name} was changed after it was applied: "
                "bring back its text and put the change into a new migration"
            )
        applied.add(step.number)
    return [step for step in steps if step.number not in applied]


async def _apply(connection: asyncpg.Connection[Any], step: Migration) -> None:
    try:
        async with connection.transaction():
            await connection.execute(step.sql)
            await SQL.run(connection, "record_migration", step.number, step.name, step.hash)
    except asyncpg.PostgresError as error:
        raise MigrationFault(
            f"migration {step.number:04d}_{step.name} failed and changed nothing: {error}"
        ) from error
