"""Twilio's Messages resource as a carrier: what is asked of it, and what its answers mean."""

import json
from urllib.parse import parse_qs

import pytest
from tests.carriers.http.files import letter

from tidings.carriers.connector import Outcome, Rejected, Taken, Throttled, Unknown, Unreachable
from tidings.carriers.http.dialect import Answer
from tidings.carriers.twilio.dialect import TwilioDialect
from tidings.carriers.twilio.settings import TwilioSettings, TwilioSettingsError

ACCOUNT = "AC" + "a" * 32
GIVEN = {"account_sid": ACCOUNT, "auth_token": "t0ken"}


def settings(**given: object) -> TwilioSettings:
    return TwilioSettings.parse(GIVEN | given, public_url="https://t.example")


def read(status: int, body: object, **headers: str) -> Outcome:
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    (outcome,) = TwilioDialect("up", settings()).read([letter()], Answer(status, named, encoded))
    return outcome


def test_a_message_is_created_with_our_door_as_its_callback() -> None:
    call = TwilioDialect("up", settings()).write([letter("Hi & bye")], now=999_999_000.0)
    assert call.url == f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert parse_qs(call.body.decode()) == {
        "To": ["+14155552671"],
        "From": ["+14155550100"],
        "Body": ["Hi & bye"],
        "ValidityPeriod": ["1000"],
        "StatusCallback": ["https://t.example/carriers/up/receipts"],
    }
    assert "t0ken" not in repr(call)


@pytest.mark.parametrize(("now", "validity"), [(0.0, "36000"), (999_999_999.5, "1"), (2_000_000_000.0, "1")])
def test_the_validity_is_what_is_left_of_it(now: float, validity: str) -> None:
    call = TwilioDialect("up", settings()).write([letter()], now=now)
    assert parse_qs(call.body.decode())["ValidityPeriod"] == [validity]


def test_an_api_key_signs_in_where_there_is_one() -> None:
    by_token = TwilioDialect("up", settings()).write([letter()], now=0.0)
    by_key = TwilioDialect("up", settings(api_key="SK" + "1" * 32, api_key_secret="s")).write(
        [letter()], now=0.0
    )
    assert by_token.headers["Authorization"] != by_key.headers["Authorization"]


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (201, {"sid": "SM" + "1" * 32, "status": "queued"}, Taken(("SM" + "1" * 32,), "up")),
        (201, {"status": "queued"}, Unknown("accepted, but the answer names no message")),
        (200, b"<html>", Unknown("accepted, but the answer names no message")),
        (429, {"code": 20429}, Throttled(1.0)),
        (400, {"code": 20429}, Throttled(1.0)),
        (429, b"", Throttled(1.0)),
        (400, {"code": 21611}, Throttled(5.0)),
        (400, {"code": 21610}, Rejected(21610, True, "answered 400, code 21610")),
        (400, {"code": 21211}, Rejected(21211, True, "answered 400, code 21211")),
        (400, {"code": 21606}, Rejected(21606, True, "answered 400, code 21606")),
        (400, {"code": 30008}, Rejected(30008, False, "answered 400, code 30008")),
        (400, {"code": 99999}, Rejected(30008, True, "answered 400, code 99999")),
        (400, {"code": "x"}, Rejected(30008, True, "answered 400")),
        (413, b"<html>", Rejected(30008, True, "answered 413")),
        (401, {"code": 20003}, Unreachable("answered 401, code 20003")),
        (403, {"code": 20005}, Unreachable("answered 403, code 20005")),
        (404, {"code": 20404}, Unreachable("answered 404, code 20404")),
        (307, b"", Unreachable("answered 307")),
        (500, {"code": 20500}, Unknown("answered 500, code 20500")),
        (503, {"code": 20503}, Unknown("answered 503, code 20503")),
        (504, b"", Unknown("answered 504")),
        (408, b"", Unknown("answered 408")),
    ],
)
def test_an_answer_becomes_an_outcome(status: int, body: object, outcome: Outcome) -> None:
    assert read(status, body) == outcome


def test_twilio_says_how_long_to_wait() -> None:
    assert read(429, {}, retry_after="4") == Throttled(4.0)


def test_settings_tell_all_their_faults_and_no_secret() -> None:
    given = {
        "account_sid": "AC1",
        "auth_tokn": "hunter2",
        "api_key": "SK" + "0" * 32,
        "api_url": "https://api.twilio.com/x",
        "window": 0,
    }
    with pytest.raises(TwilioSettingsError) as found:
        TwilioSettings.parse(given, public_url=None)
    assert set(str(found.value).splitlines()) == {
        "account_sid: must be AC and 32 hexadecimal digits",
        "auth_token: missing",
        "auth_tokn: there is no such field; did you mean auth_token?",
        "api_key: an API key and its secret go together",
        "api_url: must be http:// or https:// and a host, without a path",
        "public_url: missing: where shall Twilio call us? Or set TIDINGS_PUBLIC_URL",
        "window: must be a whole number from 1 to 1000",
    }
    assert "t0ken" not in repr(settings())
