"""Dispatch: buckets that are ours, lanes that are due, letters that leave, outcomes that are recorded.

Everything that decides is elsewhere: the lane says what may leave and when, `after.py` says what an outcome means.
Here are the loops: keep the leases, look at the buckets that are due, hand over, write down.
"""

import asyncio
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from tidings.accounts import inactive_accounts
from tidings.carriers.connector import Connector, Handover, Inbound, Outcome, Receipt, Throttled
from tidings.kernel.codes import ACCOUNT_SUSPENDED, OPTED_OUT
from tidings.lanes.budget import Budget, RateBudget
from tidings.lanes.caps import DailyCaps
from tidings.lanes.leases import Change, Leases
from tidings.messages import settle
from tidings.messages.accept import FACTS_LINGER_SECONDS, TICKETS, Acceptance
from tidings.messages.after import entry_for
from tidings.messages.bucket import Bucket
from tidings.messages.departures import Departures
from tidings.messages.ledger import Doubted, Ended, Entry, GivenBack, Ledger
from tidings.messages.letter import HeldLane, Letter
from tidings.messages.promote import LARGEST, promote_unplaced
from tidings.messages.receive import Reception
from tidings.messages.states import State
from tidings.runtime.bell import Bell
from tidings.runtime.database import Connection, Database, is_transient, with_retries
from tidings.runtime.outbox import CHANNEL as FACTS
from tidings.runtime.statements import Statements
from tidings.senders import carriers_of_senders

SQL = Statements.beside(__file__)
log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.02
"""The shortest time between two looks at one bucket; longer when many buckets are busy."""
LOOK_SECONDS_PER_BUCKET = 0.004
LONGEST_LEAD_SECONDS = 0.03
DISCOVER_SECONDS = 5.0
BOUND_SENDERS_SECONDS = 15.0
"""How long it may take until a sender that was bound to a carrier, or freed, leaves by it."""
PROMOTE_SECONDS = 1.0
LARGEST_DUE = 500
"""As the statement `due` has it."""
STRANDED_SECONDS = 2.0
"""How long letters wait for a carrier without any room before they go back to the queue."""
SPARE_WINDOWS = 2
"""So many windows of parts are claimed beyond the carrier's room, so that it never waits for a claim."""

DISPATCH_SETTINGS = {
    # One deep lane must not make the planner read whole tables: DESIGN 4, "the trap".
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_bitmapscan": "off",
    "plan_cache_mode": "force_generic_plan",
}


@dataclass(frozen=True, slots=True)
class DispatchSettings:
    """`owner` names the process among dispatchers; a successor under the same name takes over at once.
    `carrier_mps` is what the connection as a whole may carry, None for no limit of its own."""

    owner: str
    lease: timedelta = timedelta(seconds=10)
    carrier_mps: float | None = None


