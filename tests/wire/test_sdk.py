"""Twilio's own Python package, unchanged but for the address of its API domain, against a real server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from tests.api_home import ApiHome, api_home, now
from tests.messages.stored import store_message, tell
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tidings.accounts import Opened
from tidings.kernel.sid import Sid
from tidings.runtime.database import Database

SHOP, CODE, ANNA = "+14155550100", "55501", "+14155550199"
T = TypeVar("T")


@pytest.fixture
async def home(db: Database) -> AsyncIterator[ApiHome]:
    async with api_home(db) as home:
        yield home


@pytest.fixture
async def shop(home: ApiHome) -> Opened:
    opened = await home.open_account()
    await home.give_sender(opened, SHOP, mps=100)
    await home.give_sender(opened, CODE)
    return opened


def client_of(home: ApiHome, opened: Opened) -> Client:
    client = Client(opened.sid, opened.auth_token)
    client.api.base_url = home.base_url
    return client


async def ask(deed: Callable[[], T]) -> T:
    """The package blocks; the server runs in this loop."""
    return await asyncio.to_thread(deed)


async def refusal(deed: Callable[[], Any]) -> tuple[int, int | None]:
    """HTTP status and code."""
    with pytest.raises(TwilioRestException) as caught:
        await ask(deed)
    return caught.value.status, caught.value.code


async def test_a_message_is_created_and_fetched(home: ApiHome, shop: Opened) -> None:
    client = client_of(home, shop)
    made = await ask(lambda: client.messages.create(to=ANNA, from_=SHOP, body="Hello! 👍"))
    assert (made.status, made.from_, made.to, made.body) == ("queued", SHOP, ANNA, "Hello! 👍")
    assert (made.num_segments, made.num_media, made.direction) == ("1", "0", "outbound-api")
    assert made.sid is not None
    fetched = await ask(lambda: client.messages(made.sid).fetch())  # type: ignore[arg-type]
    assert (fetched.sid, fetched.status, fetched.date_sent) == (made.sid, "queued", None)
    assert isinstance(fetched.date_created, datetime)
    assert abs(fetched.date_created - now()) < timedelta(minutes=1)
    assert fetched.account_sid == shop.sid


async def test_every_argument_of_the_package_that_concerns_sms_is_understood(
    home: ApiHome, shop: Opened
) -> None:
    client = client_of(home, shop)
    application = await ask(lambda: client.applications.create(friendly_name="Shop"))
    made = await ask(
        lambda: client.messages.create(
            to=ANNA,
            from_=CODE,
            body="“Hi”",
            status_callback="https://shop.example/status",
            application_sid=application.sid,
            max_price=0.5,  # type: ignore[arg-type]
            provide_feedback=True,
            attempt=1,
            validity_period=3600,
            force_delivery=False,
            content_retention="retain",
            address_retention="retain",
            smart_encoded=True,
            persistent_action=["geo:1,2"],
            traffic_type="free",
            shorten_urls=False,
            send_as_mms=False,
            risk_check="enable",
        )
    )
    assert (made.body, made.from_) == ('"Hi"', CODE)


async def test_a_list_of_more_than_one_page_is_seen_whole_and_newest_first(
    home: ApiHome, shop: Opened
) -> None:
    start = now() - timedelta(hours=1)
    expected = []
    for number in range(125):
        at = start + timedelta(seconds=number)
        id = await store_message(home.db, shop.account.id, at=at, bucket=number % 64, sender=SHOP)
        expected.append(str(Sid("SM", id)))
    expected.reverse()
    client = client_of(home, shop)

    listed = await ask(lambda: [message.sid for message in client.messages.list(page_size=50)])
    assert listed == expected
    assert await ask(lambda: [message.sid for message in client.messages.list()]) == expected
    assert await ask(lambda: [message.sid for message in client.messages.stream(page_size=7)]) == expected
    assert await ask(lambda: [message.sid for message in client.messages.list(limit=120)]) == expected[:120]
    assert await ask(lambda: [message.sid for message in client.messages.list(limit=5000)]) == expected

    first = await ask(lambda: client.messages.page(page_size=50))
    second = await ask(first.next_page)
    assert second is not None
    back = await ask(second.previous_page)
    assert back is not None
    assert [message.sid for message in back] == expected[:50]


async def test_a_list_is_narrowed_by_numbers_and_dates(home: ApiHome, shop: Opened) -> None:
    day = now().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    facts = ["message.queued", "message.sent"]
    early = await store_message(home.db, shop.account.id, at=day, facts=facts, sender=SHOP)
    late = await store_message(
        home.db,
        shop.account.id,
        at=day + timedelta(hours=1),
        facts=facts,
        sender=CODE,
        recipient="+14155550198",
    )
    await store_message(home.db, shop.account.id, at=day + timedelta(hours=2), sender=SHOP)
    client = client_of(home, shop)

    async def found(**filters: Any) -> list[str | None]:
        return [message.sid for message in await ask(lambda: client.messages.list(**filters))]

    first, second = str(Sid("SM", early)), str(Sid("SM", late))
    sent = day + timedelta(seconds=1)
    assert await found(to="+14155550198") == [second]
    assert await found(from_=CODE) == [second]
    assert await found(to="+14155550198", from_=SHOP) == []
    assert await found(date_sent=day.date()) == [second, first]
    assert await found(date_sent=day - timedelta(days=1)) == []
    assert await found(date_sent_after=sent) == [second, first]
    assert await found(date_sent_after=sent + timedelta(seconds=1)) == [second]
    assert await found(date_sent_before=sent) == [first]
    assert await found(date_sent_before=sent - timedelta(seconds=1)) == []
    assert await found(date_sent_before=str(day.date())) == [second, first]
    assert await found(date_sent_before=str(day.date() - timedelta(days=1))) == []
    assert await found(date_sent_after=datetime(1969, 1, 1, tzinfo=UTC)) == [second, first]
    assert await found(date_sent_before=datetime(9999, 12, 31, tzinfo=UTC)) == [second, first]


async def test_a_message_that_ended_is_redacted_and_deleted(home: ApiHome, shop: Opened) -> None:
    client = client_of(home, shop)
    made = await ask(lambda: client.messages.create(to=ANNA, from_=SHOP, body="secret"))
    message = client.messages(made.sid)  # type: ignore[arg-type]
    assert await refusal(lambda: message.update(body="")) == (409, 20009)
    assert await refusal(message.delete) == (409, 20009)
    id = Sid.parse(made.sid or "")
    assert id is not None
    for kind in ("message.sent", "message.delivered"):
        await tell(home.db, shop.account.id, id.uuid, kind, at=now())
    assert await refusal(lambda: message.update(body="other")) == (400, 20422)
    redacted = await ask(lambda: message.update(body=""))
    assert (redacted.body, redacted.status) == ("", "delivered")
    assert (await ask(message.fetch)).body == ""
    assert await ask(message.delete) is True
    assert await refusal(message.fetch) == (404, 20404)
    assert await ask(client.messages.list) == []


async def test_a_scheduled_message_is_canceled_and_any_other_is_not(home: ApiHome, shop: Opened) -> None:
    client = client_of(home, shop)
    id = await store_message(home.db, shop.account.id, at=now(), facts=["message.scheduled"], sender=None)
    scheduled = client.messages(str(Sid("SM", id)))
    assert (await ask(scheduled.fetch)).status == "scheduled"
    assert (await ask(lambda: scheduled.update(status="canceled"))).status == "canceled"
    async with home.db.connection() as connection:
        assert await connection.fetchval("select count(*) from later") == 0
    made = await ask(lambda: client.messages.create(to=ANNA, from_=SHOP, body="now"))
    assert await refusal(lambda: client.messages(made.sid).update(status="canceled")) == (409, 30409)  # type: ignore[arg-type]


async def test_feedback_and_media_of_a_message(home: ApiHome, shop: Opened) -> None:
    client = client_of(home, shop)
    made = await ask(lambda: client.messages.create(to=ANNA, from_=SHOP, body="Hello"))
    message = client.messages(made.sid)  # type: ignore[arg-type]
    feedback = await ask(lambda: message.feedback.create(outcome="confirmed"))
    assert (feedback.outcome, feedback.message_sid) == ("confirmed", made.sid)
    assert await ask(message.media.list) == []
    assert await refusal(lambda: message.media("ME" + "0" * 32).fetch()) == (404, 20404)


async def test_errors_come_as_the_packages_own_exception(home: ApiHome, shop: Opened) -> None:
    client = client_of(home, shop)
    with pytest.raises(TwilioRestException) as caught:
        await ask(lambda: client.messages.create(to="+15005550001", from_=SHOP, body="Hello"))
    error = caught.value
    assert (error.status, error.code, error.method) == (400, 21211, "POST")
    assert error.msg == "Unable to create record: The 'To' number +15005550001 is not a valid phone number."
    wrong = Client(shop.sid, "wrong")
    wrong.api.base_url = home.base_url
    assert await refusal(wrong.balance.fetch) == (401, 20003)


async def test_accounts_keys_and_the_balance(home: ApiHome, shop: Opened) -> None:
    client = client_of(home, shop)
    branch = await ask(lambda: client.api.accounts.create(friendly_name="Branch"))
    assert branch.owner_account_sid == shop.sid
    names = await ask(lambda: [account.friendly_name for account in client.api.accounts.list()])
    assert names == ["Branch", "Shop"]
    suspended = await ask(lambda: client.api.accounts(branch.sid or "").update(status="suspended"))
    assert suspended.status == "suspended"
    key = await ask(lambda: client.new_keys.create(friendly_name="till"))
    with_key = Client(key.sid, key.secret, shop.sid)
    with_key.api.base_url = home.base_url
    made = await ask(lambda: with_key.messages.create(to=ANNA, from_=SHOP, body="Hello"))
    assert made.account_sid == shop.sid
    assert (await ask(lambda: client.balance.fetch())).balance == "0.00"
    assert await ask(lambda: client.keys(key.sid or "").delete()) is True
    assert await refusal(with_key.balance.fetch) == (401, 20003)


async def test_a_token_is_rotated_without_a_gap(home: ApiHome, shop: Opened) -> None:
    def accounts_of(token: str) -> Any:
        client = Client(shop.sid, token)
        client.accounts.base_url = f"{home.base_url}/accounts"
        return client.accounts.v1

    old = accounts_of(shop.auth_token)
    assert await refusal(old.auth_token_promotion().update) == (404, 20404)
    second = await ask(old.secondary_auth_token().create)
    assert second.account_sid == shop.sid
    new = accounts_of(second.secondary_auth_token or "")
    promoted = await ask(new.auth_token_promotion().update)
    assert promoted.auth_token == second.secondary_auth_token
    assert promoted.date_created == second.date_created
    assert await refusal(old.secondary_auth_token().create) == (401, 20003)
    await ask(new.secondary_auth_token().create)
    assert await ask(new.secondary_auth_token().delete) is True
    assert await refusal(new.secondary_auth_token().delete) == (404, 20404)
