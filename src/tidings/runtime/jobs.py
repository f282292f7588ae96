"""Background jobs on PostgreSQL, by pgqueuer: durable one-off jobs and periodic ones."""

from __future__ import annotations

from typing import Any

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import Channel
from pgqueuer.ports.driver import Driver

SCHEMA = "jobs"
CHANNEL = "tidings_jobs"


def queries_on(driver: Driver) -> Queries:
    """The library's statements, bound to its own schema whatever the environment says."""
    settings = DBSettings(db_schema=SCHEMA, channel=Channel(CHANNEL))
    return Queries(
        driver,
        qbe=QueryBuilderEnvironment(settings),
        qbq=QueryQueueBuilder(settings),
        qbs=QuerySchedulerBuilder(settings),
    )


async def install(connection: asyncpg.Connection[Any]) -> None:
    """Makes the library's tables, or brings them to the installed version of the library. Needs a plain
    connection.
    """
    queries = queries_on(AsyncpgDriver(connection))
    if await queries.schema_is_installed():
        await queries.apply_upgrade()
    else:
        async with connection.transaction():
            await queries.install()
