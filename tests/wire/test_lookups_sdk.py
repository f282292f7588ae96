"""Twilio's own Python package and lookups."""

from typing import Any

import pytest
from tests.api_home import ApiHome, api_home
from tests.wire.test_sdk import ask, refusal
from twilio.rest import Client
from twilio.rest.lookups.v2.bucket import BucketInstance, BucketList
from twilio.rest.lookups.v2.lookup_override import LookupOverrideList
from twilio.rest.lookups.v2.query import QueryList

from tidings.accounts import Opened
from tidings.runtime.database import Database

NUMBER = "+14159929960"


@pytest.fixture
async def home(db: Database) -> Any:
    async with api_home(db) as home:
        yield home


@pytest.fixture
async def shop(home: ApiHome) -> Opened:
    return await home.open_account()


@pytest.fixture
def client(home: ApiHome, shop: Opened) -> Client:
    client = Client(shop.sid, shop.auth_token)
    client.lookups.base_url = f"{home.base_url}/lookups"
    return client


async def test_a_number_is_looked_up(client: Client, home: ApiHome) -> None:
    found = await ask(lambda: client.lookups.v2.phone_numbers("(415) 992-9960").fetch())
    assert (found.valid, found.phone_number, found.national_format) == (True, NUMBER, "(415) 992-9960")
    assert (found.country_code, found.calling_country_code, found.validation_errors) == ("US", "1", [])
    assert found.url == f"{home.base_url}/lookups/v2/PhoneNumbers/{NUMBER}"
    assert (found.line_type_intelligence, found.caller_name, found.sim_swap) == (None, None, None)


async def test_what_is_no_number_is_told_so(client: Client) -> None:
    found = await ask(lambda: client.lookups.v2.phone_numbers("+141599299600").fetch(fields="line_status"))
    assert (found.valid, found.validation_errors, found.line_status) == (False, ["TOO_LONG"], None)


async def test_packages_are_told_as_far_as_they_are_known(client: Client) -> None:
    fields = "line_type_intelligence,caller_name,line_status,reassigned_number"
    found = await ask(lambda: client.lookups.v2.phone_numbers("+447400123456").fetch(fields=fields))
    line = found.line_type_intelligence
    assert (line["type"], line["carrier_name"], line["error_code"]) == ("mobile", "Three", None)
    assert found.caller_name == {"caller_name": None, "caller_type": None, "error_code": 60606}
    assert found.line_status == {"status": "unknown", "error_code": None}
    assert found.reassigned_number["error_code"] == "60617"
    assert found.sim_swap is None


async def test_an_account_knows_better_than_everybody_else(client: Client, home: ApiHome) -> None:
    field = client.lookups.v2.lookup_overrides("line_type", NUMBER)
    assert await refusal(field.fetch) == (404, 20404)
    asked = LookupOverrideList.OverridesRequest({"line_type": "mobile", "reason": "She said so"})
    made = await ask(lambda: field.create(overrides_request=asked))
    assert (made.overridden_line_type, made.original_line_type) == ("mobile", "unknown")
    assert await refusal(lambda: field.create(overrides_request=asked)) == (409, 20409)
    found = await ask(lambda: client.lookups.v2.phone_numbers(NUMBER).fetch(fields="line_type_intelligence"))
    assert found.line_type_intelligence["type"] == "mobile"
    anew = LookupOverrideList.OverridesRequest({"line_type": "landline", "reason": "He said so"})
    changed = await ask(lambda: field.update(overrides_request=anew))
    assert (changed.overridden_line_type, changed.override_reason) == ("landline", "He said so")
    theirs = await home.open_account("Theirs")
    other = Client(theirs.sid, theirs.auth_token)
    other.lookups.base_url = client.lookups.base_url
    assert await refusal(other.lookups.v2.lookup_overrides("line_type", NUMBER).fetch) == (404, 20404)
    assert await ask(field.delete)
    assert await refusal(field.fetch) == (404, 20404)


