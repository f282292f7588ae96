"""Carry deliveries to their endpoints: hosts, redirects, authentication, retries. It knows no database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from time import time
from typing import Any
from uuid import uuid4

import structlog

from tidings.webhooks import destination as destinations
from tidings.webhooks import retry
from tidings.webhooks.authenticate import authorization
from tidings.webhooks.connect import Connect
from tidings.webhooks.delivery import Delivery, GoOn, Stage
from tidings.webhooks.destination import Destination, Endpoint
from tidings.webhooks.host import Host, Limits
from tidings.webhooks.retry import Failure, FallBack, GiveUp, Retry
from tidings.webhooks.wire import Answer, Content, Wire

MOST_REDIRECTS = 10
TICK_SECONDS = 0.05
NO_ROOM_PAUSE_SECONDS = 1.0
_MOST_REMEMBERED = 1024
_BECOMES_GET = frozenset({301, 302, 303})
_KEEPS_METHOD = frozenset({307, 308})

log = structlog.get_logger(__name__)


class Courier:
    """`send` never waits; when a delivery is no longer aboard, its `on_rest` is called.

    Use as a context: leaving it ends the connections, and deliveries still aboard stay so for ever."""

    def __init__(
        self,
        connect: Connect,
        *,
        limits: Limits,
        on_attempt: Callable[[float, Failure | None], None],
        clock: Callable[[], float] = time,
    ) -> None:
        """`on_attempt` hears how many seconds each attempt took and how it failed; `clock` tells epoch seconds."""
        self._connect = connect
        self._limits = limits
        self._on_attempt = on_attempt
        self._clock = clock
        self._hosts: dict[Endpoint, Host] = {}
        self._basic: dict[tuple[Endpoint, str], str] = {}
        self._crew: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()

    async def __aenter__(self) -> Courier:
        self._spawn(self._tick())
        return self

    async def __aexit__(self, *_: object) -> None:
        for host in self._hosts.values():
            host.close()
        for task in self._crew:
            task.cancel()
        await asyncio.gather(*self._crew, return_exceptions=True)

    def send(self, delivery: Delivery) -> None:
        user = delivery.destination.user
        if user is not None and delivery.authorization is None:
            delivery.authorization = self._basic.get((delivery.destination.endpoint, user))
        if not self.host(delivery.destination.endpoint).offer(delivery):
            if (
                delivery.began_at
            ):  # a redirect led to a host without room: the attempt did not come to its end
                delivery.attempts -= 1
                delivery.total_attempts -= 1
            self._later(delivery, NO_ROOM_PAUSE_SECONDS)

    def refuse(self, delivery: Delivery, code: int = retry.MEANING[Failure.HOST_NAME][0]) -> None:
        """End a delivery that cannot be sent at all."""
        delivery.code = code
        delivery.alert(code)
        self._rest(delivery, Stage.FAILED)

    def host(self, endpoint: Endpoint) -> Host:
        found = self._hosts.get(endpoint)
        if found is None:
            found = self._hosts[endpoint] = Host(
                endpoint,
                limits=self._limits,
                connect=self._open,
                spawn=self._spawn,
                on_end=self._ended,
            )
        return found

    def _open(
        self, endpoint: Endpoint, timeout_ms: int, make: Callable[[], Wire]
    ) -> Coroutine[Any, Any, Wire | Failure]:
        return self._connect(endpoint, timeout_ms=timeout_ms, make=make)

    def _ended(self, delivery: Delivery, result: Answer | Failure) -> None:
        """An exchange has ended: go on with the attempt, or judge it."""
        if isinstance(result, Failure):
            self._judge(delivery, result)
            return
        delivery.answer_status = result.status
        if result.status == 401 and self._authenticates(delivery, result):
            self.send(delivery)
        elif result.status in _BECOMES_GET or result.status in _KEEPS_METHOD:
            self._redirect(delivery, result)
        else:
            failure = retry.of_status(result.status)
            step = delivery.understand(result) if failure is None else failure
            if isinstance(step, GoOn):
                step = self._go_on(delivery, step)
            if not isinstance(step, GoOn):
                self._judge(delivery, step, result.content)

    def _go_on(self, delivery: Delivery, step: GoOn) -> Failure | GoOn:
        """An answer's body names the URL that shall answer in its place. Gives the failure, if it cannot be asked."""
        if delivery.redirects >= MOST_REDIRECTS:
            return Failure.TOO_MANY_REDIRECTS
        destination = destinations.parse(step.url)
        if destination is None:
            return Failure.BAD_REDIRECT
        self._on_attempt(self._loop.time() - delivery.began_at, None)
        delivery.redirects += 1
        delivery.restart_at(step.url, destination, method=step.method)
        # Not from within the host that is just ending this exchange.
        self._loop.call_soon(self.send, delivery)
        return step

    def _authenticates(self, delivery: Delivery, answer: Answer) -> bool:
        """Whether the request may be repeated with the credentials that its URL holds."""
        destination = delivery.destination
        if destination.user is None or delivery.authorization is not None or answer.challenge is None:
            return False
        delivery.authorization = authorization(
            answer.challenge,
            user=destination.user,
            password=destination.password,
            method=delivery.method,
            target=destination.target,
            cnonce=uuid4().hex,
        )
        if delivery.authorization is None:
            return False
        if delivery.authorization.startswith("Basic "):
            if len(self._basic) >= _MOST_REMEMBERED:
                self._basic.clear()
            self._basic[destination.endpoint, destination.user] = delivery.authorization
        return True

    def _redirect(self, delivery: Delivery, answer: Answer) -> None:
        delivery.hops += 1
        if delivery.hops > MOST_REDIRECTS:
            self._judge(delivery, Failure.TOO_MANY_REDIRECTS)
            return
        target = destinations.redirected(delivery.destination, answer.location) if answer.location else None
        if target is None:
            self._judge(delivery, Failure.BAD_REDIRECT)
            return
        if answer.status in _BECOMES_GET:
            delivery.method = "GET"
        delivery.destination = target
        delivery.authorization = None
        self.send(delivery)

    def _judge(self, delivery: Delivery, failure: Failure | None, content: Content | None = None) -> None:
        took = self._loop.time() - delivery.began_at
        delivery.spent_ms += int(took * 1000)
        self._on_attempt(took, failure)
        if failure is None:
            delivery.code = None
            self._rest(delivery, Stage.DELIVERED)
            return
        fallback = _fallback(delivery)
        step = retry.after(
            failure,
            attempts=delivery.attempts,
            spent_ms=delivery.spent_ms,
            overrides=delivery.destination.overrides,
            fallback=fallback is not None,
        )
        match step:
            case Retry(pause_ms):
                delivery.spent_ms += pause_ms
                self._later(delivery, pause_ms / 1000)
            case FallBack(code):
                assert fallback is not None
                delivery.alert(code, content=content)
                delivery.fall_back(fallback, code=code)
                # Not from within the host that is just ending this exchange.
                self._loop.call_soon(self.send, delivery)
            case GiveUp(code):
                delivery.code = code
                delivery.alert(code, content=content)
                log.info(
                    "callback given up", code=code, reason=failure.value, attempts=delivery.total_attempts
                )
                self._rest(delivery, Stage.FAILED)

    def _later(self, delivery: Delivery, pause_seconds: float) -> None:
        delivery.next_at = self._clock() + pause_seconds
        self._rest(delivery, Stage.LATER)

    def _rest(self, delivery: Delivery, stage: Stage) -> None:
        delivery.stage = stage
        if delivery.on_rest is not None:
            delivery.on_rest(delivery)

    def _spawn(self, deed: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(deed)
        self._crew.add(task)
        task.add_done_callback(self._crew.discard)

    async def _tick(self) -> None:
        """Time-outs are looked for a few times a second; a timer for each request would cost more than the request."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            try:
                self._look_after_hosts(self._loop.time())
            except Exception:
                log.exception("hosts could not be looked after; trying again")

    def _look_after_hosts(self, now: float) -> None:
        for host in list(self._hosts.values()):
            host.tick(now)
            if host.unused:
                del self._hosts[host.endpoint]


def _fallback(delivery: Delivery) -> Destination | None:
    return destinations.parse(delivery.fallback_url) if delivery.fallback_url else None
