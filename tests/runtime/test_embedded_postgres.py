"""Tidings' own PostgreSQL: made, started, adopted, killed, and back with everything that was acknowledged."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.conftest import HASTY, PREFIX, named_bin

from tidings.runtime import postgres_place
from tidings.runtime.database import is_transient
from tidings.runtime.embedded_postgres import EmbeddedPostgres, PostgresUnavailable
from tidings.runtime.migrations import migrate
from tidings.runtime.postgres_place import Runner, may_enter
from tidings.runtime.postmaster import postmaster_of, processes_on

ROOT = os.geteuid() == 0
SOURCE = Path(__file__).parent.parent.parent / "src"
DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A data folder that was made and never used, to be copied: making one takes a second and more."""
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "postgres", bin=named_bin(), settings=HASTY)
    server.start()
    server.stop()
    yield server.folder
    shutil.rmtree(folder)


@pytest.fixture
def server(roomy_folder: Path, made: Path) -> Iterator[EmbeddedPostgres]:
    """A stopped server with the product's own settings."""
    server = EmbeddedPostgres(roomy_folder / "postgres", bin=named_bin())
    subprocess.run(["cp", "-a", made, server.folder], check=True)
    yield server
    server.remove()


@pytest.fixture
def new_server(roomy_folder: Path) -> Iterator[EmbeddedPostgres]:
    """A server that has no data folder yet."""
    server = EmbeddedPostgres(roomy_folder / "postgres", bin=named_bin())
    yield server
    server.remove()


def query(url: str, sql: str, *values: Any) -> Any:
    async def ask() -> Any:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(sql, *values)
        finally:
            await connection.close()

    return asyncio.run(ask())