async def test_many_numbers_are_looked_up_at_once(client: Client) -> None:
    asked = QueryList.LookupRequest(
        {
            "phone_numbers": [
                {"correlation_id": "a", "phone_number": NUMBER, "fields": ["line_status"]},
                {"correlation_id": "b", "phone_number": "020 7765 1182", "country_code": "GB"},
                {"correlation_id": "c", "phone_number": "nobody"},
                {"correlation_id": "d", "phone_number": NUMBER, "fields": ["dream"]},
            ]
        }
    )
    found = await ask(lambda: client.lookups.v2.query.create(lookup_request=asked))
    first, second, third, fourth = found.phone_numbers
    assert (first["correlation_id"], first["line_status"]["status"]) == ("a", "unknown")
    assert (second["phone_number"], second["valid"]) == ("+442077651182", True)
    assert (third["valid"], third["validation_errors"]) == (False, ["NOT_A_NUMBER"])
    assert (fourth["twilio_error_code"], first["twilio_error_code"]) == (60200, None)


async def test_a_limit_holds_for_its_package_and_no_other(client: Client) -> None:
    bucket = client.lookups.v2.bucket("line_status", "US")
    assert await refusal(bucket.fetch) == (404, 20404)
    wanted = BucketList.RateLimitRequest({"limit": 2, "ttl": 3600})
    made = await ask(lambda: bucket.update(rate_limit_request=wanted))
    assert (made.field, made.bucket, made.limit, made.ttl) == ("line_status", "US", 2, 3600)
    listed = await ask(lambda: client.lookups.v2.rate_limits.fetch(fields=["line_status"]))
    assert [one["limit"] for one in listed.rate_limits] == [2]
    number = client.lookups.v2.phone_numbers(NUMBER)
    for _ in range(2):
        await ask(lambda: number.fetch(fields="line_status"))
    assert await refusal(lambda: number.fetch(fields="line_status")) == (429, 60616)
    await ask(lambda: number.fetch(fields="line_type_intelligence"))
    await ask(lambda: client.lookups.v2.phone_numbers("+447400123456").fetch(fields="line_status"))
    assert isinstance(made, BucketInstance)
    assert await ask(bucket.delete)
    await ask(lambda: number.fetch(fields="line_status"))


async def test_the_first_version_is_there_too(client: Client) -> None:
    number = client.lookups.v1.phone_numbers("+447400123456")
    found = await ask(lambda: number.fetch(type=["carrier", "caller-name"]))
    assert found.carrier == {
        "error_code": None,
        "mobile_country_code": None,
        "mobile_network_code": None,
        "name": "Three",
        "type": "mobile",
    }
    assert (found.caller_name["error_code"], found.add_ons, found.country_code) == (60606, None, "GB")
    assert await refusal(client.lookups.v1.phone_numbers("+1415").fetch) == (404, 20404)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"fields": "dream"}, (400, 60200)),
        ({"country_code": "XX"}, (400, 60618)),
        ({"fields": "reassigned_number", "last_verified_date": "soon"}, (400, 60618)),
    ],
)
async def test_what_cannot_be_understood_is_refused(
    client: Client, options: dict[str, str], error: tuple[int, int]
) -> None:
    assert await refusal(lambda: client.lookups.v2.phone_numbers(NUMBER).fetch(**options)) == error


async def test_every_value_says_where_it_came_from(home: ApiHome, shop: Opened) -> None:
    reply = await home.ask(
        "GET", "/tidings/v1/lookup/%2B447400123456?fields=line_type_intelligence,sim_swap", as_=shop
    )
    packages = reply.body["packages"]
    source = packages["line_type_intelligence"]["sources"]["carrier_name"]
    assert (source["name"], source["said"][:34]) == ("numbering_plan", "allocation, not current carrier (l")
    assert source["as_of"] == "2026-11-06"
    assert packages["sim_swap"]["sources"]["*"]["name"] == "none"
    reply = await home.ask(
        "GET", "/lookups/v2/PhoneNumbers/%2B447400123456?Fields=line_type_intelligence", as_=shop
    )
    assert reply.headers["tidings-sources"].startswith("line_type_intelligence.type=numbering_plan 2026-")
