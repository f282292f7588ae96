"""Accept a message: ask the gate, admit it to its lane, then write it with its ticket and its first fact in one
transaction.

Requests that arrive while a commit is in flight share the next (`runtime/group_commit.py`). The answer is given only
after the commit, so accepted means kept.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from hashlib import blake2b
from typing import assert_never
from uuid import UUID

import asyncpg
import msgspec

from tidings.kernel.codes import (
    CODES,
    FROM_NOT_CAPABLE,
    NO_COMPLIANT_WINDOW,
    OPTED_OUT,
    SERVICE_IS_EMPTY,
    VALIDITY_EXPIRED,
    Code,
    Ending,
)
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import bucket_for, mint
from tidings.lanes.admission import Admitted, CannotLeaveInTime, Full, Overflowed
from tidings.lanes.allowance import UNITED_STATES, Allowance, allowance_of
from tidings.lanes.gauge import Gauges, Wish
from tidings.lanes.key import LaneKey, lane_key
from tidings.lanes.networks import Networks
from tidings.links.minted import Linked, keep_links
from tidings.messages.choosing import Choosing, nothing_registered
from tidings.messages.draft import Draft
from tidings.messages.judging import FREE, Judged, Judging, too_late
from tidings.messages.metrics import REFUSED_BY_THE_GATE
from tidings.messages.pending import MOST_PENDING, Pending
from tidings.messages.registered import Gate
from tidings.messages.states import State
from tidings.messages.validity import expiry, expiry_when_held
from tidings.runtime.bell import Bell
from tidings.runtime.database import Database, Record, is_transient, with_retries
from tidings.runtime.group_commit import GroupCommit
from tidings.runtime.outbox import CHANNEL as FACTS
from tidings.runtime.statements import Statements
from tidings.senders import Directory
from tidings.senders.services import Services

SQL = Statements.beside(__file__)

TICKETS = "tickets"
"""The channel on which dispatchers hear of lanes that have tickets, as bucket.lane."""
TICKETS_LINGER_SECONDS = 0.001
FACTS_LINGER_SECONDS = 0.02
_ENTROPY_BYTES = 10
_DUE = 29
"""Where `due` stands among the values of `accept`."""


class Fate(StrEnum):
    """What the statement made of a message that looked like queued: opt-outs are known only then."""

    QUEUED = "queued"
    REFUSED = "refused"
    FAILED = "failed"
    HELD = "held"


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """A message that is kept. `code`: why it ends right away (30001 through a service, 30034 from a number that is not
    registered), None when it does not.

    `bucket` is where it lies: that of its `lane`, or any while it has none. `sticks`: the person shall go on hearing
    from its sender. `was_scheduled`: it was accepted earlier, and is given its sender now. `judged`: the gate's word.
    """

    id: UUID
    draft: Draft
    state: State
    """What the caller is answered: `accepted` for a message through a service, though its place in a lane is taken."""
    code: Code | None
    created_at: Instant
    expires_at: Instant
    bucket: int
    lane: LaneKey | None
    sticks: bool = False
    was_scheduled: bool = False
    judged: Judged = FREE

    @property
    def has_ticket(self) -> bool:
        return (
            self.code is None
            and self.judged.held_until is None
            and self.state in (State.QUEUED, State.ACCEPTED)
        )


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """A message with what became of its wish for a place in a lane: `code` None, and it is counted into the lane; or it
    fails with the code. `lane` None: no sender would do."""

    draft: Draft
    lane: LaneKey | None = None
    wish: Wish | None = None
    code: Code | None = None
    sticks: bool = False


class Acceptance:
    """Accepts messages for all accounts of a process. `entropy(n)` gives n random bytes; `networks` knows the networks
    of US numbers, without it none is known. Without `services` no message goes through one that has to choose; without
    `gate` nobody looks at what is registered with carriers, and without `judging` nobody asks laws and wishes.
    `most_pending`: how many scheduled messages an account may have waiting."""

    def __init__(
        self,
        db: Database,
        gauges: Gauges,
        *,
        entropy: Callable[[int], bytes] = secrets.token_bytes,
        networks: Networks | None = None,
        services: Services | None = None,
        gate: Gate | None = None,
        judging: Judging | None = None,
        most_pending: int = MOST_PENDING,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = db
        self._pending = Pending(db, most=most_pending, monotonic=monotonic)
        self._gate = gate
        self._judging = judging
        self._gauges = gauges
        self._entropy = entropy
        self._tickets = Bell(db, TICKETS, linger_seconds=TICKETS_LINGER_SECONDS)
        self._facts = Bell(db, FACTS, linger_seconds=FACTS_LINGER_SECONDS)
        self._commits = GroupCommit[Accepted, Fate | Code | None](self._write)
        self._networks = networks
        self._places: dict[tuple[object, ...], tuple[LaneKey, Allowance]] = {}
        self._senders = Directory(db, monotonic=monotonic)
        self._choosing = None
        if services is not None:
            self._choosing = Choosing(
                db,
                gauges=gauges,
                services=services,
                senders=self._senders,
                key_of=lambda draft, network: self._place(draft, network)[0],
                monotonic=monotonic,
                standings=nothing_registered if gate is None else gate.standings,
            )

    async def accept(self, draft: Draft, *, now: Instant, entropy: bytes | None = None) -> Accepted | Refused:
        """Returns once the message is durable, or why it was refused; a refused one leaves no trace.

        The same `now` and the same ten bytes of `entropy` give a message the same id again: so whoever may have
        accepted it before it crashed can look whether it did.
        """
        entropy = entropy or self._entropy(_ENTROPY_BYTES)
        if draft.send_at is not None:
            return await self._schedule(draft, draft.send_at, now=now, entropy=entropy)
        judged = await self.judge(draft, now=now)
        if judged.refused is not None and draft.service is None:
            REFUSED_BY_THE_GATE.labels(str(judged.refused.code.number)).inc()
            if self._judging is not None:
                await self._judging.note_refused(draft, judged, now=now)
            return judged.refused
        if judged.held_until is not None:
            return await self._keep_for_later(draft, judged, State.ACCEPTED, now=now, entropy=entropy)
        kept = await self._accept_judged(draft, judged, now=now, entropy=entropy)
        if isinstance(kept, Refused) or not kept.has_ticket:
            await self.give_back(judged)
        return kept

    async def _accept_judged(
        self, draft: Draft, judged: Judged, *, now: Instant, entropy: bytes
    ) -> Accepted | Refused:
        """What may leave now, or ends at once with its code."""
        if draft.sender is None:
            return await self._accept_through_service(draft, judged, now=now, entropy=entropy)
        draft, blocked = await self._registered(draft)
        key, allowed = self._place(draft, await self._network_of(draft))
        wish = _wish(draft, allowed)
        state = State.QUEUED if draft.service is None else State.ACCEPTED
        code = blocked if judged.refused is None else judged.refused.code
        if code is None:
            verdict = await self._gauges.enter(key, wish)
            match verdict:
                case Full(refused):
                    return refused
                case CannotLeaveInTime(refused):
                    if draft.service is None:
                        return refused
                    code = refused.code
                case Overflowed(overflow):
                    state, code = State.ACCEPTED, overflow
                case Admitted():
                    pass
                case never:
                    assert_never(never)
        accepted = Accepted(
            id=mint(now, entropy, key.bucket),
            draft=draft,
            state=state,
            code=code,
            created_at=now,
            expires_at=expiry(draft, now),
            bucket=key.bucket,
            lane=key,
            judged=judged,
        )
        return await self._keep(accepted, wish)

    async def judge(self, draft: Draft, *, now: Instant, counted_at: Instant | None = None) -> Judged:
        """What the gate says of a message that would leave now; `counted_at`: when it was counted before."""
        if self._judging is None:
            return FREE
        known = self._judging.recall(draft, now=now)
        return known or await self._judging.judge(draft, now=now, counted_at=counted_at)

    async def judge_sender(self, placed: Placed, judged: Judged, *, now: Instant) -> tuple[Placed, Judged]:
        """With what the gate says of the sender that a service chose: one that it refuses has no place in a lane."""
        if self._judging is None or placed.code is not None:
            return placed, judged
        judged = await self._judging.judge_sender(placed.draft, judged, now=now)
        if judged.refused is not None:
            self.settle(placed, written=False)
            placed = msgspec.structs.replace(placed, code=judged.refused.code)
        return placed, judged

    async def give_back(self, judged: Judged) -> None:
        """What the gate let pass does not leave after all: it counts under no cap."""
        if self._judging is not None:
            await self._judging.give_back(judged)

    async def _schedule(
        self, draft: Draft, send_at: Instant, *, now: Instant, entropy: bytes
    ) -> Accepted | Refused:
        """Refused where too many wait already, or where the rules as they are now would hold it for longer than it is
        valid."""
        full = await self._pending.enter(draft.account)
        if full is not None:
            return full
        judged = FREE if self._judging is None else await self._judging.foresee(draft, at=send_at)
        if judged.held_until is not None:
            expires_at = expiry(draft, now)
            if expiry_when_held(send_at, expires_at, now=send_at, until=judged.held_until) is None:
                return too_late(NO_COMPLIANT_WINDOW, judged)
        return await self._keep_for_later(draft, FREE, State.SCHEDULED, now=now, entropy=entropy)

    async def place(self, draft: Draft, *, by_long_code: bool = False) -> Placed:
        """Give a message through a service its sender, and count it into that sender's lane: or into that of an equal
        sender, where the first one's is full or paused. `by_long_code`: no other kind will do. Whoever asks must
        `settle` what was counted in."""
        if draft.sender is not None:
            return await self._place_named(draft, draft.sender)
        assert self._choosing is not None, "made without services"
        network = await self._network_of(draft, chosen_later=True)
        choice = await self._choosing.choose(draft, network=network, by_long_code=by_long_code)
        if isinstance(choice, Code):
            return Placed(draft=draft, code=choice)
        first = await self._try(choice.draft, network)
        if first.code is None and not self._is_paused(first):
            return msgspec.structs.replace(first, sticks=choice.sticks)
        for draft_of_other in choice.others():
            key, allowed = self._place(draft_of_other, network)
            wish = _wish(draft_of_other, allowed)
            if self._gauges.is_paused(key) or not self._gauges.has_room(key, wish):
                continue
            other = await self._try(draft_of_other, network)
            if other.code is None and not self._is_paused(other):
                self.settle(first, written=False)
                return msgspec.structs.replace(other, sticks=choice.sticks)
            self.settle(other, written=False)
        return msgspec.structs.replace(first, sticks=choice.sticks)

    def settle(self, placed: Placed, *, written: bool) -> None:
        """What was counted into a lane is committed, or was not written after all."""
        if placed.code is None and placed.lane is not None and placed.wish is not None:
            self._gauges.settle(placed.lane, placed.wish, written=written)

    def ring(self, batch: Sequence[Accepted]) -> None:
        """Tell dispatchers and readers of what was written."""
        self._tickets.ring(
            f"{one.lane.bucket}.{one.lane.id}" for one in batch if one.has_ticket and one.lane is not None
        )
        self._facts.ring(one.bucket for one in batch)

    async def _accept_through_service(
        self, draft: Draft, judged: Judged, *, now: Instant, entropy: bytes
    ) -> Accepted | Refused:
        if judged.refused is not None:
            placed = Placed(draft=draft, code=judged.refused.code)
        else:
            placed = await self.place(draft)
            if placed.code is SERVICE_IS_EMPTY:
                return Refused.because(SERVICE_IS_EMPTY)
            placed, judged = await self.judge_sender(placed, judged, now=now)
        bucket = bucket_for(draft.recipient) if placed.lane is None else placed.lane.bucket
        accepted = Accepted(
            id=mint(now, entropy, bucket),
            draft=placed.draft,
            state=State.ACCEPTED,
            code=placed.code,
            created_at=now,
            expires_at=expiry(draft, now),
            bucket=bucket,
            lane=placed.lane,
            sticks=placed.sticks and placed.code is None,
            judged=judged,
        )
        return await self._keep(accepted, placed.wish)

    async def _keep_for_later(
        self, draft: Draft, judged: Judged, state: State, *, now: Instant, entropy: bytes
    ) -> Accepted | Refused:
        """What is scheduled or held is given its place, and through a service its sender, when its time has come."""
        expires_at, code = expiry(draft, now), None
        if judged.held_until is not None:
            kept_until = expiry_when_held(now, expires_at, now=now, until=judged.held_until)
            if kept_until is None:
                if draft.service is None:
                    return too_late(VALIDITY_EXPIRED, judged)
                judged, code = msgspec.structs.replace(judged, held_until=None), VALIDITY_EXPIRED
            expires_at = kept_until or expires_at
        bucket = bucket_for(draft.recipient)
        accepted = Accepted(
            id=mint(now, entropy, bucket),
            draft=draft,
            state=state,
            code=code,
            created_at=now,
            expires_at=expires_at,
            bucket=bucket,
            lane=None,
            judged=judged,
        )
        return await self._keep(accepted, None)

    async def _keep(self, accepted: Accepted, wish: Wish | None) -> Accepted | Refused:
        """Write it with others; a place that it has in a lane is given back where opt-outs took it away."""
        fate: Fate | Code = Fate.REFUSED
        try:
            fate = await self._commits.submit(accepted) or Fate.QUEUED
        finally:
            if accepted.has_ticket and accepted.lane is not None and wish is not None:
                self._gauges.settle(accepted.lane, wish, written=fate is Fate.QUEUED)
        if fate is Fate.REFUSED:
            return Refused.because(OPTED_OUT)
        if isinstance(fate, Code):
            return suppressed(accepted.draft.recipient, fate)
        if fate is Fate.HELD and accepted.state is not State.ACCEPTED:
            return msgspec.structs.replace(accepted, state=State.ACCEPTED)
        return accepted

    async def _place_named(self, draft: Draft, address: str) -> Placed:
        """A place for a message whose caller named the sender when it was scheduled: as things stand now."""
        sender = await self._senders.find(draft.account, address)
        if sender is None:
            return Placed(draft=draft, code=FROM_NOT_CAPABLE)
        draft, blocked = await self._registered(draft.sent_by(sender))
        if blocked is not None:
            return Placed(draft=draft, code=blocked)
        return await self._try(draft, await self._network_of(draft))

    async def _registered(self, draft: Draft) -> tuple[Draft, Code | None]:
        """The message with its sender's campaign, and the code with which carriers would block it, if any."""
        if self._gate is None:
            return draft, None
        return self._gate.recall(draft) or await self._gate.look(draft)

    async def _try(self, draft: Draft, network: str | None) -> Placed:
        """Ask for a place in the lane of a message that has its sender."""
        key, allowed = self._place(draft, network)
        wish = _wish(draft, allowed)
        verdict = await self._gauges.enter(key, wish)
        match verdict:
            case Admitted():
                code = None
            case Overflowed(overflow):
                code = overflow
            case Full(refused) | CannotLeaveInTime(refused):
                code = refused.code
            case never:
                assert_never(never)
        return Placed(draft=draft, lane=key, wish=wish, code=code)

    def _is_paused(self, placed: Placed) -> bool:
        return placed.lane is not None and self._gauges.is_paused(placed.lane)

    async def _network_of(self, draft: Draft, *, chosen_later: bool = False) -> str | None:
        if self._networks is None or draft.country not in UNITED_STATES:
            return None
        if draft.registered is None and not chosen_later:
            return None
        return await self._networks.network_of(draft.recipient)

    async def close(self) -> None:
        await self._commits.close()
        if self._judging is not None:
            await self._judging.close()
        if self._choosing is not None:
            await self._choosing.close()
        await self._tickets.close()
        await self._facts.close()

    def _place(self, draft: Draft, network: str | None) -> tuple[LaneKey, Allowance]:
        """The lane of a message, and what it is opened with."""
        short = (
            draft.account,
            draft.sender,
            draft.calling_code,
            draft.country,
            draft.sender_mps,
            draft.mps_granted,
            draft.registered,
            network,
        )
        place = self._places.get(short)
        if place is None:
            if len(self._places) > 100_000:
                self._places.clear()
            place = self._places[short] = _placed(draft, network)
        return place

    async def _write(self, batch: Sequence[Accepted]) -> Sequence[Fate | Code | None]:
        columns = columns_of(batch, due=None)
        linked = [one for one in batch if one.draft.links]

        async def write() -> list[Record]:
            if linked:
                return await self._write_with_links(columns, linked)
            async with self._db.connection() as connection:
                return await SQL.many(connection, "accept", *columns)

        try:
            changed = await write()
        except Exception as error:
            if not is_transient(error):
                raise
            try:
                changed = await with_retries(write)
            except asyncpg.UniqueViolationError:
                # The commit happened although its answer was lost: the ids are there already.
                changed = await self._look_up(batch)
        self.ring(batch)
        if not changed:
            return [None] * len(batch)
        fates = {row["id"]: _fate(row) for row in changed}
        return [fates.get(one.id) for one in batch]

    async def _write_with_links(self, columns: list[object], linked: Sequence[Accepted]) -> list[Record]:
        """The same in one transaction with the short links of those that are written."""
        async with self._db.transaction() as connection:
            changed = await SQL.many(connection, "accept", *columns)
            refused = {row["id"] for row in changed if row["fate"] == Fate.REFUSED}
            await keep_links(connection, [_linked(one) for one in linked if one.id not in refused])
        return changed

    async def _look_up(self, batch: Sequence[Accepted]) -> list[Record]:
        """What became of a batch that was written, as the statement would have answered."""
        async with self._db.connection() as connection:
            return await SQL.many(
                connection,
                "fates",
                [one.bucket for one in batch],
                [one.id for one in batch],
                [one.code is not None for one in batch],
            )


