"""Messages from people: stored once, before anybody is told; what they say about being written to holds at once."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.api_home import SEALER, api_home
from tests.messages.builders import ANNA, draft
from tests.messages.world import World

from tidings.accounts import Opened, create_account
from tidings.carriers.connector import Inbound
from tidings.kernel.outcomes import Refused
from tidings.kernel.phone_number import Address
from tidings.kernel.sid import bucket_of, mint
from tidings.lanes.gauge import Gauges
from tidings.messages.accept import Acceptance, Accepted
from tidings.messages.promote import promote_unplaced
from tidings.messages.receive import SQL, Reception, receive
from tidings.runtime.bell import Bell
from tidings.runtime.database import Database
from tidings.runtime.outbox import CHANNEL
from tidings.senders import own

SHOP = "+14155550100"
BEN = "+14155552672"
MARKETING = 2


def inbound(text: str = "Hello", **changes: Any) -> Inbound:
    plain = {"carrier": "c", "source": ANNA, "destination": SHOP, "at": datetime.now(UTC), "parts": 1}
    return Inbound(**(plain | {"text": text} | changes))  # type: ignore[arg-type]  # a builder


async def open_shop(db: Database, address: str = SHOP) -> UUID:
    """An account that owns a number."""
    async with db.transaction() as connection:
        opened = await create_account(
            connection,
            friendly_name="Shop",
            sealer=SEALER,
            entropy=secrets.token_bytes,
            now=datetime.now(UTC),
        )
        parsed = Address.parse(address)
        assert parsed is not None
        now = datetime.now(UTC)
        id = mint(now, secrets.token_bytes(10), 0)
        assert await own(connection, opened.account.id, parsed, id=id, now=now)
    return opened.account.id


async def take(db: Database, *batch: Inbound, now: datetime | None = None) -> set[int]:
    async with db.transaction() as connection:
        return await receive(connection, batch, now=now or datetime.now(UTC), entropy=secrets.token_bytes)


async def rows(db: Database, query: str, *values: Any) -> list[Any]:
    async with db.connection() as connection:
        return list(await connection.fetch(query, *values))


async def stored(db: Database) -> list[Any]:
    return await rows(db, "select * from messages where direction = 'inbound' order by body")


async def test_a_message_is_stored_and_told_in_one_transaction(db: Database) -> None:
    account = await open_shop(db)
    told = await take(db, inbound("Are you open?"))
    (message,) = await stored(db)
    assert (message["account"], message["sender"], message["recipient"]) == (account, ANNA, SHOP)
    assert (message["body"], message["segments"]) == ("Are you open?", 1)
    (fact,) = await rows(db, "select * from facts")
    assert (fact["kind"], fact["subject"], fact["account"]) == ("message.received", message["id"], account)
    assert told == {fact["bucket"]} == {bucket_of(message["id"])}


async def test_the_api_shows_it_as_received(db: Database) -> None:
    async with api_home(db) as home:
        opened: Opened = await home.open_account()
        await home.give_sender(opened, SHOP)
        await take(db, inbound("Grüße €5 " * 20))
        path = f"/2010-04-01/Accounts/{opened.sid}/Messages"
        (shown,) = (await home.ask("GET", f"{path}.json?From=%2B14155552671", as_=opened)).body["messages"]
        assert shown == (await home.ask("GET", f"{path}/{shown['sid']}.json", as_=opened)).body
    assert (shown["direction"], shown["status"]) == ("inbound", "received")
    assert (shown["from"], shown["to"]) == (ANNA, SHOP)
    assert shown["num_segments"] == "2"
    assert shown["date_sent"] == shown["date_created"]
    assert shown["messaging_service_sid"] is None


async def test_one_for_nobody_is_passed_over_and_the_others_are_kept(db: Database) -> None:
    await open_shop(db)
    await take(db, inbound("to nobody", destination="+14155559999"), inbound("to the shop"))
    assert [message["body"] for message in await stored(db)] == ["to the shop"]


async def test_a_name_of_letters_receives_nothing(db: Database) -> None:
    await open_shop(db, "SHOP")
    await take(db, inbound(destination="SHOP"))
    assert await stored(db) == []


async def test_what_the_carrier_sends_twice_under_its_own_id_is_kept_once(db: Database) -> None:
    await open_shop(db)
    await take(db, inbound(provider_id="m1"), inbound(provider_id="m1"), inbound(provider_id="m2"))
    await take(db, inbound(provider_id="m2"), inbound(provider_id="m2", carrier="other"))
    assert len(await stored(db)) == 3
    assert len(await rows(db, "select * from facts")) == 3


async def test_the_same_text_without_an_id_is_another_message(db: Database) -> None:
    await open_shop(db)
    await take(db, inbound("Yes"), inbound("Yes"))
    assert len(await stored(db)) == 2


async def test_a_batch_that_is_written_again_changes_nothing(db: Database) -> None:
    await open_shop(db)
    now = datetime.now(UTC)
    for _ in range(2):
        async with db.transaction() as connection:
            await receive(connection, [inbound("STOP")], now=now, entropy=lambda n: b"e" * n)
    assert len(await stored(db)) == 1
    assert len(await rows(db, "select * from facts where kind = 'message.received'")) == 1


@pytest.mark.parametrize("text", ["a\0b", "half \ud83d", "\ude00", ""])
async def test_a_text_that_postgresql_cannot_hold_does_not_stop_the_others(db: Database, text: str) -> None:
    await open_shop(db)
    await take(db, inbound(text), inbound("zz next"))
    odd, following = sorted(await stored(db), key=lambda one: one["body"] == "zz next")
    assert odd["body"] == text.replace("\0", "�").replace("\ud83d", "�").replace("\ude00", "�")
    assert following["body"] == "zz next"


async def test_what_one_person_writes_to_one_number_stays_in_order(db: Database) -> None:
    await open_shop(db)
    await take(
        db,
        *(inbound(f"{n}") for n in range(5)),
        *(inbound("x", source=f"+1415555{n}") for n in range(3000, 3080)),
    )
    facts = await rows(
        db,
        "select body from facts f join messages m on m.id = f.subject where m.sender = $1 order by seq",
        ANNA,
    )
    assert [fact["body"] for fact in facts] == ["0", "1", "2", "3", "4"]
    assert len({message["bucket"] for message in await stored(db)}) > 10


async def send(db: Database, account: UUID, **changes: Any) -> Accepted:
    acceptance = Acceptance(db, Gauges(db, default_limit_seconds=36_000, clock=lambda: 0.0))
    plain = {"account": account, "sender": SHOP, "sender_kind": "long_code"}
    accepted = await acceptance.accept(draft(**(plain | changes)), now=datetime.now(UTC))
    await acceptance.close()
    assert isinstance(accepted, Accepted)
    return accepted


async def test_after_a_stop_nothing_that_waits_for_the_person_leaves(db: Database) -> None:
    account = await open_shop(db)
    waits = await send(db, account)
    to_another = await send(db, account, recipient=BEN)
    from_another = await send(db, account, sender="55501", sender_kind="short_code")
    await take(db, inbound("Stop"))
    (failed,) = await rows(db, "select subject, detail from facts where kind = 'message.failed'")
    assert (failed["subject"], failed["detail"]) == (waits.id, {"code": 21610})
    left = {row["id"] for row in await rows(db, "select id from queue")}
    assert left == {to_another.id, from_another.id}
    (state,) = await rows(db, "select out_1 from lane_state where lane = $1", waits.lane.id)
    assert state["out_1"] == 1, "the lane's depth says what is gone"


@pytest.mark.parametrize("way_back", ["give_back", "doubted"])
async def test_what_comes_back_from_the_carrier_after_a_stop_does_not_leave_again(
    db: Database, way_back: str
) -> None:
    """It was claimed when the person said STOP; then the carrier was too busy, or the dispatcher died."""
    account = await open_shop(db)
    claimed = await send(db, account)
    to_another = await send(db, account, recipient=BEN)
    async with db.connection() as connection:
        await connection.execute(
            "with gone as (delete from queue returning *) insert into inflight select bucket, id, $1, lane, priority,"
            " turn, segments, attempt, expires_at, true, 1, now() from gone",
            account,
        )
    await take(db, inbound("STOP"))
    bucket, ids = claimed.lane.bucket, [claimed.id, to_another.id]
    now = datetime.now(UTC)
    async with db.connection() as connection:
        more = [now] if way_back == "doubted" else []
        await SQL.many(connection, way_back, [bucket, to_another.lane.bucket], ids, *more)
        await connection.execute("update bucket_leases set epoch = 1 where bucket = $1", bucket)
        await SQL.many(connection, "due", bucket, now, 1)
    (failed,) = await rows(db, "select subject, detail from facts where kind = 'message.failed'")
    assert (failed["subject"], failed["detail"]) == (claimed.id, {"code": 21610})
    assert [row["id"] for row in await rows(db, "select id from queue")] == [to_another.id]
    assert await rows(db, "select * from later") == []


async def test_an_ordinary_text_withdraws_nothing(db: Database) -> None:
    account = await open_shop(db)
    await send(db, account)
    await take(db, inbound("When do you open?"))
    assert len(await rows(db, "select id from queue")) == 1


async def test_what_may_be_an_opt_out_holds_the_marketing_that_waits_and_nothing_else(db: Database) -> None:
    account = await open_shop(db)
    marketing = await send(db, account, priority=MARKETING)
    for others in ({"priority": 1}, {"recipient": BEN, "priority": MARKETING}):
        await send(db, account, **others)
    before = await rows(db, "select * from lane_state")
    await take(db, inbound("wrong number"))
    assert marketing.id not in {row["id"] for row in await rows(db, "select id from queue")}
    assert len(await rows(db, "select id from queue")) == 2
    (waits,) = await rows(db, "select id, lane, due - now() as wait from later")
    assert (waits["id"], waits["lane"]) == (marketing.id, None)
    assert timedelta(minutes=59) < waits["wait"] <= timedelta(hours=1)
    (held,) = await rows(db, "select subject, detail from facts where kind = 'message.held'")
    assert (held["subject"], held["detail"]) == (marketing.id, {"rule": "opt_out_review"})
    assert await rows(db, "select * from lane_state") != before, "the lane's depth says what is gone"


@pytest.mark.parametrize(("decided", "fate"), [("keep", "queued"), ("opt_out", "failed"), (None, "held")])
async def test_what_is_held_is_looked_at_again_when_a_human_may_have_decided(
    db: Database, decided: str | None, fate: str
) -> None:
    account = await open_shop(db)
    marketing = await send(db, account, priority=MARKETING)
    await take(db, inbound("wrong number"))
    async with db.connection() as connection:
        if decided == "keep":
            await connection.execute("delete from opt_outs")
        elif decided == "opt_out":
            await connection.execute("update opt_outs set state = 'opted_out'")
    acceptance = Acceptance(db, Gauges(db, default_limit_seconds=36_000, clock=lambda: 0.0))
    later = datetime.now(UTC) + timedelta(minutes=61)
    await promote_unplaced(db, acceptance, marketing.lane.bucket, epoch=0, now=later)
    await acceptance.close()
    last = await rows(db, "select kind from facts where subject = $1 order by seq desc limit 1", marketing.id)
    assert [row["kind"] for row in last] == [f"message.{fate}"]


async def test_what_waits_through_a_service_is_withdrawn_by_its_scope(db: Database) -> None:
    account = await open_shop(db)
    service = uuid4()
    async with db.connection() as connection:
        await connection.execute(
            "insert into services (id, account, friendly_name, created_at, updated_at)"
            " values ($1, $2, 'S', now(), now())",
            service,
            account,
        )
        await connection.execute(
            "insert into service_senders select $1, id, account, now() from senders where address = $2",
            service,
            SHOP,
        )
    elsewhere = await send(db, account, sender="55501", sender_kind="short_code", service=service)
    direct = await send(db, account, sender="55501", sender_kind="short_code")
    await take(db, inbound("STOP"))
    (failed,) = await rows(db, "select subject from facts where kind = 'message.failed'")
    assert failed["subject"] == elsewhere.id
    assert [row["id"] for row in await rows(db, "select id from queue")] == [direct.id]
    (message,) = await stored(db)
    assert message["service"] == service


async def test_whoever_opts_out_of_a_service_hears_no_number_of_its_pool_by_itself_either(
    db: Database,
) -> None:
    account = await open_shop(db)
    service = uuid4()
    async with db.connection() as connection:
        await connection.execute(
            "insert into services (id, account, friendly_name, created_at, updated_at)"
            " values ($1, $2, 'S', now(), now())",
            service,
            account,
        )
        await connection.execute(
            "insert into service_senders select $1, id, account, now() from senders where address = $2",
            service,
            SHOP,
        )
    waits = await send(db, account)
    other = await send(db, account, sender="55501", sender_kind="short_code")
    await take(db, inbound("STOP"))
    assert [row["id"] for row in await rows(db, "select id from queue")] == [other.id]
    (failed,) = await rows(db, "select subject from facts where kind = 'message.failed'")
    assert failed["subject"] == waits.id
    acceptance = Acceptance(db, Gauges(db, default_limit_seconds=36_000, clock=lambda: 0.0))
    direct = draft(account=account, sender=SHOP, sender_kind="long_code")
    refused = await acceptance.accept(direct, now=datetime.now(UTC))
    await take(db, inbound("START"))
    accepted = await acceptance.accept(direct, now=datetime.now(UTC))
    await acceptance.close()
    assert isinstance(refused, Refused)
    assert refused.code.number == 21610
    assert isinstance(accepted, Accepted)


@pytest.mark.parametrize("order", [[1, 2, 3], [3, 2, 1], [2, 3, 1]], ids=str)
async def test_a_long_text_comes_whole_whatever_order_its_parts_come_in(
    world: World, order: list[int]
) -> None:
    await open_shop(world.db)
    running = await world.dispatch()
    while running.dispatcher.connector.room == 0:
        await asyncio.sleep(0.01)
    texts = {ANNA: "A long story: " + "Grüße " * 60, BEN: "Another: " + "😜" * 80}
    for person, text in texts.items():
        told = {"from": person, "to": SHOP, "body": text, "order": order}
        async with world.session.post(f"{world.carrier.control_url}/inbound", json=told) as answer:
            assert (await answer.json())["parts"] == 3
    while len(await stored(world.db)) < 2:
        await asyncio.sleep(0.02)
    kept = {message["sender"]: message for message in await stored(world.db)}
    assert {person: message["body"] for person, message in kept.items()} == texts
    assert {message["segments"] for message in kept.values()} == {3}


async def test_the_reception_rings_once_the_batch_is_durable(db: Database) -> None:
    await open_shop(db)
    reception = Reception(db, facts=Bell(db, CHANNEL), clock=lambda: datetime.now(UTC))
    await reception.take([inbound("One"), inbound("Two", source=BEN)])
    assert len(await stored(db)) == 2
