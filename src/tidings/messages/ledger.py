"""What became of the letters, and the receipts, written in batches: 10 ms or 500 entries, whichever comes first.

A batch is one transaction: outcomes first, so that a receipt in the same batch finds the submit it is about.
An entry is repeated until it is stored; nothing that a carrier told us is dropped because PostgreSQL was away.
"""

import asyncio
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import msgspec

from tidings.carriers.connector import Receipt
from tidings.messages import settle
from tidings.messages.letter import Letter
from tidings.runtime.bell import Bell
from tidings.runtime.database import Connection, Database, with_retries
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

LINGER_SECONDS = 0.010
LARGEST = 500


class Sent(msgspec.Struct, frozen=True):
    letter: Letter
    provider_ids: tuple[str, ...]
    carrier: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """Refused for good. `kind` is the fact's."""

    letter: Letter
    kind: str
    code: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Rerouted:
    """The carrier does not take the sender: through a service it goes by another one, otherwise it is `Ended`."""

    letter: Letter
    kind: str
    code: int
    at: datetime


@dataclass(frozen=True, slots=True)
class GivenBack:
    letter: Letter


@dataclass(frozen=True, slots=True)
class TriedAgain:
    letter: Letter
    due: datetime


@dataclass(frozen=True, slots=True)
class Doubted:
    letter: Letter
    at: datetime


Entry = Sent | Ended | Rerouted | GivenBack | TriedAgain | Doubted


@dataclass(slots=True)
class _Batch:
    entries: list[Entry] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    stored: list[asyncio.Future[None]] = field(default_factory=list)
    then: list[Callable[[], None]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.entries) + len(self.receipts)


class Ledger:
    """`facts` wakes the readers of the outbox."""

    def __init__(self, db: Database, *, facts: Bell) -> None:
        self._db = db
        self._facts = facts
        self._batch = _Batch()
        self._news = asyncio.Event()
        self._full = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def enter(self, entry: Entry, then: Callable[[], None] | None = None) -> None:
        """Write an outcome soon; `then` is called once it is stored."""
        self._batch.entries.append(entry)
        if then is not None:
            self._batch.then.append(then)
        self._wake()

    async def receive(self, receipts: Sequence[Receipt]) -> None:
        """Returns when the receipts are stored."""
        stored = asyncio.get_running_loop().create_future()
        self._batch.receipts.extend(receipts)
        self._batch.stored.append(stored)
        self._wake()
        await stored

    async def run(self) -> None:
        """Write batches until cancelled; use `flush` first."""
        while True:
            await self._news.wait()
            if self._batch.size < LARGEST:
                with suppress(TimeoutError):  # when the time is up, what is here goes
                    async with asyncio.timeout(LINGER_SECONDS):
                        await self._full.wait()
            batch, self._batch = self._batch, _Batch()
            self._news.clear()
            self._full.clear()
            told = await with_retries(partial(self._write, batch), wait_seconds=math.inf)
            self._facts.ring(told)
            for future in batch.stored:
                if not future.done():
                    future.set_result(None)
            for deed in batch.then:
                deed()
            if not self._news.is_set():
                self._idle.set()

    async def flush(self) -> None:
        """Returns when everything entered so far is stored."""
        await self._idle.wait()

    def _wake(self) -> None:
        self._idle.clear()
        self._news.set()
        if self._batch.size >= LARGEST:
            self._full.set()

    async def _write(self, batch: _Batch) -> set[int]:
        """Returns the buckets whose readers have news."""
        async with self._db.transaction() as connection:
            told = await self._write_outcomes(connection, batch.entries)
            if batch.receipts:
                told |= await settle.receive(connection, batch.receipts)
            return told

    async def _write_outcomes(self, connection: Connection, entries: Sequence[Entry]) -> set[int]:
        """Returns the buckets whose readers have news."""
        sorted_ = _Sorted.of(entries)
        sent, ended, back = sorted_.sent, sorted_.ended, sorted_.back
        again, doubted = sorted_.again, sorted_.doubted
        if sent:
            await _store_sent(connection, sent)
        if sorted_.rerouted:
            ended += await _store_rerouted(connection, sorted_.rerouted)
        if ended:
            await _store_ended(connection, ended)
        if back:
            letters = [letter.handover for letter in back]
            await SQL.many(connection, "give_back", [h.bucket for h in letters], [h.id for h in letters])
        if again:
            await SQL.run(
                connection,
                "try_again",
                [entry.letter.handover.bucket for entry in again],
                [entry.letter.handover.id for entry in again],
                [entry.due for entry in again],
            )
        if doubted:
            handovers = [entry.letter.handover for entry in doubted]
            buckets = [h.bucket for h in handovers]
            ids = [h.id for h in handovers]
            await SQL.many(connection, "doubted", buckets, ids, doubted[-1].at)
        told = [
            *(entry.letter for entry in sent),
            *(entry.letter for entry in ended),
            *(entry.letter for entry in sorted_.rerouted),
            *(e.letter for e in doubted),
        ]
        return {letter.handover.bucket for letter in told}


@dataclass(slots=True)
class _Sorted:
    """The entries of a batch by what they say."""

    sent: list[Sent] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    rerouted: list[Rerouted] = field(default_factory=list)
    back: list[Letter] = field(default_factory=list)
    again: list[TriedAgain] = field(default_factory=list)
    doubted: list[Doubted] = field(default_factory=list)

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "_Sorted":
        into = cls()
        for entry in entries:
            match entry:
                case Sent():
                    into.sent.append(entry)
                case Ended():
                    into.ended.append(entry)
                case Rerouted():
                    into.rerouted.append(entry)
                case GivenBack(letter):
                    into.back.append(letter)
                case TriedAgain():
                    into.again.append(entry)
                case Doubted():
                    into.doubted.append(entry)
        return into


async def _store_sent(connection: Connection, sent: Sequence[Sent]) -> None:
    handovers = [entry.letter.handover for entry in sent]
    refs = [
        (
            entry.carrier,
            provider_id,
            entry.at,
            entry.letter.handover.bucket,
            entry.letter.handover.id,
            entry.letter.account,
            part,
            len(entry.provider_ids),
        )
        for entry in sent
        for part, provider_id in enumerate(entry.provider_ids)
    ]
    await SQL.run(
        connection,
        "sent",
        [handover.bucket for handover in handovers],
        [handover.id for handover in handovers],
        [entry.at for entry in sent],
        *(list(column) for column in zip(*refs, strict=True)),
    )


async def _store_rerouted(connection: Connection, rerouted: Sequence[Rerouted]) -> list[Ended]:
    """Gives those that no service can send by another sender."""
    rows = await SQL.many(
        connection,
        "reroute",
        [entry.letter.handover.bucket for entry in rerouted],
        [entry.letter.handover.id for entry in rerouted],
        [entry.code for entry in rerouted],
        rerouted[-1].at,
    )
    moved = {row["subject"] for row in rows}
    return [
        Ended(entry.letter, entry.kind, entry.code, entry.at)
        for entry in rerouted
        if entry.letter.handover.id not in moved
    ]


async def _store_ended(connection: Connection, ended: Sequence[Ended]) -> None:
    await SQL.run(
        connection,
        "refused",
        [entry.letter.handover.bucket for entry in ended],
        [entry.letter.handover.id for entry in ended],
        [entry.at for entry in ended],
        [entry.kind for entry in ended],
        [entry.code for entry in ended],
    )
