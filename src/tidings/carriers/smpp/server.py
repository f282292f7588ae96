"""The server's side of SMPP on asyncio: what a carrier runs. The simulator is built on it.

Callbacks are synchronous and run in the event loop; answers and deliveries that are made in one turn
of the loop leave in one write. While the peer does not read, nothing more of it is read either.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from typing import cast

from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.pdu import Answer, Bind, BindMode, DeliverSm, SubmitSm
from tidings.carriers.smpp.session import Answered, Asked, Ended, Event, Role, Session
from tidings.carriers.smpp.socket import without_delay

OnAnswer = Callable[[int | None], None]
OnBind = Callable[["ServerSession", Bind], int]
OnSubmit = Callable[["ServerSession", SubmitSm], None]
OnGone = Callable[["ServerSession"], None]

_SWEEP_SECONDS = 0.5


class SmppServer:
    """Listens, and hands over what comes in.

    `on_bind` returns the command_status of the answer, 0 to let the client in. `on_submit` has to see
    to it that `ServerSession.answer` is called, now or later. `response_timeout` (seconds) bounds the
    wait for a deliver_sm_resp, `bind_timeout` (seconds) the wait for a connection's first bind.
    """

    def __init__(
        self,
        *,
        on_bind: OnBind,
        on_submit: OnSubmit,
        on_gone: OnGone | None = None,
        system_id: str = "tidings",
        response_timeout: float = 30.0,
        bind_timeout: float = 10.0,
    ) -> None:
        self.on_bind = on_bind
        self.on_submit = on_submit
        self.on_gone = on_gone
        self.system_id = system_id
        self.response_timeout = response_timeout
        self.bind_timeout = bind_timeout
        self.silent = False
        """While set, requests are read and forgotten, and nothing is written: a hung carrier."""
        self.sessions: set[ServerSession] = set()
        self._emptied = asyncio.Event()
        self._listener: asyncio.Server | None = None
        self._sweep: asyncio.TimerHandle | None = None

    async def listen(self, host: str, port: int, ssl: ssl.SSLContext | None = None) -> int:
        """Accept connections; returns the port, which is a free one where 0 was asked for."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: ServerSession(self, loop), host, port, ssl=ssl)
        self._sweep = loop.call_later(_SWEEP_SECONDS, self._expire, loop)
        return int(self._listener.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and drop every session."""
        if self._sweep is not None:
            self._sweep.cancel()
        if self._listener is not None:
            self._listener.close()
        for session in list(self.sessions):
            session.drop()
        if self.sessions:
            self._emptied.clear()
            await self._emptied.wait()
        if self._listener is not None:
            await self._listener.wait_closed()

    def forget(self, session: "ServerSession") -> None:
        """A connection is gone."""
        self.sessions.discard(session)
        if not self.sessions:
            self._emptied.set()

    def _expire(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for session in list(self.sessions):
            session.expire(now)
        self._sweep = loop.call_later(_SWEEP_SECONDS, self._expire, loop)


class ServerSession(asyncio.Protocol):
    """One client's connection. `bind` is None until the client was let in."""

    def __init__(self, server: SmppServer, loop: asyncio.AbstractEventLoop) -> None:
        self.bind: Bind | None = None
        self.arrived_at = 0.0
        """When the bytes being taken were read, in epoch seconds."""
        self._server = server
        self._loop = loop
        self._session: Session[OnAnswer] = Session(Role.SERVER, response_timeout=server.response_timeout)
        self._transport: asyncio.Transport | None = None
        self._bind_by = loop.time() + server.bind_timeout
        self._flush_due = False
        self._full = False

    @property
    def waiting(self) -> int:
        """How many deliver_sm are unanswered."""
        return self._session.waiting

    @property
    def receives(self) -> bool:
        """Whether `deliver` is allowed: bound, and not as a transmitter only."""
        return (
            self._session.bound
            and self.bind is not None
            and self.bind.mode in (BindMode.RECEIVER, BindMode.TRANSCEIVER)
        )

    def answer(self, submit: SubmitSm, *, status: int = wire.ESME_ROK, message_id: str = "") -> None:
        """Answer a submit_sm; after the session has ended this does nothing."""
        self._session.answer(Answer(wire.SUBMIT_SM_RESP, submit.sequence, status, message_id))
        self._flush_soon()

    def deliver(self, pdu: DeliverSm, on_answer: OnAnswer) -> None:
        """Send a deliver_sm; `on_answer` gets its status once, or None when no answer will come."""
        if not self.receives:
            on_answer(None)
            return
        self._session.ask(pdu, on_answer, now=self._loop.time())
        self._flush_soon()

    def unbind(self) -> None:
        """Ask the client to leave; the connection closes with its answer."""
        if self._session.bound:
            self._session.ask(wire.Request(wire.UNBIND), _ignore_status, now=self._loop.time())
            self._flush_soon()

    def drop(self) -> None:
        """Close the socket at once; what was not written is lost."""
        if self._transport is not None:
            self._transport.abort()

    def expire(self, now: float) -> None:
        """Give up what was asked too long ago, and a connection that never bound."""
        for on_answer in self._session.expire(now=now):
            on_answer(None)
        if self.bind is None and now >= self._bind_by:
            self.drop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio.Protocol."""
        # uvloop's transports have the methods but not the base class.
        self._transport = cast(asyncio.Transport, transport)
        without_delay(self._transport)
        self._server.sessions.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio.Protocol."""
        self._server.forget(self)
        for tokens in self._session.end():
            for on_answer in tokens:
                on_answer(None)
        if self._server.on_gone is not None:
            self._server.on_gone(self)

    def data_received(self, data: bytes) -> None:
        """asyncio.Protocol."""
        self.arrived_at = time.time()
        silent = self._server.silent
        for event in self._session.receive(data):
            if not (silent and isinstance(event, Asked)):
                self._take(event)
        if self._session.has_outgoing:
            self._flush_soon()

    def pause_writing(self) -> None:
        """asyncio.Protocol."""
        self._full = True
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """asyncio.Protocol."""
        self._full = False
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
        self._flush_soon()

    def _take(self, event: Event[OnAnswer]) -> None:
        if isinstance(event, Asked):
            if isinstance(event.pdu, Bind):
                self._let_in(event.pdu)
            else:
                self._server.on_submit(self, event.pdu)
        elif isinstance(event, Answered):
            event.token(event.answer.status)
        elif isinstance(event, Ended):
            self._flush()
            if self._transport is not None:
                self._transport.close()

    def _let_in(self, bind: Bind) -> None:
        status = self._server.on_bind(self, bind)
        if status == wire.ESME_ROK:
            self.bind = bind
        text = self._server.system_id if status == wire.ESME_ROK else ""
        self._session.answer(Answer(bind.command | wire.RESPONSE, bind.sequence, status, text))

    def _flush_soon(self) -> None:
        if not self._flush_due:
            self._flush_due = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_due = False
        if self._full or self._transport is None or self._transport.is_closing():
            return
        data = self._session.outgoing()
        if data and not self._server.silent:
            self._transport.write(data)


def _ignore_status(_status: int | None) -> None:
    """An unbind needs no more than its answer, which ends the session."""
