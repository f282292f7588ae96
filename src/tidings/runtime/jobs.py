"""Background jobs on PostgreSQL, by pgqueuer: durable one-off jobs and periodic ones.

A job may run again after a crash, so it must bear being done twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.applications import PgQueuer
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.domain.models import Job, Schedule
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import Channel
from pgqueuer.ports.driver import Driver

from tidings.runtime.database import Connection

SCHEMA = "jobs"
CHANNEL = "tidings_jobs"
MOST_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)
RESTART_SECONDS = 2.0
LONGEST_SILENCE = timedelta(seconds=30)

log = structlog.get_logger(__name__)

Arguments = dict[str, Any]
Deed = Callable[[Arguments], Awaitable[None]]
Round = Callable[[], Awaitable[None]]


async def install(connection: asyncpg.Connection[Any]) -> None:
    """Makes the library's tables, or brings them to the installed version of the library. Needs a plain
    connection.
    """
    queries = _queries(AsyncpgDriver(connection))
    if await queries.schema_is_installed():
        await queries.apply_upgrade()
    else:
        async with connection.transaction():
            await queries.install()


async def enqueue(
    connection: Connection,
    name: str,
    arguments: Arguments,
    *,
    after: timedelta = timedelta(0),
    once: str | None = None,
) -> None:
    """Puts a job into the caller's transaction: it will run if and only if that commits.

    `arguments` are JSON values. While a job with the same `once` waits or runs, another is not added.
    """
    await _queries(_CallersTransaction(connection)).enqueue(
        [name],
        [msgspec.json.encode(arguments)],
        [0],
        [after],
        [once],
        on_conflict="skip",
    )


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job of the clock: `when` in cron's five fields, UTC. One process of all runs each occurrence."""

    name: str
    when: str
    run: Round


class Jobs:
    """What one `work` process can do. Register before `run`.

    A worker that gives no sign of life for `silence` is taken for dead, and others do its jobs.
    """

    def __init__(self, url: str, *, silence: timedelta = LONGEST_SILENCE) -> None:
        self._url = url
        self._silence = silence
        self._deeds: dict[str, Deed] = {}
        self._periodic: dict[str, Periodic] = {}

    @property
    def names(self) -> list[str]:
        """All registered jobs."""
        return sorted([*self._deeds, *self._periodic])

    @property
    def deeds(self) -> Mapping[str, Deed]:
        """What is done for one-off jobs, by their name."""
        return self._deeds

    @property
    def periodic(self) -> Sequence[Periodic]:
        """The jobs of the clock."""
        return list(self._periodic.values())

    def register(self, name: str, deed: Deed) -> None:
        """The deed of one-off jobs of this name.

        One that raises is tried again, with pauses up to 5 minutes, and after eight attempts held for an
        operator.
        """
        self._check(name)
        self._deeds[name] = deed

    def every(self, name: str, when: str, run: Round) -> None:
        """A periodic job. One that raises is logged and comes again at its next time."""
        self._check(name)
        self._periodic[name] = Periodic(name, when, run)

    async def run(self, stopping: asyncio.Event) -> None:
        """Works until `stopping` is set, then finishes the jobs in hand. Outlives restarts of PostgreSQL."""
        while not stopping.is_set():
            try:
                await self._work(stopping)
            except Exception as error:
                log.warning("jobs were interrupted and start again", fault=type(error).__name__)
                await _sleep(RESTART_SECONDS, stopping)

    def _check(self, name: str) -> None:
        if name in self._deeds or name in self._periodic:
            raise ValueError(f"there is a job {name!r} already")

    async def _work(self, stopping: asyncio.Event) -> None:
        async with asyncpg.create_pool(
            self._url, min_size=2, max_size=4, server_settings={"application_name": "tidings jobs"}
        ) as pool:
            driver = AsyncpgPoolDriver(pool)
            worker = PgQueuer(driver, channel=Channel(CHANNEL), queries=_queries(driver))
            for name, deed in self._deeds.items():
                worker.entrypoint(name, on_failure="hold", executor_factory=_retried)(_as_entrypoint(deed))
            for job in self._periodic.values():
                worker.schedule(job.name, job.when, clean_old=True)(_as_schedule(job))
            stop = asyncio.create_task(_set_when(stopping, worker.shutdown))
            try:
                await worker.run(
                    dequeue_timeout=timedelta(seconds=5),
                    shutdown_on_listener_failure=True,
                    heartbeat_timeout=self._silence,
                )
            finally:
                stop.cancel()
                await asyncio.wait([stop])


def _queries(driver: Driver) -> Queries:
    """The library's statements, bound to its own schema whatever the environment says."""
    settings = DBSettings(db_schema=SCHEMA, channel=Channel(CHANNEL))
    return Queries(
        driver,
        qbe=QueryBuilderEnvironment(settings),
        qbq=QueryQueueBuilder(settings),
        qbs=QuerySchedulerBuilder(settings),
    )


class _CallersTransaction(AsyncpgDriver):
    """Our connections write jsonb themselves, so headers that the library has written are read back first."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)  # type: ignore[arg-type]  # a pool's proxy does as well

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        *others, headers = args
        assert isinstance(headers, list)
        return await super().fetch(query, *others, [msgspec.json.decode(each) for each in headers])


def _retried(parameters: EntrypointExecutorParameters) -> DatabaseRetryEntrypointExecutor:
    return DatabaseRetryEntrypointExecutor(
        parameters, max_attempts=MOST_ATTEMPTS - 1, initial_delay=FIRST_PAUSE, max_delay=LONGEST_PAUSE
    )


def _as_entrypoint(deed: Deed) -> Callable[[Job], Awaitable[None]]:
    async def entrypoint(job: Job) -> None:
        await deed(msgspec.json.decode(job.payload or b"{}"))

    return entrypoint


def _as_schedule(job: Periodic) -> Callable[[Schedule], Awaitable[None]]:
    async def schedule(_: Schedule) -> None:
        await job.run()

    return schedule


async def _set_when(stopping: asyncio.Event, shutdown: asyncio.Event) -> None:
    await stopping.wait()
    shutdown.set()


async def _sleep(seconds: float, stopping: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return
