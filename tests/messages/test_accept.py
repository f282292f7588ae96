"""Accepting: one transaction for message, ticket, counters and fact; refusals leave no trace."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.messages.builders import ACCOUNT, draft

from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import bucket_of
from tidings.lanes.gauge import Gauges
from tidings.lanes.turn import finish_of, turn_of
from tidings.messages.accept import Acceptance, Accepted
from tidings.messages.states import State
from tidings.runtime.database import Database


@pytest.fixture
async def acceptance(db: Database) -> AsyncIterator[Acceptance]:
    acceptance = Acceptance(db, Gauges(db, default_limit_seconds=36_000, clock=time.time))
    yield acceptance
    await acceptance.close()


def now() -> datetime:
    return datetime.now(UTC)


async def rows(db: Database, query: str, *values: Any) -> list[Any]:
    async with db.connection() as connection:
        return [tuple(row) for row in await connection.fetch(query, *values)]


async def test_an_accepted_message_is_kept_with_its_ticket_and_its_first_fact(
    acceptance: Acceptance, db: Database
) -> None:
    accepted = await acceptance.accept(draft(segments=3), now=now())
    assert isinstance(accepted, Accepted)
    assert accepted.state is State.QUEUED
    bucket = bucket_of(accepted.id)
    assert await rows(db, "select bucket, id, segments from queue") == [(bucket, accepted.id, 3)]
    assert await rows(db, "select bucket, account, id, body from messages") == [
        (bucket, ACCOUNT, accepted.id, "Your table is ready.")
    ]
    assert await rows(db, "select bucket, account, subject, kind from facts") == [
        (bucket, ACCOUNT, accepted.id, "message.queued")
    ]


async def test_over_the_queue_limit_a_direct_sender_is_refused_and_nothing_is_written(
    acceptance: Acceptance, db: Database
) -> None:
    full = draft(sender_mps=1.0, sender_queue_limit_seconds=10)
    for _ in range(10):
        assert isinstance(await acceptance.accept(full, now=now()), Accepted)
    refused = await acceptance.accept(full, now=now())
    assert isinstance(refused, Refused)
    assert refused.code.number == 21611
    assert await rows(db, "select count(*), count(distinct subject) from facts") == [(10, 10)]
    assert await rows(db, "select count(*) from messages") == [(10,)]


async def test_the_limit_holds_for_requests_that_come_at_once(acceptance: Acceptance, db: Database) -> None:
    full = draft(sender_mps=1.0, sender_queue_limit_seconds=50)
    answers = await asyncio.gather(*(acceptance.accept(full, now=now()) for _ in range(200)))
    assert sum(isinstance(answer, Accepted) for answer in answers) == 50
    assert await rows(db, "select count(*) from queue") == [(50,)]


async def test_over_the_limit_a_service_accepts_and_the_message_fails(
    acceptance: Acceptance, db: Database
) -> None:
    through_service = draft(sender_mps=1.0, sender_queue_limit_seconds=1, service=ACCOUNT)
    await acceptance.accept(through_service, now=now())
    overflowed = await acceptance.accept(through_service, now=now())
    assert isinstance(overflowed, Accepted)
    assert overflowed.state is State.ACCEPTED
    facts = await rows(db, "select kind, detail from facts where subject = $1 order by seq", overflowed.id)
    assert facts == [("message.accepted", None), ("message.failed", {"code": 30001})]
    assert await rows(db, "select count(*) from queue") == [(1,)]


async def test_what_cannot_leave_before_it_expires_is_refused(acceptance: Acceptance, db: Database) -> None:
    for _ in range(20):
        await acceptance.accept(draft(sender_mps=1.0), now=now())
    refused = await acceptance.accept(draft(sender_mps=1.0, validity_seconds=10), now=now())
    assert isinstance(refused, Refused)
    assert refused.code.number == 30036
    urgent = await acceptance.accept(draft(sender_mps=1.0, validity_seconds=10, priority=0), now=now())
    assert isinstance(urgent, Accepted)
    other_campaign = await acceptance.accept(
        draft(sender_mps=1.0, validity_seconds=10, flow="recall"), now=now()
    )
    assert isinstance(other_campaign, Accepted)


async def test_a_scheduled_message_waits_outside_the_queue(acceptance: Acceptance, db: Database) -> None:
    at = now() + timedelta(days=1)
    accepted = await acceptance.accept(draft(send_at=at), now=now())
    assert isinstance(accepted, Accepted)
    assert accepted.state is State.SCHEDULED
    assert await rows(db, "select due, id, scheduled from later") == [(at, accepted.id, True)]
    assert await rows(db, "select count(*) from queue") == [(0,)]


async def test_a_small_campaign_is_not_stuck_behind_a_large_one(acceptance: Acceptance, db: Database) -> None:
    large = [
        acceptance.accept(draft(flow="winter sale", recipient=f"+1415555{n:04d}"), now=now())
        for n in range(200)
    ]
    await asyncio.gather(*large)
    small = [
        acceptance.accept(draft(flow="recall", recipient=f"+1415556{n:04d}"), now=now()) for n in range(10)
    ]
    await asyncio.gather(*small)
    order = await rows(
        db,
        "select m.recipient from queue q join messages m using (bucket, id) order by q.turn, q.id limit 25",
    )
    assert sum(recipient.startswith("+1415556") for (recipient,) in order) == 10


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(1, 4)), min_size=1, max_size=40))
async def test_turns_in_the_table_are_those_of_the_rule(db: Database, sent: list[tuple[str, int]]) -> None:
    """`lanes/turn.py` is the rule; accepting does it in SQL, many messages in one statement."""
    acceptance = Acceptance(db, Gauges(db, default_limit_seconds=36_000, clock=time.time))
    await acceptance.accept(draft(), now=now())  # the lane is open: what follows is written in this order
    async with db.connection() as connection:
        await connection.execute("truncate queue, flows, lane_state")
    answers = await asyncio.gather(
        *(acceptance.accept(draft(flow=flow, segments=size), now=now()) for flow, size in sent)
    )
    expected = {}
    finish: dict[str, int] = {}
    for (flow, size), answer in zip(sent, answers, strict=True):
        assert isinstance(answer, Accepted)
        turn = turn_of(0, finish.get(flow))
        expected[answer.id] = turn
        finish[flow] = finish_of(turn, size)
    assert dict(await rows(db, "select id, turn from queue")) == expected
    await acceptance.close()
