"""One connection to a carrier: its session on a socket, its window, its clock.

Submissions that are made in one turn of the event loop leave in one write. There is one timer per
connection, not per request. While reading is paused (what came in is not stored yet) the
connection's clock stands still, so that our own slowness is never taken for the carrier's.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol, cast

from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.pdu import Answer, Bind, BindMode, DeliverSm, Request, SubmitSm
from tidings.carriers.smpp.session import Answered, Asked, Ended, Role, Session, State
from tidings.carriers.smpp.settings import SmppSettings
from tidings.carriers.smpp.socket import without_delay

_SENDING = frozenset({State.BOUND_TX, State.BOUND_TRX})


class Reply(Protocol):
    """Who waits for the answer to a request: exactly one of the three is called, once."""

    def answered(self, answer: Answer) -> None:
        """The carrier answered, yes or no."""

    def unanswered(self, reason: str) -> None:
        """It may have reached the carrier."""

    def never_left(self, reason: str) -> None:
        """It surely did not."""


class Connection(asyncio.Protocol):
    """After its end every call does nothing.

    `on_deliver` gets every deliver_sm, `on_room` is called when room appears after there was none,
    `on_lost` once, when the connection has ended and before anybody is told what became of their request.
    """

    def __init__(
        self,
        settings: SmppSettings,
        loop: asyncio.AbstractEventLoop,
        *,
        on_deliver: Callable[["Connection", DeliverSm], None],
        on_room: Callable[[], None],
        on_lost: Callable[["Connection"], None],
    ) -> None:
        self.session: Session[Reply] = Session(Role.CLIENT, response_timeout=settings.response_timeout)
        self.gone: asyncio.Future[str] = loop.create_future()
        """Resolves to the reason when the connection has ended."""
        self._settings = settings
        self._loop = loop
        self._on_deliver = on_deliver
        self._on_room = on_room
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._window = settings.window
        self._queue: deque[tuple[SubmitSm, Reply]] = deque()
        self._flush_due = False
        self._full = False
        self._reason = ""
        self._timer: asyncio.TimerHandle | None = None
        self._tick_seconds = min(1.0, settings.response_timeout / 4, settings.enquire_interval / 4)
        self._heard_at = 0.0
        self._enquiring = False
        self._paused_at: float | None = None
        self._paused_seconds = 0.0

    @property
    def sends(self) -> bool:
        """Whether submit_sm may be sent now: not while a bind is ending."""
        return self.session.state in _SENDING

    @property
    def room(self) -> int:
        """How many submit_sm fit into the window now."""
        if not self.sends:
            return 0
        return max(0, self._window - self.load)

    @property
    def load(self) -> int:
        """How many requests are in flight or queued behind the window."""
        return self.session.waiting + len(self._queue)

    def submit(self, pdu: SubmitSm, reply: Reply) -> None:
        """Send, or queue behind the window. Raises ValueError when SMPP cannot carry it."""
        if not self.sends:
            reply.never_left("not bound")
        elif self._queue or self.session.waiting >= self._window:
            self._queue.append((pdu, reply))
        else:
            self.session.ask(pdu, reply, now=self._clock())
            self._flush_soon()

    def acknowledge(self, sequence: int, status: int) -> None:
        """Answer the deliver_sm of that sequence number."""
        self.session.answer(Answer(wire.DELIVER_SM_RESP, sequence, status))
        self._flush_soon()

    def enquire(self, reply: Reply) -> None:
        """Ask the carrier for a sign of life: when it comes, the carrier has read all that was written before."""
        if self.session.bound:
            self.session.ask(Request(wire.ENQUIRE_LINK), reply, now=self._clock())
            self._flush_soon()
        else:
            reply.never_left("not bound")

    async def bind(self, mode: BindMode) -> str:
        """Ask to be let in: "" when bound, otherwise why not."""
        settings = self._settings
        verdict: asyncio.Future[str] = self._loop.create_future()
        bind = Bind(mode, settings.system_id, settings.password, settings.system_type)
        self.session.ask(bind, _BindReply(verdict), now=self._clock())
        self._flush_soon()
        return await verdict

    async def leave(self) -> None:
        """Unbind, wait for the answer as long as `close_timeout` allows, and see the connection end."""
        if self._transport is None:
            return
        if self.session.bound:
            self.session.ask(Request(wire.UNBIND), _Careless(), now=self._clock())
            self.flush()
            await asyncio.wait((self.gone,), timeout=self._settings.close_timeout)
        self.abort("closed by us")
        await self.gone

    def abort(self, reason: str) -> None:
        """End at once."""
        self._reason = self._reason or reason
        if self._transport is not None:
            self._transport.abort()

    def pause_reading(self) -> None:
        """Stop taking in, and stop the clock."""
        if self._transport is not None and self._paused_at is None:
            self._paused_at = self._loop.time()
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Take in again."""
        if self._transport is not None and self._paused_at is not None:
            self._paused_seconds += self._loop.time() - self._paused_at
            self._paused_at = None
            if not self._transport.is_closing():
                self._transport.resume_reading()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio.Protocol."""
        # uvloop's transports have the methods but not the base class.
        self._transport = cast(asyncio.Transport, transport)
        without_delay(self._transport)
        self._heard_at = self._clock()
        self._timer = self._loop.call_later(self._tick_seconds, self._tick)

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio.Protocol."""
        reason = self._reason or (f"connection lost: {exc}" if exc else "the carrier closed the connection")
        if self._timer is not None:
            self._timer.cancel()
        self._on_lost(self)
        unwritten, written = self.session.end()
        queued = list(self._queue)
        self._queue.clear()
        for reply in written:
            reply.unanswered(reason)
        for reply in unwritten:
            reply.never_left(reason)
        for _, reply in queued:
            reply.never_left(reason)
        if not self.gone.done():
            self.gone.set_result(reason)

    def data_received(self, data: bytes) -> None:
        """asyncio.Protocol."""
        session = self.session
        self._heard_at = self._clock()
        had_room = self.room > 0
        for event in session.receive(data):
            if isinstance(event, Answered):
                event.token.answered(event.answer)
            elif isinstance(event, Asked):
                assert isinstance(event.pdu, DeliverSm)
                self._on_deliver(self, event.pdu)
            elif isinstance(event, Ended):
                self._leave(event.reason)
        if self._queue:
            self._send_queued()
        if session.has_outgoing:
            self._flush_soon()
        if not had_room and self.room > 0:
            self._on_room()

    def pause_writing(self) -> None:
        """asyncio.Protocol."""
        self._full = True

    def resume_writing(self) -> None:
        """asyncio.Protocol."""
        self._full = False
        self._flush_soon()

    def _send_queued(self) -> None:
        while self._queue and self.sends and self.session.waiting < self._window:
            pdu, reply = self._queue.popleft()
            self.session.ask(pdu, reply, now=self._clock())
        self._flush_soon()

    def _leave(self, reason: str) -> None:
        self._reason = self._reason or reason
        self.flush()
        if self._transport is not None:
            self._transport.close()

    def _clock(self) -> float:
        """The loop's time without the time spent paused."""
        at = self._loop.time() if self._paused_at is None else self._paused_at
        return at - self._paused_seconds

    def _tick(self) -> None:
        self._timer = self._loop.call_later(self._tick_seconds, self._tick)
        now = self._clock()
        had_room = self.room > 0
        for reply in self.session.expire(now=now):
            reply.unanswered(f"no answer within {self.session.response_timeout:g} s")
        for ended in self.session.leave():
            self._leave(ended.reason)
        if self._queue:
            self._send_queued()
        silent = now - self._heard_at >= self._settings.enquire_interval
        if silent and not self._enquiring and self.session.bound:
            self._enquiring = True
            self.enquire(_EnquireReply(self))
        if not had_room and self.room > 0:
            self._on_room()

    def enquired(self, *, heard: bool) -> None:
        """What came of an enquire_link. A carrier that answers all else is not silent."""
        self._enquiring = False
        if not heard and self._clock() - self._heard_at >= self.session.response_timeout:
            self.abort("the carrier is silent: no enquire_link_resp")

    def _flush_soon(self) -> None:
        if not self._flush_due:
            self._flush_due = True
            self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Write what is to go out, unless the other side reads too slowly."""
        self._flush_due = False
        if self._full or self._transport is None or self._transport.is_closing():
            return
        data = self.session.outgoing()
        if data:
            self._transport.write(data)


class _BindReply:
    def __init__(self, verdict: asyncio.Future[str]) -> None:
        self._verdict = verdict

    def answered(self, answer: Answer) -> None:
        hint = _BIND_HINTS.get(answer.status, "ask the carrier")
        self._decide(f"bind refused with status {answer.status:#x}: {hint}" if answer.status else "")

    def unanswered(self, reason: str) -> None:
        self._decide(f"bind unanswered: {reason}")

    def never_left(self, reason: str) -> None:
        self._decide(f"bind unanswered: {reason}")

    def _decide(self, verdict: str) -> None:
        if not self._verdict.done():
            self._verdict.set_result(verdict)


_BIND_HINTS = {
    wire.ESME_RALYBND: "already bound, perhaps too many binds",
    wire.ESME_RSYSERR: "the carrier has a fault",
    wire.ESME_RBINDFAIL: "the carrier lets nobody in, or not from here",
    wire.ESME_RINVPASWD: "the password is wrong",
    wire.ESME_RINVSYSID: "the system_id is wrong",
    wire.ESME_RTHROTTLED: "too many tries",
}


class _EnquireReply:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def answered(self, _answer: Answer) -> None:
        self._connection.enquired(heard=True)

    def unanswered(self, _reason: str) -> None:
        self._connection.enquired(heard=False)

    def never_left(self, _reason: str) -> None:
        self._connection.enquired(heard=False)


class _Careless:
    """Nothing follows from the answer itself."""

    def answered(self, _answer: Answer) -> None:
        return

    def unanswered(self, _reason: str) -> None:
        return

    def never_left(self, _reason: str) -> None:
        return
