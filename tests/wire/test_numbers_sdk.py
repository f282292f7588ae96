"""Twilio's own Python package, and numbers: what is to be had, ordered, settled, given back."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from tests.api_home import ApiHome, api_home, now
from tests.simulated_stock import simulated_stock
from tests.wire.test_sdk import ask, client_of, refusal
from twilio.rest import Client

from tidings.accounts import Opened
from tidings.runtime.database import Database

SETTINGS: dict[str, Any] = {
    "friendly_name": "Till",
    "sms_url": "https://shop.example/in",
    "sms_method": "GET",
    "sms_fallback_url": "https://shop.example/fallback",
    "sms_fallback_method": "GET",
    "status_callback": "https://shop.example/status",
    "status_callback_method": "GET",
    "voice_url": "https://shop.example/voice",
    "voice_method": "GET",
    "voice_fallback_url": "https://shop.example/voice2",
    "voice_fallback_method": "GET",
    "voice_application_sid": "AP" + "b" * 32,
    "voice_caller_id_lookup": True,
    "voice_receive_mode": "fax",
    "trunk_sid": "TK" + "c" * 32,
    "identity_sid": "RI" + "d" * 32,
    "address_sid": "AD" + "e" * 32,
    "bundle_sid": "BU" + "f" * 32,
    "emergency_status": "Active",
    "emergency_address_sid": "AD" + "0" * 32,
    "api_version": "2008-08-01",
}


@pytest.fixture
async def home(db: Database) -> AsyncIterator[ApiHome]:
    async with simulated_stock() as stock, api_home(db, stock=stock) as home:
        yield home


@pytest.fixture
async def shop(home: ApiHome) -> Opened:
    return await home.open_account()


async def test_a_number_is_found_ordered_settled_and_given_back(home: ApiHome, shop: Opened) -> None:
    client = client_of(home, shop)
    local = client.available_phone_numbers("US").local
    [found] = await ask(lambda: local.list(area_code=415, contains="55501*7", limit=1))
    assert (found.phone_number, found.friendly_name) == ("+14155550107", "(415) 555-0107")
    assert (found.locality, found.region, found.postal_code) == ("San Francisco", "CA", "94102")
    assert (found.iso_country, found.lata, str(found.latitude)) == ("US", "722", "37.774900")
    assert found.capabilities == {"voice": True, "sms": True, "mms": True, "fax": False}

    number = await ask(lambda: client.incoming_phone_numbers.create(phone_number=found.phone_number))
    assert (number.phone_number, number.friendly_name) == ("+14155550107", "(415) 555-0107")
    assert (number.account_sid, number.origin, number.status) == (shop.sid, "twilio", "in-use")
    assert (number.sms_url, number.sms_method, number.voice_url) == ("", "POST", None)
    assert number.capabilities == {"voice": True, "sms": True, "mms": True, "fax": False}
    assert isinstance(number.date_created, datetime)
    assert abs(number.date_created - now()) < timedelta(minutes=1)
    assert await ask(lambda: local.list(contains="+14155550107")) == []

    application = await ask(client.applications.create)
    settings = SETTINGS | {"sms_application_sid": application.sid}
    one = client.incoming_phone_numbers(number.sid or "")
    changed = await ask(lambda: one.update(**settings))
    fetched = await ask(one.fetch)
    for told in (changed, fetched):
        assert {name: getattr(told, name) for name in settings} == settings
    cleared = await ask(lambda: one.update(sms_url="", sms_application_sid="", trunk_sid=""))
    assert (cleared.sms_url, cleared.sms_application_sid, cleared.trunk_sid) == ("", "", None)
    assert cleared.sms_fallback_url == SETTINGS["sms_fallback_url"]

    made = await ask(
        lambda: client.messages.create(to="+14155550199", from_=found.phone_number, body="From it")
    )
    assert made.from_ == found.phone_number
    assert await ask(one.delete) is True
    assert await refusal(one.fetch) == (404, 20404)
    assert await refusal(one.delete) == (404, 20404)
    assert len(await ask(lambda: local.list(contains="+14155550107"))) == 1


async def test_a_number_of_an_area_code_is_ordered_with_its_settings(home: ApiHome, shop: Opened) -> None:
    numbers = client_of(home, shop).incoming_phone_numbers
    first = await ask(lambda: numbers.create(area_code="808", **SETTINGS))
    second = await ask(lambda: numbers.create(area_code="416"))
    assert (first.phone_number, second.phone_number) == ("+18085550100", "+14165550100")
    assert {name: getattr(first, name) for name in SETTINGS} == SETTINGS
    assert await refusal(lambda: numbers.create(area_code="999")) == (400, 21452)
    assert await refusal(lambda: numbers.create(area_code="41")) == (400, 21451)


async def test_numbers_are_listed_by_kind_and_narrowed(home: ApiHome, shop: Opened) -> None:
    client = client_of(home, shop)
    numbers = client.incoming_phone_numbers
    local = [
        await ask(lambda n=n: numbers.local.create(phone_number=f"+141555501{n:02d}"))  # type: ignore[misc]
        for n in range(5)
    ]
    free = await ask(lambda: numbers.toll_free.create(phone_number="+18005550100", friendly_name="Free"))
    [british] = await ask(lambda: client.available_phone_numbers("GB").mobile.list(limit=1))
    mobile = await ask(lambda: numbers.mobile.create(phone_number=british.phone_number))
    await home.give_sender(shop, "55501")

    async def found(**filters: Any) -> list[str | None]:
        return [one.phone_number for one in await ask(lambda: numbers.list(**filters))]

    everything = [mobile.phone_number, free.phone_number, *(one.phone_number for one in reversed(local))]
    assert await found() == everything
    assert await found(page_size=2) == everything
    assert await found(limit=3) == everything[:3]
    assert await found(phone_number="80055") == ["+18005550100"]
    assert await found(phone_number="+1415555010*") == everything[2:]
    assert await found(friendly_name="Free") == ["+18005550100"]
    assert await found(origin="hosted") == []
    assert await found(beta=False) == everything
    assert [one.phone_number for one in await ask(numbers.toll_free.list)] == ["+18005550100"]
    assert [one.phone_number for one in await ask(numbers.mobile.list)] == [british.phone_number]
    assert [one.phone_number for one in await ask(lambda: numbers.local.list(page_size=2))] == everything[2:]


async def test_what_cannot_be_ordered_is_refused_with_its_code(home: ApiHome, shop: Opened) -> None:
    client = client_of(home, shop)
    numbers = client.incoming_phone_numbers
    other = await home.open_account("Other")
    await home.give_sender(other, "+14155550150")
    assert await refusal(lambda: numbers.create(phone_number="+14155550150")) == (400, 21422)
    assert await refusal(lambda: numbers.create(phone_number="+14155552222")) == (400, 21422)
    assert await refusal(lambda: numbers.create(phone_number="12")) == (400, 21421)
    assert await refusal(lambda: numbers.create()) == (400, 21421)
    assert await refusal(lambda: numbers.local.create(phone_number="+18005550100")) == (400, 21458)
    assert await refusal(lambda: numbers.create(phone_number="+14155550100", sms_url="x")) == (400, 21402)
    assert await refusal(lambda: numbers.create(phone_number="+14155550100", sms_method="PUT")) == (
        400,
        21403,
    )
    assert await refusal(lambda: numbers.create(phone_number="+14155550100", trunk_sid="x")) == (400, 20423)
    assert await ask(numbers.list) == []
    assert (
        len(await ask(lambda: client.available_phone_numbers("US").local.list(contains="+14155550100"))) == 1
    )
    assert await ask(lambda: client.available_phone_numbers("US").local.list(contains="+14155550150")) == []


@pytest.mark.parametrize(
    ("search", "localities"),
    [
        ({"in_region": "ca", "in_lata": "722"}, {"San Francisco", "Oakland"}),
        ({"in_locality": "oakland"}, {"Oakland"}),
        ({"in_postal_code": "10001"}, {"New York"}),
        ({"in_rate_center": "TWINCITIES"}, {"Minneapolis"}),
        ({"near_lat_long": "37.8,-122.3"}, {"San Francisco", "Oakland"}),
        ({"near_lat_long": "37.8,-122.3", "distance": 3}, {"Oakland"}),
        ({"near_number": "+15105550100", "distance": 1}, {"Oakland"}),
        ({"near_number": "+12095550100"}, set()),
        ({"contains": "+1HONOLULU"}, set()),
        ({"contains": "415*55"}, {"San Francisco"}),
        ({"area_code": 617}, {"Boston"}),
        ({"area_code": 617, "fax_enabled": True}, set()),
        ({"area_code": 617, "sms_enabled": True, "mms_enabled": True, "voice_enabled": True}, {"Boston"}),
        ({"area_code": 617, "mms_enabled": False}, set()),
        ({"area_code": 617, "beta": False, "exclude_all_address_required": True}, {"Boston"}),
    ],
)
async def test_numbers_are_found_by_what_they_are_and_where(
    home: ApiHome, shop: Opened, search: dict[str, Any], localities: set[str]
) -> None:
    local = client_of(home, shop).available_phone_numbers("US").local
    found = await ask(lambda: local.list(limit=1000, **search))
    assert {one.locality for one in found} == localities
    assert len({one.phone_number for one in found}) == len(found)


async def test_the_countries_of_the_stock_are_told(home: ApiHome, shop: Opened) -> None:
    client = client_of(home, shop)
    countries = await ask(client.available_phone_numbers.list)
    assert [one.country_code for one in countries] == ["AU", "CA", "DE", "ES", "FR", "GB", "NL", "SE", "US"]
    states = await ask(client.available_phone_numbers("us").fetch)
    assert (states.country, states.beta, set(states.subresource_uris)) == (
        "United States",
        False,
        {"local", "toll_free"},
    )
    assert await refusal(client.available_phone_numbers("ZZ").fetch) == (404, 20404)
    for line in ("mobile", "national", "voip", "shared_cost", "machine_to_machine"):
        listing = getattr(client.available_phone_numbers("US"), line)
        with pytest.raises(Exception, match="404"):
            await ask(listing.list)
    assert len(await ask(client.available_phone_numbers("US").toll_free.list)) == 50


async def test_a_home_without_a_stock_offers_nothing(db: Database) -> None:
    async with api_home(db) as home:
        shop = await home.open_account()
        client = client_of(home, shop)
        assert await ask(client.available_phone_numbers.list) == []
        create = client.incoming_phone_numbers.create
        assert await refusal(lambda: create(phone_number="+14155550100")) == (400, 21422)
        await home.give_sender(shop, "+14155550100")
        [own] = await ask(client.incoming_phone_numbers.list)
        assert (own.origin, own.friendly_name) == ("hosted", "(415) 555-0100")
        assert await ask(client.incoming_phone_numbers(own.sid or "").delete) is True


async def test_a_parent_hands_a_number_to_its_subaccount_and_back(home: ApiHome, shop: Opened) -> None:
    branch = await home.open_account("Branch", parent=shop.account.id)
    stranger = await home.open_account("Stranger")
    client = client_of(home, shop)
    number = await ask(lambda: client.incoming_phone_numbers.create(phone_number="+14155550100"))
    one = client.incoming_phone_numbers(number.sid or "")
    assert await refusal(lambda: one.update(account_sid=stranger.sid)) == (400, 21471)
    assert await refusal(lambda: one.update(account_sid="AC12")) == (400, 21470)
    handed = await ask(lambda: one.update(account_sid=branch.sid))
    assert (handed.account_sid, handed.sid) == (branch.sid, number.sid)
    assert await refusal(one.fetch) == (404, 20404)
    of_branch = client.api.accounts(branch.sid).incoming_phone_numbers
    assert [own.sid for own in await ask(of_branch.list)] == [number.sid]
    by_branch = client_of(home, branch).incoming_phone_numbers(number.sid or "")
    assert await refusal(lambda: by_branch.update(account_sid=shop.sid)) == (400, 21471)
    back = await ask(lambda: of_branch(number.sid or "").update(account_sid=shop.sid))
    assert back.account_sid == shop.sid


async def test_who_opted_out_of_a_number_has_opted_out_of_whoever_has_it_next(
    home: ApiHome, shop: Opened
) -> None:
    branch = await home.open_account("Branch", parent=shop.account.id)
    client = client_of(home, shop)
    number = await ask(lambda: client.incoming_phone_numbers.create(phone_number="+14155550100"))
    async with home.db.connection() as connection:
        await connection.execute(
            "insert into opt_outs (account, scope, recipient, state, source, since) "
            "values ($1, '+14155550100', '+14155550199', 'opted_out', 'keyword', now())",
            shop.account.id,
        )
    await ask(lambda: client.incoming_phone_numbers(number.sid or "").update(account_sid=branch.sid))
    create = client_of(home, branch).messages.create
    refused = await refusal(lambda: create(to="+14155550199", from_="+14155550100", body="Hello again"))
    assert refused == (400, 21610)
    async with home.db.connection() as connection:
        told = await connection.fetchval(
            "select count(*) from facts where account = $1 and kind = 'recipient.opted_out'",
            branch.account.id,
        )
    assert told == 1


async def test_short_codes_are_listed_and_their_addresses_changed(home: ApiHome, shop: Opened) -> None:
    for code in ("55501", "55502", "60601"):
        await home.give_sender(shop, code)
    client = client_of(home, shop)
    codes = client.short_codes
    listed = await ask(lambda: codes.list(page_size=2))
    assert [one.short_code for one in listed] == ["60601", "55502", "55501"]
    assert [one.short_code for one in await ask(lambda: codes.list(short_code="555"))] == ["55502", "55501"]
    assert await ask(lambda: codes.list(friendly_name="nothing")) == []
    one = codes(listed[0].sid or "")
    changed = await ask(
        lambda: one.update(
            friendly_name="Votes",
            sms_url="https://shop.example/in",
            sms_method="GET",
            sms_fallback_url="https://shop.example/f",
            sms_fallback_method="GET",
            api_version="2010-04-01",
        )
    )
    fetched = await ask(one.fetch)
    for told in (changed, fetched):
        assert (told.short_code, told.friendly_name, told.sms_url, told.sms_method) == (
            "60601",
            "Votes",
            "https://shop.example/in",
            "GET",
        )
    assert [own.sid for own in await ask(lambda: codes.list(friendly_name="Votes"))] == [changed.sid]
    assert await refusal(codes("SC" + "0" * 32).fetch) == (404, 20404)


async def test_the_list_of_numbers_taken_out_of_service_is_where_the_answer_says(
    home: ApiHome, shop: Opened
) -> None:
    client = Client(shop.sid, shop.auth_token)
    client.messaging.base_url = f"{home.base_url}/messaging"
    yesterday = (now() - timedelta(days=2)).date()
    told = await ask(lambda: client.messaging.v1.deactivations().fetch(date=yesterday))
    assert told.redirect_to is not None
    assert told.redirect_to.startswith(f"{home.base_url}/messaging/v1/Deactivations/")
    async with aiohttp.ClientSession() as session, session.get(told.redirect_to) as answer:
        assert (answer.status, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
        numbers = (await answer.text()).split()
    assert len(numbers) == 50
    assert all(number.startswith("+1") for number in numbers)
