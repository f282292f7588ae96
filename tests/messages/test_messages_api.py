"""What the goldens cannot say: the queue's limit, dates, changes at the same time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.api_home import ApiHome, api_home, now
from tests.messages.pools import service_with
from tests.messages.stored import store_message, tell

from tidings.accounts import Opened
from tidings.kernel.sid import Sid
from tidings.runtime.database import Database

ANNA = "+14155550199"


@pytest.fixture
async def home(db: Database) -> AsyncIterator[ApiHome]:
    async with api_home(db) as home:
        yield home


@pytest.fixture
async def shop(home: ApiHome) -> Opened:
    return await home.open_account()


def messages(opened: Opened) -> str:
    return f"/2010-04-01/Accounts/{opened.sid}/Messages"


async def test_a_full_queue_refuses_with_21611_and_keeps_nothing(home: ApiHome, shop: Opened) -> None:
    await home.give_sender(shop, "55501", mps=1, queue_limit_seconds=3)
    form = {"To": ANNA, "From": "55501", "Body": "a" * 161}
    first = await home.ask("POST", f"{messages(shop)}.json", as_=shop, form=form)
    second = await home.ask("POST", f"{messages(shop)}.json", as_=shop, form=form)
    assert first.status == 201
    assert (second.status, second.body["code"]) == (400, 21611)
    async with home.db.connection() as connection:
        assert await connection.fetchval("select count(*) from messages") == 1


async def test_a_moment_that_we_work_out_is_told_in_the_answer(home: ApiHome, shop: Opened) -> None:
    service = await service_with(home.db, shop.account.id, ["+16175550101"])
    day = (now() + timedelta(days=7)).date()
    form = {
        "To": ANNA,
        "MessagingServiceSid": str(Sid("MG", service)),
        "Body": "Hello",
        "ScheduleType": "fixed",
    }
    local = form | {"SendAtLocal": f"{day}T10:00", "RecipientTimeZone": "Asia/Kolkata"}
    answer = await home.ask("POST", f"{messages(shop)}.json", as_=shop, form=local)
    assert (answer.status, answer.body["send_at"]) == (201, f"{day}T04:30:00Z")
    plain = await home.ask(
        "POST", f"{messages(shop)}.json", as_=shop, form=form | {"SendAt": f"{day}T10:00:00Z"}
    )
    assert plain.status == 201
    assert "send_at" not in plain.body, "Twilio's answer has none"


async def test_a_suspended_account_sends_nothing(home: ApiHome, shop: Opened) -> None:
    await home.give_sender(shop, "55501")
    async with home.db.connection() as connection:
        await connection.execute("update accounts set status = 'suspended'")
    form = {"To": ANNA, "From": "55501", "Body": "Hello"}
    refused = await home.ask("POST", f"{messages(shop)}.json", as_=shop, form=form)
    assert (refused.status, refused.body["code"]) == (403, 20005)
    async with home.db.connection() as connection:
        assert await connection.fetchval("select count(*) from messages") == 0


async def test_the_date_of_sending_is_the_first_hand_over_and_the_date_of_change_the_newest_fact(
    home: ApiHome, shop: Opened
) -> None:
    at = now().replace(microsecond=0) - timedelta(minutes=10)
    id = await store_message(home.db, shop.account.id, at=at, facts=["message.queued", "message.sent"])
    await tell(home.db, shop.account.id, id, "message.delivered", at=at + timedelta(minutes=5))
    view = (await home.ask("GET", f"{messages(shop)}/{Sid('SM', id)}.json", as_=shop)).body
    sent, changed = at + timedelta(seconds=1), at + timedelta(minutes=5)
    assert view["date_sent"] == f"{sent:%a, %d %b %Y %H:%M:%S} +0000"
    assert view["date_updated"] == f"{changed:%a, %d %b %Y %H:%M:%S} +0000"


async def test_facts_of_a_writer_whose_clock_is_slow_still_count(home: ApiHome, shop: Opened) -> None:
    at = now()
    id = await store_message(home.db, shop.account.id, at=at)
    await tell(home.db, shop.account.id, id, "message.sent", at=at - timedelta(seconds=30))
    view = (await home.ask("GET", f"{messages(shop)}/{Sid('SM', id)}.json", as_=shop)).body
    assert view["status"] == "sent"


async def test_of_two_cancellations_at_once_one_counts(home: ApiHome, shop: Opened) -> None:
    id = await store_message(home.db, shop.account.id, at=now(), facts=["message.scheduled"])
    uri = f"{messages(shop)}/{Sid('SM', id)}.json"
    async with asyncio.TaskGroup() as crew:
        asked = [
            crew.create_task(home.ask("POST", uri, as_=shop, form={"Status": "canceled"})) for _ in range(5)
        ]
    assert sorted(task.result().status for task in asked) == [200, 409, 409, 409, 409]
    async with home.db.connection() as connection:
        facts = await connection.fetch("select kind from facts where subject = $1 order by seq", id)
    assert [fact["kind"] for fact in facts] == ["message.scheduled", "message.canceled"]


async def test_a_change_wakes_the_readers_of_the_outbox(home: ApiHome, shop: Opened) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    listener = await home.db.listen("facts", heard.put_nowait)
    try:
        assert await heard.get() == ""
        id = await store_message(home.db, shop.account.id, at=now(), facts=["message.scheduled"], bucket=9)
        uri = f"{messages(shop)}/{Sid('SM', id)}.json"
        await home.ask("POST", uri, as_=shop, form={"Status": "canceled"})
        async with asyncio.timeout(10):
            assert await heard.get() == "9"
    finally:
        await listener.close()


async def test_a_redacted_text_is_gone_from_the_database(home: ApiHome, shop: Opened) -> None:
    id = await store_message(
        home.db, shop.account.id, at=now(), facts=["message.queued", "message.sent"], body="secret"
    )
    await home.ask("POST", f"{messages(shop)}/{Sid('SM', id)}.json", as_=shop, form={"Body": ""})
    async with home.db.connection() as connection:
        stored = await connection.fetchrow("select m::text from messages m where id = $1", id)
    assert "secret" not in stored["m"]
