"""Messaging services of a home: the demo's own, by command line, and by unchanged Twilio code through the proxy."""

import json
import subprocess
import sys
from typing import Any

import pytest
from tests.command import environment
from tests.journeys.running_home import RunningHome

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

UNCHANGED = """
import json
from twilio.rest import Client
from twilio.base.exceptions import TwilioRestException

client = Client()
[demo] = [one for one in client.messaging.v1.services.stream(page_size=1) if one.friendly_name == "Demo"]
pool = client.messaging.v1.services(demo.sid)
service = client.messaging.v1.services.create(friendly_name="By proxy", usecase="marketing")
mine = client.messaging.v1.services(service.sid)
name = mine.alpha_senders.create(alpha_sender="ACME")
french = mine.destination_alpha_senders.create(alpha_sender="ACME", iso_country_code="FR")
[code] = pool.short_codes.list()
try:
    mine.short_codes.create(short_code_sid=code.sid)
    refused = None
except TwilioRestException as error:
    refused = error.code
told = {
    "numbers": sorted(one.phone_number for one in pool.phone_numbers.stream(page_size=1)),
    "codes": [code.short_code],
    "url": service.url,
    "link": service.links["phone_numbers"],
    "names": [one.alpha_sender for one in mine.alpha_senders.list()],
    "countries": [one.iso_country_code for one in mine.destination_alpha_senders.list()],
    "renamed": mine.update(friendly_name="Renamed").friendly_name,
    "usecases": len(client.messaging.v1.usecases.fetch().usecases),
    "refused": refused,
    "deleted": [name.delete(), french.delete(), mine.delete()],
}
print(json.dumps(told | {"sid": service.sid}))
"""


NUMBERS = """
import json, datetime
from twilio.rest import Client
from twilio.base.exceptions import TwilioRestException

client = Client()
[found] = client.available_phone_numbers("US").local.list(area_code=503, limit=1)
number = client.incoming_phone_numbers.create(phone_number=found.phone_number, sms_url="https://shop.example/in")
one = client.incoming_phone_numbers(number.sid)
pool = client.messaging.v1.services(client.messaging.v1.services.create(friendly_name="Numbers").sid)
pool.phone_numbers.create(phone_number_sid=number.sid)
told = {
    "number": number.phone_number,
    "updated": one.update(sms_method="GET").sms_method,
    "listed": [own.phone_number for own in client.incoming_phone_numbers.local.list(phone_number="+1503")],
    "countries": len(client.available_phone_numbers.list()),
    "codes": [code.short_code for code in client.short_codes.list(short_code="55501")],
    "file": client.messaging.v1.deactivations().fetch(
        date=datetime.date.today() - datetime.timedelta(days=3)
    ).redirect_to,
    "deleted": one.delete(),
    "pool": pool.phone_numbers.list(),
}
print(json.dumps(told))
"""


