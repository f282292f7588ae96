"""A real PostgreSQL for every test that asks: one server a session, one fresh database a test."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from hypothesis import settings
from tests.places import MEMORY, quick_place

from tidings.runtime.database import Database
from tidings.runtime.embedded_postgres import EmbeddedPostgres
from tidings.runtime.migrations import migrate

# A law holds however slow the machine is.
settings.register_profile("tidings", deadline=None)
settings.load_profile("tidings")

PREFIX = "tidings-test-"
# Folders of tests that need neither PostgreSQL nor sockets, but for those that ask for them by a fixture.
UNIT_PLACES = {"accounts", "cli", "compliance", "kernel", "lanes", "messages", "planner", "senders", "web"}
# Most tests promise nothing about power cuts; those that do start a server with the product's own settings.
HASTY = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB", "max_wal_size": "512MB"}


def named_bin() -> Path | None:
    """Another PostgreSQL to test with: TIDINGS_PG_BIN, as in the product."""
    named = os.environ.get("TIDINGS_PG_BIN")
    return Path(named) if named else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what `make check` tells apart: tests of the house, and tests that need servers and sockets."""
    for item in items:
        place = item.path.relative_to(Path(__file__).parent).parts[0]
        if place == "house":
            item.add_marker("house")
        elif place not in UNIT_PLACES or "postgres" in getattr(item, "fixturenames", ()):
            item.add_marker("served")


@pytest.fixture
def roomy_folder() -> Iterator[Path]:
    """A folder that an unprivileged server of ours may enter; pytest's own are closed to it when root runs
    tests.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=quick_place()))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The session's server. It keeps the product's settings but for the speed of its disk."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=quick_place()))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "postgres", bin=named_bin(), settings=HASTY)
    server.start()
    yield server
    server.remove()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _databases() -> Iterator[int]:
    return itertools.count(1)


@pytest.fixture(scope="session")
def _template() -> dict[str, str]:
    return {}


@pytest.fixture
async def empty_db_url(postgres: EmbeddedPostgres, _databases: Iterator[int]) -> AsyncIterator[str]:
    """The URL of a fresh database with nothing in it."""
    async for url in _fresh(postgres, f"empty_{next(_databases)}", template="template0"):
        yield url


@pytest.fixture
async def db_url(
    postgres: EmbeddedPostgres, _databases: Iterator[int], _template: dict[str, str]
) -> AsyncIterator[str]:
    """The URL of a fresh, migrated database with partitions from yesterday to a week ahead."""
    if "name" not in _template:
        await _command(postgres, "create database migrated template template0")
        await migrate(_url(postgres, "migrated"), now=datetime.now(UTC))
        _template["name"] = "migrated"
    async for url in _fresh(postgres, f"test_{next(_databases)}", template="migrated"):
        yield url


@pytest.fixture
async def db(db_url: str) -> AsyncIterator[Database]:
    """A pool on a fresh, migrated database."""
    database = await Database.connect(db_url, application_name="test")
    yield database
    await database.close()


async def _fresh(server: EmbeddedPostgres, name: str, *, template: str) -> AsyncIterator[str]:
    await _command(server, f"create database {name} template {template} strategy file_copy")
    yield _url(server, name)
    await _command(server, f"drop database {name} with (force)")


def _url(server: EmbeddedPostgres, database: str) -> str:
    return server.url.replace("/tidings?", f"/{database}?")


async def _command(server: EmbeddedPostgres, sql: str) -> None:
    connection = await asyncpg.connect(_url(server, "postgres"))
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def _sweep() -> None:
    """Ends servers and removes folders of sessions that were killed."""
    for folder in (*Path(tempfile.gettempdir()).glob(f"{PREFIX}*"), *MEMORY.glob(f"{PREFIX}*")):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            for data in folder.glob("*/PG_VERSION"):
                left = EmbeddedPostgres(data.parent)
                if left.adopt():
                    left.stop()
            shutil.rmtree(folder, ignore_errors=True)
