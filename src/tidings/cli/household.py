"""Everything of a home running together: PostgreSQL, the roles, and their order of coming and going."""

import asyncio
import contextlib
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tidings.cli.fault import Fault
from tidings.cli.home import Home, read_json, write_whole
from tidings.cli.ports import Wanted, take_ports
from tidings.cli.supervisor import Part, Supervisor
from tidings.config import Config
from tidings.kernel.sid import Sid
from tidings.runtime.embedded_postgres import EmbeddedPostgres, PostgresUnavailable

CALLS = f"/2010-04-01/Accounts/AC{'0' * 32}/Calls.json"
"""Where a simulator takes calls."""
ROLES_WITHIN_SECONDS = 4.5
SIMULATOR_WITHIN_SECONDS = 1.0
POSTGRES_WITHIN_SECONDS = 2.5
LOOK_AFTER_POSTGRES_SECONDS = 0.2
POSTGRES_RESTARTS_ALLOWED = 5
"""So many starts in a row may fail before the home gives up, each after a pause twice as long."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run: how many processes of each role, and whether with a simulated carrier."""

    processes: Mapping[str, int]
    simulator: bool
    ready_file: Path | None = None


class Stopped(Exception):  # noqa: N818 - it is no error
    """The word to stop came before everything was up."""


