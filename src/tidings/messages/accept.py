"""Accept a message: admit it to its lane, then write it with its ticket and its first fact in one transaction.

Requests that arrive while a commit is in flight share the next (`runtime/group_commit.py`). The answer is given only
after the commit, so accepted means kept.
"""

import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import assert_never
from uuid import UUID

import asyncpg
import msgspec

from tidings.kernel.codes import OPTED_OUT, Code
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import mint
from tidings.lanes.admission import Admitted, CannotLeaveInTime, Full, Overflowed
from tidings.lanes.allowance import UNITED_STATES, Allowance, allowance_of
from tidings.lanes.gauge import Gauges, Wish
from tidings.lanes.key import LaneKey, lane_key
from tidings.lanes.networks import Networks
from tidings.messages.draft import Draft
from tidings.messages.states import State
from tidings.runtime.bell import Bell
from tidings.runtime.database import Database, Record, is_transient, with_retries
from tidings.runtime.group_commit import GroupCommit
from tidings.runtime.outbox import CHANNEL as FACTS
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

TICKETS = "tickets"
"""The channel on which dispatchers hear of lanes that have tickets, as bucket.lane."""
TICKETS_LINGER_SECONDS = 0.001
FACTS_LINGER_SECONDS = 0.02
_ENTROPY_BYTES = 10


class Fate(StrEnum):
    """What the statement made of a message that looked like queued: opt-outs are known only then."""

    QUEUED = "queued"
    REFUSED = "refused"
    FAILED = "failed"
    HELD = "held"


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """A message that is kept. `code`: why it fails right away (30001 through a service), None when it does not."""

    id: UUID
    draft: Draft
    state: State
    """What the caller is answered: `accepted` for a message through a service, though its place in a lane is taken."""
    code: Code | None
    created_at: Instant
    expires_at: Instant
    lane: LaneKey

    @property
    def has_ticket(self) -> bool:
        return self.state is State.QUEUED or (self.state is State.ACCEPTED and self.code is None)


class Acceptance:
    """Accepts messages for all accounts of a process. `entropy(n)` gives n random bytes; `networks` knows the networks
    of US numbers, without it none is known."""

    def __init__(
        self,
        db: Database,
        gauges: Gauges,
        *,
        entropy: Callable[[int], bytes] = secrets.token_bytes,
        networks: Networks | None = None,
    ) -> None:
        self._db = db
        self._gauges = gauges
        self._entropy = entropy
        self._tickets = Bell(db, TICKETS, linger_seconds=TICKETS_LINGER_SECONDS)
        self._facts = Bell(db, FACTS, linger_seconds=FACTS_LINGER_SECONDS)
        self._commits = GroupCommit[Accepted, Fate | None](self._write)
        self._networks = networks
        self._places: dict[tuple[object, ...], tuple[LaneKey, Allowance]] = {}

    async def accept(self, draft: Draft, *, now: Instant, entropy: bytes | None = None) -> Accepted | Refused:
        """Returns once the message is durable, or why it was refused; a refused one leaves no trace.

        The same `now` and the same ten bytes of `entropy` give a message the same id again: so whoever may have
        accepted it before it crashed can look whether it did.
        """
        network = None
        if draft.registered is not None and draft.country == UNITED_STATES and self._networks is not None:
            network = await self._networks.network_of(draft.recipient)
        key, allowed = self._place(draft, network)
        scheduled = draft.send_at is not None
        wish = _wish(draft, allowed)
        state, code = State.SCHEDULED, None
        if scheduled:
            await self._gauges.open(key, wish)
        else:
            verdict = await self._gauges.enter(key, wish)
            match verdict:
                case Full(refused):
                    return refused
                case CannotLeaveInTime(refused):
                    if draft.service is None:
                        return refused
                    state, code = State.ACCEPTED, refused.code
                case Overflowed(overflow):
                    state, code = State.ACCEPTED, overflow
                case Admitted():
                    state = State.QUEUED if draft.service is None else State.ACCEPTED
                case never:
                    assert_never(never)
        accepted = Accepted(
            id=mint(now, entropy or self._entropy(_ENTROPY_BYTES), key.bucket),
            draft=draft,
            state=state,
            code=code,
            created_at=now,
            expires_at=(draft.send_at or now) + timedelta(seconds=draft.validity_seconds),
            lane=key,
        )
        fate = Fate.REFUSED
        try:
            fate = await self._commits.submit(accepted) or Fate.QUEUED
        finally:
            if accepted.has_ticket:
                self._gauges.settle(key, wish, written=fate is Fate.QUEUED)
        if fate is Fate.REFUSED:
            return Refused.because(OPTED_OUT)
        if fate is Fate.HELD:
            return msgspec.structs.replace(accepted, state=State.ACCEPTED)
        return accepted

    async def close(self) -> None:
        await self._commits.close()
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

    async def _write(self, batch: Sequence[Accepted]) -> Sequence[Fate | None]:
        columns = _columns(batch)

        async def write() -> list[Record]:
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
        self._tickets.ring(f"{one.lane.bucket}.{one.lane.id}" for one in batch if one.has_ticket)
        self._facts.ring(one.lane.bucket for one in batch)
        if not changed:
            return [None] * len(batch)
        fates = {row["id"]: Fate(row["fate"]) for row in changed}
        return [fates.get(one.id) for one in batch]

    async def _look_up(self, batch: Sequence[Accepted]) -> list[Record]:
        """What became of a batch that was written, as the statement would have answered."""
        async with self._db.connection() as connection:
            return await SQL.many(
                connection,
                "fates",
                [one.lane.bucket for one in batch],
                [one.id for one in batch],
                [one.code is not None for one in batch],
            )


def _columns(batch: Sequence[Accepted]) -> list[list[object]]:
    rows = [_row(one) for one in batch]
    return [list(column) for column in zip(*rows, strict=True)]


def _row(one: Accepted) -> tuple[object, ...]:
    draft = one.draft
    return (
        one.lane.bucket,
        one.id,
        draft.account,
        draft.sender,
        draft.recipient,
        draft.body,
        draft.ucs2,
        draft.segments,
        draft.priority,
        one.lane.id,
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
        one.state.fact,
        None if one.code is None else one.code.number,
        draft.discard_body,
        draft.obfuscate_to,
        draft.direction,
        draft.confirms_opt_out,
    )


def _placed(draft: Draft, network: str | None) -> tuple[LaneKey, Allowance]:
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
