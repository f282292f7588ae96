"""Twilio's own Python package and messaging services: every resource of a pool."""

import secrets
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.api_home import ApiHome, api_home, now
from tests.wire.test_sdk import ask, refusal
from twilio.rest import Client

from tidings.accounts import Opened
from tidings.kernel.sid import Sid, mint
from tidings.runtime.database import Database
from tidings.senders import senders_of
from tidings.senders.services import Settings, create_service

SETTINGS: dict[str, Any] = {
    "inbound_request_url": "https://shop.example/in",
    "inbound_method": "GET",
    "fallback_url": "https://shop.example/fallback",
    "fallback_method": "GET",
    "status_callback": "https://shop.example/status",
    "sticky_sender": False,
    "mms_converter": False,
    "smart_encoding": False,
    "scan_message_content": "disable",
    "fallback_to_long_code": False,
    "area_code_geomatch": False,
    "validity_period": 600,
    "synchronous_validation": True,
    "usecase": "marketing",
    "use_inbound_webhook_on_number": True,
}


@pytest.fixture
async def home(db: Database) -> AsyncIterator[ApiHome]:
    async with api_home(db) as home:
        yield home


@pytest.fixture
async def shop(home: ApiHome) -> Opened:
    return await home.open_account()


def client_of(home: ApiHome, opened: Opened) -> Client:
    client = Client(opened.sid, opened.auth_token)
    client.messaging.base_url = f"{home.base_url}/messaging"
    return client


async def sid_of(home: ApiHome, opened: Opened, address: str) -> str:
    await home.give_sender(opened, address)
    async with home.db.connection() as connection:
        found = await senders_of(connection, opened.account.id)
    [sender] = [one for one in found if one.address == address]
    return str(Sid("PN" if address.startswith("+") else "SC", sender.id))


async def test_a_service_has_what_is_usual_unless_it_is_told_otherwise(home: ApiHome, shop: Opened) -> None:
    services = client_of(home, shop).messaging.v1.services
    usual = await ask(lambda: services.create(friendly_name="Usual"))
    assert (usual.account_sid, usual.friendly_name, usual.usecase) == (shop.sid, "Usual", "undeclared")
    assert (usual.sticky_sender, usual.smart_encoding, usual.area_code_geomatch) == (True, True, True)
    assert (usual.mms_converter, usual.fallback_to_long_code, usual.validity_period) == (True, True, 36_000)
    assert (usual.synchronous_validation, usual.use_inbound_webhook_on_number) == (False, False)
    assert (usual.inbound_request_url, usual.inbound_method, usual.status_callback) == (None, "POST", None)
    assert usual.us_app_to_person_registered is False
    assert usual.url == f"{home.base_url}/messaging/v1/Services/{usual.sid}"
    assert usual.links["phone_numbers"] == f"{usual.url}/PhoneNumbers"
    assert isinstance(usual.date_created, datetime)
    assert abs(usual.date_created - now()) < timedelta(minutes=1)

    own = await ask(lambda: services.create(friendly_name="Own", **SETTINGS))
    fetched = await ask(lambda: services(own.sid or "").fetch())
    for one in (own, fetched):
        assert {name: getattr(one, name) for name in SETTINGS} == SETTINGS


async def test_a_service_is_changed_field_by_field_and_given_up(home: ApiHome, shop: Opened) -> None:
    services = client_of(home, shop).messaging.v1.services
    made = await ask(lambda: services.create(friendly_name="Own", **SETTINGS))
    service = services(made.sid or "")
    changed = await ask(
        lambda: service.update(friendly_name="New", sticky_sender=True, inbound_request_url="")
    )
    assert {name: getattr(changed, name) for name in SETTINGS} == SETTINGS | {
        "sticky_sender": True,
        "inbound_request_url": None,
    }
    assert changed.friendly_name == "New"
    assert await ask(service.delete) is True
    assert await refusal(service.fetch) == (404, 20404)
    assert await refusal(service.delete) == (404, 20404)
    assert await refusal(lambda: service.update(friendly_name="?")) == (404, 20404)