@dataclass(slots=True)
class Counts:
    """Since the start: messages handed over, looks at buckets, and messages in doubt: unanswered by the carrier,
    or left behind by a dispatcher that is gone."""

    handed_over: int = 0
    looks: int = 0
    unanswered: int = 0
    left_behind: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Now: letters that wait for their moment, letters not yet answered for, lanes and buckets held."""

    waiting: int
    unanswered: int
    lanes: int
    buckets: int


class Dispatcher:
    """One dispatcher process. `connect` makes the carrier's connector from the dispatcher's callbacks;
    `acceptance` gives scheduled messages of services their senders, without it they wait for one that has it."""

    def __init__(
        self,
        db: Database,
        *,
        connect: Callable[["Dispatcher"], Connector],
        settings: DispatchSettings,
        clock: Callable[[], float],
        acceptance: Acceptance | None = None,
    ) -> None:
        self._db = db
        self._acceptance = acceptance
        self._clock = clock
        self._leases = Leases(db=db, owner=settings.owner, lasting=settings.lease)
        self._lease_seconds = settings.lease.total_seconds()
        mps = settings.carrier_mps
        self._budgets: tuple[Budget, ...] = () if mps is None else (RateBudget(mps=mps),)
        self._caps = DailyCaps()
        self._buckets: dict[int, Bucket] = {}
        self._out: dict[UUID, Letter] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self._no_room_since = math.inf
        self._window = 1
        self._look_seconds = LONGEST_LEAD_SECONDS
        self._inactive: frozenset[UUID] = frozenset()
        self._bound_to: dict[tuple[UUID, str], str] = {}
        self._bound_to_read = -math.inf
        self.connector = connect(self)
        self.facts = Bell(db, FACTS, linger_seconds=FACTS_LINGER_SECONDS)
        self.reception = Reception(db, facts=self.facts, clock=lambda: datetime.fromtimestamp(clock(), UTC))
        self.ledger = Ledger(db, facts=self.facts)
        self.departures = Departures(clock=clock, connector=self.connector, leave=self._leave)
        self.counts = Counts()

    @property
    def dispatchers(self) -> int:
        """How many dispatchers live, this one included."""
        return self._leases.alive

    def standing(self) -> Standing:
        lanes = sum(len(bucket.lanes) for bucket in self._buckets.values())
        return Standing(len(self.departures), len(self._out), lanes, len(self._buckets))

    # --- what the carrier calls ---------------------------------------------------------------------------------

    async def on_receipts(self, receipts: list[Receipt]) -> None:
        await self.ledger.receive(receipts)

    async def on_inbound(self, messages: list[Inbound]) -> None:
        await self.reception.take(messages)

    async def on_read(self, read: Mapping[UUID, datetime]) -> None:
        await self.reception.doubt_no_more(read)

    def on_room(self) -> None:
        self.departures.run()
        self._wake.set()

    # --- the life of the process --------------------------------------------------------------------------------

    async def run(self, stopping: asyncio.Event) -> None:
        """Dispatch until `stopping`; then let what is on its way be answered, and give the rest back."""
        await self.connector.open()
        listeners = [
            await self._db.listen(TICKETS, self._hear_tickets),
            await self._db.listen("lanes", self._hear_lanes),
        ]
        writer = asyncio.create_task(self.ledger.run(), name="ledger")
        try:
            await with_retries(self._read_inactive, wait_seconds=math.inf)
            self._apply(await with_retries(self._leases.start, wait_seconds=math.inf))
            async with asyncio.TaskGroup() as crew:
                crew.create_task(self._watch(writer))
                loops = [
                    crew.create_task(self._keep_leases()),
                    crew.create_task(self._promote()),
                    crew.create_task(self._look_around()),
                ]
                await stopping.wait()
                self._stopping = True
                for loop in loops:
                    loop.cancel()
                await self._wind_up()
                writer.cancel()
        finally:
            writer.cancel()
            for listener in listeners:
                await listener.close()

    async def _watch(self, writer: "asyncio.Task[None]") -> None:
        """A ledger that fails ends the process: without it nothing may leave."""
        try:
            await writer
        except asyncio.CancelledError:
            if not self._stopping:
                raise

    async def _wind_up(self) -> None:
        for letter in self.departures.recall(lambda _: True):
            letter.held.lane.drop(letter.ticket)
            self.ledger.enter(GivenBack(letter))
        await self.connector.close()
        await self.ledger.flush()
        async with self._db.connection() as connection:
            await self._caps.give_back(connection)
        await self._leases.stop()
        await self.facts.close()

    # --- leases -------------------------------------------------------------------------------------------------

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            try:
                change = await self._leases.keep()
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("leases could not be kept", fault=type(error).__name__)
                continue
            self._apply(change)
            quiet = [bucket for bucket in change.surplus if self._is_quiet(bucket)]
            if quiet:
                await self._leases.give_up(quiet)
                for bucket in quiet:
                    self._buckets.pop(bucket, None)

    def _apply(self, change: Change) -> None:
        for bucket in change.lost:
            self._buckets.pop(bucket, None)
            self.departures.recall(lambda letter, bucket=bucket: letter.handover.bucket == bucket)  # type: ignore[misc]
        for number, epoch in change.gained.items():
            self._buckets[number] = Bucket(
                number=number,
                epoch=epoch,
                budgets=self._budgets,
                carriers=self._bound_to,
                caps=self._caps,
            )
        for number in change.surplus:
            if number in self._buckets:
                self._buckets[number].retiring = True
        self._wake.set()

    def _is_quiet(self, bucket: int) -> bool:
        waiting = any(letter.handover.bucket == bucket for letter in self._out.values())
        return not waiting and not self.departures.holds(bucket)

    async def _recover(self, connection: Connection, bucket: Bucket) -> None:
        """What the last owner had marked may or may not have left: the rule of its class decides."""
        while True:
            rows = await SQL.many(connection, "left_in_flight", bucket.number, bucket.epoch)
            if not rows:
                bucket.recovered = True
                return
            ids = [row["id"] for row in rows]
            now = datetime.fromtimestamp(self._clock(), UTC)
            doubted = await SQL.many(connection, "doubted", [bucket.number] * len(ids), ids, now)
            bucket.has_news = True
            self.counts.left_behind += len(doubted)
            resent = sum(1 for row in doubted if row["resend"])
            log.warning(
                "messages in doubt", bucket=bucket.number, resent=resent, given_up=len(doubted) - resent
            )

    # --- news ---------------------------------------------------------------------------------------------------

    def _hear_tickets(self, payload: str) -> None:
        now = self._clock()
        if not payload:
            for bucket in self._buckets.values():
                bucket.discovered = -math.inf
                bucket.next_look = 0.0
        for pair in payload.split(",") if payload else ():
            number, _, lane = pair.partition(".")
            told = self._buckets.get(int(number))
            if told is not None:
                told.hear_of(int(lane))
                told.next_look = min(told.next_look, now)
        self._wake.set()

    def _hear_lanes(self, payload: str) -> None:
        """A lane's MPS changed, or it was paused or resumed."""
        if payload:
            number, _, lane = payload.partition(".")
            bucket = self._buckets.get(int(number))
            if bucket is not None and int(lane) in bucket.lanes:
                bucket.changed.add(int(lane))
                bucket.next_look = 0.0
        else:
            for bucket in self._buckets.values():
                bucket.changed.update(bucket.lanes)
                bucket.next_look = 0.0
        self._wake.set()

    # --- looking and claiming -----------------------------------------------------------------------------------

    async def _look_around(self) -> None:
        while True:
            self._wake.clear()
            now = self._clock()
            due = [bucket for bucket in self._buckets.values() if self._is_due(bucket, now)]
            busy = sorted(due, key=lambda bucket: bucket.served)
            if busy:
                try:
                    await self._look_at(busy)
                except Exception as error:
                    if not is_transient(error):
                        raise
                    log.warning("looking at buckets failed", fault=type(error).__name__)
                    await asyncio.sleep(0.2)
            await self._sleep()

    def _pause(self) -> float:
        active = sum(1 for bucket in self._buckets.values() if bucket.lanes)
        return max(LOOK_SECONDS, LOOK_SECONDS_PER_BUCKET * active)

    def _is_due(self, bucket: Bucket, now: float) -> bool:
        if bucket.retiring:
            return False
        return bucket.discovered < now - DISCOVER_SECONDS or (
            bucket.next_look <= now and bucket.looked + self._pause() <= now
        )

    async def _look_at(self, buckets: list[Bucket]) -> None:
        pause = self._pause()
        async with self._db.connection() as connection:
            for bucket in buckets:
                if not bucket.recovered:
                    await self._recover(connection, bucket)
                now = self._clock()
                if bucket.discovered < now - DISCOVER_SECONDS:
                    await bucket.discover(connection)
                    bucket.discovered = now
                self.counts.looks += 1
                letters = await bucket.look(
                    connection, now=now, lead=self._look_seconds, ahead=2 * pause, room=self._room(now)
                )
                # The slowest of late: a letter that is claimed after its time would have to catch up.
                took = min(self._clock() - now, LONGEST_LEAD_SECONDS)
                self._look_seconds = max(took, self._look_seconds * 0.95)
                self._call_back_paused(bucket)
                if bucket.has_news:
                    bucket.has_news = False
                    self.facts.ring([bucket.number])
                for letter in letters:
                    self.departures.add(letter)
                if letters:
                    self.departures.run()

    def _room(self, now: float) -> int:
        """Parts that may be claimed now: what the carrier takes, and a little more so that it never waits for us."""
        room = self.connector.room
        if room == 0 and not self._out:
            self._no_room_since = min(self._no_room_since, now)
            if now - self._no_room_since > STRANDED_SECONDS:
                self._give_back_stranded()
            return 0
        self._no_room_since = math.inf
        self._window = max(self._window, room)
        return max(0, room + SPARE_WINDOWS * self._window - self.departures.overdue_parts(now))

    def _call_back_paused(self, bucket: Bucket) -> None:
        for held in bucket.paused:
            self._call_back(held)
        bucket.paused.clear()

    def _call_back(self, held: HeldLane) -> None:
        """What a lane claimed and has not handed over goes back to the queue."""
        for letter in self.departures.recall(lambda letter: letter.held is held):
            self._give_back(letter)

    def _give_back_stranded(self) -> None:
        for letter in self.departures.recall(lambda _: True):
            self._give_back(letter)

    async def _sleep(self) -> None:
        now = self._clock()
        pause = self._pause()
        soonest = now + DISCOVER_SECONDS / 2
        for bucket in self._buckets.values():
            if not bucket.retiring:
                soonest = min(soonest, max(bucket.next_look, bucket.looked + pause))
        if not self.connector.room:
            soonest = max(soonest, now + 0.05)
        if soonest <= now:
            await asyncio.sleep(0)
            return
        try:
            # Not wait_for: before Python 3.12 it swallows a cancellation that comes together with the wake-up, and the
            # dispatcher would never end.
            async with asyncio.timeout(soonest - now):
                await self._wake.wait()
        except TimeoutError:
            return

    # --- leaving and coming back --------------------------------------------------------------------------------

    def _leave(self, letter: Letter) -> None:
        if letter.opted_out or letter.account in self._inactive:
            code = OPTED_OUT if letter.opted_out else ACCOUNT_SUSPENDED
            now = datetime.fromtimestamp(self._clock(), UTC)
            self.ledger.enter(Ended(letter, State.FAILED.fact, code.number, now))
            return
        if letter.shuts_at <= self._clock():
            self._give_back(letter)  # its lane then finds that its time is over, and it is judged anew
            return
        self.counts.handed_over += 1
        self._out[letter.handover.id] = letter
        self.connector.hand_over(letter.handover, self._done)

    def _done(self, handover: Handover, outcome: Outcome) -> None:
        letter = self._out.pop(handover.id)
        now = self._clock()
        if isinstance(outcome, Throttled):
            # What was claimed after it must not leave before it.
            self._call_back(letter.held)
            letter.held.lane.slow(now=now, wait=outcome.wait)
        entry = entry_for(letter, outcome, now=datetime.fromtimestamp(now, UTC))
        self._enter(entry, letter)

    def _enter(self, entry: Entry, letter: Letter) -> None:
        if isinstance(entry, GivenBack):
            self._give_back(letter)
        elif isinstance(entry, Doubted):
            self.counts.unanswered += 1
            self.ledger.enter(entry, then=lambda: self._look_again(letter))
        else:
            self.ledger.enter(entry)

    def _give_back(self, letter: Letter) -> None:
        self.ledger.enter(GivenBack(letter), then=lambda: self._put_back(letter))

    def _put_back(self, letter: Letter) -> None:
        letter.held.lane.put_back(letter.ticket)
        self._look_again(letter)

    def _look_again(self, letter: Letter) -> None:
        bucket = self._buckets.get(letter.handover.bucket)
        if bucket is not None:
            bucket.hear_of(letter.held.id)
            bucket.next_look = 0.0
            self._wake.set()

    # --- time ---------------------------------------------------------------------------------------------------

    async def _promote(self) -> None:
        """Each second: who may not send, tickets whose time has come, receipts that came before their submit."""
        while True:
            await asyncio.sleep(PROMOTE_SECONDS)
            try:
                async with self._db.transaction() as connection:
                    told = await settle.match_waiting(connection)
                self.facts.ring(told)
                await self._read_inactive()
                await self._promote_due()
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("promoting tickets failed", fault=type(error).__name__)

    async def _promote_due(self) -> None:
        """All whose time has come, a batch of each bucket in turn: a bucket with many does not make the others wait."""
        more = True
        while more:
            more = False
            async with self._db.connection() as connection:
                now = datetime.fromtimestamp(self._clock(), UTC)
                for row in await SQL.many(connection, "buckets_due", list(self._buckets), now):
                    bucket = self._buckets.get(row["bucket"])
                    if bucket is not None:
                        more |= await self._promote_bucket(connection, bucket)
                        more |= await self._promote_unplaced(bucket)

    async def _read_inactive(self) -> None:
        async with self._db.connection() as connection:
            self._inactive = await inactive_accounts(connection)
            if self._bound_to_read < self._clock() - BOUND_SENDERS_SECONDS:
                bound = await carriers_of_senders(connection)
                self._bound_to.clear()  # the buckets look into this very mapping
                self._bound_to.update(bound)
                self._bound_to_read = self._clock()

    async def _promote_unplaced(self, bucket: Bucket) -> bool:
        """One batch. Whether there may be more."""
        if self._acceptance is None:
            return False
        now = datetime.fromtimestamp(self._clock(), UTC)
        come = await promote_unplaced(self._db, self._acceptance, bucket.number, epoch=bucket.epoch, now=now)
        return come == LARGEST

    async def _promote_bucket(self, connection: Connection, bucket: Bucket) -> bool:
        """One batch. Whether there may be more."""
        now = datetime.fromtimestamp(self._clock(), UTC)
        rows = await SQL.many(connection, "due", bucket.number, now, bucket.epoch)
        for row in rows:
            bucket.hear_of(row["lane"])
        if rows:
            self.facts.ring([bucket.number])
            bucket.next_look = 0.0
            self._wake.set()
        return len(rows) == LARGEST_DUE