def unchanged(home: RunningHome, program: str) -> Any:
    """What a program written for Twilio prints, with the home's environment and no other hint of it."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(**home.json("env")),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_demo_service_pools_three_of_the_four_senders(home: RunningHome) -> None:
    [demo] = [one for one in home.json("services", "list") if one["friendly_name"] == "Demo"]
    assert demo["senders"] == 3
    shown = home.json("services", "show", "Demo")
    assert shown["sid"] == demo["sid"]
    rates = {one["address"]: one["mps"] for one in shown["pool"]}
    assert rates == {"55501": 100, "+14155550100": 1, "+18885550100": 3}


def test_the_official_sdk_manages_services_through_the_proxy(home: RunningHome) -> None:
    told = unchanged(home, UNCHANGED)
    sid = told.pop("sid")
    assert told == {
        "numbers": ["+14155550100", "+18885550100"],
        "codes": ["55501"],
        "url": f"https://messaging.twilio.com/v1/Services/{sid}",
        "link": f"https://messaging.twilio.com/v1/Services/{sid}/PhoneNumbers",
        "names": ["ACME"],
        "countries": ["FR"],
        "renamed": "Renamed",
        "usecases": 6,
        "refused": 21712,
        "deleted": [True, True, True],
    }


def test_the_official_sdk_orders_and_settles_numbers_through_the_proxy(home: RunningHome) -> None:
    told = unchanged(home, NUMBERS)
    file = told.pop("file")
    assert told == {
        "number": "+15035550100",
        "updated": "GET",
        "listed": ["+15035550100"],
        "countries": 9,
        "codes": ["55501"],
        "deleted": True,
        "pool": [],
    }
    assert file.startswith("https://messaging.twilio.com/v1/Deactivations/")


def test_a_number_is_found_ordered_and_given_back_by_command_line(home: RunningHome) -> None:
    [found] = home.json("senders", "find", "--area-code", "617", "--most", "1")
    assert found == {"number": "+16175550100", "locality": "Boston"}
    home.json("senders", "order", found["number"])
    [own] = [one for one in home.json("senders", "list") if one["address"] == found["number"]]
    assert (own["from_stock"], own["mms"], own["country"], own["service"]) == (True, True, "US", None)
    assert home.tidings("senders", "order", found["number"]).returncode == 4
    assert home.json("senders", "find", "--area-code", "617", "--most", "1")[0]["number"] == "+16175550101"
    home.json("senders", "remove", found["number"])
    assert home.json("senders", "find", "--area-code", "617", "--most", "1") == [found]
    assert home.tidings("senders", "remove", found["number"]).returncode == 4


def test_senders_are_shown_with_what_they_can_and_where_they_are(home: RunningHome) -> None:
    home.json("senders", "add", "60600", "--country", "gb", "--carrier", "acme", "--mms", "--voice")
    shown = {one["address"]: one for one in home.json("senders", "list")}
    assert shown["55501"]["service_name"] == "Demo"
    assert shown["55501"]["sid"].startswith("SC")
    own = shown["60600"]
    assert (own["country"], own["carrier"], own["mms"], own["voice"], own["from_stock"]) == (
        "GB",
        "acme",
        True,
        True,
        False,
    )
    assert "60600: short_code, 100 MPS, GB, by acme" in home.tidings("senders", "list").stdout
    home.json("senders", "remove", "60600")


def test_a_service_is_made_and_its_pool_changed_by_command_line(home: RunningHome) -> None:
    assert home.tidings("senders", "add", "55577").returncode == 0
    made = home.json("services", "create", "Shop", "--sender", "55577", "--usecase", "marketing")
    assert ([one["address"] for one in made["pool"]], made["usecase"]) == (["55577"], "marketing")
    for words in (["ACME"], ["ACME", "--country", "fr"]):
        home.json("services", "add", "Shop", *words)
    assert [
        (one["address"], one["country"]) for one in home.json("services", "show", made["sid"])["pool"]
    ] == [
        ("55577", "US"),
        ("ACME", ""),
        ("ACME", "FR"),
    ]
    home.json("services", "remove", "Shop", "55577")
    assert len(home.json("services", "remove", "Shop", "ACME")["pool"]) == 1
    assert "+1" not in home.tidings("services", "show", "Shop").stdout


@pytest.mark.parametrize(
    ("words", "said", "exit_code"),
    [
        (["show", "Nothing"], "no service Nothing", 4),
        (["add", "Demo", "55501"], "in the service already", 4),
        (["add", "Demo", "55599"], "no sender of the account", 4),
        (["add", "Demo", "?"], "no sender", 2),
        (["remove", "Demo", "+15005550006"], "not in Demo", 4),
        (["create", "X", "--inbound-url", "x"], "cannot be called", 2),
    ],
)
def test_what_cannot_be_is_told_with_a_remedy(
    home: RunningHome, words: list[str], said: str, exit_code: int
) -> None:
    done = home.tidings("services", *words)
    assert (done.returncode, said in done.stderr) == (exit_code, True), done.stderr
