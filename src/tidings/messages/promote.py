"""Scheduled and held messages whose time has come are judged by the gate as things stand now, given their sender,
unless their caller named one, and a place in its lane: or they are held on.

Each is taken out of the bucket that it waited in and written anew where its sender's lane is, by the one statement that
accepts: opt-outs, registrations, queue limits and whom the person knows count as they are now.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import msgspec

from tidings.kernel.codes import NOT_PROVISIONED, SERVICE_HAS_NO_SENDER, SERVICE_IS_EMPTY, VALIDITY_EXPIRED
from tidings.kernel.instant import Instant, parse_instant
from tidings.kernel.phone_number import PhoneNumber
from tidings.messages.accept import Acceptance, Accepted, Placed, columns_of
from tidings.messages.draft import Draft
from tidings.messages.judging import FREE, Judged
from tidings.messages.states import State
from tidings.messages.validity import expiry_when_held
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

LARGEST = 200
"""As the statement `due_unplaced` has it."""


class Promoted(msgspec.Struct, frozen=True):
    """A message whose time has come, with what the gate says of it now, the place that it was given, and its expiry."""

    placed: Placed
    expires_at: Instant
    judged: Judged = FREE


async def promote_unplaced(
    db: Database, acceptance: Acceptance, bucket: int, *, epoch: int, now: Instant
) -> int:
    """Promote up to `LARGEST` of a bucket that are due. Returns how many there were. All, or none."""
    promoted: dict[UUID, Promoted] = {}
    fates: dict[UUID, str] = {}
    batch: list[Accepted] = []
    written = False
    try:
        async with db.transaction() as connection:
            rows = await SQL.many(connection, "due_unplaced", bucket, now, epoch)
            answers = await asyncio.gather(
                *(_promoted(acceptance, row, now) for row in rows), return_exceptions=True
            )
            for row, answer in zip(rows, answers, strict=True):
                if isinstance(answer, Promoted):
                    promoted[row["id"]] = answer
            for answer in answers:
                if isinstance(answer, BaseException):
                    raise answer
            batch = [_accepted(row, promoted[row["id"]], bucket) for row in rows]
            fates = await _write(connection, batch, now)
        written = True
    finally:
        for id, one in promoted.items():
            leaves = written and id not in fates
            acceptance.settle(one.placed, written=leaves)
            if one.judged.counted is not None and not (leaves and one.placed.code is None):
                await acceptance.give_back(one.judged)
    acceptance.ring(batch)
    return len(batch)


async def _promoted(acceptance: Acceptance, row: Record, now: Instant) -> Promoted:
    draft, expires_at = _draft(row, now), row["expires_at"]
    if expires_at <= now:
        return Promoted(Placed(draft=draft, code=VALIDITY_EXPIRED), expires_at)
    counted_at = None if row["counted_at"] is None else parse_instant(row["counted_at"])
    judged = await acceptance.judge(draft, now=now, counted_at=counted_at)
    if judged.refused is not None:
        return Promoted(Placed(draft=draft, code=judged.refused.code), expires_at, judged)
    if judged.held_until is None:
        placed = await _placed(acceptance, draft, came_back=row["attempt"] > 0)
        placed, judged = await acceptance.judge_sender(placed, judged, now=now)
        return Promoted(placed, expires_at, judged)
    start = row["send_at"] or row["created_at"]
    kept_until = expiry_when_held(start, expires_at, now=now, until=judged.held_until)
    if kept_until is None:
        judged = msgspec.structs.replace(judged, held_until=None)
        return Promoted(Placed(draft=draft, code=VALIDITY_EXPIRED), expires_at, judged)
    return Promoted(Placed(draft=draft), kept_until, judged)


async def _placed(acceptance: Acceptance, draft: Draft, *, came_back: bool) -> Placed:
    """What came back from a carrier (a repetition) goes by a long code, or ends as the carrier said."""
    placed = await acceptance.place(draft, by_long_code=came_back)
    if came_back and placed.code in (SERVICE_HAS_NO_SENDER, SERVICE_IS_EMPTY):
        return msgspec.structs.replace(placed, code=NOT_PROVISIONED)
    return placed


async def _write(connection: Connection, batch: Sequence[Accepted], now: Instant) -> dict[UUID, str]:
    """Gives those that opt-outs kept out of the queue."""
    if not batch:
        return {}
    changed = await SQL.many(connection, "accept", *columns_of(batch, due=now))
    return {row["id"]: row["fate"] for row in changed}


def _accepted(row: Record, promoted: Promoted, bucket: int) -> Accepted:
    place = promoted.placed
    return Accepted(
        id=row["id"],
        draft=place.draft,
        state=State.ACCEPTED,
        code=place.code,
        created_at=row["created_at"],
        expires_at=promoted.expires_at,
        bucket=bucket if place.lane is None else place.lane.bucket,
        lane=place.lane,
        sticks=place.sticks and place.code is None,
        was_scheduled=True,
        judged=promoted.judged,
    )


def _draft(row: Record, now: Instant) -> Draft:
    number = PhoneNumber.parse(row["recipient"])
    return Draft(
        account=row["account"],
        sender=row["sender"],
        sender_kind="",
        sender_mps=0.0,
        sender_queue_limit_seconds=None,
        recipient=row["recipient"],
        calling_code="" if number is None else str(number.calling_code),
        country="" if number is None else number.region,
        body=row["body"],
        ucs2=row["ucs2"],
        segments=row["segments"],
        priority=row["priority"],
        resend=row["resend"],
        validity_seconds=max(0, int((row["expires_at"] - now).total_seconds())),
        flow=(row["tags"] or {}).get("campaign", ""),
        direction=row["direction"],
        status_callback=row["status_callback"],
        application=row["application"],
        service=row["service"],
        provide_feedback=row["provide_feedback"],
        intent=row["intent"],
        tags=row["tags"],
        send_at=row["send_at"],
        wanted_at=row["send_at"] or row["created_at"],
        discard_body=row["discard_body"],
        obfuscate_to=row["obfuscate_to"],
        confirms_opt_out=row["confirms_opt_out"],
        whereabouts=row["whereabouts"],
    )
