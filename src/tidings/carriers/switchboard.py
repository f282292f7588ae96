"""Several carriers as one: each message goes to the best candidate with room, and to the next when that fails at once.

What is failed over, and what never:

- `Unreachable`, `Throttled` and a passing `Rejected` surely were not taken: the next candidate with room gets it.
- A lasting `Rejected` is about the message: every carrier would refuse it.
- `Unknown` may have been taken: nobody else gets it. The doubt is written down, and its class's rule decides; a message
  that may be sent again comes back through the queue, and leaves by whoever is well then.

A message that finds no room waits here for a moment; longer, and its lane is told to wait.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import assert_never

import structlog

from tidings.carriers.awaited import Sent
from tidings.carriers.beliefs import Beliefs
from tidings.carriers.book import Book, CarrierEntry, CarrierState
from tidings.carriers.connector import (
    Connector,
    Handover,
    Outcome,
    Receipt,
    ReceiptState,
    Rejected,
    Taken,
    Throttled,
    Unknown,
    Unreachable,
)
from tidings.carriers.health import evidence
from tidings.carriers.line import SOON_SECONDS, Done, Line
from tidings.carriers.plan import Plans
from tidings.carriers.plausible import FASTEST_SECONDS
from tidings.carriers.rate import Rate

log = structlog.get_logger(__name__)

MOST_PARKED = 256
PARKED_SECONDS = 2.0
"""How long a message waits for room that a candidate is expected to have."""
PARKED_WAIT_SECONDS = 0.25
LOOK_AGAIN_SECONDS = 0.05
UNROUTED_WAIT_SECONDS = 5.0
"""How long a lane waits whose messages no carrier may take now."""


@dataclass(slots=True)
class _Parked:
    message: Handover
    done: Done
    since: float


class Switchboard:
    """Implements `tidings.carriers.connector.Connector` over the connectors of a book.

    `make` makes the connector of an entry, and raises ValueError when its settings cannot be used. `share` is the part
    of each carrier's tps that is ours: dispatchers divide it. `clock` gives epoch seconds.
    """

    name = "switchboard"

    def __init__(
        self,
        *,
        make: Callable[[CarrierEntry], Connector],
        on_room: Callable[[], None],
        clock: Callable[[], float],
        share: Callable[[], float] = lambda: 1.0,
        random: Random | None = None,
    ) -> None:
        self._make = make
        self._on_room = on_room
        self._clock = clock
        self._share = share
        self._random = random or Random()  # noqa: S311  # it divides messages, and guards nothing
        self._lines: dict[str, Line] = {}
        self._leaving: list[Line] = []
        self._is_routed = False
        self._sole: Line | None = None
        self._told_alone: Done | None = None
        self._answered_alone: Done | None = None
        self.beliefs = Beliefs()
        self._plans = Plans(self.beliefs)
        self._parked: deque[_Parked] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._opened = False
        self._closing = False
        self.unrouted = 0
        """Messages that no carrier may take, counted each time one is turned away."""

    # --- the book -----------------------------------------------------------------------------------------------

    async def apply(self, book: Book) -> None:
        """Works by this book from now on: carriers that are new are opened, those that are off are closed, those that
        were taken out or changed go on hearing until nothing is expected of them."""
        now = self._clock()
        for name, line in list(self._lines.items()):
            entry = next((one for one in book.carriers if one.name == name), None)
            same = entry is not None and (entry.kind, entry.settings) == (
                line.entry.kind,
                line.entry.settings,
            )
            if entry is None or not same:
                await self._let_go(line)
            elif entry.state is CarrierState.OFF:
                del self._lines[name]
                await line.connector.close()
            else:
                line.entry = entry
        for entry in book.carriers:
            if entry.name not in self._lines and entry.state is not CarrierState.OFF:
                await self._take_up(entry, now)
        self._is_routed = bool(book.routes)
        self._plans.work_by(self._lines, book.routes)
        self._divide_rates()
        self._see_who_is_sole()
        self._room_appeared()

    async def _take_up(self, entry: CarrierEntry, now: float) -> None:
        try:
            line = Line(entry, self._make(entry), had_room_at=now)
        except (ValueError, KeyError) as fault:
            log.error("a carrier cannot be used", carrier=entry.name, fault=str(fault))
            return
        line.answered = partial(self._answered, line)
        line.awaited.unfollowed_at = now if entry.state is CarrierState.DRAINING else 0.0
        self._lines[entry.name] = line
        if self._opened:
            await self._open(line)

    async def _open(self, line: Line) -> None:
        """One that cannot be opened, for a file that is gone, must not take the others with it."""
        try:
            await line.connector.open()
        except OSError as fault:
            log.error("a carrier cannot be used", carrier=line.name, fault=str(fault))
            del self._lines[line.name]

    async def _let_go(self, line: Line) -> None:
        """It gets nothing new; what it has is answered and reported before it ends."""
        del self._lines[line.name]
        line.entry = CarrierEntry(
            line.name, line.entry.kind, line.entry.settings, line.entry.tps, CarrierState.DRAINING
        )
        self._leaving.append(line)

    def _divide_rates(self) -> None:
        for line in self._lines.values():
            tps = line.entry.tps
            if tps is None:
                line.rate = None
            elif line.rate is None:
                line.rate = Rate(tps * self._share())
            else:
                line.rate.change(tps * self._share())

    def _see_who_is_sole(self) -> None:
        taking = [line for line in self._lines.values() if line.takes]
        is_sole = len(taking) == 1 and not self._is_routed and taking[0].rate is None
        self._sole = taking[0] if is_sole else None
        self._told_alone = self._answered_alone = None

    @property
    def lines(self) -> Iterable[Line]:
        """All carriers, those that are leaving included."""
        return [*self._lines.values(), *self._leaving]

    # --- what a connector does ----------------------------------------------------------------------------------

    @property
    def room(self) -> int:
        """Parts that all carriers together would take now."""
        if self._sole is not None and not self._parked:
            return self._sole.connector.room
        if self._closing:
            return 0
        now = self._clock()
        if len(self._parked) >= MOST_PARKED:
            return 0
        return sum(line.room(now) for line in self._lines.values() if line.breaker.admits(now))

    def hand_over(self, message: Handover, done: Done) -> None:
        """Never blocks and never raises; calls `done` exactly once, perhaps before it returns."""
        sole = self._sole
        if sole is not None and message.sender_carrier is None:
            if done != self._told_alone or self._answered_alone is None:
                self._told_alone, self._answered_alone = done, self._alone(sole, done)
            sole.out_alone += 1
            sole.connector.hand_over(message, self._answered_alone)
        elif self._closing:
            done(message, Unreachable("closing"))
        else:
            self._place(message, done)

    def flush(self) -> None:
        for line in self._lines.values():
            line.connector.flush()

    async def open(self) -> None:
        self._opened = True
        for line in list(self._lines.values()):
            await self._open(line)
        self._plans.forget()
        self._see_who_is_sole()

    async def close(self) -> None:
        self._closing = True
        if self._timer is not None:
            self._timer.cancel()
        while self._parked:
            parked = self._parked.popleft()
            parked.done(parked.message, Unreachable("closing"))
        await asyncio.gather(*(line.connector.close() for line in self.lines))

    # --- placing ------------------------------------------------------------------------------------------------

    def _place(self, message: Handover, done: Done) -> None:
        now = self._clock()
        plan = self._plans.of(message, now)
        may_wait = len(self._parked) < MOST_PARKED
        line = plan.pick(message.source, now, self._random, patient=may_wait)
        if line is not None:
            self._give(line, message, done, ())
        elif plan.is_empty:
            self.unrouted += 1
            done(message, Throttled(UNROUTED_WAIT_SECONDS))
        elif may_wait:
            self._parked.append(_Parked(message, done, now))
            self._wake_in_time(now)
        else:
            done(message, Throttled(PARKED_WAIT_SECONDS))

    def _give(self, line: Line, message: Handover, done: Done, tried: tuple[Line, ...]) -> None:
        line.out[message.id] = (done, tried, line.breaker.handed())
        if line.rate is not None:
            now = self._clock()
            line.rate.take(message.segments, now)
            if not line.rate.parts(now):
                self._wake_in_time(now)
        line.connector.hand_over(message, line.answered)

    def _answered(self, line: Line, message: Handover, outcome: Outcome) -> None:
        done, tried, turn = line.out.pop(message.id)
        match outcome:
            case Taken(provider_ids):
                line.ended.taken += 1
                line.tally.taken += 1
                line.breaker.succeeded(turn)
                self._expect(line, message, provider_ids[0])
                done(message, outcome)
                return
            case Throttled(wait):
                line.ended.throttled += 1
                line.breaker.succeeded(turn)
                line.held[message.source] = self._clock() + wait
            case Rejected(_, lasting):
                line.ended.rejected += 1
                if lasting:
                    line.breaker.succeeded(turn)
                    done(message, outcome)
                    return
                line.breaker.failed(turn, now=self._clock())
                self._fared_badly(line, message)
            case Unreachable():
                line.ended.unreachable += 1
                line.breaker.failed(turn, now=self._clock())
            case Unknown():
                line.ended.unknown += 1
                line.breaker.failed(turn, now=self._clock())
                self._fared_badly(line, message)
                done(message, outcome)
                return
            case never:
                assert_never(never)
        self._fail_over(line, message, outcome, done, (*tried, line))

    def _alone(self, line: Line, done: Done) -> Done:
        """What hears the answers of the only carrier: nobody could take its messages, so nothing is kept to hand on."""
        clock, expect = self._clock, line.awaited.expect

        def answered(message: Handover, outcome: Outcome) -> None:
            line.out_alone -= 1
            if type(outcome) is Taken:
                line.ended.taken += 1
                line.tally.taken += 1
                sent = Sent(message.id, message.source, message.destination, message.network, clock())
                expect(outcome.provider_ids[0], sent)
            elif isinstance(outcome, Throttled):
                line.ended.throttled += 1
            elif isinstance(outcome, Rejected):
                line.ended.rejected += 1
                if not outcome.lasting:
                    self._fared_badly(line, message)
            elif isinstance(outcome, Unreachable):
                line.ended.unreachable += 1
            else:
                line.ended.unknown += 1
                self._fared_badly(line, message)
            done(message, outcome)

        return answered

    def _expect(self, line: Line, message: Handover, provider_id: str) -> None:
        sent = Sent(message.id, message.source, message.destination, message.network, self._clock())
        line.awaited.expect(provider_id, sent)

    def _fail_over(
        self, line: Line, message: Handover, outcome: Outcome, done: Done, tried: tuple[Line, ...]
    ) -> None:
        """It surely was not taken: the next candidate with room gets it, or the outcome stands."""
        if self._closing:
            done(message, outcome)
            return
        now = self._clock()
        plan = self._plans.of(message, now)
        following = plan.pick(message.source, now, self._random, tried=tried, patient=False)
        if following is None:
            done(message, outcome)
            return
        line.failed_over += 1
        self._give(following, message, done, tried)

    # --- waiting ------------------------------------------------------------------------------------------------

    def room_appeared(self) -> None:
        """What connectors call when they have room after there was none."""
        if not self._closing:
            self._room_appeared()

    def _room_appeared(self) -> None:
        self._unpark()
        self._on_room()

    def _unpark(self) -> None:
        """Those that wait go where there is room now, the eldest first; the rest waits on in its order."""
        now = self._clock()
        for _ in range(len(self._parked)):
            parked = self._parked.popleft()
            patient = now - parked.since < SOON_SECONDS
            plan = self._plans.of(parked.message, now)
            line = plan.pick(parked.message.source, now, self._random, patient=patient)
            if line is not None:
                self._give(line, parked.message, parked.done, ())
            elif now - parked.since > PARKED_SECONDS:
                parked.done(parked.message, Throttled(PARKED_WAIT_SECONDS))
            else:
                self._parked.append(parked)
        self._wake_in_time(now)

    def _wake_in_time(self, now: float) -> None:
        """Rates, throttled senders and breakers open again by the clock alone."""
        times = [
            at
            for line in self._lines.values()
            if line.takes
            for at in (
                0.0 if line.rate is None else line.rate.next_at(),
                0.0 if line.breaker.is_closed else line.breaker.opens_at,
                min(line.held.values(), default=0.0) if self._parked else 0.0,
            )
            if at > now
        ]
        if self._parked:
            eldest = self._parked[0].since + SOON_SECONDS
            times.append(eldest if eldest > now else now + LOOK_AGAIN_SECONDS)
        if not times or self._closing:
            return
        at = min(times)
        if self._timer is not None:
            if self._timer.when() <= self._loop_time(at, now) and not self._timer.cancelled():
                return
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(self._loop_time(at, now), self._fire)

    @staticmethod
    def _loop_time(at: float, now: float) -> float:
        return asyncio.get_running_loop().time() + max(0.001, at - now)

    def _fire(self) -> None:
        self._timer = None
        self._room_appeared()
        self._wake_in_time(self._clock())

    async def tick(self) -> None:
        """To be called each second: plans follow what was learnt, what waited too long is told, what is leaving may
        end."""
        now = self._clock()
        self.beliefs.learn(now)
        self._divide_rates()
        self._plans.forget()
        for line in self._lines.values():
            line.held = {sender: until for sender, until in line.held.items() if until > now}
        self.room_appeared()
        for line in [one for one in self._leaving if self.is_drained(one)]:
            self._leaving.remove(line)
            await line.connector.close()
            log.info("carrier closed", carrier=line.name)

    # --- what was learnt ----------------------------------------------------------------------------------------

    def hear(self, receipts: Iterable[Receipt]) -> None:
        """What carriers report, before or after it is stored."""
        now = self._clock()
        for receipt in receipts:
            if receipt.state is not ReceiptState.PENDING:
                line = self._lines.get(receipt.carrier)
                sent = None if line is None else line.awaited.arrived(receipt.provider_id)
                if line is not None and sent is not None:
                    self._hear(line, sent, receipt, now)
                elif self._leaving:
                    self._hear_leaving(receipt, now)

    def _hear_leaving(self, receipt: Receipt, now: float) -> None:
        for line in self._leaving:
            sent = line.awaited.arrived(receipt.provider_id) if line.name == receipt.carrier else None
            if sent is not None:
                self._hear(line, sent, receipt, now)

    def _hear(self, line: Line, sent: Sent, receipt: Receipt, now: float) -> None:
        if receipt.state is ReceiptState.DELIVERED:
            line.tally.delivered += 1
            if now - sent.at < FASTEST_SECONDS:
                line.tally.too_fast += 1
        else:
            line.tally.undelivered += 1
        good, bad = evidence(receipt)
        if good or bad:
            self.beliefs.note((line.name, sent.sender, sent.place), good, bad)

    def missing(self, line: Line, sent: Sent) -> None:
        """A receipt that never came. A carrier that gives none at all is not the worse for it."""
        line.tally.missing += 1
        if line.tally.delivered or line.tally.undelivered:
            self.beliefs.note((line.name, sent.sender, sent.place), 0, 1)

    def is_drained(self, line: Line) -> bool:
        """Whether nothing more is expected of a carrier that gets nothing new."""
        if line.takes or line.unanswered:
            return False
        replaced = line.name in self._lines and self._lines[line.name] is not line
        return replaced or line.awaited.nothing_more(self._clock())

    def _fared_badly(self, line: Line, message: Handover) -> None:
        self.beliefs.note((line.name, message.source, message.network or message.country), 0, 1)
