"""Tell: follow the outbox, and call back whoever asked to hear how a message fares, or what people write.

A page of facts is handled in the transaction that moves the cursor. Its callbacks are sent at once; those that
end within moments go straight to the log, the others are written to `webhook_pending` in that same transaction
and go on. So a callback is at any time either ahead of the cursor, or in the table, or in the log, and a crash
repeats those in the air and loses none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from time import time
from uuid import UUID

import structlog

from tidings.kernel.instant import from_epoch
from tidings.runtime.bell import Bell
from tidings.runtime.clock import system_entropy
from tidings.runtime.database import Connection, Database
from tidings.runtime.outbox import CHANNEL as FACTS
from tidings.runtime.outbox import Fact, Reader, Trail
from tidings.webhooks import destination as destinations
from tidings.webhooks import metrics, store
from tidings.webhooks.backlog import Backlog
from tidings.webhooks.clicks import click_parcels
from tidings.webhooks.connect import Connect
from tidings.webhooks.courier import Courier
from tidings.webhooks.delivery import Delivery, Key, Stage
from tidings.webhooks.destination import Destination
from tidings.webhooks.events import event_parcels
from tidings.webhooks.host import Limits
from tidings.webhooks.inbound.route import KIND as INBOUND_KIND
from tidings.webhooks.inbound.route import inbound_parcels
from tidings.webhooks.inbound.telling import make_delivery
from tidings.webhooks.parcel import Parcel
from tidings.webhooks.status import status_parcels

READER = "webhooks"
INBOUND_READER = "inbound"
INBOUND_PAGES_AT_ONCE = 3
"""Their answers take a program's time to make, and each page holds a connection of the database meanwhile."""
# A page waits while answers keep coming, but not through such a silence, and not beyond the longest wait: its
# transaction holds back every reader of the outbox.
SILENCE_SECONDS = 0.03
LONGEST_WAIT_SECONDS = 0.15
BELL_LINGER_SECONDS = 0.02
TOKEN_KEPT_SECONDS = 10.0
LAST_WAIT_SECONDS = 5.0

Tokens = Callable[[UUID], Awaitable[str | None]]
"""The primary auth token of an account; None when there is no such account."""
Parcels = Callable[[Connection, list[Fact]], Awaitable[list[Parcel]]]
"""What is to be told of some facts of one bucket."""

log = structlog.get_logger(__name__)


async def run(
    db: Database,
    tokens: Tokens,
    *,
    allow_private: bool,
    stopping: asyncio.Event,
    limits: Limits | None = None,
    ca_file: str | None = None,
    trail: Trail | None = None,
) -> None:
    """Deliver callbacks, and webhooks of messages from people, until `stopping` is set; then wait a few seconds for
    those in the air, and end.

    Several processes may do so on one database. Raises what the outbox reader raises."""
    connect = Connect(allow_private=allow_private, ca_file=ca_file)
    bell = Bell(db, FACTS, linger_seconds=BELL_LINGER_SECONDS)
    async with Courier(connect, limits=limits or Limits(), on_attempt=metrics.attempted) as courier:
        known = _Tokens(tokens)
        backlog = Backlog(db, courier, make=make_delivery, tokens=known.of, facts=bell, clock=time)
        readers = [
            Reader(
                db,
                name,
                _Pages(courier, backlog, known.of, bell, parcels).tell,
                at_once=at_once,
                kinds=kinds,
                trail=trail,
            )
            for name, parcels, at_once, kinds in (
                (READER, _outgoing_parcels, 1, None),
                (INBOUND_READER, inbound_parcels, INBOUND_PAGES_AT_ONCE, [INBOUND_KIND]),
            )
        ]
        upkeep = asyncio.create_task(backlog.run(), name="webhooks backlog")
        try:
            async with asyncio.TaskGroup() as crew:
                for reader in readers:
                    crew.create_task(reader.run(stopping))
            await backlog.drained(LAST_WAIT_SECONDS)
        finally:
            upkeep.cancel()
            with suppress(asyncio.CancelledError):
                await upkeep
            await backlog.flush()
            await backlog.let_go()
            await bell.close()


async def _outgoing_parcels(connection: Connection, facts: list[Fact]) -> list[Parcel]:
    """How messages fare, who followed their links, and what other slices want told."""
    return [
        *await status_parcels(connection, facts),
        *await click_parcels(connection, facts),
        *event_parcels(facts),
    ]


