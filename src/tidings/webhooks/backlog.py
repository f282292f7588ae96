"""Callbacks that outlived their page: what memory learns of them is written down, and what is due is fetched.

The table `webhook_pending` is the truth; memory holds a part of it under a lease that ends within seconds of a crash.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import structlog

from tidings.kernel.instant import Instant, from_epoch
from tidings.runtime.bell import Bell
from tidings.runtime.clock import system_entropy
from tidings.runtime.database import Connection, Database, is_transient
from tidings.webhooks import destination as destinations
from tidings.webhooks import metrics, store
from tidings.webhooks.courier import Courier
from tidings.webhooks.delivery import Delivery, Key, Stage
from tidings.webhooks.store import Pending

LEASE = timedelta(seconds=15)
RENEW_SECONDS = 5.0
LOOK_SECONDS = 1.0
GATHER_SECONDS = 0.05
COUNT_SECONDS = 10.0
LARGEST_BATCH = 500
# How long to wait for the commit that puts a callback into the table, when the callback ended before it.
ROW_AWAITED_SECONDS = 60.0

log = structlog.get_logger(__name__)


class Backlog:
    """Settles, renews and fetches. `run` does all three until it is cancelled; `flush` writes what is left."""

    def __init__(
        self,
        db: Database,
        courier: Courier,
        *,
        make: Callable[..., Delivery],
        tokens: Callable[[UUID], Awaitable[str | None]],
        facts: Bell,
        clock: Callable[[], float],
    ) -> None:
        """`make` makes a delivery of a parcel; `facts` wakes the readers of the outbox."""
        self._db = db
        self._courier = courier
        self._make = make
        self._tokens = tokens
        self._facts = facts
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._aboard: dict[Key, Delivery] = {}
        self._rested: list[tuple[Delivery, float]] = []
        """What is no longer aboard and not yet written, with the loop time at which to stop waiting for its row."""
        self._news = asyncio.Event()
        self._ended = asyncio.Event()
        self._look_at = 0.0
        """Loop time of the next look for what is due."""

    async def drained(self, seconds: float) -> None:
        """Wait until nothing is aboard, but no longer than that."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._aboard:
                    self._ended.clear()
                    await self._ended.wait()

    def adopt(self, delivery: Delivery) -> None:
        """Follow a delivery that its page has written to the table, or is about to."""
        delivery.on_rest = self._rest
        if delivery.aboard:
            self._aboard[delivery.key] = delivery
        else:
            self.look_in(delivery.next_at - self._clock())

    def disown(self, delivery: Delivery) -> None:
        """Forget a delivery whose page did not commit: the page comes again and has it now."""
        self._aboard.pop(delivery.key, None)
        self._rested = [each for each in self._rested if each[0] is not delivery]

    def lease_until(self) -> Instant:
        return from_epoch(self._clock()) + LEASE

    def look_in(self, seconds: float) -> None:
        """Look for due callbacks no later than that."""
        self._look_at = min(self._look_at, self._loop.time() + max(seconds, 0.0))
        self._news.set()

    async def run(self) -> None:
        renew_at = count_at = self._loop.time()
        while True:
            await self._pause(min(self._look_at, renew_at))
            try:
                await self.flush()
                now = self._loop.time()
                if now >= renew_at:
                    await self._renew(self.lease_until())
                    renew_at = now + RENEW_SECONDS
                if now >= self._look_at:
                    self._look_at = now + LOOK_SECONDS
                    await self._fetch()
                if now >= count_at:
                    count_at = now + COUNT_SECONDS
                    async with self._db.connection() as connection:
                        metrics.PENDING.set(await store.count_pending(connection))
            except Exception as error:
                if not is_transient(error):
                    log.exception("pending callbacks cannot be worked on now")
                await asyncio.sleep(LOOK_SECONDS)

    async def flush(self) -> None:
        """Write what has ended or waits for a retry. What fails to be written stays to be written."""
        while self._rested:
            batch, self._rested = self._rested[:LARGEST_BATCH], self._rested[LARGEST_BATCH:]
            try:
                missing = await self._write(batch)
            except BaseException:
                self._rested = batch + self._rested
                raise
            now = self._loop.time()
            waiting = [
                (delivery, until) for delivery, until in batch if delivery.key in missing and now < until
            ]
            if waiting:
                self._rested += waiting
                return

    async def let_go(self) -> None:
        """End the leases of all that is still aboard, so that another process need not wait for their end."""
        await self._renew(from_epoch(self._clock()))

    def _rest(self, delivery: Delivery) -> None:
        self._aboard.pop(delivery.key, None)
        self._ended.set()
        self._rested.append((delivery, self._loop.time() + ROW_AWAITED_SECONDS))
        if delivery.stage is Stage.LATER:
            self.look_in(delivery.next_at - self._clock())
        self._news.set()

    async def _pause(self, until: float) -> None:
        """Until there is news, and a moment more so that it comes in batches; or until that loop time."""
        if not self._rested:
            self._news.clear()
            try:
                async with asyncio.timeout_at(until):
                    await self._news.wait()
            except TimeoutError:
                return
        await asyncio.sleep(GATHER_SECONDS)

    async def _write(self, batch: list[tuple[Delivery, float]]) -> set[Key]:
        """One transaction. Gives the keys whose rows are not in the table (yet)."""
        buckets: dict[int, list[Delivery]] = defaultdict(list)
        for delivery, _ in batch:
            buckets[delivery.bucket].append(delivery)
        found: set[Key] = set()
        written = [(delivery, delivery.written) for delivery, _ in batch]
        try:
            async with self._db.transaction() as connection:
                for bucket, deliveries in sorted(buckets.items()):
                    found |= await self._write_bucket(connection, bucket, deliveries)
                news = store.news_of(delivery for delivery, _ in batch if delivery.key in found)
                now = from_epoch(self._clock())
                told = await store.keep_news(connection, news, now=now, entropy=system_entropy)
        except BaseException:
            for delivery, before in written:
                delivery.written = before
            raise
        self._facts.ring(told)
        metrics.ended(delivery for delivery, _ in batch if delivery.key in found)
        return {delivery.key for delivery, _ in batch} - found

    async def _write_bucket(
        self, connection: Connection, bucket: int, deliveries: list[Delivery]
    ) -> set[Key]:
        """Gives the keys whose rows were in the table."""
        found: set[Key] = set()
        ended = [each for each in deliveries if each.stage is not Stage.LATER]
        later = [each for each in deliveries if each.stage is Stage.LATER]
        if ended:
            found |= await store.settle(connection, bucket, ended, now=from_epoch(self._clock()))
        if later:
            found |= await store.postpone(connection, bucket, later, lease_until=self.lease_until())
        return found

    async def _renew(self, until: Instant) -> None:
        for bucket, keys in _by_bucket(self._aboard).items():
            async with self._db.connection() as connection:
                await store.renew(connection, bucket, keys, until=until)

    async def _fetch(self) -> None:
        """Fill the room that each endpoint has with what is due for it."""
        now = from_epoch(self._clock())
        async with self._db.connection() as connection:
            due = await store.endpoints_due(connection, now=now)
        for bucket, endpoint in due:
            destination = destinations.parse(endpoint)
            room = LARGEST_BATCH
            if destination is not None:
                room = min(room, self._courier.host(destination.endpoint).room)
            if not room:
                continue
            async with self._db.connection() as connection:
                claimed = await store.claim(
                    connection, bucket, endpoint, now=now, lease_until=self.lease_until(), most=room
                )
            for pending in claimed:
                await self._resume(pending)
            if len(claimed) == room:
                self.look_in(GATHER_SECONDS)

    async def _resume(self, pending: Pending) -> None:
        parcel = pending.parcel
        if parcel.key in self._aboard:
            return  # its lease ran out because the database was away; it is in the air all the same
        destination = destinations.parse(parcel.url)
        auth_token = await self._tokens(parcel.account)
        assert destination is not None, "only a URL that parsed was written down"
        delivery = self._make(
            parcel,
            destination,
            auth_token=auth_token or "",
            attempts=pending.attempts,
            total_attempts=pending.total_attempts,
            spent_ms=pending.spent_ms,
        )
        delivery.on_rest = self._rest
        self._aboard[delivery.key] = delivery
        if auth_token is None:
            self._courier.refuse(delivery)
        else:
            self._courier.send(delivery)


def _by_bucket(keys: Iterable[Key]) -> dict[int, list[Key]]:
    buckets: dict[int, list[Key]] = defaultdict(list)
    for key in keys:
        buckets[key[0]].append(key)
    return buckets
