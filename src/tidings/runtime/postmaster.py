"""What `postmaster.pid` and `/proc` tell about the server on a data folder (Linux)."""

from __future__ import annotations

import os
import select
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

# PostgreSQL's protocol, "Message Formats": a request for TLS is answered by one letter before a login.
SSL_REQUEST = struct.pack("!II", 8, 80877103)
ANSWER_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A server that is alive on a data folder. `state` is starting, ready, standby or stopping."""

    pid: int
    socket_folder: Path
    port: int
    state: str


def postmaster_of(data: Path) -> Postmaster | None:
    """The server running on `data`; None when there is none, whatever an old pid file says.

    PostgreSQL 15-18: line 1 of postmaster.pid is the pid, line 4 the port, line 5 the socket's folder, line 8
    the state.
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
    if len(lines) < 8:
        return Postmaster(pid, Path(), 0, "starting")
    return Postmaster(pid, Path(lines[4]), int(lines[3]), lines[7].strip())


def answers(server: Postmaster) -> bool:
    """Whether the server answers on its socket. One that was just killed may look alive a moment longer."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(ANSWER_SECONDS)
            connection.connect(str(server.socket_folder / f".s.PGSQL.{server.port}"))
            connection.sendall(SSL_REQUEST)
            return connection.recv(1) in (b"N", b"S")
    except OSError:
        return False


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
