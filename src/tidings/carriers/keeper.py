"""Keeps a switchboard by the book: reads it again whenever it changes, and keeps what was learnt of carriers."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from tidings.carriers.awaited import Sent
from tidings.carriers.book import CHANNEL, Book
from tidings.carriers.connector import Receipt, ReceiptState
from tidings.carriers.line import Line
from tidings.carriers.plausible import Tally
from tidings.carriers.record import (
    Standing,
    beliefs,
    instant,
    keep_evidence,
    keep_tallies,
    leave,
    show_standing,
)
from tidings.carriers.switchboard import Switchboard
from tidings.runtime.database import Connection, Database, is_transient, with_retries
from tidings.runtime.secrets import Unsealable

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0
SAVE_SECONDS = 5.0
MOST_ASKED = 500

ReadBook = Callable[[Connection], Awaitable[Book]]


@dataclass(frozen=True, slots=True)
class End:
    """How the history says that a message ended."""

    delivered: bool
    code: int | None


AskEnds = Callable[[Connection, Sequence[tuple[UUID, datetime]]], Awaitable[Mapping[UUID, End]]]
"""The ends of some messages, given with when they were sent; those without an end are not in it."""


class Keeper:
    """Of one dispatcher's switchboard. `read` gives the book as it is now."""

    def __init__(
        self,
        db: Database,
        switchboard: Switchboard,
        *,
        owner: str,
        read: ReadBook,
        ends: AskEnds,
        clock: Callable[[], float],
    ) -> None:
        self._db = db
        self._switchboard = switchboard
        self._owner = owner
        self._read = read
        self._ends = ends
        self._clock = clock
        self._news = asyncio.Event()

    async def start(self) -> None:
        """Read the book and what is believed. Raises what makes the book unreadable."""
        async with self._db.connection() as connection:
            book = await self._read(connection)
            known = await beliefs(connection, now=instant(self._clock()))
        self._switchboard.beliefs.share(known, now=self._clock())
        await self._switchboard.apply(book)

    async def run(self) -> None:
        """Until cancelled."""
        listener = await self._db.listen(CHANNEL, lambda _: self._news.set())
        try:
            async with asyncio.TaskGroup() as crew:
                crew.create_task(self._follow())
                crew.create_task(self._tick())
                crew.create_task(self._save_now_and_then())
        finally:
            await listener.close()

    async def stop(self) -> None:
        """Keep what was learnt, once more."""
        await self.save()
        async with self._db.connection() as connection:
            await leave(connection, self._owner)

    async def _follow(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await self._switchboard.apply(await with_retries(self._book, wait_seconds=math.inf))
            except Unsealable as fault:
                # What is in use goes on: nothing may stop because of a line that cannot be read.
                log.error("the book of carriers cannot be read", fault=str(fault))

    async def _book(self) -> Book:
        async with self._db.connection() as connection:
            return await self._read(connection)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            await self._switchboard.tick()

    async def _save_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            try:
                await self.save()
                await self.ask()
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("what was learnt of carriers is not kept yet", fault=type(error).__name__)

    async def save(self) -> None:
        """Keep what was learnt, and learn what others did."""
        believed, now = self._switchboard.beliefs, self._clock()
        believed.learn(now)
        evidence = believed.take_unsaved()
        tallies = self._take_tallies()
        try:
            async with self._db.transaction() as connection:
                known = await keep_evidence(connection, evidence, now=instant(now))
                await keep_tallies(connection, tallies, now=instant(now))
                await show_standing(connection, self._owner, self._standings(now), now=instant(now))
        except BaseException:
            believed.put_back(evidence)
            self._put_back(tallies)
            raise
        believed.share(known, now=now)

    def _take_tallies(self) -> dict[str, Tally]:
        taken: dict[str, Tally] = {}
        for line in self._switchboard.lines:
            if line.tally != Tally():
                taken.setdefault(line.name, Tally()).add(line.tally)
                line.shown.add(line.tally)
                line.tally = Tally()
        return taken

    def _put_back(self, tallies: Mapping[str, Tally]) -> None:
        for line in self._switchboard.lines:
            if line.name in tallies:
                line.tally.add(tallies[line.name])
                line.shown.add(tallies[line.name], sign=-1)

    def _standings(self, now: float) -> list[Standing]:
        found: dict[str, Standing] = {}
        for line in self._switchboard.lines:
            before = found.get(line.name)
            found[line.name] = Standing(
                self._owner,
                line.name,
                line.connector.room > 0,
                line.breaker.state(now).value,
                line.unanswered + (before.waiting if before else 0),
                len(line.awaited) + (before.awaited if before else 0),
            )
        return list(found.values())

    async def ask(self) -> None:
        """What became of messages that no receipt came for here."""
        now = self._clock()
        for line in self._switchboard.lines:
            silent = line.awaited.to_ask(now, most=MOST_ASKED)
            if silent:
                async with self._db.connection() as connection:
                    asked = [(sent.message, instant(sent.at)) for sent in silent.values()]
                    ends = await self._ends(connection, asked)
                self._settle(line, silent, ends, now)

    def _settle(self, line: Line, silent: Mapping[str, Sent], ends: Mapping[UUID, End], now: float) -> None:
        heard = []
        for provider_id, sent in silent.items():
            end = ends.get(sent.message)
            if end is None:
                if line.awaited.asked(provider_id, now):
                    self._switchboard.missing(line, sent)
                continue
            state = ReceiptState.DELIVERED if end.delivered else ReceiptState.UNDELIVERED
            heard.append(Receipt(line.name, provider_id, state, end.code, instant(now), None))
        self._switchboard.hear(heard)
