"""A home that really runs: `tidings up` as a process of its own, in a temporary folder, on free ports."""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from tests.command import Done, environment, run_command
from tests.places import quick_place

from tidings.runtime.embedded_postgres import EmbeddedPostgres

READY_WITHIN_SECONDS = 60.0
ENDS_WITHIN_SECONDS = 10.0
Found = dict[str, Any]


@dataclass
class RunningHome:
    folder: Path
    process: subprocess.Popen[bytes]
    facts: Found = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def pids(self) -> dict[str, int]:
        """The processes of the home by name, as they are now."""
        found: dict[str, int] = json.loads((self.home / "running.json").read_text())["processes"]
        return found

    def up(self, *options: str) -> None:
        """Starts it and waits until it is ready."""
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        self.process = start_up(self.folder, *options)
        until(ready.exists, within_seconds=READY_WITHIN_SECONDS, or_else=self.said, alive=self.process)
        self.facts = json.loads(ready.read_text())

    def end(self) -> float:
        """SIGTERM; returns the seconds it took to end cleanly."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(ENDS_WITHIN_SECONDS + 20) == 0, self.said()
        return time.monotonic() - began

    def kill_everything(self) -> None:
        """`kill -9` of all its processes, PostgreSQL's included, and of whatever they started."""
        roots = [psutil.Process(pid) for pid in (self.process.pid, *self.pids.values())]
        for process in {child for root in roots for child in [root, *root.children(recursive=True)]}:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue  # it died with its parent
        self.process.wait()

    def tidings(self, *words: str) -> Done:
        """Another command for this home."""
        return run_command(*words, "--home", self.home)

    def json(self, *words: str) -> Any:
        """What a command tells with --json."""
        done = self.tidings(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def said(self) -> str:
        logs = sorted((self.home / "logs").glob("*.log"))
        parts = [self.folder / "up.log", *logs]
        return "\n".join(f"--- {part.name}\n{part.read_text(errors='replace')[-3000:]}" for part in parts)


def start_up(folder: Path, *options: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tidings", "up", "--home", str(folder / "home")]
    command += ["--ready-file", str(folder / "ready.json"), *options]
    with (folder / "up.log").open("ab") as log:
        return subprocess.Popen(command, env=environment(), stdout=log, stderr=log, start_new_session=True)


@contextmanager
def running_home(*options: str) -> Iterator[RunningHome]:
    """A home that is up; ended and removed at the end, whatever became of it."""
    folder = Path(tempfile.mkdtemp(prefix="tidings-journey-", dir=quick_place()))
    folder.chmod(0o711)  # as root, PostgreSQL's user must pass through
    home = RunningHome(folder, start_up(folder, "--help"))
    home.process.wait()
    try:
        home.up(*options)
        yield home
    finally:
        if home.process.poll() is None:
            home.process.terminate()
            try:
                home.process.wait(20)
            except subprocess.TimeoutExpired:
                home.process.kill()
                home.process.wait()
        left = EmbeddedPostgres(home.home / "postgres")
        left.adopt()
        left.remove()
        shutil.rmtree(folder, ignore_errors=True)


def until(
    condition: Callable[[], object],
    *,
    within_seconds: float,
    or_else: Callable[[], object],
    alive: "subprocess.Popen[bytes] | None" = None,
) -> None:
    """Waits for something to come true; generous, for a busy machine."""
    deadline = time.monotonic() + within_seconds
    while not condition():
        assert alive is None or alive.poll() is None, or_else()
        assert time.monotonic() < deadline, or_else()
        time.sleep(0.02)
