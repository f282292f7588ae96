"""One HTTP/1.1 connection that posts callbacks, one at a time, and is kept for the next.

Of an answer only the status, Location and WWW-Authenticate count; its body is read, bounded, and dropped, unless the
delivery wants it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import httptools

from tidings.webhooks.retry import Failure

if TYPE_CHECKING:
    from tidings.webhooks.delivery import Delivery

LARGEST_BODY_BYTES = 64 * 1024
LARGEST_HEAD_BYTES = 32 * 1024


@dataclass(frozen=True, slots=True)
class Content:
    """What stood in an answer. `whole` is False when the body was longer than 64 KB; the rest of it is not kept."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    whole: bool

    @property
    def type(self) -> str | None:
        """The Content-Type, as it was written."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), None)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    location: str | None
    challenge: str | None
    content: Content | None = None
    """None unless the delivery wants it."""


class Wire(asyncio.Protocol):
    """`on_end(wire, delivery, result)` is called once for each `send`; after it the wire is free or `closed`."""

    __slots__ = (
        "_body",
        "_bytes",
        "_challenge",
        "_complete",
        "_framed",
        "_headers",
        "_location",
        "_loop",
        "_on_end",
        "_on_lost",
        "_parser",
        "_status",
        "_transport",
        "closed",
        "delivery",
        "quiet_since",
        "reused",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        on_end: Callable[[Wire, Delivery, Answer | Failure], None],
        on_lost: Callable[[Wire], None],
    ) -> None:
        self._loop = loop
        self._on_end = on_end
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self.delivery: Delivery | None = None
        self.closed = False
        self.reused = False
        """Whether it has already brought an answer: an old connection may be closed by the peer at any time."""
        self.quiet_since = 0.0
        """Loop time of the last byte either way."""
        self._bytes = 0
        self._status = 0
        self._location: str | None = None
        self._challenge: str | None = None
        self._framed = False
        self._headers: list[tuple[str, str]] = []
        self._body = bytearray()
        self._complete: bool | None = None
        """Whether the connection may be kept, once the answer is whole."""

    def send(self, delivery: Delivery, request: bytes) -> None:
        assert self._transport is not None
        assert self.delivery is None
        self.delivery = delivery
        self.quiet_since = self._loop.time()
        self._transport.write(request)

    def fail(self, failure: Failure) -> None:
        """End the exchange and the connection."""
        self._end_and_close(failure)

    def close(self) -> None:
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    # asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own are no subclass of it
        self.quiet_since = self._loop.time()

    def data_received(self, data: bytes) -> None:
        if self.closed:
            return
        if self.delivery is None:  # bytes nobody asked for: what they belong to cannot be known
            self.close()
            return
        self.quiet_since = self._loop.time()
        self._bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if self._complete is None:
                self.fail(Failure.PROTOCOL)
            else:  # a whole answer, and then bytes that belong to nothing
                self._end_and_close(self._answer())
            return
        if self._complete is not None:
            self._finish()
        elif self._bytes > LARGEST_BODY_BYTES + LARGEST_HEAD_BYTES:
            # The status is known and the rest is not wanted; without a status it was never an answer.
            self._end_and_close(self._answer() if self._status else Failure.PROTOCOL)

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        if self.delivery is not None:
            if self._bytes == 0:
                self._end(Failure.CLOSED)
            elif error is None and self._status and not self._framed:
                self._end(self._answer())  # RFC 9112 6.3: a body without a length ends with the connection
            else:
                self._end(Failure.PROTOCOL)
        self._on_lost(self)

    # httptools calls these

    def on_message_begin(self) -> None:
        if self._complete is not None:  # a second answer to one request
            self._complete = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._complete is not None:
            return
        if self.delivery is not None and self.delivery.wants_body:
            self._headers.append((name.decode("latin-1"), value.decode("latin-1")))
        size = len(name)
        if size == 8 and name.lower() == b"location":
            self._location = value.decode("latin-1")
        elif size == 16 and name.lower() == b"www-authenticate":
            # Of several challenges the last Digest counts, or else the last.
            text = value.decode("latin-1")
            if self._challenge is None or not self._challenge.lower().startswith("digest"):
                self._challenge = text
        elif (size == 14 and name.lower() == b"content-length") or (
            size == 17 and name.lower() == b"transfer-encoding"
        ):
            self._framed = True

    def on_headers_complete(self) -> None:
        if self._complete is None:
            self._status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        if self._complete is None and self.delivery is not None and self.delivery.wants_body:
            self._body += body

    def on_message_complete(self) -> None:
        if self._complete is not None:
            return
        if self._status < 200:  # 100 Continue and the like: the answer is still to come
            self._status = 0
            self._headers.clear()
            return
        self._complete = self._parser.should_keep_alive()

    # own

    def _finish(self) -> None:
        self.reused = True
        if self._complete:
            self._end(self._answer())
        else:
            self._end_and_close(self._answer())

    def _end_and_close(self, result: Answer | Failure) -> None:
        self.closed = True  # before the news, so that nobody gives it another delivery
        self._end(result)
        self.close()

    def _end(self, result: Answer | Failure) -> None:
        delivery = self.delivery
        if delivery is None:
            return
        self.delivery = None
        self._forget_answer()
        self._on_end(self, delivery, result)

    def _answer(self) -> Answer:
        content = None
        if self.delivery is not None and self.delivery.wants_body:
            whole = len(self._body) <= LARGEST_BODY_BYTES
            content = Content(tuple(self._headers), bytes(self._body[:LARGEST_BODY_BYTES]), whole)
        return Answer(self._status, self._location, self._challenge, content)

    def _forget_answer(self) -> None:
        self._bytes = 0
        self._status = 0
        self._location = None
        self._challenge = None
        self._framed = False
        self._headers.clear()
        self._body.clear()
        self._complete = None
