"""What `postmaster.pid` and `/proc` tell about the server on a data folder (Linux)."""

from __future__ import annotations

import os
import select
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A server that is alive on a data folder. `state` is starting, ready, standby or stopping."""

    pid: int
    socket_folder: Path
    state: str


def postmaster_of(data: Path) -> Postmaster | None:
    """The server running on `data`; None when there is none, whatever an old pid file says.

    PostgreSQL 15-18: line 1 of postmaster.pid is the pid, line 5 the socket's folder, line 8 the state.
    """
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    if not _is_postgres_on(pid, data):
        return None
    socket_folder = Path(lines[4]) if len(lines) > 4 else Path()
    state = lines[7].strip() if len(lines) > 7 else "starting"
    return Postmaster(pid, socket_folder, state)


def processes_on(data: Path) -> list[int]:
    """All PostgreSQL processes, the server and its children, whose working folder is `data`."""
    return [
        int(entry) for entry in os.listdir("/proc") if entry.isdigit() and _is_postgres_on(int(entry), data)
    ]


def wait_for_end(pid: int, *, seconds: float) -> bool:
    """Waits until the process has ended; False when it still runs after so many seconds. It need not be a
    child.
    """
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(seconds * 1000))
    finally:
        os.close(descriptor)


def _is_postgres_on(pid: int, data: Path) -> bool:
    """Whether this very process is a PostgreSQL on `data`: a pid alone may have been given to another
    since.
    """
    try:
        folder = os.readlink(f"/proc/{pid}/cwd")
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:  # gone meanwhile, a zombie, or a process of another user
        return False
    return name == "postgres" and folder == str(data)
