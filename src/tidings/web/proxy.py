"""A CONNECT proxy that takes Twilio's host names to this home and nothing anywhere else.

With `HTTPS_PROXY` set to it, and the home's authority trusted, code written for Twilio speaks to Tidings
unchanged. A tunnel carries TLS; it ends at the web role's own TLS listener, never here and never at Twilio.
"""

import asyncio
import contextlib
import re
import socket
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self

HEAD_LIMIT_BYTES = 8_192
CHUNK_BYTES = 65_536
TWILIO_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*twilio\.com\.?", re.IGNORECASE)
TLS_PORT = "443"


@dataclass(frozen=True, slots=True)
class Tunnel:
    """A head that asks for one of Twilio's hosts."""

    host: str


@dataclass(frozen=True, slots=True)
class Turned:
    """A head that is turned away, and what its sender is told."""

    status: HTTPStatus
    reason: str


def read_head(head: bytes) -> Tunnel | Turned:
    """What a proxy request's head asks for. Only `CONNECT <a host of twilio.com>:443` is granted."""
    line = head.split(b"\r\n", 1)[0].decode("latin-1")
    words = line.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        return Turned(HTTPStatus.BAD_REQUEST, "This is not an HTTP/1.1 request.")
    method, target, _ = words
    if method != "CONNECT":
        return Turned(HTTPStatus.FORBIDDEN, "This proxy only opens tunnels (CONNECT) to Twilio's host names.")
    host, _, port = target.rpartition(":")
    if port != TLS_PORT or not TWILIO_HOST.fullmatch(host):
        return Turned(
            HTTPStatus.FORBIDDEN,
            "This proxy leads to Twilio's host names on port 443 only. Name other hosts in NO_PROXY.",
        )
    return Tunnel(host.lower().rstrip("."))


class ConnectProxy:
    """The proxy on listening sockets. `target` is the TLS listener, on loopback, that plays Twilio."""

    def __init__(
        self,
        *,
        target: tuple[str, int],
        head_timeout_seconds: float = 10.0,
        idle_timeout_seconds: float = 600.0,
        most_tunnels: int = 4_096,
    ) -> None:
        self._target = target
        self._head_timeout = head_timeout_seconds
        self._idle_timeout = idle_timeout_seconds
        self._most = most_tunnels
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def serve(self, listener: socket.socket) -> None:
        """Begins to accept; returns at once."""
        self._server = await asyncio.start_server(self._met, sock=listener, limit=HEAD_LIMIT_BYTES)

    async def close(self) -> None:
        """Stops accepting and cuts the tunnels that are still open."""
        if self._server is None:
            return
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._speak(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # one side went away: its tunnel is over
        except asyncio.CancelledError:
            pass  # close() cuts it; nobody awaits this task
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(self._head_timeout):
                head = await reader.readuntil(b"\r\n\r\n")
        except TimeoutError:
            return await _turn_away(
                writer, Turned(HTTPStatus.REQUEST_TIMEOUT, "The request came too slowly.")
            )
        except asyncio.LimitOverrunError:
            too_long = Turned(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The request's head is too long.")
            return await _turn_away(writer, too_long)
        asked = read_head(head)
        if isinstance(asked, Turned):
            return await _turn_away(writer, asked)
        if len(self._tasks) > self._most:
            return await _turn_away(
                writer, Turned(HTTPStatus.SERVICE_UNAVAILABLE, "Too many tunnels are open.")
            )
        try:
            inner_reader, inner_writer = await asyncio.open_connection(*self._target, limit=CHUNK_BYTES)
        except OSError:
            return await _turn_away(writer, Turned(HTTPStatus.BAD_GATEWAY, "The web role does not answer."))
        try:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            async with asyncio.TaskGroup() as both_ways:
                both_ways.create_task(self._carry(reader, inner_writer))
                both_ways.create_task(self._carry(inner_reader, writer))
        except* OSError:
            pass  # a reset on either side ends the tunnel
        finally:
            inner_writer.close()

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """One direction of a tunnel, until its source ends or nothing came for too long."""
        while True:
            async with asyncio.timeout(self._idle_timeout):
                chunk = await source.read(CHUNK_BYTES)
            if not chunk:
                break
            sink.write(chunk)
            await sink.drain()
        with contextlib.suppress(OSError):
            sink.write_eof()


async def _turn_away(writer: asyncio.StreamWriter, turned: Turned) -> None:
    body = f"{turned.reason}\n"
    head = (
        f"HTTP/1.1 {turned.status.value} {turned.status.phrase}",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    writer.write("\r\n".join((*head, "", body)).encode())
    await writer.drain()
