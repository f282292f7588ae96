"""Sending through a messaging service with Twilio's own Python package."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from tests.api_home import ApiHome, api_home, now
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tidings.accounts import Opened
from tidings.runtime.database import Database

SHOP, OTHER, CODE, ANNA = "+14155550100", "+13035550100", "55501", "+14155550199"
T = TypeVar("T")


@pytest.fixture
async def home(db: Database) -> AsyncIterator[ApiHome]:
    async with api_home(db) as home:
        yield home


@pytest.fixture
async def shop(home: ApiHome) -> Opened:
    opened = await home.open_account()
    for address in (SHOP, OTHER, CODE):
        await home.give_sender(opened, address, mps=100)
    return opened


def client_of(home: ApiHome, opened: Opened) -> Client:
    client = Client(opened.sid, opened.auth_token)
    client.api.base_url = home.base_url
    client.messaging.base_url = f"{home.base_url}/messaging"
    return client


async def ask(deed: Callable[[], T]) -> T:
    """The package blocks; the server runs in this loop."""
    return await asyncio.to_thread(deed)


async def service_of(home: ApiHome, client: Client, *addresses: str, **settings: Any) -> str:
    made = await ask(lambda: client.messaging.v1.services.create(friendly_name="Demo", **settings))
    assert made.sid is not None
    for address in addresses:
        async with home.db.connection() as connection:
            id = await connection.fetchval("select id from senders where address = $1", address)
        pool = client.messaging.v1.services(made.sid)
        if address == CODE:
            await ask(lambda pool=pool, id=id: pool.short_codes.create(f"SC{id.hex}"))  # type: ignore[misc]
        else:
            await ask(lambda pool=pool, id=id: pool.phone_numbers.create(f"PN{id.hex}"))  # type: ignore[misc]
    return made.sid


async def column(home: ApiHome, name: str) -> Any:
    async with home.db.connection() as connection:
        return await connection.fetchval(f"select {name} from messages order by id desc limit 1")


async def test_it_is_accepted_without_a_sender_and_fetched_with_one(home: ApiHome, shop: Opened) -> None:
    client = client_of(home, shop)
    service = await service_of(home, client, SHOP, OTHER)
    made = await ask(lambda: client.messages.create(to=ANNA, messaging_service_sid=service, body="Hello"))
    assert (made.status, made.from_, made.num_segments) == ("accepted", None, "0")
    assert made.messaging_service_sid == service
    fetched = await ask(lambda: client.messages(made.sid).fetch())  # type: ignore[arg-type]
    assert (fetched.status, fetched.num_segments) == ("queued", "1")
    assert fetched.from_ in (SHOP, OTHER)
    (listed,) = await ask(client.messages.list)
    assert (listed.sid, listed.from_) == (made.sid, fetched.from_)


async def test_a_short_code_of_the_pool_comes_first(home: ApiHome, shop: Opened) -> None:
    client = client_of(home, shop)
    service = await service_of(home, client, SHOP, CODE)
    made = await ask(lambda: client.messages.create(to=ANNA, messaging_service_sid=service, body="Hello"))
    assert (await ask(lambda: client.messages(made.sid).fetch())).from_ == CODE  # type: ignore[arg-type]


async def test_a_message_is_scheduled_and_canceled(home: ApiHome, shop: Opened) -> None:
    client = client_of(home, shop)
    service = await service_of(home, client, SHOP)
    at = now() + timedelta(hours=2)
    made = await ask(
        lambda: client.messages.create(
            to=ANNA, messaging_service_sid=service, body="Hello", schedule_type="fixed", send_at=at
        )
    )
    assert (made.status, made.from_, made.num_segments, made.date_sent) == ("scheduled", None, "0", None)
    message = client.messages(made.sid)  # type: ignore[arg-type]
    assert (await ask(message.fetch)).status == "scheduled"
    assert (await ask(lambda: message.update(status="canceled"))).status == "canceled"
    with pytest.raises(TwilioRestException) as again:
        await ask(lambda: message.update(status="canceled"))
    assert again.value.code == 30409


async def test_the_settings_of_the_service_count_where_the_request_is_silent(
    home: ApiHome, shop: Opened
) -> None:
    client = client_of(home, shop)
    service = await service_of(
        home,
        client,
        SHOP,
        validity_period=120,
        status_callback="https://shop.example/service",
        usecase="marketing",
    )
    plain = {"to": ANNA, "messaging_service_sid": service, "body": "“Hello”"}
    await ask(lambda: client.messages.create(**plain))
    assert await column(home, "extract(epoch from expires_at - created_at)") == 120
    assert await column(home, "status_callback") == "https://shop.example/service"
    assert (await column(home, "body"), await column(home, "priority")) == ('"Hello"', 2)
    said = {
        "validity_period": 60,
        "status_callback": "https://shop.example/request",
        "smart_encoded": False,
    }
    await ask(lambda: client.messages.create(**plain, **said))
    assert await column(home, "extract(epoch from expires_at - created_at)") == 60
    assert await column(home, "status_callback") == "https://shop.example/request"
    assert await column(home, "body") == "“Hello”"
