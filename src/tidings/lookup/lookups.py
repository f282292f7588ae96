"""Looking numbers up: our own sources first, then a provider for what they do not know, and what it says is kept.

What our own tables know is read for all who ask at a moment in one query, and believed for a few seconds.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

import msgspec

from tidings.kernel.codes import CODES, Code
from tidings.kernel.instant import Instant
from tidings.lookup.known import NOTHING, Cached, Known, Lesson, Override, Ported
from tidings.lookup.number import Read
from tidings.lookup.package import IDENTITY, LINE_TYPE, REASSIGNED, RISK, Answer, Source, empty
from tidings.lookup.resolve import line_type, resolve, unresolved
from tidings.runtime.clock import Clock
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.group_commit import GroupCommit
from tidings.runtime.remembered import Remembered
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

MOST_REMEMBERED = 200_000
OVER_LIMIT = CODES[60616]
EVERY_BUCKET = "default"
"""The bucket whose limit binds numbers of all countries; others are named for a country and bind its numbers."""


class Told(msgspec.Struct, frozen=True):
    """What a provider says of a package: its values, until when they are believed (None: not kept), what it cost."""

    values: dict[str, Any]
    until: Instant | None
    cost: float


class Unavailable(msgspec.Struct, frozen=True):
    """A provider did not answer."""

    reason: str


class Provider(Protocol):
    """Somebody who is asked over the network."""

    name: str

    def knows(self, package: str, country: str | None) -> bool:
        """Whether it is to be asked for a package of a number of that country."""

    async def ask(
        self, number: Read, packages: Sequence[str], about: Mapping[str, str], *, now: Instant
    ) -> Mapping[str, Told] | Unavailable:
        """What it says of a number; packages that it knows nothing of are left out."""


class Risk(Protocol):
    """Says what is known of a number's risk from what the account itself does; None where that is nothing."""

    async def __call__(self, account: UUID, number: Read, *, now: Instant) -> Mapping[str, Any] | None: ...


class Asked(msgspec.Struct, frozen=True):
    """A valid number, the packages that are wanted of it, and what the caller says of its owner."""

    number: Read
    packages: tuple[str, ...]
    about: Mapping[str, str] = {}


class Limited(msgspec.Struct, frozen=True):
    """An account asked too often. `until`: its window ends."""

    code: Code
    until: Instant