def suppressed(recipient: str, code: Code) -> Refused:
    """A number to which nothing is sent, since a carrier said at an earlier message what will not change."""
    text = (
        f"Nothing is sent to {recipient} (rule suppression/{code.number}): its last message ended with {code.number}, "
        f"{code.text}. `tidings suppressions lift` takes it off the list."
    )
    return Refused(code, text)


def _fate(row: Record) -> Fate | Code:
    """A code refuses: it is the one that the number's last message ended with."""
    lesson = row.get("suppressed")
    if lesson is not None and row["fate"] == Fate.REFUSED:
        return CODES[lesson]
    return Fate(row["fate"])


def columns_of(batch: Sequence[Accepted], *, due: Instant | None) -> list[object]:
    """The batch as the statement `accept` takes it. `due`: when what was scheduled or held is written anew."""
    columns: list[object] = [list(column) for column in zip(*(_row(one) for one in batch), strict=True)]
    columns.insert(_DUE, due)
    return columns


def _row(one: Accepted) -> tuple[object, ...]:
    draft = one.draft
    return (
        one.bucket,
        one.id,
        draft.account,
        draft.sender,
        draft.recipient,
        draft.body,
        draft.ucs2,
        draft.segments,
        draft.priority,
        None if one.lane is None else one.lane.id,
        flow_number(draft.flow),
        draft.resend,
        one.created_at,
        one.expires_at,
        draft.status_callback,
        draft.provide_feedback,
        draft.intent,
        None if draft.tags is None else msgspec.json.encode(draft.tags).decode(),
        draft.application,
        draft.service,
        draft.send_at,
        None if one.was_scheduled else one.state.fact,
        None if one.code is None else one.code.number,
        draft.discard_body,
        draft.obfuscate_to,
        draft.direction,
        draft.confirms_opt_out,
        one.sticks,
        one.code is not None and one.code.ends_as is Ending.UNDELIVERED,
        one.judged.held_until,
        one.judged.leave_by,
        one.judged.verdict,
        None if draft.whereabouts is None else msgspec.json.encode(draft.whereabouts).decode(),
    )


