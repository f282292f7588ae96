"""`tidings doctor`: looks at everything a home needs, and says how to mend what is wrong."""

import asyncio
import json
import shutil
import sys
import urllib.request
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tidings.cli.fault import Exit, Fault
from tidings.cli.home import Home
from tidings.cli.interpreter import Build, is_slow, measured
from tidings.cli.options import HomeOption, JsonOption, chosen_home, settings
from tidings.config import Config
from tidings.kernel.sid import BUCKETS
from tidings.runtime.database import Connection, Database
from tidings.runtime.migrations import MigrationFault, pending
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

OLDEST_VERSION = 150_000
SKEW_ALLOWED_SECONDS = 1.0
DAYS_AHEAD_WANTED = 2
UNTOLD_ALLOWED_SECONDS = 30.0
FREE_WANTED_BYTES = 2_000_000_000
ANSWER_WITHIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `warning`: it works, but not as well as it could; nothing is wrong for it."""

    check: str
    well: bool
    found: str
    remedy: str = ""
    warning: bool = False

    @property
    def wrong(self) -> bool:
        return not self.well and not self.warning

    @property
    def word(self) -> str:
        return "well " if self.well else "note " if self.warning else "WRONG"


def command(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Looks at the home, or at TIDINGS_DATABASE_URL where that is set. Exit code 5 when something is wrong.

    What could be better, but breaks no promise, is a warning: it ends with 0.
    """
    findings = asyncio.run(_examine(chosen_home(home), settings(home=home)))
    if as_json:
        print(
            json.dumps(
                {
                    "well": not any(one.wrong for one in findings),
                    "checks": [asdict(one) for one in findings],
                }
            )
        )
    else:
        for one in findings:
            print(f"{one.word}  {one.check}: {one.found}")
            if not one.well:
                print(f"       {one.remedy}")
    wrong = [one.check for one in findings if one.wrong]
    if wrong:
        raise Fault(f"Wrong: {', '.join(wrong)}.", "Each has its remedy above.", Exit.PROMISE_BROKEN)


async def _examine(home: Home, config: Config) -> list[Finding]:
    facts = home.running()
    findings = [_disk(home), _secrets(home), _python()]
    url = config.database_url or (facts["database_url"] if facts else None)
    if config.database_url is None:
        findings.append(_up(home, facts))
    if facts is not None:
        findings += [_answers("API", facts["base_url"] + "/healthz"), await _proxy(facts["proxy_url"])]
        if facts["simulator"]:
            findings.append(_bound(facts["simulator"]["control_url"]))
    if url is not None:
        findings += [finding async for finding in _database(url)]
    return findings


# --- the home -------------------------------------------------------------------------------------------


def _disk(home: Home) -> Finding:
    place = next(path for path in (home.folder, *home.folder.parents) if path.exists())
    free = shutil.disk_usage(place).free
    return Finding(
        "disk",
        free > FREE_WANTED_BYTES,
        f"{free / 1e9:.1f} GB free at {place}",
        "Make room, or lower TIDINGS_RETENTION_DAYS: PostgreSQL stops when its disk is full.",
    )


def _secrets(home: Home) -> Finding:
    files = [file for file in (home.key_file, home.authority / "ca.key", home.running_file) if file.exists()]
    open_ones = [str(file) for file in files if file.stat().st_mode & 0o077]
    return Finding(
        "secrets",
        not open_ones,
        "closed to others" if not open_ones else f"others can read {', '.join(open_ones)}",
        f"chmod 600 {' '.join(open_ones)}",
    )


def _python() -> Finding:
    version = sys.version.split()[0]
    slow = is_slow(Build.of_this_process(), measure=measured)
    return Finding(
        "python",
        not slow,
        f"{version} in {sys.base_prefix}, {'built without optimisation' if slow else 'optimised'}",
        "Everything takes 1.5 to 2 times the CPU. Use your system's Python, or build one with "
        "PYTHON_CONFIGURE_OPTS='--enable-optimizations --with-lto' pyenv install; then remove .venv, and "
        "make setup PYTHON=/path/to/it.",
        warning=True,
    )


def _up(home: Home, facts: Mapping[str, Any] | None) -> Finding:
    if facts is None:
        return Finding("processes", False, f"none runs in {home.folder}", "Start it with `tidings up`.")
    gone = [name for name, pid in facts["processes"].items() if not Path(f"/proc/{pid}").exists()]
    return Finding(
        "processes",
        not gone,
        f"{len(facts['processes'])} run" if not gone else f"{', '.join(gone)} is gone",
        f"It is started again by itself; if it does not stay, its log is in {home.folder / 'logs'}.",
    )


