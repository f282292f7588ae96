"""Messages through a messaging service: accepted at once, queued in the same breath, from a sender of the pool."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.messages.builders import draft
from tests.messages.pools import acceptance_on, account_of, add_sender, now, remove_sender, service_with
from tests.messages.world import World

from tidings.kernel.outcomes import Refused
from tidings.lanes.operate import change_sender
from tidings.messages.accept import Acceptance, Accepted
from tidings.messages.ledger import SQL as LEDGER
from tidings.messages.promote import promote_unplaced
from tidings.messages.read import message
from tidings.messages.registered import Gate
from tidings.messages.states import State
from tidings.runtime.database import Database
from tidings.senders.registration import Registrations

BOSTON, DENVER, LONDON = "+16175550101", "+13035550101", "+447400123456"
ANNA, EVE = "+14155552671", "+447400123999"


@dataclass
class Shop:
    db: Database
    acceptance: Acceptance
    account: UUID
    service: UUID

    async def send(self, **changes: Any) -> Accepted:
        accepted = await self.try_to_send(**changes)
        assert isinstance(accepted, Accepted), accepted
        return accepted

    async def try_to_send(self, **changes: Any) -> Accepted | Refused:
        plain = {
            "account": self.account,
            "service": self.service,
            "sender": None,
            "recipient": ANNA,
            "country": "US",
            "mps_granted": True,
        }
        return await self.acceptance.accept(draft(**(plain | changes)), now=now())

    async def facts(self, accepted: Accepted) -> list[tuple[str, Any]]:
        async with self.db.connection() as connection:
            rows = await connection.fetch(
                "select kind, detail from facts where subject = $1 order by seq", accepted.id
            )
        return [(row["kind"].removeprefix("message."), row["detail"]) for row in rows]

    async def sender_of(self, accepted: Accepted) -> str | None:
        async with self.db.connection() as connection:
            found: str | None = await connection.fetchval(
                "select sender from messages where id = $1", accepted.id
            )
        return found

    async def scalar(self, query: str, *values: Any) -> Any:
        async with self.db.connection() as connection:
            return await connection.fetchval(query, *values)

    async def fill(self, sender: str, segments: int) -> None:
        await self.send(sender=sender, sender_kind="long_code", sender_mps=1.0, segments=segments)


@pytest.fixture
async def account(db: Database) -> UUID:
    return await account_of(db)


@pytest.fixture
async def acceptance(db: Database) -> AsyncIterator[Acceptance]:
    async with acceptance_on(db) as acceptance:
        yield acceptance


@pytest.fixture
async def shop(db: Database, acceptance: Acceptance, account: UUID) -> Shop:
    service = await service_with(db, account, [BOSTON, DENVER])
    return Shop(db, acceptance, account, service)


async def other_service(shop: Shop, *senders: str, **settings: Any) -> Shop:
    service = await service_with(shop.db, shop.account, senders, **settings)
    return Shop(shop.db, shop.acceptance, shop.account, service)


async def test_it_is_answered_accepted_and_queued_in_the_same_transaction(shop: Shop) -> None:
    accepted = await shop.send()
    assert accepted.state is State.ACCEPTED
    assert await shop.facts(accepted) == [("accepted", None), ("queued", None)]
    assert await shop.sender_of(accepted) in (BOSTON, DENVER)
    assert await shop.scalar("select count(distinct xid) from facts") == 1
    assert await shop.scalar("select count(*) from queue") == 1


async def test_equal_senders_are_used_evenly(shop: Shop) -> None:
    people = [f"+1415555{n:04d}" for n in range(60)]
    async with acceptance_on(shop.db, trust_seconds=60) as acceptance:
        busy = Shop(shop.db, acceptance, shop.account, shop.service)
        await asyncio.gather(*(busy.send(recipient=person) for person in people))
    async with shop.db.connection() as connection:
        rows = await connection.fetch("select sender, count(*) from messages group by 1")
    assert {row[0]: row[1] for row in rows} == {BOSTON: 30, DENVER: 30}


async def test_a_person_goes_on_hearing_from_the_same_sender(shop: Shop) -> None:
    first = await shop.sender_of(await shop.send())
    for n in range(5):
        await shop.send(recipient=f"+1415556{n:04d}")
        assert await shop.sender_of(await shop.send()) == first


async def test_whom_a_person_knows_is_known_to_every_process(shop: Shop) -> None:
    first = await shop.sender_of(await shop.send())
    for _ in range(3):
        async with acceptance_on(shop.db) as elsewhere:
            other = Shop(shop.db, elsewhere, shop.account, shop.service)
            await other.send(recipient="+14155550000")
            assert await shop.sender_of(await other.send()) == first


async def test_messages_at_once_to_one_person_come_from_one_sender(shop: Shop) -> None:
    sent = await asyncio.gather(*(shop.send() for _ in range(20)))
    assert len({await shop.sender_of(one) for one in sent}) == 1
    assert await shop.scalar("select count(*) from sticky_senders") == 1


async def test_a_sender_that_leaves_the_pool_is_forgotten_for_good(shop: Shop) -> None:
    first = await shop.sender_of(await shop.send())
    assert first is not None
    await remove_sender(shop.db, shop.account, first)
    second = await shop.sender_of(await shop.send())
    assert second in {BOSTON, DENVER} - {first}
    async with shop.db.connection() as connection:
        await add_sender(connection, shop.account, shop.service, first)
    assert await shop.sender_of(await shop.send()) == second


async def test_without_sticky_sender_nobody_is_known(shop: Shop) -> None:
    fickle = await other_service(shop, "+16175550111", "+13035550111", sticky_sender=False)
    senders = Counter([await shop.sender_of(await fickle.send()) for _ in range(10)])
    assert set(senders.values()) == {5}
    assert await shop.scalar("select count(*) from sticky_senders") == 0


async def test_a_sender_of_the_persons_country_takes_over_from_a_foreign_one(shop: Shop) -> None:
    eve = {"recipient": EVE, "country": "GB", "calling_code": "44"}
    assert await shop.sender_of(await shop.send(**eve)) in (BOSTON, DENVER)
    async with shop.db.connection() as connection:
        await add_sender(connection, shop.account, shop.service, LONDON)
    assert await shop.sender_of(await shop.send(**eve)) == LONDON


async def test_sender_ids_are_used_where_the_country_takes_them(shop: Shop) -> None:
    with_id = await other_service(shop, "+16175550111", alpha={"": ["ACME"]})
    british = await with_id.send(recipient=EVE, country="GB", calling_code="44")
    assert await shop.sender_of(british) == "ACME"
    assert await shop.sender_of(await with_id.send()) == "+16175550111"


async def test_an_empty_pool_refuses_with_21704(shop: Shop) -> None:
    refused = await (await other_service(shop)).try_to_send()
    assert isinstance(refused, Refused)
    assert refused.code.number == 21704
    assert await shop.scalar("select count(*) from messages") == 0


async def test_where_no_sender_would_do_the_message_fails_with_21703(shop: Shop) -> None:
    narrow = await other_service(shop, "55501")
    accepted = await narrow.send(recipient=EVE, country="GB", calling_code="44")
    assert await shop.facts(accepted) == [("accepted", None), ("failed", {"code": 21703})]
    assert await shop.sender_of(accepted) is None
    shown = await shown_by_the_api(shop, accepted)
    assert (shown.sender, shown.state, shown.error_code) == (None, State.FAILED, 21703)


async def test_a_full_lane_s_work_goes_to_an_equal_sender_before_it_overflows(shop: Shop) -> None:
    slow = {"+16175550111": 1.0, "+13035550111": 1.0}
    service = await service_with(shop.db, shop.account, slow)
    async with shop.db.connection() as connection:
        await connection.execute("update senders set queue_limit_seconds = 5 where mps = 1")
    small = Shop(shop.db, shop.acceptance, shop.account, service)
    anna = [await small.send() for _ in range(14)]
    async with shop.db.connection() as connection:
        rows = await connection.fetch(
            "select sender, count(*) from queue join messages using (bucket, id) group by 1"
        )
    assert {row[0]: row[1] for row in rows} == {"+16175550111": 5, "+13035550111": 5}
    ended = [(await shop.facts(one))[-1] for one in anna[10:]]
    assert ended == [("failed", {"code": 30001})] * 4


async def test_one_who_cannot_leave_in_time_anywhere_fails_with_30036(shop: Shop) -> None:
    service = await service_with(shop.db, shop.account, {"+16175550111": 1.0})
    slow = Shop(shop.db, shop.acceptance, shop.account, service)
    for _ in range(20):
        await slow.send()
    late = await slow.send(validity_seconds=10)
    assert await shop.facts(late) == [("accepted", None), ("failed", {"code": 30036})]


async def test_a_paused_sender_is_passed_over_while_another_can_go(shop: Shop) -> None:
    await change_sender(shop.db, shop.account, BOSTON, paused=True)
    for n in range(6):
        assert await shop.sender_of(await shop.send(recipient=f"+1415556{n:04d}")) == DENVER
    await change_sender(shop.db, shop.account, DENVER, paused=True)
    async with acceptance_on(shop.db) as elsewhere:
        waits = await Shop(shop.db, elsewhere, shop.account, shop.service).send(recipient="+14155560100")
    assert await shop.facts(waits) == [("accepted", None), ("queued", None)]


async def test_a_restart_knows_the_queues_that_it_finds(shop: Shop) -> None:
    for n in range(20):
        await shop.send(sender=BOSTON, sender_kind="long_code", recipient=f"+1415556{n:04d}")
    async with acceptance_on(shop.db) as elsewhere:
        new = Shop(shop.db, elsewhere, shop.account, shop.service)
        for n in range(15):
            assert await shop.sender_of(await new.send(recipient=f"+1415557{n:04d}")) == DENVER


# --- scheduled ------------------------------------------------------------------------------------------


async def come_due(shop: Shop, accepted: Accepted, at: datetime) -> None:
    assert await promote_unplaced(shop.db, shop.acceptance, accepted.bucket, epoch=0, now=at) == 1


async def shown_by_the_api(shop: Shop, accepted: Accepted) -> Any:
    async with shop.db.connection() as connection:
        return await message(connection, shop.account, accepted.id)


async def test_a_scheduled_message_is_given_its_sender_when_it_is_due(shop: Shop) -> None:
    due = now() + timedelta(hours=1)
    scheduled = await shop.send(send_at=due)
    assert scheduled.state is State.SCHEDULED
    assert await shop.facts(scheduled) == [("scheduled", None)]
    assert await shop.sender_of(scheduled) is None
    assert (await shown_by_the_api(shop, scheduled)).state is State.SCHEDULED
    await remove_sender(shop.db, shop.account, BOSTON)
    await come_due(shop, scheduled, due)
    assert await shop.facts(scheduled) == [("scheduled", None), ("queued", None)]
    shown = await shown_by_the_api(shop, scheduled)
    assert (shown.sender, shown.state) == (DENVER, State.QUEUED)
    assert await shop.scalar("select count(*) from later") == 0
    assert await shop.scalar("select count(*) from messages") == 1
    assert await shop.scalar("select q.bucket = m.bucket from queue q join messages m using (id)")


async def test_many_that_are_due_together_are_spread(shop: Shop) -> None:
    due = now() + timedelta(hours=1)
    people = [f"+1415555{n:04d}" for n in range(40)]
    sent = await asyncio.gather(*(shop.send(send_at=due, recipient=person) for person in people))
    async with acceptance_on(shop.db, trust_seconds=60) as acceptance:
        for bucket in {one.bucket for one in sent}:
            await promote_unplaced(shop.db, acceptance, bucket, epoch=0, now=due)
    async with shop.db.connection() as connection:
        rows = await connection.fetch("select sender, count(*) from messages group by 1")
    assert {row[0]: row[1] for row in rows} == {BOSTON: 20, DENVER: 20}


async def test_whoever_opted_out_before_send_at_gets_nothing(shop: Shop) -> None:
    due = now() + timedelta(hours=1)
    scheduled = await shop.send(send_at=due)
    async with shop.db.connection() as connection:
        await connection.execute(
            "insert into opt_outs (account, scope, recipient, state, source, since)"
            " values ($1, $2, $3, 'opted_out', 'test', now())",
            shop.account,
            shop.service.hex,
            ANNA,
        )
    await come_due(shop, scheduled, due)
    assert await shop.facts(scheduled) == [("scheduled", None), ("failed", {"code": 21610})]
    assert await shop.scalar("select count(*) from queue") == 0


async def test_a_pool_that_was_emptied_meanwhile_fails_what_is_due(shop: Shop) -> None:
    due = now() + timedelta(hours=1)
    scheduled = await shop.send(send_at=due)
    await remove_sender(shop.db, shop.account, BOSTON)
    await remove_sender(shop.db, shop.account, DENVER)
    await come_due(shop, scheduled, due)
    assert await shop.facts(scheduled) == [("scheduled", None), ("failed", {"code": 21704})]


async def test_what_is_due_is_promoted_whole_or_not_at_all(shop: Shop) -> None:
    """The owner of the bucket may be gone: nothing is taken then."""
    due = now() + timedelta(hours=1)
    scheduled = await shop.send(send_at=due)
    assert await promote_unplaced(shop.db, shop.acceptance, scheduled.bucket, epoch=7, now=due) == 0
    assert await shop.facts(scheduled) == [("scheduled", None)]
    await come_due(shop, scheduled, due)


async def test_a_named_sender_is_asked_for_its_registration_when_it_is_due(shop: Shop) -> None:
    due = now() + timedelta(hours=1)
    scheduled = await shop.send(send_at=due, sender=BOSTON, sender_kind="long_code")
    assert await shop.sender_of(scheduled) == BOSTON
    registrations = Registrations(shop.db, monotonic=lambda: 0.0, trust_seconds=0.0)
    async with acceptance_on(shop.db, gate=Gate(registrations)) as strict:
        await come_due(Shop(shop.db, strict, shop.account, shop.service), scheduled, due)
    assert await shop.facts(scheduled) == [("scheduled", None), ("undelivered", {"code": 30034})]


async def test_a_named_sender_that_was_given_up_meanwhile_fails_what_is_due(shop: Shop) -> None:
    due = now() + timedelta(hours=1)
    scheduled = await shop.send(send_at=due, sender=BOSTON, sender_kind="long_code")
    await remove_sender(shop.db, shop.account, BOSTON)
    async with shop.db.connection() as connection:
        await connection.execute("delete from senders where address = $1", BOSTON)
    await come_due(shop, scheduled, due)
    assert (await shop.facts(scheduled))[-1] == ("failed", {"code": 21606})


# --- by the dispatcher ----------------------------------------------------------------------------------


async def test_a_message_leaves_from_the_sender_that_was_chosen(world: World) -> None:
    shop = await shop_in(world)
    accepted = await shop.send(recipient="+14155552000")
    await world.dispatch()
    assert (await world.settled())[accepted.id] == "delivered"
    (part,) = await world.received()
    assert part["source"] == await shop.sender_of(accepted)


async def test_a_scheduled_message_is_given_its_sender_by_the_dispatcher_and_leaves(world: World) -> None:
    shop = await shop_in(world)
    accepted = await shop.send(recipient="+14155552000", send_at=now() + timedelta(seconds=1))
    named = await shop.send(
        recipient="+14155552001", send_at=now() + timedelta(seconds=1), sender=DENVER, sender_kind="long_code"
    )
    await world.dispatch()
    states = await world.settled()
    assert (states[accepted.id], states[named.id]) == ("delivered", "delivered")
    assert [kind for kind, _ in await shop.facts(accepted)] == ["scheduled", "queued", "sent", "delivered"]
    sources = {part["destination"]: part["source"] for part in await world.received()}
    assert sources["+14155552000"] == await shop.sender_of(accepted)
    assert sources["+14155552001"] == DENVER


async def shop_in(world: World) -> Shop:
    account = await account_of(world.db)
    return Shop(world.db, world.acceptance, account, await service_with(world.db, account, [BOSTON, DENVER]))


# --- a short code that the carrier does not take --------------------------------------------------------


async def turned_away(shop: Shop, accepted: Accepted) -> None:
    """The ticket is claimed, and the carrier says that it does not take the sender."""
    async with shop.db.connection() as connection:
        await connection.execute(
            "with gone as (delete from queue where id = $1 returning *) insert into inflight"
            " (bucket, id, account, lane, priority, turn, segments, attempt, expires_at, resend, epoch, marked_at)"
            " select bucket, id, $2, lane, priority, turn, segments, attempt, expires_at, true, 0, now() from gone",
            accepted.id,
            shop.account,
        )
        await LEDGER.many(connection, "reroute", [accepted.bucket], [accepted.id], [21606], now())


async def test_what_a_carrier_does_not_take_from_a_short_code_goes_by_a_long_code(shop: Shop) -> None:
    mixed = await other_service(shop, "55501", "+16175550111", "+18885550111")
    accepted = await mixed.send()
    assert await shop.sender_of(accepted) == "55501"
    await turned_away(mixed, accepted)
    await come_due(mixed, accepted, now())
    assert await shop.sender_of(accepted) == "+16175550111"
    assert [kind for kind, _ in await shop.facts(accepted)] == ["accepted", "queued", "rerouted", "queued"]
    assert await shop.scalar("select q.bucket = m.bucket from queue q join messages m using (id)")
    assert await shop.scalar("select sender from sticky_senders") == "+16175550111"


async def test_without_a_long_code_it_ends_as_the_carrier_said(shop: Shop) -> None:
    short = await other_service(shop, "55501")
    accepted = await short.send()
    await turned_away(short, accepted)
    await come_due(short, accepted, now())
    assert (await shop.facts(accepted))[-1] == ("undelivered", {"code": 30024})


async def test_a_direct_message_from_a_short_code_is_not_moved(shop: Shop) -> None:
    await other_service(shop, "55501")
    direct = await shop.send(sender="55501", sender_kind="short_code", service=None)
    await turned_away(shop, direct)
    assert await shop.facts(direct) == [("queued", None)]
    assert await shop.scalar("select count(*) from inflight") == 1
