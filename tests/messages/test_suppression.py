"""What a carrier says at the end of a message keeps the next one back: where it will not change, and for a time."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.messages.builders import ACCOUNT, ANNA, SHOP, draft
from tests.messages.stored import store_message, tell

from tidings.kernel.outcomes import Refused
from tidings.lanes.gauge import Gauges
from tidings.lookup.lookups import Lookups
from tidings.lookup.suppression.register import lift, listed
from tidings.lookup.suppression.rules_of import say_rule
from tidings.messages.accept import Acceptance, Accepted
from tidings.messages.lessons import lessons
from tidings.runtime.database import Database

SERVICE = ACCOUNT
DEAD, LANDLINE, UNREACHABLE = 30005, 30006, 30003


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def acceptance(db: Database) -> AsyncIterator[Acceptance]:
    acceptance = Acceptance(db, Gauges(db, default_limit_seconds=36_000, clock=time.time))
    yield acceptance
    await acceptance.close()


async def ended(db: Database, code: int, *, kind: str = "message.undelivered", recipient: str = ANNA) -> UUID:
    """A message that ended so, and what it teaches is learnt."""
    id = await store_message(db, ACCOUNT, at=now() - timedelta(minutes=1), recipient=recipient)
    await tell(db, ACCOUNT, id, kind, at=now(), code=code)
    await lessons(db).read_to_the_end()
    return id


async def wrote(db: Database, person: str = ANNA) -> None:
    await store_message(
        db, ACCOUNT, at=now(), facts=["message.received"], direction="inbound", sender=person, recipient=SHOP
    )
    await lessons(db).read_to_the_end()


async def suppressed(db: Database, at: datetime | None = None) -> list[tuple[str, int, int]]:
    async with db.connection() as connection:
        found = await listed(connection, ACCOUNT, now=at or now(), most=10)
    return [(one.recipient, one.code, one.times) for one in found]


async def detail(db: Database, accepted: Accepted) -> Any:
    async with db.connection() as connection:
        return await connection.fetchval(
            "select detail from facts where subject = $1 order by seq desc limit 1", accepted.id
        )


@pytest.mark.parametrize(("code", "kind"), [(DEAD, "message.undelivered"), (21614, "message.failed")])
async def test_a_number_that_a_carrier_does_not_know_is_not_written_to_again(
    db: Database, acceptance: Acceptance, code: int, kind: str
) -> None:
    await ended(db, code, kind=kind)
    refused = await acceptance.accept(draft(recipient=ANNA), now=now())
    assert isinstance(refused, Refused)
    assert refused.code.number == code
    assert f"rule suppression/{code}" in refused.message
    other = await acceptance.accept(draft(recipient="+14155552672"), now=now())
    assert isinstance(other, Accepted)


async def test_through_a_service_it_fails_with_the_code_and_its_rule_and_teaches_nothing_more(
    db: Database, acceptance: Acceptance
) -> None:
    await ended(db, LANDLINE)
    kept = await acceptance.accept(draft(recipient=ANNA, service=SERVICE), now=now())
    assert isinstance(kept, Accepted)
    assert await detail(db, kept) == {"code": LANDLINE, "rule": f"suppression/{LANDLINE}"}
    await lessons(db).read_to_the_end()
    assert await suppressed(db) == [(ANNA, LANDLINE, 1)]


@pytest.mark.parametrize("code", [UNREACHABLE, 30008, 30007, 30001, 21610])
async def test_what_may_go_well_later_keeps_nothing_back(
    db: Database, acceptance: Acceptance, code: int
) -> None:
    await ended(db, code)
    assert isinstance(await acceptance.accept(draft(recipient=ANNA), now=now()), Accepted)
    assert await suppressed(db) == []


async def test_it_holds_as_long_as_its_rule_and_until_the_person_writes(
    db: Database, acceptance: Acceptance
) -> None:
    await ended(db, DEAD)
    assert await suppressed(db, now() + timedelta(days=89)) == [(ANNA, DEAD, 1)]
    assert await suppressed(db, now() + timedelta(days=91)) == []
    after = await acceptance.accept(draft(recipient=ANNA), now=now() + timedelta(days=3))
    assert isinstance(after, Refused)
    await wrote(db)
    assert isinstance(await acceptance.accept(draft(recipient=ANNA), now=now()), Accepted)


async def test_an_answer_to_what_a_person_wrote_is_not_kept_back(
    db: Database, acceptance: Acceptance
) -> None:
    await ended(db, DEAD)
    reply = await acceptance.accept(draft(recipient=ANNA, direction="outbound-reply"), now=now())
    assert isinstance(reply, Accepted)


async def test_a_transient_end_does_not_displace_what_suppresses(db: Database) -> None:
    await ended(db, DEAD)
    await ended(db, UNREACHABLE)
    assert await suppressed(db) == [(ANNA, DEAD, 1)]
    await ended(db, DEAD)
    assert await suppressed(db) == [(ANNA, DEAD, 2)]


async def test_an_account_makes_its_own_rules(db: Database) -> None:
    async def say(days: int | None, after: int) -> None:
        async with db.connection() as connection:
            await say_rule(
                connection, ACCOUNT, DEAD, days=days, after=after, reason="r", changed_by="me", now=now()
            )

    await say(10, 2)
    await ended(db, DEAD)
    assert await suppressed(db) == []
    await ended(db, DEAD)
    assert await suppressed(db, now() + timedelta(days=9)) == [(ANNA, DEAD, 2)]
    assert await suppressed(db, now() + timedelta(days=11)) == []
    async with db.transaction() as connection:
        assert await lift(connection, ACCOUNT, ANNA, reason="r", lifted_by="me", now=now())
        assert not await lift(connection, ACCOUNT, ANNA, reason="r", lifted_by="me", now=now())
    await say(0, 1)
    await ended(db, DEAD)
    assert await suppressed(db) == []


async def test_lookups_say_what_receipts_taught(db: Database) -> None:
    from tidings.lookup.lookups import Asked
    from tidings.lookup.number import read

    lookups = Lookups(db, clock=now, monotonic=time.monotonic, trust_seconds=0)

    async def told(package: str, key: str) -> tuple[Any, str]:
        answers = await lookups.look_up(ACCOUNT, Asked(read(ANNA), (package,)))
        assert not hasattr(answers, "until")
        answer = answers[package]  # type: ignore[index]
        source = answer.sources.get(key) or answer.sources["*"]
        return answer.values[key], source.name

    assert await told("line_status", "status") == ("unknown", "none")
    await ended(db, UNREACHABLE)
    assert await told("line_status", "status") == ("unreachable", "receipts")
    await ended(db, DEAD)
    assert await told("line_status", "status") == ("inactive", "receipts")
    await ended(db, LANDLINE)
    assert await told("line_type_intelligence", "type") == ("landline", "receipts")
    await lookups.close()


async def test_many_messages_at_once_are_each_told_their_own_fate(
    db: Database, acceptance: Acceptance
) -> None:
    await ended(db, DEAD)
    numbers = [ANNA, "+14155552672", ANNA, "+14155552673"]
    fates = await asyncio.gather(*(acceptance.accept(draft(recipient=one), now=now()) for one in numbers))
    assert [isinstance(one, Refused) for one in fates] == [True, False, True, False]
