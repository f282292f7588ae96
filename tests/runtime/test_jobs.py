"""Jobs run if and only if their transaction committed, come again when they fail, and survive crashes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from tidings.runtime.database import Database
from tidings.runtime.jobs import Deed, Jobs, enqueue


async def until(true: Callable[[], object], *, seconds: float = 40.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def working(jobs: Jobs) -> AsyncIterator[None]:
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as crew:
        crew.create_task(jobs.run(stopping))
        yield
        stopping.set()


@pytest.fixture
def done() -> list[dict[str, Any]]:
    return []


def noting(done: list[dict[str, Any]]) -> Deed:
    async def note(arguments: dict[str, Any]) -> None:
        done.append(arguments)

    return note


@pytest.fixture
def jobs(db_url: str, done: list[dict[str, Any]]) -> Jobs:
    jobs = Jobs(db_url)
    jobs.register("note", noting(done))
    return jobs


async def test_a_job_runs_with_its_arguments(db: Database, jobs: Jobs, done: list[dict[str, Any]]) -> None:
    async with db.transaction() as connection:
        await enqueue(connection, "note", {"n": 1, "text": "ü"})
    async with working(jobs):
        await until(lambda: done)
        async with db.transaction() as connection:
            await enqueue(connection, "note", {"n": 2})
        await until(lambda: len(done) == 2)
    assert done == [{"n": 1, "text": "ü"}, {"n": 2}]


async def test_a_job_of_a_transaction_that_rolled_back_never_runs(
    db: Database, jobs: Jobs, done: list[dict[str, Any]]
) -> None:
    async with db.connection() as connection:
        undone = connection.transaction()
        await undone.start()
        await enqueue(connection, "note", {"n": 1})
        await undone.rollback()
        await enqueue(connection, "note", {"n": 2})
    async with working(jobs):
        await until(lambda: done)
    assert done == [{"n": 2}]


async def test_a_job_that_must_be_there_once_is_added_once(
    db: Database, jobs: Jobs, done: list[dict[str, Any]]
) -> None:
    async with db.connection() as connection:
        for n in range(3):
            await enqueue(connection, "note", {"n": n}, once="only")
        await enqueue(connection, "note", {"n": 9}, once="other")
    async with working(jobs):
        await until(lambda: len(done) == 2)
    assert sorted(each["n"] for each in done) == [0, 9]


async def test_a_job_that_fails_comes_again(db: Database, db_url: str) -> None:
    tries = 0

    async def hard(_: dict[str, Any]) -> None:
        nonlocal tries
        tries += 1
        if tries < 2:
            raise ConnectionError

    jobs = Jobs(db_url)
    jobs.register("hard", hard)
    async with db.connection() as connection:
        await enqueue(connection, "hard", {})
    async with working(jobs):
        await until(lambda: tries == 2)


async def test_a_job_waits_for_its_time(db: Database, jobs: Jobs, done: list[dict[str, Any]]) -> None:
    loop = asyncio.get_running_loop()
    async with db.connection() as connection:
        await enqueue(connection, "note", {}, after=timedelta(seconds=1))
        start = loop.time()
    async with working(jobs):
        await until(lambda: done)
    assert loop.time() - start >= 0.9


KILLED_WORKER = """
import asyncio, sys
from tidings.runtime.jobs import Jobs

async def hang(arguments):
    print("begun", flush=True)
    await asyncio.sleep(600)

jobs = Jobs(sys.argv[1])
jobs.register("note", hang)
asyncio.run(jobs.run(asyncio.Event()))
"""


@pytest.mark.slow
async def test_a_job_of_a_killed_worker_is_taken_by_another(
    db: Database, db_url: str, done: list[dict[str, Any]]
) -> None:
    async with db.connection() as connection:
        await enqueue(connection, "note", {"n": 1})
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        KILLED_WORKER,
        db_url,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": "src"},
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"begun\n"
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    others = Jobs(db_url, silence=timedelta(seconds=2))
    others.register("note", noting(done))
    async with working(others):
        await until(lambda: done, seconds=90)
    assert done == [{"n": 1}]


async def test_a_periodic_job_runs_at_its_time(db_url: str) -> None:
    runs = 0

    async def tick() -> None:
        nonlocal runs
        runs += 1

    jobs = Jobs(db_url)
    jobs.every("tick", "* * * * * */1", tick)  # cron's sixth field: seconds
    async with working(jobs):
        await until(lambda: runs >= 2)


async def test_two_jobs_of_one_name_are_refused(jobs: Jobs) -> None:
    async def tick() -> None:
        """Does nothing."""

    with pytest.raises(ValueError, match="a job 'note' already"):
        jobs.every("note", "* * * * *", tick)