# --- the doors ------------------------------------------------------------------------------------------


def _get(url: str) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=ANSWER_WITHIN_SECONDS) as answer:
        return bytes(answer.read())


def _answers(name: str, url: str) -> Finding:
    try:
        _get(url)
    except OSError as error:
        return Finding(name, False, f"{url} answers: {error}", "See the log of the web role.")
    return Finding(name, True, f"{url} answers")


async def _proxy(url: str) -> Finding:
    """A host that is not Twilio's must be refused."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    try:
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
            writer.write(b"CONNECT example.org:443 HTTP/1.1\r\n\r\n")
            refused = (await reader.readline()).startswith(b"HTTP/1.1 403")
            writer.close()
    except OSError as error:
        return Finding("proxy", False, f"{url} does not answer: {error}", "See the log of the web role.")
    return Finding(
        "proxy", refused, f"{url} leads to Twilio's names only", "Do not use it: it leads elsewhere."
    )


def _bound(control_url: str) -> Finding:
    try:
        sessions = json.loads(_get(f"{control_url}/stats"))["sessions"]
    except OSError as error:
        return Finding(
            "carrier", False, f"the simulator does not answer: {error}", "See the simulator's log."
        )
    return Finding(
        "carrier",
        sessions > 0,
        f"{sessions} SMPP sessions bound to the simulator",
        "No dispatcher is bound, so nothing leaves: see the dispatch role's log.",
    )


# --- the database ---------------------------------------------------------------------------------------


async def _database(url: str) -> AsyncIterator[Finding]:
    try:
        missing = await pending(url)
        db = await Database.connect(
            url, application_name="tidings doctor", largest=2, wait_seconds=ANSWER_WITHIN_SECONDS
        )
    except (OSError, MigrationFault) as error:
        yield Finding(
            "database", False, f"{error}", "Check TIDINGS_DATABASE_URL, or the home's PostgreSQL log."
        )
        return
    try:
        async with db.connection() as connection:
            for finding in await _server(connection):
                yield finding
            yield Finding(
                "migrations",
                not missing,
                "the schema is this release's" if not missing else f"{len(missing)} are missing",
                "Run `tidings migrate`.",
            )
            if not missing:
                yield await _days(connection)
                yield await _leases(connection)
                yield await _callbacks(connection)
    finally:
        await db.close()


async def _server(connection: Connection) -> list[Finding]:
    row = await SQL.one(connection, "server")
    assert row is not None
    skew = abs((datetime.now(UTC) - row["at"]).total_seconds())
    return [
        Finding(
            "database",
            row["version"] >= OLDEST_VERSION,
            f"PostgreSQL {row['version'] // 10_000}.{row['version'] % 10_000}",
            "Tidings needs PostgreSQL 15 or newer.",
        ),
        Finding(
            "clock",
            skew < SKEW_ALLOWED_SECONDS,
            f"{skew:.3f} s from the database's",
            "Run a time service on both machines: schedules and validity periods follow these clocks.",
        ),
    ]


async def _days(connection: Connection) -> Finding:
    last = await SQL.value(connection, "days_ahead")
    wanted = f"{datetime.now(UTC) + timedelta(days=DAYS_AHEAD_WANTED):%Y%m%d}"
    return Finding(
        "partitions",
        last is not None and last >= wanted,
        f"made up to {last}",
        "Run `tidings migrate`, and see that a work role runs: it makes them ahead.",
    )


async def _leases(connection: Connection) -> Finding:
    row = await SQL.one(connection, "leased")
    assert row is not None
    return Finding(
        "dispatch",
        row["buckets"] == BUCKETS,
        f"{row['dispatchers']} dispatchers own {row['buckets']} of {BUCKETS} buckets",
        "Start a dispatch role; after a crash the rest is taken over within TIDINGS_LEASE_SECONDS.",
    )


async def _callbacks(connection: Connection) -> Finding:
    untold = await SQL.value(connection, "oldest_untold")
    return Finding(
        "callbacks",
        untold is None or untold < UNTOLD_ALLOWED_SECONDS,
        "all facts are read" if untold is None else f"the oldest unread fact is {untold:.1f} s old",
        "Start a work role, or more of them.",
    )
