"""Twilio's own Python package, and applications: kept, named by numbers and messages, and gone."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from tests.api_home import SEALER, ApiHome, api_home
from tests.messages.test_receive import SHOP, inbound, take
from tests.webhooks.endpoint import Call, Endpoint
from tests.wire.test_sdk import ask, client_of, refusal

from tidings.accounts import Opened, tokens
from tidings.runtime.database import Database
from tidings.webhooks import tell

ANNA = "+14155550199"
SETTINGS: dict[str, Any] = {
    "friendly_name": "Till",
    "sms_url": "https://shop.example/in",
    "sms_method": "GET",
    "sms_fallback_url": "https://shop.example/fallback",
    "sms_fallback_method": "GET",
    "message_status_callback": "https://shop.example/status",
    "status_callback": "https://shop.example/calls",
    "status_callback_method": "GET",
    "voice_url": "https://shop.example/voice",
    "voice_method": "GET",
    "voice_fallback_url": "https://shop.example/voice2",
    "voice_fallback_method": "GET",
    "voice_caller_id_lookup": True,
    "public_application_connect_enabled": True,
    "api_version": "2008-08-01",
}


@pytest.fixture
async def home(db: Database) -> AsyncIterator[ApiHome]:
    async with api_home(db) as home:
        yield home


@pytest.fixture
async def shop(home: ApiHome) -> Opened:
    opened = await home.open_account()
    await home.give_sender(opened, SHOP, mps=100)
    return opened


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    endpoint = await Endpoint().listen()
    yield endpoint
    await endpoint.close()


async def heard(home: ApiHome, endpoint: Endpoint, count: int) -> list[Call]:
    """What the endpoint was told once the work role has told so much."""

    async def token_of(account: UUID) -> str | None:
        async with home.db.connection() as connection:
            return (await tokens(connection, account, sealer=SEALER)).get("primary")

    stopping = asyncio.Event()
    teller = asyncio.create_task(tell.run(home.db, token_of, allow_private=True, stopping=stopping))
    await endpoint.heard(count)
    stopping.set()
    await teller
    return endpoint.calls


async def test_an_application_is_made_changed_listed_and_removed(home: ApiHome, shop: Opened) -> None:
    client = client_of(home, shop)
    made = await ask(lambda: client.applications.create(**SETTINGS))
    assert made.sid is not None
    one = client.applications(made.sid)
    fetched = await ask(one.fetch)
    for told in (made, fetched):
        assert {name: getattr(told, name) for name in SETTINGS} == SETTINGS
        assert told.sms_status_callback == SETTINGS["message_status_callback"]
    plain = await ask(client.applications.create)
    assert (plain.sms_url, plain.sms_method, plain.voice_url) == (None, "POST", None)
    changed = await ask(lambda: one.update(sms_url="", friendly_name="Shop"))
    assert (changed.sms_url, changed.friendly_name, changed.sms_method) == (None, "Shop", "GET")
    listed = await ask(lambda: list(client.applications.stream(page_size=1)))
    assert [each.sid for each in listed] == [plain.sid, made.sid]
    assert [each.sid for each in await ask(lambda: client.applications.list(friendly_name="Shop"))] == [
        made.sid
    ]
    assert await ask(one.delete) is True
    assert await refusal(one.fetch) == (404, 20404)


async def test_a_number_that_names_an_application_tells_its_messages_there(
    home: ApiHome, shop: Opened, endpoint: Endpoint
) -> None:
    client = client_of(home, shop)
    application = await ask(lambda: client.applications.create(sms_url=f"{endpoint.base}/ok?application"))
    (number,) = await ask(lambda: client.incoming_phone_numbers.list(phone_number=SHOP))
    await ask(
        lambda: number.update(sms_url=f"{endpoint.base}/ok?number", sms_application_sid=application.sid or "")
    )
    await take(home.db, inbound("To the application"))
    (first,) = await heard(home, endpoint, 1)
    assert await ask(client.applications(application.sid or "").delete) is True
    assert (await ask(number.fetch)).sms_application_sid == ""
    await take(home.db, inbound("To the number"))
    _, second = await heard(home, endpoint, 2)
    assert [(call.target, call.form["Body"]) for call in (first, second)] == [
        ("/ok?application", "To the application"),
        ("/ok?number", "To the number"),
    ]
    assert first.is_signed_with(shop.auth_token)


async def test_a_message_that_names_an_application_calls_back_there_unless_it_says_otherwise(
    home: ApiHome, shop: Opened, endpoint: Endpoint
) -> None:
    client = client_of(home, shop)
    client.messaging.base_url = f"{home.base_url}/messaging"
    service = await ask(
        lambda: client.messaging.v1.services.create("Demo", status_callback=f"{endpoint.base}/ok?service")
    )
    (number,) = await ask(lambda: client.incoming_phone_numbers.list(phone_number=SHOP))
    await ask(lambda: client.messaging.v1.services(service.sid or "").phone_numbers.create(number.sid or ""))
    application = await ask(
        lambda: client.applications.create(message_status_callback=f"{endpoint.base}/ok?application")
    )
    silent = await ask(client.applications.create)
    own = f"{endpoint.base}/ok?own"

    async def send(body: str, **more: Any) -> None:
        await ask(
            lambda: client.messages.create(
                to=ANNA, messaging_service_sid=service.sid or "", body=body, **more
            )
        )

    await send("application", application_sid=application.sid)
    await send("own", application_sid=application.sid, status_callback=own)
    await send("service", application_sid=silent.sid)
    calls = await heard(home, endpoint, 3)
    assert sorted(call.target for call in calls) == ["/ok?application", "/ok?own", "/ok?service"]


async def test_an_application_of_another_account_cannot_be_named(home: ApiHome, shop: Opened) -> None:
    stranger = await home.open_account("Stranger")
    theirs = await ask(client_of(home, stranger).applications.create)
    client = client_of(home, shop)
    (number,) = await ask(lambda: client.incoming_phone_numbers.list(phone_number=SHOP))
    sid = theirs.sid or ""
    assert await refusal(lambda: number.update(sms_application_sid=sid)) == (400, 21420)
    assert await refusal(
        lambda: client.messages.create(to=ANNA, from_=SHOP, body="Hello", application_sid=sid)
    ) == (400, 21420)
    assert await refusal(client.applications(sid).fetch) == (404, 20404)