class _Pages:
    """Turns each page of facts into deliveries, and waits for them as long as that is worth while."""

    def __init__(
        self, courier: Courier, backlog: Backlog, tokens: Tokens, bell: Bell, parcels: Parcels
    ) -> None:
        self._courier = courier
        self._backlog = backlog
        self._tokens = tokens
        self._bell = bell
        self._parcels = parcels
        self._loop = asyncio.get_running_loop()
        self._last: dict[int, dict[Key, Delivery]] = {}
        """The last page of each bucket, until the next: if it did not commit, it comes again."""

    async def tell(self, connection: Connection, facts: list[Fact]) -> None:
        """Handle facts of one bucket, in the transaction that moves the cursor past them."""
        bucket = facts[0].bucket
        before = self._last.pop(bucket, {})
        parcels = await self._parcels(connection, facts)
        if not parcels:
            return
        auth_tokens = {parcel.account: await self._tokens(parcel.account) for parcel in parcels}
        page = _Page(self._loop)
        deliveries = []
        for parcel in parcels:
            again = before.get(parcel.key)
            if again is None:
                delivery = self._begin(page, parcel, auth_tokens[parcel.account])
            else:
                delivery = again
                delivery.written = (0, 0)
                self._backlog.disown(again)
                page.await_again(again)
            deliveries.append(delivery)
        self._last[bucket] = {delivery.key: delivery for delivery in deliveries}
        await page.wait()
        await self._write(connection, bucket, deliveries)

    def _begin(self, page: _Page, parcel: Parcel, auth_token: str | None) -> Delivery:
        destination = destinations.parse(parcel.url)
        delivery = make_delivery(parcel, destination or _NOWHERE, auth_token=auth_token or "")
        if destination is None or auth_token is None:
            log.error("a callback cannot be sent", has_token=auth_token is not None)
            self._courier.refuse(delivery)
            return delivery
        if destination.overrides.ignored:
            log.debug("connection overrides ignored", ignored=destination.overrides.ignored)
        page.follow(delivery, awaited=self._courier.host(destination.endpoint).prompt)
        self._courier.send(delivery)
        return delivery

    async def _write(self, connection: Connection, bucket: int, deliveries: Sequence[Delivery]) -> None:
        """Log what has ended, and hand the rest to the backlog. No delivery can end between the two."""
        ended = [each for each in deliveries if each.stage in (Stage.DELIVERED, Stage.FAILED)]
        rest = [each for each in deliveries if each.stage in (Stage.ABOARD, Stage.LATER)]
        lease_until = self._backlog.lease_until()
        for delivery in rest:
            self._backlog.adopt(delivery)
        rows = store.pending_rows(rest, lease_until=lease_until)
        now = from_epoch(time())
        # At once, before anything is awaited: what comes of the rest from now on is written by the backlog.
        news = store.news_of(deliveries)
        await store.log_ended(connection, bucket, ended, now=now)
        await store.keep_pending(connection, bucket, rows)
        self._bell.ring(await store.keep_news(connection, news, now=now, entropy=system_entropy))
        metrics.ended(ended)


class _Page:
    """The deliveries that one page waits for."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._left = 0
        self._all_rest = asyncio.Event()

    def follow(self, delivery: Delivery, *, awaited: bool) -> None:
        if awaited:
            self._left += 1
            delivery.on_rest = self._rest

    def await_again(self, delivery: Delivery) -> None:
        """Follow a delivery that an earlier page, which did not commit, had begun."""
        delivery.on_rest = None
        if delivery.aboard:
            self.follow(delivery, awaited=True)

    async def wait(self) -> None:
        """Until all awaited ones rest, or none has for a while."""
        until = self._loop.time() + LONGEST_WAIT_SECONDS
        while self._left and self._loop.time() < until:
            left = self._left
            try:
                async with asyncio.timeout(SILENCE_SECONDS):
                    await self._all_rest.wait()
            except TimeoutError:
                if self._left == left:
                    return

    def _rest(self, _delivery: Delivery) -> None:
        self._left -= 1
        if not self._left:
            self._all_rest.set()


class _Tokens:
    """Auth tokens, remembered for seconds: a page asks for few accounts, but pages are many."""

    def __init__(self, ask: Tokens) -> None:
        self._ask = ask
        self._known: dict[UUID, tuple[str | None, float]] = {}

    async def of(self, account: UUID) -> str | None:
        now = asyncio.get_running_loop().time()
        known = self._known.get(account)
        if known is not None and now < known[1]:
            return known[0]
        if len(self._known) > 10_000:
            self._known.clear()
        token = await self._ask(account)
        self._known[account] = (token, now + TOKEN_KEPT_SECONDS)
        return token


def _nowhere() -> Destination:
    """Stands in for a URL that is none, in a delivery that is refused at once."""
    found = destinations.parse("http://invalid/")
    assert found is not None
    return found


_NOWHERE = _nowhere()
