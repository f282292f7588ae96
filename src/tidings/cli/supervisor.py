"""Keeps the processes of a home alive: starts each, hears when it is ready, starts it again when it dies."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tidings.cli.fault import Fault
from tidings.cli.home import Home
from tidings.cli.process import Brief

PAUSES_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)
HEALTHY_AFTER_SECONDS = 30.0
READY_WITHIN_SECONDS = 60.0
FAILED_STARTS_ALLOWED = 3
LAST_WORDS_LINES = 12
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""With it the page of any process of the home covers them all (runtime/metrics.py)."""


@dataclass(slots=True)
class Child:
    """One process of a role."""

    name: str
    role: str
    process: asyncio.subprocess.Process

    async def begin(self, brief: Brief) -> Mapping[str, Any] | None:
        """Opens its gate and waits until it is ready; None when it ended instead, or took too long."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(brief.line())
            await self.process.stdin.drain()
            async with asyncio.timeout(READY_WITHIN_SECONDS):
                line = await self.process.stdout.readline()
        except (TimeoutError, OSError):
            return None
        return json.loads(line) if line.endswith(b"\n") else None

    def tell(self, what: signal.Signals) -> None:
        """Signals it, if it still lives."""
        if self.process.returncode is None:
            # Not by Process.send_signal: it reaps the process before asyncio does, and the code is lost.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, what)

    async def ended(self, *, within_seconds: float) -> None:
        """Waits for its end, which is forced when the time is over."""
        try:
            async with asyncio.timeout(within_seconds):
                await self.process.wait()
        except TimeoutError:
            self.tell(signal.SIGKILL)
            await self.process.wait()


@dataclass(slots=True)
class Part:
    """A place to be filled by one process at a time. `learned` is what its last process said when ready.

    `uses` names the sockets it inherits; `environ` gives its settings, asked for at each start.
    """

    name: str
    role: str
    uses: tuple[str, ...]
    environ: Callable[[], Mapping[str, str]]
    child: Child | None = None
    learned: dict[str, Any] = field(default_factory=dict)
    ready: asyncio.Event = field(default_factory=asyncio.Event)


class Supervisor:
    """The parts of one home. `news` is called with a sentence whenever a process ends or comes back."""

    def __init__(
        self,
        home: Home,
        *,
        sockets: Mapping[str, socket.socket],
        news: Callable[[str], None],
        changed: Callable[[], None],
    ) -> None:
        self._home = home
        self._sockets = sockets
        self._news = news
        self._changed = changed
        self._stopping = asyncio.Event()
        self.parts: list[Part] = []

    async def hire(
        self, role: str, number: int, *, uses: tuple[str, ...], environ: Callable[[], Mapping[str, str]]
    ) -> Part:
        """Starts a first process, which loads its modules and waits at its gate."""
        part = Part(f"{role}-{number}", role, uses, environ)
        self.parts.append(part)
        part.child = await self._spawn(part)
        return part

    async def keep(self, part: Part) -> None:
        """Keeps the part filled until stop() is called. Raises a Fault when it cannot even start."""
        loop = asyncio.get_running_loop()
        failures = 0
        while not self._stopping.is_set():
            child = part.child or await self._spawn(part)
            part.child = child
            learned = await child.begin(self._brief(part))
            began = loop.time()
            if learned is not None:
                part.learned = dict(learned)
                part.ready.set()
                self._changed()
            else:
                child.tell(signal.SIGKILL)
            code = await child.process.wait()
            part.child = None
            self._forget_gauges(child.process.pid)
            if self._stopping.is_set():
                return
            failures = 0 if loop.time() - began > HEALTHY_AFTER_SECONDS else failures + 1
            if not part.ready.is_set() and failures >= FAILED_STARTS_ALLOWED:
                raise Fault(
                    f"{part.name} does not start: it {_how_it_ended(code)}.\n{self._last_words(part.name)}",
                    f"The whole log is {self._home.log_file(part.name)}; `tidings doctor` checks the rest.",
                )
            pause = PAUSES_SECONDS[min(failures, len(PAUSES_SECONDS)) - 1] if failures else PAUSES_SECONDS[0]
            self._news(f"{part.name} {_how_it_ended(code)}; it starts again in {pause:g} s")
            await asyncio.sleep(pause)

    async def stop(self, *roles: str, within_seconds: float) -> None:
        """Ends the processes of these roles in order, and by force when the time is over."""
        self._stopping.set()
        leaving = [part.child for part in self.parts if part.role in roles and part.child is not None]
        for child in leaving:
            child.tell(signal.SIGTERM)
        ends: list[Awaitable[None]] = [child.ended(within_seconds=within_seconds) for child in leaving]
        await asyncio.gather(*ends)

    def _brief(self, part: Part) -> Brief:
        passed = {use: self._sockets[use].fileno() for use in part.uses}
        return Brief(part.environ(), passed, f"{part.name}@{socket.gethostname()}")

    async def _spawn(self, part: Part) -> Child:
        log = self._home.open_log(part.name)
        with open(log, "ab", closefd=True) as errors:  # noqa: ASYNC230 - it is open already
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tidings.cli.supervised",
                part.role,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env=os.environ | {METRICS_FOLDER: str(self._home.metrics)},
                pass_fds=[self._sockets[use].fileno() for use in part.uses],
                start_new_session=True,  # Ctrl-C at the terminal is for the supervisor, who ends all in order
            )
        child = Child(part.name, part.role, process)
        if self._stopping.is_set():
            child.tell(signal.SIGKILL)
        return child

    def _forget_gauges(self, pid: int) -> None:
        """What a dead process was doing at the time no longer counts; its counters stay."""
        for file in self._home.metrics.glob(f"gauge_live*_{pid}.db"):
            file.unlink(missing_ok=True)

    def _last_words(self, process: str) -> str:
        lines = self._home.log_file(process).read_text(errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-LAST_WORDS_LINES:])


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