async def test_a_list_of_services_is_seen_whole_over_pages(home: ApiHome, shop: Opened) -> None:
    expected = []
    async with home.db.connection() as connection:
        for number in range(23):
            at = now() + timedelta(milliseconds=number)
            id = mint(at, secrets.token_bytes(10), 0)
            await create_service(
                connection, shop.account.id, Settings(friendly_name=str(number)), id=id, now=at
            )
            expected.insert(0, str(Sid("MG", id)))
    services = client_of(home, shop).messaging.v1.services
    assert await ask(lambda: [one.sid for one in services.list(page_size=5)]) == expected
    assert await ask(lambda: [one.sid for one in services.list(limit=7)]) == expected[:7]
    first = await ask(lambda: services.page(page_size=10))
    second = await ask(first.next_page)
    assert second is not None
    assert [one.sid for one in second] == expected[10:20]
    back = await ask(second.previous_page)
    assert back is not None
    assert [one.sid for one in back] == expected[:10]


async def test_numbers_and_codes_join_and_leave_a_pool(home: ApiHome, shop: Opened) -> None:
    client = client_of(home, shop)
    made = await ask(lambda: client.messaging.v1.services.create(friendly_name="Pool"))
    service = client.messaging.v1.services(made.sid or "")
    numbers = [await sid_of(home, shop, f"+1415555010{n}") for n in range(5)]
    for sid in numbers:
        joined = await ask(lambda sid=sid: service.phone_numbers.create(phone_number_sid=sid))  # type: ignore[misc]
        assert (joined.sid, joined.service_sid, joined.account_sid) == (sid, made.sid, shop.sid)
    assert (joined.phone_number, joined.country_code) == ("+14155550104", "US")
    assert joined.capabilities == ["SMS"]
    assert joined.url == f"{made.url}/PhoneNumbers/{joined.sid}"
    assert isinstance(joined.date_created, datetime)
    code = await sid_of(home, shop, "55501")
    one_code = await ask(lambda: service.short_codes.create(short_code_sid=code))
    assert (one_code.sid, one_code.short_code, one_code.country_code) == (code, "55501", "US")

    listed = await ask(lambda: [one.sid for one in service.phone_numbers.list(page_size=2)])
    assert listed == sorted(numbers, reverse=True)
    assert await ask(lambda: [one.sid for one in service.short_codes.list()]) == [code]
    assert (await ask(lambda: service.phone_numbers(numbers[0]).fetch())).phone_number == "+14155550100"
    assert (await ask(lambda: service.short_codes(code).fetch())).short_code == "55501"

    assert await ask(service.phone_numbers(numbers[0]).delete) is True
    assert await refusal(service.phone_numbers(numbers[0]).fetch) == (404, 21711)
    assert await refusal(service.phone_numbers(numbers[0]).delete) == (404, 21711)
    assert await ask(service.short_codes(code).delete) is True
    assert await refusal(service.short_codes(code).fetch) == (404, 21711)