class Lookups:
    """`monotonic` is a clock in seconds. `risk` says what the account's own codes tell of a number.

    What is changed takes effect after `trust_seconds` at most."""

    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        monotonic: Callable[[], float],
        providers: Sequence[Provider] = (),
        risk: Risk | None = None,
        trust_seconds: float = 5.0,
    ) -> None:
        self._risk = risk
        self._db = db
        self._clock = clock
        self._providers = tuple(providers)
        self._known = Remembered[tuple[UUID, str], Known](
            monotonic=monotonic, trust_seconds=trust_seconds, most=MOST_REMEMBERED
        )
        self._limits = Remembered[UUID, frozenset[tuple[str, str]]](
            monotonic=monotonic, trust_seconds=trust_seconds, most=MOST_REMEMBERED
        )
        self._reads = GroupCommit[tuple[UUID, str], Known](self._read, writers=2)

    async def look_up(self, account: UUID, asked: Asked) -> Mapping[str, Answer] | Limited:
        """The packages of one number, each with its sources; all of them, or that the account asked too often."""
        if not asked.packages:
            return {}
        now = self._clock()
        limited = await self._count(account, asked, now)
        if limited is not None:
            return limited
        known = await self.known(account, asked.number.phone_number)
        answers: dict[str, Answer] = {}
        open_: list[str] = []
        for package in asked.packages:
            answer = resolve(package, asked.number, known, now=now)
            if answer is None:
                open_.append(package)
            else:
                answers[package] = answer
        if open_:
            answers |= await self._ask(account, asked, open_, known, now)
        return answers

    async def known(self, account: UUID, number: str) -> Known:
        """What our own tables know of a number."""
        key = (account, number)
        known = self._known.recall(key)
        if known is not None:
            return known

        async def read() -> Known:
            return await self._reads.submit(key)

        return await self._known.find(key, read) or NOTHING

    def forget(self, account: UUID, number: str) -> None:
        """Something was said of a number here: the next who asks sees it."""
        self._known.forget((account, number))

    async def close(self) -> None:
        await self._reads.close()

    async def _ask(
        self, account: UUID, asked: Asked, packages: Sequence[str], known: Known, now: Instant
    ) -> dict[str, Answer]:
        """Of the first provider that knows a package; where there is none, or it fails, the offline answer."""
        number = asked.number
        answers: dict[str, Answer] = {}
        failed: dict[str, str] = {}
        consulted: set[str] = set()
        rest = list(packages)
        for provider in self._providers:
            wanted = [one for one in rest if provider.knows(one, number.country)]
            if not wanted:
                continue
            told = await provider.ask(number, wanted, asked.about, now=now)
            if isinstance(told, Unavailable):
                failed |= dict.fromkeys(wanted, f"{provider.name}: {told.reason}")
                continue
            consulted.update(wanted)
            for package, said in told.items():
                source = Source(provider.name, "asked now", now.date(), until=said.until, cost=said.cost)
                fresh = Answer(empty(package, **said.values), {"*": source})
                merged = line_type(number, known, fresh) if package == LINE_TYPE else None
                answers[package] = merged or fresh
                rest.remove(package)
            await self._keep(account, number.phone_number, provider.name, told, now)
        if RISK in rest and self._risk is not None:
            values = await self._risk(account, number, now=now)
            if values is not None:
                rest.remove(RISK)
                own = Source("own_codes", "the account's own codes of a week", now.date())
                answers[RISK] = Answer(empty(RISK, **values), {"*": own})
        for package in rest:
            answers[package] = unresolved(
                package, number, known, failed=failed.get(package), asked=package in consulted
            )
        return answers

    async def _keep(
        self, account: UUID, number: str, source: str, told: Mapping[str, Told], now: Instant
    ) -> None:
        kept = {name: said for name, said in told.items() if said.until is not None and name not in _NOT_KEPT}
        if not kept:
            return
        async with self._db.connection() as connection:
            await SQL.run(
                connection,
                "keep_answers",
                account,
                number,
                list(kept),
                [said.values for said in kept.values()],
                source,
                [said.cost for said in kept.values()],
                now,
                [said.until for said in kept.values()],
            )
        self.forget(account, number)

    async def _count(self, account: UUID, asked: Asked, now: Instant) -> Limited | None:
        limits = self._limits.recall(account)
        if limits is None:
            limits = await self._limits.find(account, lambda: self._read_limits(account)) or frozenset()
        if not limits:
            return None
        buckets = [EVERY_BUCKET, asked.number.country or ""]
        if limits.isdisjoint((field, bucket) for field in asked.packages for bucket in buckets):
            return None
        async with self._db.connection() as connection:
            rows = await SQL.many(connection, "count", account, list(asked.packages), buckets, now)
        over = [row["window_ends"] for row in rows if row["over"]]
        return Limited(OVER_LIMIT, max(over)) if over else None

    async def _read_limits(self, account: UUID) -> frozenset[tuple[str, str]]:
        async with self._db.connection() as connection:
            rows = await SQL.many(connection, "limits", account)
        return frozenset((row["field"], row["bucket_name"]) for row in rows)

    async def _read(self, asked: Sequence[tuple[UUID, str]]) -> Sequence[Known]:
        async with self._db.connection() as connection:
            return await known_of(connection, asked, now=self._clock())


async def known_of(connection: Connection, asked: Sequence[tuple[UUID, str]], *, now: Instant) -> list[Known]:
    """What our own tables know of some numbers of accounts, in their order."""
    accounts, numbers = zip(*asked, strict=True)
    rows = await SQL.many(connection, "known", list(accounts), list(numbers), now)
    found = {row["n"] - 1: _known(row) for row in rows}
    return [found[n] for n in range(len(asked))]


_NOT_KEPT = frozenset({IDENTITY, REASSIGNED})
"""What depends on more than the number."""


def _known(row: Record) -> Known:
    override = lesson = ported = None
    if row["override_value"] is not None:
        override = Override(
            row["override_value"], row["override_original"], row["override_reason"], row["override_at"]
        )
    if row["lesson_code"] is not None:
        lesson = Lesson(row["lesson_code"], row["lesson_times"], row["lesson_at"], row["lesson_until"])
    if row["ported_source"] is not None:
        ported = Ported(
            row["carrier"], row["line_type"], row["mcc"], row["mnc"], row["ported_source"], row["as_of"]
        )
    if not (override or lesson or ported or row["cached"] or row["deactivated"]):
        return NOTHING
    cached = {one.pop("field"): msgspec.convert(one, Cached) for one in row["cached"] or []}
    return Known(override, lesson, ported, cached, row["deactivated"])
