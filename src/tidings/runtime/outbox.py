"""The outbox: facts are written in the transaction that made them true, and readers follow with a cursor.

A reader keeps one cursor in each bucket and moves it in the transaction that handles what it read, so a
fact is handled once as far as the database is concerned, and again only when that transaction did not
commit. It reads no further than the oldest transaction that is still open (`pg_snapshot_xmin`): a late
commit below the cursor cannot happen.

`Fact.at` is the time of writing by the writer's clock. Readers look back one day from their cursor's time,
so it must never be the time that a carrier or a caller states.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import structlog

from tidings.kernel.instant import Instant
from tidings.kernel.sid import BUCKETS
from tidings.runtime.database import Connection, Database, is_transient, with_retries
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
CHANNEL = "facts"
PAGE = 500  # stands in the statement
SWEEP_SECONDS = 2.0
HELD_BACK_SECONDS = 0.02
TRAIL_SECONDS = 0.03
"""How long a reader of few kinds waits after the bell for what another one of its process reads."""
LONGEST_PAUSE_SECONDS = 60.0
SAVE_SECONDS = 2.0

READER_SETTINGS = {"plan_cache_mode": "force_generic_plan"}
"""For the connections of readers. Left to itself the planner would plan each page anew, to choose among the tables of
days, which takes longer than reading it."""

log = structlog.get_logger(__name__)


class Fact(NamedTuple):
    """Something that happened, as it stands in the outbox. (xid, seq) is its place in the bucket."""

    bucket: int
    xid: int
    seq: int
    at: Instant
    account: UUID
    subject: UUID
    kind: str
    detail: dict[str, Any] | None


class NewFact(NamedTuple):
    """Something that happens in the transaction that writes it down."""

    bucket: int
    at: Instant
    account: UUID
    subject: UUID
    kind: str
    detail: dict[str, Any] | None = None


class _Place(NamedTuple):
    xid: int
    seq: int
    at: Instant


class Rewound(Exception):  # noqa: N818 - it names what happened
    """The server counts transactions from below a reader's cursor: new facts would be skipped in silence."""


async def append(connection: Connection, facts: Sequence[NewFact]) -> None:
    """Writes facts in the caller's transaction. Ring the bell for their buckets once it has committed."""
    if facts:
        await SQL.run(connection, "append_facts", *(list(column) for column in zip(*facts, strict=True)))


@dataclass(frozen=True, slots=True)
class _Read:
    """What one page gave: how many facts, and whether more wait behind a transaction that is still open."""

    count: int
    held_back: bool


class Trail:
    """What the reader of all kinds in a process has just read, told to its readers of few kinds: these need not look at
    the same facts again to find that none is for them."""

    def __init__(self) -> None:
        self.followers: list[Reader] = []

    def tell(self, bucket: int, begin: _Place, end: _Place, kinds: frozenset[str]) -> None:
        """All settled facts of the bucket after `begin` and up to `end` are of these kinds."""
        for follower in self.followers:
            follower.follow(bucket, begin, end, kinds)


