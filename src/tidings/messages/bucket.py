"""A bucket as its owner holds it: its lanes, the tickets next to leave, and when to look again.

Each look (`Bucket.tick`) reads what is missing of the heads of the queue, asks each lane what may leave until a little
after now, and marks that in one claim. Only what was claimed becomes a letter; the rest stays in the queue.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

from tidings.carriers.connector import Handover, MessageClass
from tidings.kernel.codes import VALIDITY_EXPIRED, Code, Ending
from tidings.kernel.segments import Encoding
from tidings.lanes.budget import Budget
from tidings.lanes.campaign import CampaignBudgets
from tidings.lanes.caps import DailyCaps
from tidings.lanes.lane import Lane, Leaving, Ticket
from tidings.lanes.settings import LaneSettings, settings_of
from tidings.messages.letter import HeldLane, Letter
from tidings.messages.states import State
from tidings.runtime.database import Connection, Record
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

PRIORITIES = (0, 1, 2)
_FAST_MPS = 50.0
"""Lanes above it read 500 tickets ahead, others 8: enough for a look, and little memory for ten thousand lanes."""
_MANY, _FEW = 500, 8
_FORGET_SECONDS = 60.0
_ASK_SECONDS = 2.0
_LOOK_AGAIN_SECONDS = 0.25
_CLAIM_LARGEST = 1000
_CLASSES = tuple(MessageClass)
_order = count()


@dataclass(slots=True)
class Bucket:
    """`epoch` is the lease's. `next_look`, `looked` and `discovered` are in epoch seconds, and so is
    `served`: when it last claimed anything, so that buckets take turns where the connection is what is scarce.

    `budgets`: what all lanes share, the connection's own limit. `carriers`: senders (account and address) that are
    bound to a carrier, with its name. `caps`: daily caps, the same for all buckets of a dispatcher. `campaigns`: the
    budgets of campaigns, whose lanes are all here. `capped`: the lanes that have daily caps.
    `unknown`: lanes that have tickets but are not held.
    `changed`: lanes whose settings are to be read anew. `paused`: lanes just paused, whose letters are to come back.
    `has_news`: facts were written that readers have not been woken for.
    `uncertain`: tickets of a claim whose answer has not come. `recovered`: what the last owner left in flight is
    dealt with. `retiring`: another dispatcher is to have the bucket; nothing new is claimed.
    """

    number: int
    epoch: int
    budgets: tuple[Budget, ...] = ()
    carriers: Mapping[tuple[UUID, str], str] = field(default_factory=dict)
    caps: DailyCaps = field(default_factory=DailyCaps)
    campaigns: dict[tuple[UUID, str], CampaignBudgets] = field(default_factory=dict)
    lanes: dict[int, HeldLane] = field(default_factory=dict)
    capped: dict[int, HeldLane] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)
    uncertain: list[tuple[HeldLane, Ticket]] = field(default_factory=list)
    next_look: float = 0.0
    looked: float = 0.0
    served: float = 0.0
    discovered: float = -math.inf
    recovered: bool = False
    retiring: bool = False
    changed: set[int] = field(default_factory=set)
    paused: list[HeldLane] = field(default_factory=list)
    has_news: bool = False

    def hear_of(self, lane: int) -> None:
        """Tickets came for a lane."""
        held = self.lanes.get(lane)
        if held is None:
            self.unknown.add(lane)
        else:
            held.stale = True

    async def discover(self, connection: Connection) -> None:
        """Find every lane that has tickets, whoever told us of it or not."""
        rows = await SQL.many(connection, "lanes_waiting", self.number)
        for row in rows:
            self.hear_of(row["lane"])

    async def look(
        self, connection: Connection, *, now: float, lead: float, ahead: float, room: int
    ) -> list[Letter]:
        """Claims what may leave within `ahead` seconds, at most `room` parts; the letters come in order.

        `lead` is how many seconds a look usually takes: nothing is planned to leave before it is claimed.
        """
        await self._settle_uncertain(connection)
        await self._open_lanes(connection, now)
        await self._refill(connection, now)
        if self.capped:
            caps = {id(cap): cap for held in self.capped.values() if held.lane.held for cap in held.caps}
            await self.caps.provide(connection, caps.values(), now=now, until=now + ahead)
        leaving: list[tuple[HeldLane, Leaving]] = []
        ended = await self._end_capped(connection, now) if self.capped else []
        for held in self.lanes.values():
            if len(leaving) >= _CLAIM_LARGEST:
                break
            if not self._is_due(held, now=now, ahead=ahead):
                continue
            held.asked_at = now
            released = held.lane.release(
                until=now + ahead, now=now + lead, room=min(room, _CLAIM_LARGEST - len(leaving))
            )
            leaving.extend((held, one) for one in released.leaving)
            ended.extend((held, ticket, VALIDITY_EXPIRED) for ticket in released.expired)
            room -= sum(one.ticket.segments for one in released.leaving)
        if leaving:
            self.served = now
        if room <= 0:
            self._let_others_go_first([held for held, _ in leaving])
        self.uncertain = [(held, one.ticket) for held, one in leaving]
        if ended:
            await self._expire(connection, ended, now)
            self.has_news = True
        letters = await self._claim(connection, leaving, now) if leaving else []
        self._plan_next_look(now, ahead)
        return letters

    def _let_others_go_first(self, served: Sequence[HeldLane]) -> None:
        """When the connection is what is scarce, lanes take turns."""
        for lane in dict.fromkeys(held.id for held in served):
            self.lanes[lane] = self.lanes.pop(lane)

    def _is_due(self, held: HeldLane, *, now: float, ahead: float) -> bool:
        """A lane that lets nothing leave is asked all the same now and then: what it holds may have expired."""
        at = held.lane.next_at()
        if at is not None and at <= now + ahead:
            return True
        return held.lane.held > 0 and now - held.asked_at > _ASK_SECONDS

    def _plan_next_look(self, now: float, ahead: float) -> None:
        self.looked = now
        soonest = math.inf
        idle = []
        for held in self.lanes.values():
            at = held.lane.next_at()
            if held.lane.held > 0:
                soonest = min(
                    soonest, now + _ASK_SECONDS if at is None else min(at - ahead / 2, now + _ASK_SECONDS)
                )
                held.idle_since = now
            elif not (held.stale or any(held.more)) and now - held.idle_since > _FORGET_SECONDS:
                idle.append(held.id)
            if held.lane.paused and held.lane.held:
                continue
            if held.stale:
                soonest = min(soonest, held.read_at + _LOOK_AGAIN_SECONDS if any(held.more) else now)
            if held.lane.held == 0 and any(held.more):
                soonest = now
        for lane in idle:
            del self.lanes[lane]
            self.capped.pop(lane, None)
        short = any(one.cap.is_short for held in self.capped.values() if held.lane.held for one in held.caps)
        walking = any(held.has_spent_cap and held.walk.is_due(now) for held in self.capped.values())
        self.next_look = now if self.unknown or self.changed or short or walking else soonest

    async def _open_lanes(self, connection: Connection, now: float) -> None:
        if not (self.unknown or self.changed):
            return
        wanted = list(self.unknown | self.changed)
        for settings in await settings_of(connection, self.number, wanted):
            known = self.lanes.get(settings.lane)
            if known is not None:
                if settings.paused and not known.lane.paused:
                    self.paused.append(known)
                _change(known.lane, settings, now)
                self._campaign(settings, now)
                continue
            caps = await self.caps.of(
                connection, settings.account, settings.daily_caps, mps=settings.mps, now=now
            )
            lane = Lane(
                mps=settings.mps,
                queue_limit_seconds=settings.queue_limit_seconds,
                free_at=settings.free_at,
                turns=settings.turns,
                budgets=(*self.budgets, *self._campaign(settings, now), *(one.cap for one in caps)),
            )
            if settings.paused:
                lane.pause()
            self.lanes[settings.lane] = HeldLane(
                bucket=self.number,
                id=settings.lane,
                account=settings.account,
                lane=lane,
                more=[True, True, True],
                stale=True,
                idle_since=now,
                caps=tuple(caps),
            )
            if caps:
                self.capped[settings.lane] = self.lanes[settings.lane]
        self.unknown.difference_update(wanted)
        self.changed.difference_update(wanted)

    def _campaign(self, settings: LaneSettings, now: float) -> tuple[Budget, ...]:
        """What a lane shares with the others of its campaign."""
        if settings.campaign is None or settings.rates is None:
            return ()
        known = self.campaigns.get((settings.account, settings.campaign))
        if known is None:
            known = CampaignBudgets(settings.rates, free_at=settings.campaign_free_at)
            self.campaigns[settings.account, settings.campaign] = known
        known.change(settings.rates, now=now)
        return known.of(settings.network)

    async def _refill(self, connection: Connection, now: float) -> None:
        """Reads ahead where tickets run low, and where some may have come that go first.

        While the queue holds more than was read, what comes goes behind it but for a flow that is new to the lane:
        that is looked for now and then.
        """
        fast: list[tuple[HeldLane, int]] = []
        slow: list[tuple[HeldLane, int]] = []
        for held in self.lanes.values():
            if not (held.stale or any(held.more)) or (held.lane.paused and held.lane.held):
                continue
            is_fast = held.lane.mps > _FAST_MPS
            low = (_MANY if is_fast else _FEW) // 2
            look_again = held.stale and now - held.read_at > _LOOK_AGAIN_SECONDS
            for priority in PRIORITIES:
                low_or_due = look_again or held.lane.depths[priority] < low
                if low_or_due if held.more[priority] else held.stale:
                    (fast if is_fast else slow).append((held, priority))
            if look_again or not any(held.more):
                held.stale = False
                held.read_at = now
        if fast:
            await self._read_heads(connection, "heads_many", fast, _MANY)
        if slow:
            await self._read_heads(connection, "heads_few", slow, _FEW)

    async def _read_heads(
        self, connection: Connection, name: str, wanted: Sequence[tuple[HeldLane, int]], limit: int
    ) -> None:
        lanes = [held.id for held, _ in wanted]
        priorities = [priority for _, priority in wanted]
        rows = await SQL.many(connection, name, self.number, lanes, priorities)
        found = dict.fromkeys(((held.id, priority) for held, priority in wanted), 0)
        for row in rows:
            key = (row["lane"], row["priority"])
            found[key] += 1
            self.lanes[row["lane"]].lane.hold(_ticket(row))
        for held, priority in wanted:
            held.more[priority] = found[held.id, priority] == limit

    async def _claim(
        self, connection: Connection, leaving: Sequence[tuple[HeldLane, Leaving]], now: float
    ) -> list[Letter]:
        tickets = [one.ticket for _, one in leaving]
        touched = {held.id: held for held, _ in leaving}.values()
        rows = await SQL.many(
            connection,
            "claim",
            self.number,
            self.epoch,
            [held.id for held, _ in leaving],
            [ticket.priority for ticket in tickets],
            [ticket.turn for ticket in tickets],
            [ticket.id for ticket in tickets],
            datetime.fromtimestamp(now, UTC),
            [held.id for held in touched],
            [held.lane.free_at for held in touched],
            *([held.lane.turns[priority] for held in touched] for priority in PRIORITIES),
        )
        self.uncertain.clear()
        claimed = {row["id"]: row for row in rows}
        letters = []
        for held, one in leaving:
            row = claimed.get(one.ticket.id)
            if row is None:
                held.lane.drop(one.ticket)  # cancelled meanwhile, or the lease is not ours any more
            else:
                letters.append(_letter(held, one, row, bucket=self.number, carriers=self.carriers))
        return letters

    async def _end_capped(self, connection: Connection, now: float) -> list[tuple[HeldLane, Ticket, Code]]:
        """Where a day's cap is spent: the next of the waiting tickets that expire before it lets them leave.

        Each look goes on a page further, and from the beginning again after a while.
        """
        ended = []
        for held in self.capped.values():
            if not held.has_spent_cap:
                held.walk.end()
                continue
            if not held.walk.is_due(now):
                continue
            rows = await SQL.many(connection, "tickets_beyond", self.number, held.id, *held.walk.beyond)
            held.walk.went_to([(row["priority"], row["turn"], row["id"]) for row in rows], now=now)
            for ticket in map(_ticket, rows):
                code = _code_of_cap(held, ticket)
                if code is not None:
                    held.lane.withdraw(ticket.id)
                    ended.append((held, ticket, code))
        return ended

    async def _expire(
        self, connection: Connection, ended: Sequence[tuple[HeldLane, Ticket, Code]], now: float
    ) -> None:
        await SQL.run(
            connection,
            "expire",
            self.number,
            [held.id for held, _, _ in ended],
            [ticket.priority for _, ticket, _ in ended],
            [ticket.turn for _, ticket, _ in ended],
            [ticket.id for _, ticket, _ in ended],
            self.epoch,
            datetime.fromtimestamp(now, UTC),
            [_fact_of(code) for _, _, code in ended],
            [code.number for _, _, code in ended],
        )

    async def _settle_uncertain(self, connection: Connection) -> None:
        """A claim whose answer was lost may have been kept: nothing of it left, so it goes back to its place."""
        if not self.uncertain:
            return
        ids = [ticket.id for _, ticket in self.uncertain]
        await SQL.many(connection, "give_back", [self.number] * len(ids), ids)
        for held, ticket in self.uncertain:
            held.lane.put_back(ticket)
            held.stale = True
        self.uncertain.clear()


def _change(lane: Lane, settings: LaneSettings, now: float) -> None:
    if lane.mps != settings.mps:
        lane.set_mps(settings.mps, now=now)
    if settings.paused:
        lane.pause()
    elif lane.paused:
        lane.resume(now)


def _code_of_cap(held: HeldLane, ticket: Ticket) -> Code | None:
    """The code of the cap that lets a ticket leave when it has expired; None when none does."""
    late = (one for one in held.caps if one.cap.shut_until(ticket.segments) >= ticket.expires_at)
    return next((one.code for one in late), None)


def _fact_of(code: Code) -> str:
    return State.UNDELIVERED.fact if code.ends_as is Ending.UNDELIVERED else State.FAILED.fact


def _ticket(row: Record) -> Ticket:
    return Ticket(
        id=row["id"],
        priority=row["priority"],
        turn=row["turn"],
        segments=row["segments"],
        expires_at=row["expires_at"].timestamp(),
    )


def _letter(
    held: HeldLane, one: Leaving, row: Record, *, bucket: int, carriers: Mapping[tuple[UUID, str], str]
) -> Letter:
    handover = Handover(
        id=one.ticket.id,
        bucket=bucket,
        source=row["sender"],
        destination=row["recipient"],
        text=row["body"],
        encoding=Encoding.UCS2 if row["ucs2"] else Encoding.GSM7,
        segments=one.ticket.segments,
        expires_at=row["valid_until"].timestamp(),
        message_class=_CLASSES[one.ticket.priority],
        resend=row["resend"],
        sender_carrier=carriers.get((row["account"], row["sender"])) if carriers else None,
        network=row["network"],
    )
    return Letter(
        ticket=one.ticket,
        held=held,
        handover=handover,
        account=row["account"],
        attempt=row["attempt"],
        expires_at=row["valid_until"],
        leaves_at=one.at,
        order=next(_order),
        opted_out=row["opted_out"],
        shuts_at=one.ticket.expires_at if row["expires_at"] < row["valid_until"] else math.inf,
    )