def kill(pids: list[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def test_a_cold_start_makes_a_durable_closed_database(new_server: EmbeddedPostgres) -> None:
    server = new_server
    url = server.start()
    assert query(url, "show fsync") == "on"
    assert query(url, "show synchronous_commit") == "on"
    assert query(url, "show data_checksums") == "on"
    assert query(url, "show listen_addresses") == ""
    assert query(url, "show server_encoding") == "UTF8"
    source = query(url, "select sourcefile from pg_settings where name = 'jit'")
    assert source == str(server.folder / "tidings.conf")
    for folder in (server.folder, server.folder.with_name("postgres-socket")):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not (server.folder / ".s.PGSQL.5432").exists()


def test_a_warm_start_finds_the_data(server: EmbeddedPostgres) -> None:
    query(server.start(), "create table kept as select 42 as n")
    server.stop()
    assert not server.running()
    assert processes_on(server.folder) == []
    assert query(server.start(), "select n from kept") == 42


def test_an_operators_own_values_win(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    (server.folder / "local.conf").write_text("work_mem = '33MB'\n")
    shutil.chown(server.folder / "local.conf", server.folder.stat().st_uid)
    assert query(server.start(), "show work_mem") == "33MB"


def test_a_second_launcher_adopts_the_running_server(server: EmbeddedPostgres) -> None:
    url = server.start()
    second = EmbeddedPostgres(server.folder, bin=named_bin())
    assert second.start() == url
    assert second.adopted
    assert not server.adopted
    assert second.pid == server.pid
    second.stop()
    assert not server.running()


def test_launchers_that_start_at_once_share_one_server(new_server: EmbeddedPostgres) -> None:
    server = new_server
    others = [EmbeddedPostgres(server.folder, bin=named_bin()) for _ in range(3)]
    threads = [threading.Thread(target=each.start) for each in (server, *others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.pid for each in (server, *others)}) == 1
    assert sorted(each.adopted for each in (server, *others)) == [False, True, True, True]
    for each in others:
        each.stop()


def test_a_server_outlives_its_launcher_and_is_adopted(server: EmbeddedPostgres) -> None:
    text = (
        "import os, sys; from pathlib import Path; from tidings.runtime.embedded_postgres import *\n"
        "named = Path(sys.argv[2]) if sys.argv[2] else None\n"
        "EmbeddedPostgres(Path(sys.argv[1]), bin=named).start(); os.kill(os.getpid(), 9)"
    )
    arguments = [sys.executable, "-c", text, str(server.folder), str(named_bin() or "")]
    died = subprocess.run(arguments, env={**os.environ, "PYTHONPATH": str(SOURCE)}, check=False)
    assert died.returncode == -signal.SIGKILL
    assert server.adopt()
    assert query(server.url, "select 1") == 1


async def test_no_acknowledged_row_is_lost_when_everything_is_killed(server: EmbeddedPostgres) -> None:
    """Eight writers, kill -9 of the server and all its processes, three times over."""
    url = await asyncio.to_thread(server.start)
    connection = await asyncpg.connect(url)
    await connection.execute("create table rows (writer integer, n integer)")
    await connection.close()
    acknowledged: set[tuple[int, int]] = set()

    async def write(writer: int, start: int) -> None:
        connection = await asyncpg.connect(url)
        n = start
        try:
            while True:
                await connection.execute("insert into rows values ($1, $2)", writer, n)
                acknowledged.add((writer, n))
                n += 1
        except Exception as error:
            connection.terminate()
            if not is_transient(error):
                raise

    for turn in range(3):
        enough = len(acknowledged) + 300
        async with asyncio.TaskGroup() as crew:
            for writer in range(8):
                crew.create_task(write(writer, turn * 1_000_000))
            while len(acknowledged) < enough:
                await asyncio.sleep(0.01)
            kill(processes_on(server.folder))
        assert await asyncio.to_thread(server.start) == url
        connection = await asyncpg.connect(url)
        found = {tuple(row) for row in await connection.fetch("select writer, n from rows")}
        await connection.close()
        assert acknowledged <= found


def test_a_killed_postmaster_is_replaced_at_once(server: EmbeddedPostgres) -> None:
    """Its children live on for a moment and hold the shared memory."""
    query(server.start(), "create table kept as select 42 as n")
    first = server.pid
    kill([first])
    assert query(server.start(), "select n from kept") == 42
    assert server.pid != first


def test_orphans_that_will_not_end_do_not_stop_the_next_start(server: EmbeddedPostgres) -> None:
    url = server.start()
    connections = []

    def sleep() -> None:
        try:
            connections.append(query(url, "select pg_sleep(600)"))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            connections.append(None)

    thread = threading.Thread(target=sleep, daemon=True)
    thread.start()
    while query(url, "select count(*) from pg_stat_activity where query like '%pg_sleep%'") < 2:
        time.sleep(0.01)
    children = [pid for pid in processes_on(server.folder) if pid != server.pid]
    for pid in children:
        os.kill(pid, signal.SIGSTOP)
    kill([server.pid])
    assert query(server.start(), "select 1") == 1
    thread.join()


def test_an_old_pid_file_that_names_somebody_else_is_no_obstacle(server: EmbeddedPostgres) -> None:
    server.start()
    text = (server.folder / "postmaster.pid").read_text()
    kill(processes_on(server.folder))
    server.stop()
    _, rest = text.split("\n", 1)
    (server.folder / "postmaster.pid").write_text(f"{os.getpid()}\n{rest}")
    assert postmaster_of(server.folder) is None
    assert query(server.start(), "select 1") == 1


def test_a_cold_start_that_was_killed_is_begun_anew(new_server: EmbeddedPostgres) -> None:
    server = new_server
    half = server.folder.with_name("postgres.new")
    (half / "base").mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert query(server.start(), "select 1") == 1
    assert not half.exists()


def test_stopping_ends_open_transactions_and_keeps_committed_ones(server: EmbeddedPostgres) -> None:
    async def scenario() -> None:
        connection = await asyncpg.connect(server.start())
        await connection.execute("create table rows (n integer)")
        await connection.execute("insert into rows values (1)")
        await connection.execute("begin; insert into rows values (2)")
        await asyncio.to_thread(server.stop)
        connection.terminate()

    asyncio.run(scenario())
    assert query(server.start(), "select sum(n) from rows") == 1


def test_a_home_with_a_long_path_gets_a_short_socket(roomy_folder: Path) -> None:
    home = roomy_folder / ("long" * 20) / ("name" * 20)
    server = EmbeddedPostgres(home / "postgres", bin=named_bin())
    try:
        assert query(server.start(), "select 1") == 1
        again = EmbeddedPostgres(home / "postgres", bin=named_bin())
        assert again.start() == server.url
    finally:
        server.remove()


def test_what_cannot_be_started_says_why_and_what_to_do(roomy_folder: Path, server: EmbeddedPostgres) -> None:
    with pytest.raises(PostgresUnavailable, match="holds no postgres: name a PostgreSQL's bin folder"):
        EmbeddedPostgres(roomy_folder / "a", bin=Path("/usr/share")).start()
    (roomy_folder / "photos").mkdir()
    (roomy_folder / "photos" / "cat.jpg").touch()
    with pytest.raises(PostgresUnavailable, match="no PostgreSQL data: choose another home"):
        EmbeddedPostgres(roomy_folder / "photos", bin=named_bin()).start()
    assert [each.name for each in (roomy_folder / "photos").iterdir()] == ["cat.jpg"]
    server.start()
    server.stop()
    (server.folder / "PG_VERSION").write_text("12\n")
    with pytest.raises(PostgresUnavailable, match="was made by PostgreSQL 12, the binaries are"):
        server.start()


def test_a_server_that_dies_at_once_leaves_its_last_words(roomy_folder: Path) -> None:
    server = EmbeddedPostgres(roomy_folder / "postgres", bin=named_bin(), settings={"shared_buffers": "lots"})
    with pytest.raises(PostgresUnavailable, match='invalid value for parameter "shared_buffers"'):
        server.start()


@pytest.mark.skipif(not DEBIAN, reason="no PostgreSQL of the distribution is installed")
async def test_the_distributions_postgresql_serves_as_well(roomy_folder: Path) -> None:
    server = EmbeddedPostgres(roomy_folder / "postgres", bin=DEBIAN[-1].parent)
    try:
        url = await asyncio.to_thread(server.start)
        assert await migrate(url, now=datetime.now(UTC))
    finally:
        await asyncio.to_thread(server.remove)


@pytest.mark.skipif(not ROOT, reason="only root gives way to another user")
class TestRoot:
    def test_gives_way_to_an_unprivileged_user(self, server: EmbeddedPostgres) -> None:
        server.start()
        assert pwd.getpwuid(Path(f"/proc/{server.pid}").stat().st_uid).pw_name == "nobody"

    def test_may_name_the_user(self, roomy_folder: Path) -> None:
        server = EmbeddedPostgres(roomy_folder / "postgres", bin=named_bin(), user="daemon")
        try:
            server.start()
            assert pwd.getpwuid(Path(f"/proc/{server.pid}").stat().st_uid).pw_name == "daemon"
        finally:
            server.remove()

    def test_is_told_when_the_named_user_cannot_be(self, roomy_folder: Path) -> None:
        with pytest.raises(PostgresUnavailable, match="no user 'no-such-user'"):
            EmbeddedPostgres(roomy_folder / "postgres", user="no-such-user").start()
        with pytest.raises(PostgresUnavailable, match="refuses to run as root"):
            EmbeddedPostgres(roomy_folder / "postgres", user="root").start()

    def test_in_a_home_closed_to_that_user_has_its_data_within_reach_and_opens_no_folder(
        self, roomy_folder: Path
    ) -> None:
        closed = roomy_folder / "root"
        closed.mkdir(mode=0o700)
        home = closed / "checkout" / ".home"
        server = EmbeddedPostgres(home / "postgres", bin=named_bin())
        try:
            query(server.start(), "create table kept as select 42 as n")
            assert stat.S_IMODE(closed.stat().st_mode) == 0o700
            assert server.folder.is_symlink()
            real = server.folder.resolve()
            assert real.is_relative_to(postgres_place.STATE)
            server.stop()
            assert query(server.start(), "select n from kept") == 42
            second = EmbeddedPostgres(home / "postgres", bin=named_bin())
            second.start()
            assert second.adopted
        finally:
            server.remove()
        assert not real.parent.exists()
        assert not server.folder.is_symlink()

    def test_in_a_closed_home_a_killed_cold_start_is_begun_anew_at_the_same_place(
        self, roomy_folder: Path
    ) -> None:
        closed = roomy_folder / "root"
        closed.mkdir(mode=0o700)
        server = EmbeddedPostgres(closed / "postgres", bin=Path("/usr/share"))
        with pytest.raises(PostgresUnavailable, match="holds no postgres"):
            server.start()
        begun = server.folder.resolve()
        again = EmbeddedPostgres(closed / "postgres", bin=named_bin())
        try:
            again.start()
            assert again.folder.resolve() == begun
        finally:
            again.remove()
        assert not begun.parent.exists()

    def test_the_servers_own_user_is_no_superuser_of_the_database(self, server: EmbeddedPostgres) -> None:
        text = "import asyncio, sys, asyncpg; asyncio.run(asyncpg.connect(sys.argv[1]))"
        done = as_nobody(text, server.start())
        assert "Peer authentication failed" in done.stderr or "authentication failed" in done.stderr

    def test_an_ordinary_user_runs_their_own(self, roomy_folder: Path) -> None:
        theirs = roomy_folder / "theirs"
        theirs.mkdir()
        nobody = pwd.getpwnam("nobody")
        os.chown(theirs, nobody.pw_uid, nobody.pw_gid)
        text = (
            "import asyncio, sys, asyncpg\n"
            "from pathlib import Path\n"
            "from tidings.runtime.embedded_postgres import EmbeddedPostgres\n"
            "async def ask(url):\n"
            "    connection = await asyncpg.connect(url)\n"
            "    print(await connection.fetchval('select 42'))\n"
            "    await connection.close()\n"
            "server = EmbeddedPostgres(Path(sys.argv[1]) / 'postgres')\n"
            "asyncio.run(ask(server.start()))\n"
            "server.stop()\n"
            "asyncio.run(ask(server.start()))\n"
            "server.remove()\n"
        )
        done = as_nobody(text, str(theirs))
        assert done.stderr == ""
        assert done.stdout == "42\n42\n"
        assert list(theirs.iterdir()) == []


def as_nobody(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs Python as `nobody`, when that user may enter the folders of the interpreter and of the sources."""
    nobody = pwd.getpwnam("nobody")
    who = Runner("nobody", nobody.pw_uid, nobody.pw_gid, drop=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    pythons = [Path(sys.executable), Path("/usr/bin", version), Path("/usr/local/bin", version)]
    packages = Path(asyncpg.__file__).parent.parent
    python = next((each for each in pythons if each.exists() and may_enter(each.resolve().parent, who)), None)
    if python is None or not may_enter(packages, who) or not may_enter(SOURCE, who):
        pytest.skip("nobody may not enter the folders of Python or of the sources")
    return subprocess.run(
        [python, "-c", text, *arguments],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{SOURCE}{os.pathsep}{packages}",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