class Household:
    """One `tidings up`. `news` hears a sentence whenever something happens that a person may want to know."""

    def __init__(
        self, home: Home, config: Config, plan: Plan, *, stopping: asyncio.Event, news: Callable[[str], None]
    ) -> None:
        self._home = home
        self._plan = plan
        self._stopping = stopping
        self._news = news
        self._config = replace(
            config,
            home=home.folder,
            secret_key_file=config.secret_key_file or (None if config.secret_key else home.key_file),
            callbacks_allow_private=config.callbacks_allow_private or plan.simulator,
            health_port=None,  # the web role's pages cover all processes, and several cannot have one port
        )
        self._postgres: EmbeddedPostgres | None = None
        self._postgres_start: asyncio.Future[str] | None = None
        self._supervisor: Supervisor | None = None
        self._keeping: list[asyncio.Task[None]] = []
        self._ports: dict[str, socket.socket] = {}
        self._account: dict[str, str | None] = {}
        self.facts: dict[str, Any] = {}

    @property
    def config(self) -> Config:
        """The settings that its roles run with."""
        return self._config

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[dict[str, Any]]:
        """Brings everything up, yields what is written into the ready file, and takes everything down.

        Raises a Fault when something cannot start, Stopped when it is to stop before that. Everything is down
        again when this ends.
        """
        self._home.prepare()
        with self._home.occupied():
            self._home.running_file.unlink(missing_ok=True)
            for file in self._home.metrics.iterdir():
                file.unlink()
            if self._plan.ready_file is not None:
                self._plan.ready_file.unlink(missing_ok=True)
            try:
                await self._first(self._begin())
                yield self.facts
            finally:
                await self._end()

    async def forget(self) -> None:
        """Deletes the home's own database, wherever it lies; to be called when everything is down."""
        if self._postgres is not None:
            await asyncio.to_thread(self._postgres.remove)

    async def until_stopped(self) -> None:
        """Waits for the word to stop. Raises the Fault of a part that cannot be kept."""
        word = asyncio.create_task(self._stopping.wait())
        try:
            done, _ = await asyncio.wait([word, *self._keeping], return_when=asyncio.FIRST_COMPLETED)
        finally:
            word.cancel()
        for task in done:
            task.result()

    async def _first(self, beginning: Coroutine[Any, Any, None]) -> None:
        """Does the beginning, unless the word to stop comes first."""
        task = asyncio.create_task(beginning)
        word = asyncio.create_task(self._stopping.wait())
        await asyncio.wait([task, word], return_when=asyncio.FIRST_COMPLETED)
        word.cancel()
        if task.done():
            return task.result()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise Stopped

    # ---------------------------------------------------------------------------------------- beginning

    async def _begin(self) -> None:
        config = self._config
        self._ports = take_ports(
            self._home,
            {
                "web": Wanted(config.host, config.port, "--port or TIDINGS_PORT"),
                "tls": Wanted("127.0.0.1", config.tls_port, "TIDINGS_TLS_PORT"),
                "proxy": Wanted("127.0.0.1", config.proxy_port, "TIDINGS_PROXY_PORT"),
            },
        )
        supervisor = Supervisor(self._home, sockets=self._ports, news=self._news, changed=self._write_running)
        self._supervisor = supervisor
        # All load their modules while PostgreSQL starts; each waits at its gate for its settings.
        simulator = await self._hire("simulator", 1) if self._plan.simulator else []
        roles = [
            part for role, count in self._plan.processes.items() for part in await self._hire(role, count)
        ]
        await self._open_database()
        if simulator:
            self._keep(*simulator)
            await self._all_ready(simulator)
            config = self._config
            port = simulator[0].learned["smpp_port"]
            credentials = ":".join(
                quote(one, safe="") for one in (config.simulator_system_id, config.simulator_password)
            )
            host = f"[{config.simulator_host}]" if ":" in config.simulator_host else config.simulator_host
            carrier = f"smpp://{credentials}@{host}:{port}"
            self._config = replace(
                config,
                carrier_url=carrier,
                stock_url=config.stock_url or simulator[0].learned["control_url"],
                voice_url=config.voice_url or f"{simulator[0].learned['control_url']}{CALLS}",
                simulator_port=port,
                simulator_control_port=_port_of(simulator[0].learned["control_url"]),
            )
        self._keep(*roles)
        await self._all_ready(roles)
        self.facts = self._describe(simulator)
        self._write_running()
        if self._plan.ready_file is not None:
            write_whole(self._plan.ready_file, json.dumps(self.facts, indent=2) + "\n")

    async def _hire(self, role: str, count: int) -> list[Part]:
        assert self._supervisor is not None
        uses = ("web", "tls", "proxy") if role == "web" else ()
        return [
            await self._supervisor.hire(role, number, uses=uses, environ=self._environ)
            for number in range(1, count + 1)
        ]

    def _environ(self) -> dict[str, str]:
        """The settings as they are when a process begins: it may learn the simulator's port, for example."""
        return self._config.environ()

    def _keep(self, *parts: Part) -> None:
        assert self._supervisor is not None
        self._keeping += [asyncio.create_task(self._supervisor.keep(part)) for part in parts]

    async def _all_ready(self, parts: list[Part]) -> None:
        async def all_ready() -> None:
            for part in parts:
                await part.ready.wait()

        ready = asyncio.create_task(all_ready())
        done, _ = await asyncio.wait([ready, *self._keeping], return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        for task in done:
            task.result()

    async def _open_database(self) -> None:
        from tidings.cli.demo_account import demo_account
        from tidings.cli.demo_links import keep_demo_links
        from tidings.runtime.migrations import MigrationFault, migrate

        if self._config.database_url is None:
            config = self._config
            self._postgres = EmbeddedPostgres(
                self._home.postgres, bin=config.pg_bin, user=config.pg_user, progress=self._news
            )
            url = await self._start_postgres()
            self._config = replace(self._config, database_url=url)
            self._keeping.append(asyncio.create_task(self._look_after_postgres()))
        assert self._config.database_url is not None
        try:
            await migrate(self._config.database_url, now=datetime.now(UTC))
        except (MigrationFault, OSError) as error:
            raise Fault(
                f"The database cannot be used: {error}.",
                "`tidings doctor` tells more; `tidings migrate` tries again.",
            ) from error
        known = read_json(self._home.demo_file) or {}
        demo = await demo_account(self._config, known_sid=known.get("account_sid"), keep=self._keep_demo)
        self._account = {"account_sid": demo.sid, "auth_token": demo.auth_token}
        await keep_demo_links(self._config.database_url, demo.sid, _shown(self._ports["web"]))
        if self._config.operator_account is None:
            self._config = replace(self._config, operator_account=Sid.parse(demo.sid, "AC"))

    def _keep_demo(self, sid: str) -> None:
        write_whole(self._home.demo_file, json.dumps({"account_sid": sid}) + "\n")

    async def _start_postgres(self) -> str:
        assert self._postgres is not None
        try:
            # A start that is under way goes on in its thread, whatever becomes of us: the end waits for it.
            self._postgres_start = asyncio.ensure_future(asyncio.to_thread(self._postgres.start))
            return await asyncio.shield(self._postgres_start)
        except PostgresUnavailable as error:
            raise Fault(
                f"PostgreSQL does not start: {error}.",
                "TIDINGS_PG_BIN names another PostgreSQL's programs, TIDINGS_DATABASE_URL another server.",
            ) from error

    async def _look_after_postgres(self) -> None:
        """Starts PostgreSQL again when it died, or died once more while it recovered; the roles find it at the same
        place."""
        assert self._postgres is not None
        failures = 0
        while True:
            await asyncio.sleep(LOOK_AFTER_POSTGRES_SECONDS * 2**failures)
            if self._postgres.running():
                continue
            self._news("PostgreSQL ended; it starts again")
            try:
                await self._start_postgres()
            except Fault as fault:
                failures += 1
                if failures > POSTGRES_RESTARTS_ALLOWED:
                    raise
                self._news(str(fault))
                continue
            failures = 0
            self._write_running()

    # ---------------------------------------------------------------------------------------- describing

    def _describe(self, simulator: list[Part]) -> dict[str, Any]:
        told = simulator[0].learned if simulator else {}
        config = self._config
        return {
            "base_url": f"http://{_shown(self._ports['web'])}",
            "account_sid": self._account.get("account_sid"),
            "auth_token": self._account.get("auth_token"),
            "database_url": config.database_url,
            "console": None,
            "simulator": {
                "smpp_host": config.simulator_host,
                "smpp_port": told["smpp_port"],
                "control_url": told["control_url"],
            }
            if told
            else None,
            "proxy_url": f"http://{_shown(self._ports['proxy'])}",
            "ca_file": str(self._home.authority / "ca.pem"),
            "pid": os.getpid(),
        }

    def _write_running(self) -> None:
        """What other commands of this home read: the ready file's facts, and the pids."""
        if not self.facts or self._supervisor is None:
            return
        pids = {
            part.name: part.child.process.pid for part in self._supervisor.parts if part.child is not None
        }
        if self._postgres is not None and self._postgres.running():
            pids["postgres"] = self._postgres.pid
        write_whole(self._home.running_file, json.dumps(self.facts | {"processes": pids}, indent=2) + "\n")

    # ---------------------------------------------------------------------------------------- ending

    async def _end(self) -> None:
        """Roles first, while the carrier can still answer them; then the carrier; the database last."""
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        if self._supervisor is not None:
            await self._supervisor.stop("web", "dispatch", "work", within_seconds=ROLES_WITHIN_SECONDS)
            await self._supervisor.stop("simulator", within_seconds=SIMULATOR_WITHIN_SECONDS)
        for sock in self._ports.values():
            sock.close()
        if self._postgres is not None and self._postgres_start is not None:
            await asyncio.gather(self._postgres_start, return_exceptions=True)
            await asyncio.to_thread(self._postgres.stop, patience_seconds=POSTGRES_WITHIN_SECONDS)
        self._home.running_file.unlink(missing_ok=True)


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM or SIGINT sets. Needs a running loop."""
    stopping = asyncio.Event()
    for told_by in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told_by, stopping.set)
    return stopping


def _shown(listener: socket.socket) -> str:
    """Host and port as a caller on this machine writes them."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = "127.0.0.1"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _port_of(url: str) -> int:
    from urllib.parse import urlsplit

    return urlsplit(url).port or 0
