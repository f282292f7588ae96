"""The pack that holds, as every process follows it: read when first asked for, and again after each change.

A pack that cannot be read (one that an earlier release has installed, say) leaves the one before it in force.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from tidings.compliance.content import Lint, Linter
from tidings.compliance.judge import Decider, Question, asked_of_quiet_hours, content_by, senders_by
from tidings.compliance.packs.faults import BadRows
from tidings.compliance.packs.pack import Pack, shipped
from tidings.compliance.packs.shelf import CHANNEL, find, uses
from tidings.compliance.verdict import Allowed, Verdict
from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection, Database, Listener, is_transient

log = structlog.get_logger(__name__)

LONGEST_TRUST_SECONDS = 30.0
"""Should the news of a change be lost, the shelf is read again after so long."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """From this moment on, this pack."""

    from_at: Instant
    pack: Pack


class PacksInForce:
    """`monotonic` gives seconds. `follow` opens one that hears of every change."""

    def __init__(self, db: Database, *, monotonic: Callable[[], float]) -> None:
        self._db = db
        self._monotonic = monotonic
        self._turns: tuple[_Turn, ...] = ()
        self._known: dict[str, Pack] = {}
        self._read_at = float("-inf")
        self._changes = 0
        self._read_at_change = -1
        self._reading = asyncio.Lock()
        self.listener: Listener | None = None
        self._refreshing: asyncio.Task[None] | None = None

    def hear(self, _use: str) -> None:
        """Another pack is to hold, or may be: it is read at once."""
        self._changes += 1
        self._refresh()

    async def at(self, instant: Instant) -> Pack:
        """The pack that holds at a moment."""
        await self._ensure()
        return self._holding(instant)

    async def ready(self) -> None:
        """Returns when the shelf was read as it stands."""
        await self._ensure()

    def known(self, instant: Instant) -> Pack:
        """The same by what was read last, for those who cannot wait; what is stale is read meanwhile."""
        if self._is_stale():
            self._refresh()
        return self._holding(instant)

    async def close(self) -> None:
        """Ends the listening, and waits for a reading that is under way."""
        if self.listener is not None:
            await self.listener.close()
        if self._refreshing is not None:
            await asyncio.wait([self._refreshing])

    def _holding(self, instant: Instant) -> Pack:
        for turn in reversed(self._turns):
            if turn.from_at <= instant:
                return turn.pack
        return shipped()

    def _refresh(self) -> None:
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._ensure_later(), name="rule packs")

    async def _ensure_later(self) -> None:
        try:
            await self._ensure()
        except Exception as error:
            if not is_transient(error):
                raise
            log.info(
                "the shelf of rule packs could not be read; it is tried again", fault=type(error).__name__
            )

    async def _ensure(self) -> None:
        while self._is_stale():
            async with self._reading:  # whoever comes meanwhile waits for the same reading
                if self._is_stale():
                    await self._read()

    def _is_stale(self) -> bool:
        too_old = self._monotonic() >= self._read_at + LONGEST_TRUST_SECONDS
        return too_old or self._read_at_change != self._changes

    async def _read(self) -> None:
        change = self._changes  # one that comes while it is read makes it stale again
        turns: list[_Turn] = []
        async with self._db.connection() as connection:
            for one in await uses(connection):
                pack = shipped() if one.version is None else await self._pack(connection, one.version)
                if pack is not None:
                    turns.append(_Turn(one.from_at, pack))
        self._turns = tuple(turns)
        self._read_at_change = change
        self._read_at = self._monotonic()

    async def _pack(self, connection: Connection, version: str) -> Pack | None:
        """None when it cannot be read."""
        if version not in self._known:
            try:
                found = await find(connection, version)
            except BadRows as bad:
                log.error(
                    "a rule pack cannot be read; the one before it stays", pack=version, faults=str(bad)
                )
                return None
            assert found is not None, "what is used is on the shelf, by the schema"
            self._known[version] = found
        return self._known[version]


async def follow(db: Database, *, monotonic: Callable[[], float]) -> PacksInForce:
    """The pack in force, read, and read again after each change until it is closed."""
    packs = PacksInForce(db, monotonic=monotonic)
    packs.listener = await db.listen(CHANNEL, packs.hear)
    await packs.ready()
    return packs


def quiet_hours_in_force(known: Callable[[Instant], Pack]) -> Decider:
    """Quiet hours by the pack that holds at the moment that is asked about."""

    return lambda question: asked_of_quiet_hours(known(question.at).quiet_hours, question)


def content_in_force(known: Callable[[Instant], Pack]) -> Decider:
    """The linter by the pack that holds at the moment that is asked about."""
    return _linter_in_force(known, content_by)


def senders_in_force(known: Callable[[Instant], Pack]) -> Decider:
    """What it says of senders that services choose, by the same pack."""
    return _linter_in_force(known, senders_by)


def _linter_in_force(
    known: Callable[[Instant], Pack], decider_of: Callable[[Linter, str], Decider]
) -> Decider:
    by_pack: dict[str, Decider] = {}
    free = Allowed()

    def decide(question: Question) -> Verdict:
        if question.settings.lint is Lint.OFF:
            return free
        pack = known(question.at)
        by = by_pack.get(pack.digest)
        if by is None:
            by_pack.clear()
            by = by_pack[pack.digest] = decider_of(Linter(pack.countries), pack.version)
        return by(question)

    return decide
