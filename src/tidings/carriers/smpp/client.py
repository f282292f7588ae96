"""One bind to a carrier, kept alive: connect, bind, stay, come back after a while that grows."""

import asyncio
import ssl
from collections.abc import Callable

import structlog

from tidings.carriers.smpp.backoff import Backoff
from tidings.carriers.smpp.connection import Connection, Reply
from tidings.carriers.smpp.pdu import BindMode, DeliverSm, SubmitSm
from tidings.carriers.smpp.settings import SmppSettings
from tidings.carriers.smpp.throttle import Throttle

log = structlog.get_logger(__name__)

_STEADY_SECONDS = 10.0
"""A bind that lasted so long ends a row of failures."""


class Link:
    """A bind that is opened again whenever it ends. `ssl_context` None means plain TCP.

    `on_deliver` gets every deliver_sm with the connection to acknowledge it on; `on_room` is called
    when room appears after there was none.
    """

    def __init__(
        self,
        settings: SmppSettings,
        mode: BindMode,
        *,
        name: str,
        ssl_context: ssl.SSLContext | None,
        random: Callable[[], float],
        on_deliver: Callable[[Connection, DeliverSm], None],
        on_room: Callable[[], None],
    ) -> None:
        self.settings = settings
        self.mode = mode
        self.name = name
        self.sends = mode is not BindMode.RECEIVER
        self.binds = 0
        """How often it was bound."""
        self._ssl = ssl_context
        self._on_deliver = on_deliver
        self._on_room = on_room
        self._backoff = Backoff(first=settings.reconnect_first, most=settings.reconnect_most, random=random)
        self._connection: Connection | None = None
        self._later: dict[Reply, tuple[asyncio.TimerHandle, SubmitSm]] = {}
        self._paused = False
        self._throttle = Throttle(
            Backoff(first=settings.throttle_first, most=settings.throttle_most, random=random)
        )

    @property
    def bound(self) -> bool:
        """Whether the carrier has let us in."""
        return self._connection is not None

    @property
    def room(self) -> int:
        """How many more submit_sm could leave now."""
        if self._connection is None or not self.sends:
            return 0
        return self._connection.room

    @property
    def in_flight(self) -> int:
        """How many requests have no answer yet, or wait to be sent again."""
        waiting = 0 if self._connection is None else self._connection.session.waiting
        return waiting + len(self._later)

    @property
    def load(self) -> int:
        """How many requests are in flight or queued behind the window; -1 when none may be sent."""
        connection = self._connection
        return connection.load if connection is not None and connection.sends else -1

    def throttled(self) -> float:
        """The carrier said "too fast": how many seconds to wait."""
        return self._throttle.throttled(now=asyncio.get_running_loop().time())

    def accepted(self) -> None:
        """The carrier took something."""
        if self._throttle.growing:
            self._throttle.accepted(now=asyncio.get_running_loop().time())

    def submit(self, pdu: SubmitSm, reply: Reply) -> None:
        """Send, or queue behind the window. Raises ValueError when SMPP cannot carry it."""
        if self._connection is None:
            reply.never_left("not bound")
        else:
            self._connection.submit(pdu, reply)

    def submit_later(self, pdu: SubmitSm, reply: Reply, *, wait: float) -> None:
        """Send after `wait` seconds, over whatever connection there is then."""
        timer = asyncio.get_running_loop().call_later(wait, self._submit_now, reply)
        self._later[reply] = (timer, pdu)

    def flush(self) -> None:
        """Write now what waits for the end of the loop's turn."""
        if self._connection is not None:
            self._connection.flush()

    def pause_reading(self) -> None:
        """Take nothing more in; the carrier feels it through TCP."""
        self._paused = True
        if self._connection is not None:
            self._connection.pause_reading()

    def resume_reading(self) -> None:
        """Take in again."""
        self._paused = False
        if self._connection is not None:
            self._connection.resume_reading()

    def rebind(self, reason: str) -> None:
        """The carrier says that we are not bound: begin anew."""
        if self._connection is not None:
            self._connection.abort(reason)

    async def run(self) -> None:
        """Keep bound until cancelled; being cancelled unbinds politely."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                began = loop.time()
                reason = await self._bind_and_stay(loop)
                if loop.time() - began >= _STEADY_SECONDS:
                    self._backoff.reset()
                wait = self._backoff.next_wait()
                log.warning(
                    "smpp bind is down", bind=self.name, reason=reason, retry_in_seconds=round(wait, 2)
                )
                await asyncio.sleep(wait)
        finally:
            for reply, (timer, _) in list(self._later.items()):
                timer.cancel()
                reply.never_left("closed by us")
            self._later.clear()

    async def _bind_and_stay(self, loop: asyncio.AbstractEventLoop) -> str:
        """Returns why it ended."""
        settings = self.settings
        connection = Connection(
            settings, loop, on_deliver=self._on_deliver, on_room=self._room_appeared, on_lost=self._lost
        )
        try:
            async with asyncio.timeout(settings.connect_timeout):
                await loop.create_connection(lambda: connection, settings.host, settings.port, ssl=self._ssl)
                refusal = await connection.bind(self.mode)
            if refusal:
                return refusal
            self._connection = connection
            self.binds += 1
            if self._paused:
                connection.pause_reading()
            log.info("smpp bound", bind=self.name, mode=self.mode.name.lower())
            if self.sends:
                self._on_room()
            return await asyncio.shield(connection.gone)
        except TimeoutError:
            return f"no connection and bind within {settings.connect_timeout:g} s"
        except OSError as fault:
            return f"cannot connect: {fault}"
        except asyncio.CancelledError:
            self._connection = None
            await connection.leave()
            raise
        finally:
            self._connection = None
            connection.abort("closed by us")

    def _submit_now(self, reply: Reply) -> None:
        _, pdu = self._later.pop(reply)
        self.submit(pdu, reply)

    def _room_appeared(self) -> None:
        if self.bound:
            self._on_room()

    def _lost(self, connection: Connection) -> None:
        if self._connection is connection:
            self._connection = None
