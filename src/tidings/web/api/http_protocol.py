"""uvicorn's HTTP protocol with slow clients and oversized requests cut off, and whole answers written at once.

uvicorn limits the pause between two requests, but neither how long one may take to arrive nor how large its
head may grow. A request that came whole in one piece, which is nearly every one, costs nothing here.

It also takes an answer in two events, looks through every header, and writes head and body by a call of the
kernel each. An application finds in its scope, under `WHOLE`, a function that takes a whole answer of safe
headers instead.
"""

import asyncio
import socket
import struct
from collections.abc import Iterable
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from tidings.kernel.codes import INVALID_PARAMETER
from tidings.kernel.outcomes import Refused
from tidings.web.api.errors import error_body

REQUEST_TIMEOUT_SECONDS = 10.0
HEAD_LIMIT_BYTES = 64 * 1024
STALLED_AFTER = 3
"""Request timeouts after which a client that takes nothing of its answer is cut off."""

AT_ONCE = struct.pack("ii", 1, 0)

WHOLE = "tidings.whole_answer"
"""`await scope[WHOLE](status, headers, body)`. Headers must be such as cannot break the head: names in
lower case, values without control characters, `connection` only to close it, and the length of the body
among them unless the status is 204."""

_REASONS = {400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large"}


def http_protocol(*, request_timeout_seconds: float = REQUEST_TIMEOUT_SECONDS) -> type[HttpToolsProtocol]:
    """The protocol class to give to uvicorn as `http`. A request has `request_timeout_seconds` from its
    first byte, or from the opening of the connection, to its last; a client that takes nothing of its answer for
    STALLED_AFTER times as long loses the connection, and with it the memory that the answer holds."""

    class Timed(_GuardedProtocol):
        timeout_seconds = request_timeout_seconds

    return Timed


class _GuardedProtocol(HttpToolsProtocol):
    timeout_seconds: float

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self._in_head = False
        self._in_body = False
        self._head_bytes = 0
        self._stall: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline = self.loop.call_later(self.timeout_seconds, self._cut_off)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        self._taken()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        self._taken()
        super().resume_writing()

    def _watch(self, left: int) -> None:
        """Looks again later whether anything of the `left` bytes was taken meanwhile."""
        self._stall = self.loop.call_later(STALLED_AFTER * self.timeout_seconds, self._look_again, left)

    def _look_again(self, left: int) -> None:
        now_left = self.transport.get_write_buffer_size()
        if now_left < left:
            self._watch(now_left)
        else:
            # Without it the kernel would keep what it has for a client that may never take it.
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            self.transport.abort()

    def _taken(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if not self._in_body:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > HEAD_LIMIT_BYTES:
            self._refuse(431, f"The head of the request is larger than {HEAD_LIMIT_BYTES} bytes.")
        elif not (self._in_head or self._in_body):
            self._stop_clock()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.timeout_seconds, self._cut_off)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        scope: dict[str, Any] = self.cycle.scope  # type: ignore[assignment]  # a key of our own
        scope[WHOLE] = partial(_answer_whole, self.cycle)
        self._in_head, self._in_body = False, True
        self._head_bytes = 0

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_body = False

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, "The request is not well-formed HTTP.")

    def _cut_off(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self._refuse(408, f"The request was not complete after {self.timeout_seconds:g} seconds.")

    def _refuse(self, status: int, message: str) -> None:
        """Answers past the application, which sees a client that went away, and closes the connection.

        Where an answer is under way, or this request has had its own already, it only closes."""
        busy = self.cycle is not None and not self.cycle.response_complete
        if not (self.cycle.response_started if self._in_body else busy):
            body = error_body(Refused(INVALID_PARAMETER, message), status=status)
            head = (
                f"HTTP/1.1 {status} {_REASONS[status]}\r\ncontent-type: application/json\r\n"
                f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
            )
            self.transport.write(head.encode() + body)
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


async def _answer_whole(
    cycle: RequestResponseCycle, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes
) -> None:
    if cycle.flow.write_paused and not cycle.disconnected:
        await cycle.flow.drain()
    if cycle.disconnected:
        return
    content = [STATUS_LINE[status]]
    for name, value in (*cycle.default_headers, *headers):
        if name == b"connection":
            cycle.keep_alive = False
        else:
            content += (name, b": ", value, b"\r\n")
    if not cycle.keep_alive:
        content.append(b"connection: close\r\n")
    content.append(b"\r\n")
    if cycle.scope["method"] != "HEAD":
        content.append(body)
    cycle.transport.write(b"".join(content))
    cycle.response_started = cycle.response_complete = True
    # It holds the cycle, and the cycle holds the scope: so they go now, not when the garbage is collected.
    cycle.scope.pop(WHOLE, None)  # type: ignore[misc]  # a key of our own
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()
