"""Scheduled messages through a service whose time has come are given their sender, unless their caller named one, and a
place in its lane.

Each is taken out of the bucket that it waited in and written anew where its sender's lane is, by the one statement that
accepts: opt-outs, registrations, queue limits and whom the person knows count as they are now.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import msgspec

from tidings.kernel.codes import NOT_PROVISIONED, SERVICE_HAS_NO_SENDER, SERVICE_IS_EMPTY
from tidings.kernel.instant import Instant
from tidings.kernel.phone_number import PhoneNumber
from tidings.messages.accept import Acceptance, Accepted, Placed, columns_of
from tidings.messages.draft import Draft
from tidings.messages.states import State
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

LARGEST = 200
"""As the statement `due_unplaced` has it."""


async def promote_unplaced(
    db: Database, acceptance: Acceptance, bucket: int, *, epoch: int, now: Instant
) -> int:
    """Promote up to `LARGEST` of a bucket that are due. Returns how many there were. All, or none."""
    placed: dict[UUID, Placed] = {}
    fates: dict[UUID, str] = {}
    batch: list[Accepted] = []
    written = False
    try:
        async with db.transaction() as connection:
            rows = await SQL.many(connection, "due_unplaced", bucket, now, epoch)
            answers = await asyncio.gather(
                *(_placed(acceptance, row, now) for row in rows), return_exceptions=True
            )
            for row, answer in zip(rows, answers, strict=True):
                if isinstance(answer, Placed):
                    placed[row["id"]] = answer
            for answer in answers:
                if isinstance(answer, BaseException):
                    raise answer
            batch = [_accepted(row, placed[row["id"]], bucket) for row in rows]
            fates = await _write(connection, batch, now)
        written = True
    finally:
        for id, place in placed.items():
            acceptance.settle(place, written=written and id not in fates)
    acceptance.ring(batch)
    return len(batch)


async def _placed(acceptance: Acceptance, row: Record, now: Instant) -> Placed:
    """What came back from a carrier (a repetition) goes by a long code, or ends as the carrier said."""
    came_back = row["attempt"] > 0
    placed = await acceptance.place(_draft(row, now), by_long_code=came_back)
    if came_back and placed.code in (SERVICE_HAS_NO_SENDER, SERVICE_IS_EMPTY):
        return msgspec.structs.replace(placed, code=NOT_PROVISIONED)
    return placed


async def _write(connection: Connection, batch: Sequence[Accepted], now: Instant) -> dict[UUID, str]:
    """Gives those that opt-outs kept out of the queue."""
    if not batch:
        return {}
    changed = await SQL.many(connection, "accept", *columns_of(batch), now)
    return {row["id"]: row["fate"] for row in changed}


def _accepted(row: Record, place: Placed, bucket: int) -> Accepted:
    return Accepted(
        id=row["id"],
        draft=place.draft,
        state=State.ACCEPTED,
        code=place.code,
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        bucket=bucket if place.lane is None else place.lane.bucket,
        lane=place.lane,
        sticks=place.sticks and place.code is None,
        was_scheduled=True,
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
        discard_body=row["discard_body"],
        obfuscate_to=row["obfuscate_to"],
        confirms_opt_out=row["confirms_opt_out"],
    )