def _linked(one: Accepted) -> Linked:
    draft = one.draft
    assert draft.link_domain is not None, "links stand on a domain"
    assert draft.service is not None, "that of a service"
    return Linked(
        account=draft.account,
        domain=draft.link_domain,
        service=draft.service,
        message=one.id,
        links=draft.links,
        now=one.created_at,
        leaves_at=draft.send_at or one.created_at,
    )


def _placed(draft: Draft, network: str | None) -> tuple[LaneKey, Allowance]:
    assert draft.sender is not None
    allowed = allowance_of(
        kind=draft.sender_kind,
        destination=draft.country,
        sender=draft.sender,
        sender_country=draft.sender_country,
        registered=draft.registered,
        network=network,
        granted_mps=draft.sender_mps if draft.mps_granted else None,
    )
    campaign = draft.registered.campaign if draft.registered and allowed.rates else None
    key = lane_key(
        draft.account,
        sender=draft.sender,
        kind=draft.sender_kind,
        calling_code=draft.calling_code,
        country=draft.country,
        campaign=campaign,
        network=network,
    )
    return key, allowed


def _wish(draft: Draft, allowed: Allowance) -> Wish:
    assert draft.sender is not None
    return Wish(
        sender=draft.sender,
        segments=draft.segments,
        priority=draft.priority,
        flow=flow_number(draft.flow),
        allowed=allowed,
        queue_limit_seconds=draft.sender_queue_limit_seconds,
        validity_seconds=draft.validity_seconds,
        via_service=draft.service is not None,
    )


def flow_number(name: str) -> int:
    """The number of a campaign's flow: 0 for none, else 63 bits of a hash, the same in every process."""
    if not name:
        return 0
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big") >> 1