class Reader:
    """One named reader of every bucket. Several processes may run it: each bucket is read by one at a time.

    `handle` gets the facts of one bucket, in order, inside the transaction that moves the cursor: what it
    writes there and the cursor commit together. When it raises, the page comes again after a pause that
    grows to a minute, and the other buckets go on. `at_once` pages, each of another bucket, are handled
    at the same time, each with a connection of its own: worth while where handling waits for others.

    A reader that names the `kinds` it is for passes over pages without any of them: no transaction, no rows, and
    its place is kept in memory and saved every two seconds. After a crash it passes over them again. With a `trail` it
    waits a moment for what the reader of all kinds in its process reads, and looks itself only where that one does not.
    """

    def __init__(
        self,
        db: Database,
        name: str,
        handle: Callable[[Connection, list[Fact]], Awaitable[None]],
        *,
        at_once: int = 1,
        kinds: Collection[str] | None = None,
        trail: Trail | None = None,
    ) -> None:
        self.name = name
        self._kinds = None if kinds is None else list(kinds)
        self._trail = trail
        if trail is not None and kinds is not None:
            trail.followers.append(self)
        self._passed: dict[int, _Place] = {}
        """Up to where facts of a bucket hold none of the kinds, since the last of them that was handled."""
        self._saved_at = 0.0
        self._at_once = at_once
        self._db = db
        self._handle = handle
        self._woken = asyncio.Event()
        self._news: set[int] = set()
        self._sweep = True
        self._resting: dict[int, tuple[float, float]] = {}

    def wake(self, buckets: Iterable[int]) -> None:
        """Looks into these buckets soon; for writers in the same process, who need no notice."""
        self._news.update(buckets)
        self._woken.set()

    def follow(self, bucket: int, begin: _Place, end: _Place, kinds: frozenset[str]) -> None:
        """Go past the facts between two places if none is of a wanted kind; else, or where it is not known that all
        before them are read, look soon."""
        place = self._passed.get(bucket)
        if place is None or place[:2] < begin[:2] or not kinds.isdisjoint(self._kinds or ()):
            self.wake([bucket])
            return
        self._passed[bucket] = max(place, end)
        self._news.discard(bucket)

    async def run(self, stopping: asyncio.Event) -> None:
        """Reads until `stopping` is set, then ends after the page in hand. Raises Rewound when it must not
        read.
        """
        await with_retries(self._begin)
        listener = await self._db.listen(CHANNEL, self._hear)
        stop = asyncio.create_task(self._wake_when(stopping))
        try:
            while not stopping.is_set():
                self._woken.clear()
                again = await self._round(stopping)
                await self._rest(HELD_BACK_SECONDS if again else SWEEP_SECONDS)
            await with_retries(self._save_passed)
        finally:
            stop.cancel()
            await asyncio.wait([stop])
            await listener.close()

    async def read_to_the_end(self) -> int:
        """Handles everything that is settled now and returns how many facts that was. For jobs and tests."""
        await with_retries(self._begin)
        count = 0
        for bucket in await self._unread():
            while (read := await self._read(bucket)).count:
                count += read.count
        await with_retries(self._save_passed)
        return count

    async def _begin(self) -> None:
        async with self._db.transaction() as connection:
            await SQL.run(connection, "make_cursors", self.name, BUCKETS)
            if await SQL.value(connection, "rewound", self.name):
                raise Rewound(
                    f"the cursors of {self.name!r} are ahead of this server's transactions, as after a "
                    "restore into a new cluster: set its next transaction id above them with pg_resetwal, "
                    "then start again"
                )

    def _hear(self, payload: str) -> None:
        if payload:
            self._news.update(int(bucket) for bucket in payload.split(","))
        else:
            self._sweep = True
        if self._trail is None or self._kinds is None:
            self._woken.set()
        else:
            asyncio.get_running_loop().call_later(TRAIL_SECONDS, self._woken.set)

    async def _wake_when(self, stopping: asyncio.Event) -> None:
        await stopping.wait()
        self._woken.set()

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            self._sweep = self._sweep or seconds == SWEEP_SECONDS

    async def _round(self, stopping: asyncio.Event) -> bool:
        """Reads what has news, bucket by bucket; true when some of it is held back by an open transaction."""
        if self._sweep:
            try:
                self._news.update(await with_retries(self._unread))
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("the outbox cannot be read now", reader=self.name, fault=type(error).__name__)
                return False
            self._sweep = False
        buckets, self._news = self._news, set()
        waiting = iter(sorted(buckets))
        await asyncio.gather(*(self._read_some(waiting, stopping) for _ in range(self._at_once)))
        if self._passed and asyncio.get_running_loop().time() - self._saved_at > SAVE_SECONDS:
            await self._save_in_time()
        return bool(self._news)

    async def _read_some(self, waiting: Iterator[int], stopping: asyncio.Event) -> None:
        """Reads a page of one bucket after another, of those that nobody else has taken."""
        for bucket in waiting:
            if stopping.is_set():
                return
            if self._is_resting(bucket):
                continue
            read = await self._read_bucket(bucket)
            if read.count == PAGE:
                self.wake([bucket])
            elif read.held_back:
                self._news.add(bucket)

    async def _unread(self) -> set[int]:
        async with self._db.connection() as connection:
            return {row["bucket"] for row in await SQL.many(connection, "buckets_with_news", self.name)}

    def _is_resting(self, bucket: int) -> bool:
        """Whether the bucket's last page failed a moment ago; the next sweep finds it again."""
        until, _ = self._resting.get(bucket, (0.0, 0.0))
        return asyncio.get_running_loop().time() < until

    async def _read_bucket(self, bucket: int) -> _Read:
        """One page; nothing when it could not be handled, which puts the bucket to rest for a while."""
        try:
            read = await self._read(bucket)
        except Exception as error:
            _, last = self._resting.get(bucket, (0.0, 0.5))
            pause = min(last * 2, LONGEST_PAUSE_SECONDS)
            self._resting[bucket] = (asyncio.get_running_loop().time() + pause, pause)
            log.error(
                "facts were not handled and will come again",
                reader=self.name,
                bucket=bucket,
                again_in_seconds=pause,
                fault=type(error).__name__,
                exc_info=not is_transient(error),
            )
            return _Read(0, held_back=False)
        self._resting.pop(bucket, None)
        return read

    async def _read(self, bucket: int) -> _Read:
        passed = await self._pass_over(bucket) if self._kinds is not None else None
        return await self._page(bucket) if passed is None else passed

    async def _pass_over(self, bucket: int) -> _Read | None:
        """Go past the next facts if none is of a wanted kind; None, and nothing is done, if one is."""
        async with self._db.connection() as connection:
            place = self._passed.get(bucket) or await SQL.one(connection, "cursor", self.name, bucket)
            if place is None:
                return _Read(0, held_back=False)
            ahead = await SQL.one(connection, "ahead", bucket, *place, self._kinds)
        if ahead is None:
            return _Read(0, held_back=False)
        if ahead["wanted"]:
            return None
        if ahead["settled"]:
            end = _Place(ahead["xid"], ahead["seq"], ahead["at"])
            self._passed[bucket] = max(end, self._passed.get(bucket, end))
        return _Read(ahead["settled"], held_back=ahead["settled"] < ahead["found"])

    async def _save_in_time(self) -> None:
        try:
            await self._save_passed()
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("a place in the outbox is not saved", reader=self.name, fault=type(error).__name__)

    async def _save_passed(self) -> None:
        self._saved_at = asyncio.get_running_loop().time()
        passed = dict(self._passed)
        if passed:
            columns = zip(*passed.values(), strict=True)
            async with self._db.connection() as connection:
                await SQL.run(connection, "save_passed", self.name, list(passed), *map(list, columns))

    async def _page(self, bucket: int) -> _Read:
        async with self._db.transaction() as connection:
            cursor = await SQL.one(connection, "take_cursor", self.name, bucket)
            if cursor is None:
                return _Read(0, held_back=False)
            saved = _Place(*cursor)
            place = max(saved, self._passed.pop(bucket, saved))
            rows = await SQL.many(connection, "page", bucket, *place)
            settled = [Fact(*row[:-1]) for row in map(tuple, rows) if row[-1]]
            if settled:
                last = settled[-1]
                newest = max(fact.at for fact in settled)
                if self._trail is not None and self._kinds is None:
                    kinds = frozenset(fact.kind for fact in settled)
                    self._trail.tell(bucket, place, _Place(last.xid, last.seq, newest), kinds)
                await self._handle(connection, settled)
                await SQL.run(connection, "move_cursor", self.name, bucket, last.xid, last.seq, newest)
            return _Read(len(settled), held_back=len(settled) < len(rows))