async def test_what_cannot_join_a_pool_is_refused_with_its_code(home: ApiHome, shop: Opened) -> None:
    client = client_of(home, shop)
    services = client.messaging.v1.services
    one = await ask(lambda: services.create(friendly_name="One"))
    other = await ask(lambda: services.create(friendly_name="Other"))
    number, code = await sid_of(home, shop, "+14155550100"), await sid_of(home, shop, "55501")
    pool = services(one.sid or "")
    await ask(lambda: pool.phone_numbers.create(phone_number_sid=number))
    assert await refusal(lambda: pool.phone_numbers.create(phone_number_sid=number)) == (409, 21710)
    elsewhere = services(other.sid or "")
    assert await refusal(lambda: elsewhere.phone_numbers.create(phone_number_sid=number)) == (409, 21712)
    nothing = "PN" + "0" * 32
    assert await refusal(lambda: pool.phone_numbers.create(phone_number_sid=nothing)) == (404, 20404)
    assert await refusal(lambda: pool.phone_numbers.create(phone_number_sid="12")) == (400, 20423)
    as_number = code.replace("SC", "PN")
    assert await refusal(lambda: pool.phone_numbers.create(phone_number_sid=as_number)) == (404, 20404)
    absent = services("MG" + "0" * 32)
    assert await refusal(lambda: absent.phone_numbers.create(phone_number_sid=number)) == (404, 20404)
    assert await refusal(absent.phone_numbers(number).fetch) == (404, 20404)
    async with home.db.connection() as connection:
        await connection.execute(
            "insert into service_alpha_senders select gen_random_uuid(), s.id, s.account, 'A' || n, '', now(), now() "
            "from services s, generate_series(1, 399) n where s.friendly_name = 'One'"
        )
    assert await refusal(lambda: pool.short_codes.create(short_code_sid=code)) == (400, 21714)
    assert await refusal(lambda: pool.alpha_senders.create(alpha_sender="ACME")) == (400, 21714)


async def test_sender_ids_serve_all_countries_or_one(home: ApiHome, shop: Opened) -> None:
    client = client_of(home, shop)
    made = await ask(lambda: client.messaging.v1.services.create(friendly_name="Pool"))
    service = client.messaging.v1.services(made.sid or "")
    acme = await ask(lambda: service.alpha_senders.create(alpha_sender="ACME"))
    assert (acme.alpha_sender, acme.capabilities, acme.service_sid) == ("ACME", ["SMS"], made.sid)
    assert (acme.sid or "").startswith("AI")
    french = await ask(
        lambda: service.destination_alpha_senders.create(alpha_sender="ACME", iso_country_code="fr")
    )
    assert (french.alpha_sender, french.iso_country_code) == ("ACME", "FR")
    german = await ask(
        lambda: service.destination_alpha_senders.create(alpha_sender="AcmeDE", iso_country_code="DE")
    )
    assert await ask(lambda: [one.sid for one in service.alpha_senders.list()]) == [acme.sid]
    destinations = service.destination_alpha_senders
    assert await ask(lambda: [one.sid for one in destinations.list(page_size=1)]) == [german.sid, french.sid]
    assert await ask(lambda: [one.sid for one in destinations.list(iso_country_code="FR")]) == [french.sid]
    assert (await ask(service.alpha_senders(acme.sid or "").fetch)).alpha_sender == "ACME"
    assert (await ask(destinations(french.sid or "").fetch)).iso_country_code == "FR"
    assert await refusal(service.alpha_senders(french.sid or "").fetch) == (404, 20404)
    assert await refusal(lambda: service.alpha_senders.create(alpha_sender="ACME")) == (409, 21710)
    assert await ask(destinations(german.sid or "").delete) is True
    assert await ask(service.alpha_senders(acme.sid or "").delete) is True
    assert await refusal(service.alpha_senders(acme.sid or "").delete) == (404, 20404)


@pytest.mark.parametrize("name", ["TwelveLetter", "1234", "Größe", " ACME", "A!"])
async def test_a_name_that_no_carrier_shows_is_no_sender_id(home: ApiHome, shop: Opened, name: str) -> None:
    client = client_of(home, shop)
    made = await ask(lambda: client.messaging.v1.services.create(friendly_name="Pool"))
    service = client.messaging.v1.services(made.sid or "")
    assert await refusal(lambda: service.alpha_senders.create(alpha_sender=name)) == (400, 21709)


async def test_the_use_cases_of_services_are_told(home: ApiHome, shop: Opened) -> None:
    client = client_of(home, shop)
    told = await ask(client.messaging.v1.usecases.fetch)
    assert told.usecases is not None
    assert [one["usecase"] for one in told.usecases] == [
        "notifications",
        "marketing",
        "verification",
        "discussion",
        "poll",
        "undeclared",
    ]
    assert all(one["purpose"] and one["description"] for one in told.usecases)
