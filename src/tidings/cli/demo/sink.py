"""Where the demo's callbacks go: a small HTTP server that checks each signature and remembers ends and replies."""

import asyncio
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Self
from urllib.parse import parse_qsl

from tidings.webhooks.signature import sign_form

STATUS, INBOUND = "/status", "/inbound"
ENDS = {"delivered", "undelivered", "failed"}
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass
class Sink:
    """`ends` has the final status of each message that was told of, by its SID; `replies` what people wrote, by
    number."""

    auth_token: str
    calls: int = 0
    bad_signatures: int = 0
    ends: dict[str, str] = field(default_factory=dict)
    replies: dict[str, str] = field(default_factory=dict)
    base: str = ""

    @property
    def url(self) -> str:
        """For status callbacks."""
        return self.base + STATUS

    @property
    def inbound_url(self) -> str:
        """For what people write back."""
        return self.base + INBOUND

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(lambda: _Visit(self), "127.0.0.1", 0)
        self.base = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    def hear(self, path: str, form: list[tuple[str, str]], signature: str) -> None:
        """One callback."""
        if not compare_digest(sign_form(self.auth_token, self.base + path, form), signature):
            self.bad_signatures += 1
        told = dict(form)
        if path == INBOUND:
            self.replies[told.get("From", "")] = told.get("Body", "")
            return
        self.calls += 1
        status = told.get("MessageStatus", "")
        if status in ENDS:
            self.ends[told.get("MessageSid", "")] = status


class _Visit(asyncio.Protocol):
    """A kept connection of the home's callbacks: POSTs with a Content-Length, one after another."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            path, headers = _head(self._buffer[:end])
            whole = end + 4 + int(headers.get("content-length", "0"))
            if len(self._buffer) < whole:
                return
            body = self._buffer[end + 4 : whole].decode("ascii", "replace")
            self._buffer = self._buffer[whole:]
            form = parse_qsl(body, keep_blank_values=True)
            self._sink.hear(path, form, headers.get("x-twilio-signature", ""))
            self._transport.write(ANSWER)


def _head(head: bytes) -> tuple[str, dict[str, str]]:
    """The path of a request, and its headers by lower-case name."""
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return first.split(" ")[1], headers
