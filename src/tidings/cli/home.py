"""The home: one folder with the data, keys and logs of one Tidings, and what is known of it while it runs."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tidings.cli.fault import Exit, Fault

CHECKOUT_HOME = Path(".home")
USER_HOME = Path("~/.local/share/tidings")
LOG_LIMIT_BYTES = 20_000_000
LOCK_ATTEMPTS = 10
LOCK_PAUSE_SECONDS = 0.05


def find_home(named: Path | None) -> "Home":
    """The home that is named; else the `.home` of `make run` in the current folder; else the user's."""
    if named is not None:
        return Home(named.expanduser().absolute())
    if CHECKOUT_HOME.is_dir():
        return Home(CHECKOUT_HOME.absolute())
    return Home(USER_HOME.expanduser().absolute())


@dataclass(frozen=True, slots=True)
class Home:
    """Paths within the folder. Secrets are 0600 in a 0700 folder."""

    folder: Path

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def authority(self) -> Path:
        return self.folder / "ca"

    @property
    def key_file(self) -> Path:
        return self.folder / "secrets" / "key"

    @property
    def demo_file(self) -> Path:
        return self.folder / "secrets" / "demo.json"

    @property
    def metrics(self) -> Path:
        return self.folder / "metrics"

    @property
    def ports_file(self) -> Path:
        return self.folder / "ports.json"

    @property
    def running_file(self) -> Path:
        return self.folder / "running.json"

    @property
    def lock_file(self) -> Path:
        return self.folder / "lock"

    def log_file(self, process: str) -> Path:
        return self.folder / "logs" / f"{process}.log"

    def prepare(self) -> None:
        """Makes what is missing; safe to repeat. An existing folder keeps its mode."""
        try:
            if not self.folder.exists():
                self.folder.mkdir(parents=True)
                # Root's PostgreSQL runs as another user, who must pass through (0711: not list) to its data.
                self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
            for inner in (self.key_file.parent, self.authority, self.log_file("any").parent, self.metrics):
                inner.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Fault(
                f"The home {self.folder} cannot be used: {error.strerror}.",
                "Name a folder that you may write to with --home or TIDINGS_HOME.",
            ) from error

    def open_log(self, process: str) -> int:
        """A descriptor to append to the log of a process; what grew too long is kept once, as .1."""
        path = self.log_file(process)
        if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    @contextlib.contextmanager
    def occupied(self) -> Iterator[None]:
        """Held by the one `tidings up` of this home. The system frees it however that process ends."""
        descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not _locked(descriptor):
                raise Fault(
                    f"Tidings already runs in {self.folder}.",
                    "Use it (`tidings env` prints its address), end it, or name another folder with --home.",
                )
            yield
        finally:
            os.close(descriptor)

    def running(self) -> Mapping[str, Any] | None:
        """What the `tidings up` that runs here wrote when it was ready; None when none runs, or not yet."""
        try:
            descriptor = os.open(self.lock_file, os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return read_json(self.running_file)
        finally:
            os.close(descriptor)
        return None

    def must_run(self) -> Mapping[str, Any]:
        """What the running `tidings up` wrote. A Fault when none runs."""
        running = self.running()
        if running is None:
            raise Fault(
                f"No Tidings runs in {self.folder}.",
                "Start it with `tidings up`, or name the home of one that runs with --home.",
                Exit.NOT_RUNNING,
            )
        return running


def _locked(descriptor: int) -> bool:
    """Takes the lock; patient for a moment, because commands that look whether a home runs hold it as long."""
    for _ in range(LOCK_ATTEMPTS):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOCK_PAUSE_SECONDS)
        else:
            return True
    return False


def write_whole(path: Path, text: str) -> None:
    """Replaces a file at once, readable by its owner alone: a reader sees the old or the new, never part."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)


def read_json(path: Path) -> Mapping[str, Any] | None:
    """The object in a file of ours; None when there is none, or it is not whole."""
    try:
        found = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) else None
