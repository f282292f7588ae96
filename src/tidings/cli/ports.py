"""The sockets that a home listens on: those named, else those it had the last time, else free ones."""

import errno
import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass

from tidings.cli.fault import Exit, Fault
from tidings.cli.home import Home, read_json, write_whole

BACKLOG = 2_048
NAMED_PORT_WITHIN_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """An address to listen on. Port 0 leaves the choice to the home."""

    host: str
    port: int
    setting: str


def take_ports(home: Home, wanted: Mapping[str, Wanted]) -> dict[str, socket.socket]:
    """Listening sockets by use. Raises a Fault when a port that was named is taken by another program."""
    last = read_json(home.ports_file) or {}
    taken: dict[str, socket.socket] = {}
    for use, want in wanted.items():
        taken[use] = _named(want) if want.port else _remembered(want, last.get(use)) or _listen(want.host, 0)
    write_whole(home.ports_file, json.dumps({use: sock.getsockname()[1] for use, sock in taken.items()}))
    return taken


def _named(want: Wanted) -> socket.socket:
    """The very port. Processes of a supervisor that was killed just now may hold it for a moment."""
    deadline = time.monotonic() + NAMED_PORT_WITHIN_SECONDS
    while True:
        try:
            return _listen(want.host, want.port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                time.sleep(0.05)
                continue
            raise Fault(
                f"Cannot listen on {want.host} port {want.port}: {error.strerror}.",
                f"End the program that listens there, or name another with {want.setting}.",
                Exit.FAILED,
            ) from error


def _remembered(want: Wanted, port: object) -> socket.socket | None:
    if not isinstance(port, int):
        return None
    try:
        return _listen(want.host, port)
    except OSError:
        return None  # somebody else has it now: any free one will do


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)
