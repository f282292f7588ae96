"""The connections and the bounded queue of one endpoint. Whatever happens to it happens to it alone."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from tidings.webhooks.delivery import Delivery
from tidings.webhooks.destination import Endpoint
from tidings.webhooks.retry import Failure
from tidings.webhooks.wire import Answer, Wire

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    most_connections: int = 128
    most_opening: int = 8
    """Connections that are being made at once; it also bounds what a dead endpoint can hold."""
    most_waiting: int = 2_000
    idle_seconds: float = 20.0
    prompt_seconds: float = 0.05
    """An endpoint that answers within this, on average, is worth waiting for."""


Open = Callable[[Endpoint, int, Callable[[], Wire]], Coroutine[Any, Any, Wire | Failure]]
"""Opens a wire to an endpoint within so many milliseconds."""


class Host:
    """Deliveries are taken in order of arrival, each by the first connection that is free."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        limits: Limits,
        connect: Open,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        on_end: Callable[[Delivery, Answer | Failure], None],
    ) -> None:
        self.endpoint = endpoint
        self._limits = limits
        self._connect = connect
        self._spawn = spawn
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Delivery] = deque()
        self._idle: list[Wire] = []
        self._busy: set[Wire] = set()
        self._opening = 0
        self._average_seconds = 0.0
        self._failures_in_row = 0

    @property
    def prompt(self) -> bool:
        """Whether an answer can be expected within moments. A new endpoint is trusted until it disappoints."""
        return self._failures_in_row == 0 and self._average_seconds <= self._limits.prompt_seconds

    @property
    def room(self) -> int:
        """How many more deliveries it would take into its queue."""
        return max(0, self._limits.most_waiting - len(self._waiting))

    @property
    def unused(self) -> bool:
        return not (self._waiting or self._idle or self._busy or self._opening)

    def offer(self, delivery: Delivery) -> bool:
        """Take a delivery to be sent; False when the queue is full."""
        if self._idle:
            self._send(self._idle.pop(), delivery)
            return True
        if len(self._waiting) >= self._limits.most_waiting:
            return False
        self._waiting.append(delivery)
        self._open_more()
        return True

    def tick(self, now: float) -> None:
        """Ends the exchanges whose time is over and closes connections that were idle for long."""
        for wire in list(self._busy):
            delivery = wire.delivery
            if delivery is None:
                continue
            read_until = wire.quiet_since + delivery.destination.overrides.read_timeout_ms / 1000
            if now >= read_until or now >= delivery.deadline_at:
                wire.fail(Failure.READ_TIMEOUT)
        while self._idle and now - self._idle[0].quiet_since > self._limits.idle_seconds:
            self._idle.pop(0).close()

    def close(self) -> list[Delivery]:
        """Close all connections; gives the deliveries that had not begun. Those in the air end as CLOSED."""
        unsent = list(self._waiting)
        self._waiting.clear()
        for wire in [*self._idle, *self._busy]:
            wire.close()
        self._idle.clear()
        return unsent

    def _open_more(self) -> None:
        """Connections grow while deliveries wait, a few at a time; each opening one takes a delivery with it."""
        limits = self._limits
        while (
            self._waiting
            and self._opening < limits.most_opening
            and self._opening + len(self._busy) + len(self._idle) < limits.most_connections
        ):
            self._opening += 1
            self._spawn(self._open_for(self._waiting.popleft()))

    async def _open_for(self, delivery: Delivery) -> None:
        now = self._loop.time()
        if not delivery.began_at:
            delivery.begin(now)
        left_ms = int((delivery.deadline_at - now) * 1000)
        timeout_ms = min(delivery.destination.overrides.connect_timeout_ms, max(left_ms, 1))
        wire: Wire | Failure = Failure.CONNECT
        try:
            wire = await self._connect(self.endpoint, timeout_ms, self._make)
        except Exception:
            log.exception("connecting failed in an unforeseen way", endpoint=str(self.endpoint))
        finally:
            self._opening -= 1
        if isinstance(wire, Failure):
            self._failures_in_row += 1
            self._on_end(delivery, wire)
        else:
            self._send(wire, delivery)
        self._open_more()

    def _make(self) -> Wire:
        return Wire(self._loop, self._answered, self._lost)

    def _send(self, wire: Wire, delivery: Delivery) -> None:
        if not delivery.began_at:
            delivery.begin(self._loop.time())
        if wire.closed:  # the peer hung up between two turns of the loop
            self._again(delivery)
            return
        self._busy.add(wire)
        wire.send(delivery, delivery.request())

    def _answered(self, wire: Wire, delivery: Delivery, result: Answer | Failure) -> None:
        self._busy.discard(wire)
        now = self._loop.time()
        if isinstance(result, Failure):
            if result is Failure.CLOSED and wire.reused:
                # A kept connection that the peer closed as we wrote: the request was never looked at (RFC 9112 9.3.1).
                self._again(delivery)
                return
            self._failures_in_row += 1
        else:
            self._failures_in_row = 0
        self._average_seconds += (now - delivery.began_at - self._average_seconds) / 8
        self._on_end(delivery, result)
        self._go_on(wire)

    def _go_on(self, wire: Wire) -> None:
        if wire.closed:
            self._open_more()
        elif self._waiting:
            self._send(wire, self._waiting.popleft())
            if len(self._waiting) > len(self._busy):
                self._open_more()
        else:
            self._idle.append(wire)

    def _again(self, delivery: Delivery) -> None:
        """Back to the front of the queue, for another connection; not an attempt of its own."""
        self._waiting.appendleft(delivery)
        if self._idle:
            self._send(self._idle.pop(), self._waiting.popleft())
        else:
            self._open_more()

    def _lost(self, wire: Wire) -> None:
        self._busy.discard(wire)
        if wire in self._idle:
            self._idle.remove(wire)
        self._open_more()
