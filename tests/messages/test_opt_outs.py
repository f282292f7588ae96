"""Whoever opted out gets nothing: looked up in the statement that accepts, and again when a waiting message is due."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.messages.builders import ACCOUNT, ANNA, SHOP, draft

from tidings.kernel.outcomes import Refused
from tidings.kernel.phone_number import Address
from tidings.kernel.sid import bucket_of
from tidings.lanes.gauge import Gauges
from tidings.messages.accept import Acceptance, Accepted
from tidings.messages.bucket import SQL
from tidings.messages.promote import promote_unplaced
from tidings.messages.states import State
from tidings.runtime.database import Database
from tidings.senders import own
from tidings.senders.services import Services

BEN = "+14155552672"
SERVICE = ACCOUNT
MARKETING = 2


@pytest.fixture
async def acceptance(db: Database) -> AsyncIterator[Acceptance]:
    async with db.connection() as connection:
        await connection.execute(
            "insert into accounts (id, friendly_name, created_at, updated_at) values ($1, 'Shop', now(), now())",
            ACCOUNT,
        )
        shop = Address.parse(SHOP)
        assert shop is not None
        await own(connection, ACCOUNT, shop, id=UUID(int=7), now=now(), mps=100.0)
    acceptance = Acceptance(db, Gauges(db, default_limit_seconds=36_000, clock=time.time))
    yield acceptance
    await acceptance.close()


def now() -> datetime:
    return datetime.now(UTC)


async def opt_out(db: Database, *, scope: str, recipient: str = ANNA, state: str = "opted_out") -> None:
    async with db.connection() as connection:
        await connection.execute(
            "insert into opt_outs (account, scope, recipient, state, source, since)"
            " values ($1, $2, $3, $4, 'test', now())"
            " on conflict (account, recipient, scope) do update set state = excluded.state",
            ACCOUNT,
            scope,
            recipient,
            state,
        )


async def opt_in(db: Database) -> None:
    async with db.connection() as connection:
        await connection.execute("delete from opt_outs")


async def facts(db: Database, accepted: Accepted) -> list[tuple[str, Any]]:
    async with db.connection() as connection:
        rows = await connection.fetch(
            "select kind, detail from facts where subject = $1 order by seq", accepted.id
        )
    return [(row["kind"].removeprefix("message."), row["detail"]) for row in rows]


async def count(db: Database, table: str) -> int:
    async with db.connection() as connection:
        return int(await connection.fetchval(f"select count(*) from {table}"))


async def promote(db: Database, accepted: Accepted, *, at: datetime) -> None:
    """What waits for another try by the statement, what was scheduled or held by the acceptance of another process."""
    gauges = Gauges(db, default_limit_seconds=36_000, clock=time.time)
    elsewhere = Acceptance(db, gauges, services=Services(db, monotonic=time.monotonic))
    async with db.connection() as connection:
        for bucket in await buckets_of(db, accepted):
            await SQL.many(connection, "due", bucket, at, 0)
            await promote_unplaced(db, elsewhere, bucket, epoch=0, now=at)
    await elsewhere.close()


async def buckets_of(db: Database, accepted: Accepted) -> list[int]:
    async with db.connection() as connection:
        rows = await connection.fetch("select bucket from messages where id = $1", accepted.id)
    return [row["bucket"] for row in rows]


async def kept(acceptance: Acceptance, **changes: Any) -> Accepted:
    accepted = await acceptance.accept(draft(**changes), now=now())
    assert isinstance(accepted, Accepted), accepted
    return accepted


async def test_a_direct_message_to_whoever_opted_out_of_its_sender_is_refused_and_not_written(
    acceptance: Acceptance, db: Database
) -> None:
    await opt_out(db, scope=SHOP)
    refused = await acceptance.accept(draft(), now=now())
    assert isinstance(refused, Refused)
    assert refused.code.number == 21610
    for table in ("messages", "queue", "facts", "flows"):
        assert await count(db, table) == 0


async def test_an_opt_out_is_of_one_sender_and_one_person(acceptance: Acceptance, db: Database) -> None:
    await opt_out(db, scope=SHOP)
    assert (await kept(acceptance, recipient=BEN)).state is State.QUEUED
    assert (await kept(acceptance, sender="55502")).state is State.QUEUED


async def test_of_a_batch_only_those_who_opted_out_are_refused(acceptance: Acceptance, db: Database) -> None:
    await opt_out(db, scope=SHOP, recipient=BEN)
    people = [ANNA, BEN, ANNA, BEN, ANNA]
    answers = await asyncio.gather(*(acceptance.accept(draft(recipient=p), now=now()) for p in people))
    assert [isinstance(answer, Accepted) for answer in answers] == [p == ANNA for p in people]
    assert await count(db, "queue") == 3


async def test_through_a_service_it_is_accepted_and_fails(acceptance: Acceptance, db: Database) -> None:
    await opt_out(db, scope=SERVICE.hex)
    accepted = await kept(acceptance, service=SERVICE)
    assert accepted.state is State.ACCEPTED
    assert await facts(db, accepted) == [("accepted", None), ("failed", {"code": 21610})]
    assert await count(db, "queue") == 0
    assert (await kept(acceptance)).state is State.QUEUED


async def test_a_message_that_was_not_written_leaves_the_lane_as_empty_as_it_was(
    acceptance: Acceptance, db: Database
) -> None:
    await opt_out(db, scope=SHOP)
    narrow = {"sender_mps": 1.0, "sender_queue_limit_seconds": 2}
    for _ in range(5):
        refused = await acceptance.accept(draft(**narrow), now=now())
        assert isinstance(refused, Refused)
        assert refused.code.number == 21610
    assert (await kept(acceptance, recipient=BEN, **narrow)).state is State.QUEUED


async def test_the_confirmation_of_an_opt_out_goes(acceptance: Acceptance, db: Database) -> None:
    await opt_out(db, scope=SHOP)
    accepted = await kept(acceptance, confirms_opt_out=True)
    assert await facts(db, accepted) == [("queued", None)]


async def test_whoever_opts_out_before_a_scheduled_message_is_due_does_not_get_it(
    acceptance: Acceptance, db: Database
) -> None:
    await opt_out(db, scope=SHOP, recipient=BEN)
    due = now() + timedelta(hours=1)
    accepted = await kept(acceptance, send_at=due)
    of_ben = await kept(acceptance, send_at=due, recipient=BEN)
    assert of_ben.state is State.SCHEDULED
    await opt_out(db, scope=SHOP)
    await promote(db, accepted, at=due)
    await promote(db, of_ben, at=due)
    assert await facts(db, accepted) == [("scheduled", None), ("failed", {"code": 21610})]
    assert await count(db, "queue") == 0
    assert await count(db, "later") == 0


async def test_while_words_are_judged_marketing_is_held_and_nothing_else(
    acceptance: Acceptance, db: Database
) -> None:
    await opt_out(db, scope=SHOP, state="review")
    assert (await kept(acceptance)).state is State.QUEUED
    held = await kept(acceptance, priority=MARKETING)
    assert held.state is State.ACCEPTED
    assert await facts(db, held) == [("accepted", None), ("held", {"rule": "opt_out_review"})]
    assert await count(db, "queue") == 1
    assert await count(db, "later") == 1


async def test_a_held_message_is_looked_at_again_every_hour_and_goes_once_that_is_decided(
    acceptance: Acceptance, db: Database
) -> None:
    await opt_out(db, scope=SHOP, state="review")
    held = await kept(acceptance, priority=MARKETING)
    await promote(db, held, at=now() + timedelta(minutes=61))
    assert (await facts(db, held))[-1] == ("held", {"rule": "opt_out_review"})
    assert await count(db, "later") == 1
    await opt_in(db)
    await promote(db, held, at=now() + timedelta(minutes=122))
    assert (await facts(db, held))[-1] == ("queued", None)
    assert (await count(db, "queue"), await count(db, "later")) == (1, 0)


async def test_a_held_message_that_was_an_opt_out_after_all_fails(
    acceptance: Acceptance, db: Database
) -> None:
    await opt_out(db, scope=SHOP, state="review")
    held = await kept(acceptance, priority=MARKETING)
    await opt_out(db, scope=SHOP)
    await promote(db, held, at=now() + timedelta(hours=2))
    assert (await facts(db, held))[-1] == ("failed", {"code": 21610})


async def test_a_message_is_held_no_longer_than_it_is_valid(acceptance: Acceptance, db: Database) -> None:
    await opt_out(db, scope=SHOP, state="review")
    held = await kept(acceptance, priority=MARKETING, validity_seconds=1800)
    await promote(db, held, at=now() + timedelta(minutes=31))
    assert (await facts(db, held))[-1] == ("failed", {"code": 30036})
    assert await count(db, "later") == 0


async def test_what_became_of_a_batch_whose_answer_was_lost_can_be_looked_up(
    acceptance: Acceptance, db: Database
) -> None:
    queued = await kept(acceptance)
    await opt_out(db, scope=SERVICE.hex)
    failed = await kept(acceptance, service=SERVICE)
    await opt_out(db, scope=SHOP, recipient=BEN, state="review")
    held = await kept(acceptance, recipient=BEN, priority=MARKETING)
    ids = [queued.id, failed.id, held.id, UUID(int=1)]
    async with db.connection() as connection:
        rows = await SQL.many(connection, "fates", [bucket_of(id) for id in ids], ids, [False] * 4)
    assert {row["id"]: row["fate"] for row in rows} == {
        failed.id: "failed",
        held.id: "held",
        UUID(int=1): "refused",
    }
