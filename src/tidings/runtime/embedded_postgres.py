"""Runs a PostgreSQL of Tidings' own on a data folder: made at first, started as a child, adopted when it
runs already.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from tidings.runtime.postgres_place import (
    Binaries,
    PostgresUnavailable,
    Runner,
    binaries,
    callers,
    data_folder,
    memory_bytes,
    runner,
    socket_folder,
)
from tidings.runtime.postgres_settings import access_text, conf_text, identity_text, settings_for
from tidings.runtime.postmaster import Postmaster, answers, postmaster_of, processes_on, wait_for_end

__all__ = ["EmbeddedPostgres", "PostgresUnavailable"]

READY = ("ready", "standby")
ORPHANS_MAY_TAKE_SECONDS = 5.0


def _silent(_: str) -> None:
    """Hears progress and says nothing."""


class EmbeddedPostgres:
    """The PostgreSQL of one data folder. Every call blocks; call from a thread when there is an event loop.

    The server outlives a killed launcher; the next launcher on the folder adopts it. `settings` win over
    the built-in ones. `bin` is another PostgreSQL's bin folder (15 or newer), `user` whom root gives way to
    (default: nobody).
    """

    def __init__(
        self,
        folder: Path,
        *,
        bin: Path | None = None,
        user: str | None = None,
        settings: Mapping[str, str] | None = None,
        progress: Callable[[str], None] = _silent,
    ) -> None:
        self.folder = folder
        self.adopted = False
        self._bin = bin
        self._user = user
        self._settings = dict(settings or {})
        self._progress = progress
        self._child: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None
        self._url: str | None = None

    @property
    def url(self) -> str:
        """The database's URL over its Unix socket, once started."""
        if self._url is None:
            raise PostgresUnavailable(f"the PostgreSQL of {self.folder} is not started")
        return self._url

    @property
    def pid(self) -> int:
        """The process id of the server, once started."""
        if self._pid is None:
            raise PostgresUnavailable(f"the PostgreSQL of {self.folder} is not started")
        return self._pid

    def start(self) -> str:
        """Starts or adopts the server and returns its URL once it takes connections.

        Crash recovery may take as long as it needs; `progress` hears of it every second. Raises
        PostgresUnavailable with a remedy when the server cannot run here.
        """
        who = runner(self._user)
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            with self._only_launcher():
                return self._know(self._adopt_or_launch(who))
        except PermissionError as error:
            raise PostgresUnavailable(
                f"{error.filename} is closed to user {who.name!r}: use the home as the user who made it"
            ) from error

    def adopt(self) -> bool:
        """Takes over a server that takes connections already; False, and nothing started, without one."""
        found = postmaster_of(self.folder.resolve())
        if found is None or found.state not in READY or not answers(found):
            return False
        self.adopted = True
        self._know(found)
        return True

    def running(self) -> bool:
        """Whether the server that was started or adopted still lives."""
        return self._pid is not None and not wait_for_end(self._pid, seconds=0)

    def stop(self, *, patience_seconds: float = 8.0) -> None:
        """Ends the server, adopted or not: open transactions are rolled back, what was committed is kept.

        If its closing checkpoint takes longer than the patience, the server ends without one and the next
        start replays its log.
        """
        if self._pid is None:
            return
        for ask, seconds in ((signal.SIGINT, patience_seconds), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            try:
                os.kill(self._pid, ask)
            except ProcessLookupError:
                break
            if wait_for_end(self._pid, seconds=seconds):
                break
        if self._child is not None:
            self._child.wait()
        self._child = self._pid = self._url = None

    def remove(self) -> None:
        """Stops the server and deletes the folder with all its data, wherever it really lies."""
        self.stop()
        data = self.folder.resolve()
        shutil.rmtree(data, ignore_errors=True)
        shutil.rmtree(data.with_name(f"{data.name}-socket"), ignore_errors=True)
        shutil.rmtree(data.with_name(f"{data.name}.new"), ignore_errors=True)
        if self.folder.is_symlink():
            self.folder.unlink()
            data.parent.rmdir()
        self._startup_log().unlink(missing_ok=True)
        self._lock_file().unlink(missing_ok=True)

    # ------------------------------------------------------------------------------------------------
    # starting

    def _adopt_or_launch(self, who: Runner) -> Postmaster:
        if self._child is not None:
            self._child.poll()  # a dead child that nobody waited for still owns its pid
        data = data_folder(self.folder, who)
        while (running := self._still_running(data)) is not None:
            if (ready := self._until_ready(data, running.pid)) is not None:
                self.adopted = True
                return ready
        programs = binaries(self._bin, who)
        self._make(data, programs, who)
        self.adopted = False
        ready = self._until_ready(data, self._launch(data, programs, who))
        if ready is None:
            raise PostgresUnavailable(f"PostgreSQL did not start on {data}: {self._last_words(data)}")
        return ready

    def _know(self, ready: Postmaster) -> str:
        self._pid = ready.pid
        self._url = f"postgresql://tidings@/tidings?host={quote(str(ready.socket_folder))}&port={ready.port}"
        return self._url

    def _lock_file(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.lock")

    def _startup_log(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}-startup.log")

    @contextmanager
    def _only_launcher(self) -> Iterator[None]:
        """Two launchers of one folder start one after the other; the second then adopts."""
        with self._lock_file().open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _still_running(self, data: Path) -> Postmaster | None:
        """The live server, after any that is stopping has ended and any orphans of a killed one are gone."""
        while (found := postmaster_of(data)) is not None:
            if found.state != "stopping":
                return found
            self._progress("waiting for the previous server to end")
            wait_for_end(found.pid, seconds=1.0)
        deadline = time.monotonic() + ORPHANS_MAY_TAKE_SECONDS
        while orphans := processes_on(data):
            if time.monotonic() > deadline:
                for pid in orphans:
                    os.kill(pid, signal.SIGKILL)
            wait_for_end(orphans[0], seconds=0.05)
        # No process works on the folder, so whatever pid an old file names is not a server of ours.
        (data / "postmaster.pid").unlink(missing_ok=True)
        return None

    def _make(self, data: Path, programs: Binaries, who: Runner) -> None:
        """Makes the cluster and its database beside its final place, and moves it there when it is whole."""
        version = data / "PG_VERSION"
        if version.exists():
            if (made_by := version.read_text().strip()) != str(programs.major):
                raise PostgresUnavailable(
                    f"{data} was made by PostgreSQL {made_by}, the binaries are PostgreSQL {programs.major}: "
                    f"name the bin folder of a PostgreSQL {made_by}, or move the data with pg_dump"
                )
            return
        if data.exists() and any(data.iterdir()):
            raise PostgresUnavailable(
                f"{data} holds something that is no PostgreSQL data: choose another home"
            )
        self._progress("making the database")
        draft = data.with_name(f"{data.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        who.own(draft)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        if programs.major < 17:
            locale = ["--locale=C.UTF-8"]
        command: list[str | Path] = [
            programs.folder / "initdb",
            "-D",
            draft,
            "-U",
            "tidings",
            "-E",
            "UTF8",
            *locale,
        ]
        command += ["--data-checksums", "--auth=peer", "--no-instructions"]
        if self._settings.get("fsync") == "off":
            command.append("--no-sync")
        _run(command, who)
        with (draft / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude_if_exists 'tidings.conf'\ninclude_if_exists 'local.conf'\n")
        (draft / "pg_hba.conf").write_text(access_text())
        single: list[str | Path] = [programs.folder / "postgres", "--single", "-D", draft, "postgres"]
        _run(single, who, stdin=b"create database tidings;\n")
        draft.rename(data)

    def _launch(self, data: Path, programs: Binaries, who: Runner) -> int:
        """Starts the server and returns its pid."""
        place = socket_folder(data, who)
        for left in place.glob(".s.PGSQL.*"):  # of a server that was killed: nobody else has this folder
            left.unlink()
        values = settings_for(memory_bytes=memory_bytes(), major=programs.major, socket_folder=place)
        _write(data / "tidings.conf", conf_text(values | self._settings), who)
        _write(data / "pg_ident.conf", identity_text(callers(who)), who)
        with self._startup_log().open("wb") as log:
            self._child = subprocess.Popen(
                [programs.folder / "postgres", "-D", data],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C at the terminal is for us, who then end it in order
                **who.popen(),
            )
        return self._child.pid

    def _until_ready(self, data: Path, pid: int) -> Postmaster | None:
        """The server once it answers, however long its recovery takes; None when it ends before."""
        began = told = time.monotonic()
        while not wait_for_end(pid, seconds=0.005):
            found = postmaster_of(data)
            if found and found.pid == pid and found.state in READY and answers(found):
                return found
            if time.monotonic() - told >= 1.0:
                told = time.monotonic()
                self._progress(f"PostgreSQL is recovering, {told - began:.0f} s so far")
        return None

    def _last_words(self, data: Path) -> str:
        """The end of the newest log, for an error message."""
        logs = [log for log in (self._startup_log(), *(data / "log").glob("*.log")) if log.exists()]
        if not logs:
            return "it left no log"
        newest = max(logs, key=lambda log: log.stat().st_mtime)
        return " | ".join(newest.read_text(errors="replace").splitlines()[-4:])


def _run(command: list[str | Path], who: Runner, *, stdin: bytes = b"") -> None:
    arguments = who.popen()
    del arguments["stdin"]
    done = subprocess.run(command, input=stdin, capture_output=True, check=False, **arguments)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise PostgresUnavailable(f"{Path(command[0]).name} failed as user {who.name!r}: {said}")


def _write(path: Path, text: str, who: Runner) -> None:
    """Replaces a file of the server's at once, so that a kill leaves the old or the new one.

    The folder belongs to the server's user: as root, a link laid there must not be followed.
    """
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as file:
        if who.drop:
            os.fchown(descriptor, who.uid, who.gid)
        file.write(text)
    draft.replace(path)
