"""Click callbacks: JSON in Twilio's names, signed so that the official package believes it."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.webhooks.conftest import AUTH_TOKEN
from twilio.request_validator import RequestValidator

from tidings.kernel.sid import Sid
from tidings.links.believe.told import ClickTold
from tidings.webhooks import destination as destinations
from tidings.webhooks.clicks import CLICK, PREVIEW, ClickDelivery, form_of_click
from tidings.webhooks.parcel import Parcel

URL = "https://hooks.example.com/clicks?brand=1"
AT = datetime(2026, 11, 24, 9, 30, 1, 234_567, tzinfo=UTC)
CLICKED = ClickTold(
    id=UUID(int=1),
    account=UUID(int=2),
    message=UUID(int=3),
    at=AT,
    agent='Phone "1"; é',
    destination="https://shop.example/a?b=1&c=%20",
    service=UUID(int=4),
    url=URL,
    sender="+14155550100",
    recipient="+14155550199",
)


def delivery(url: str = URL, method: str = "POST") -> ClickDelivery:
    form = form_of_click(CLICKED, CLICK, verdict="person", reason="browser")
    parcel = Parcel(
        key=(1, 2, 3),
        account=CLICKED.account,
        message=CLICKED.message,
        status=CLICK,
        url=url,
        form=form,
        method=method,
    )
    destination = destinations.parse(url)
    assert destination is not None
    return ClickDelivery(parcel, destination, auth_token=AUTH_TOKEN)


def test_a_click_is_told_in_twilios_names_and_signed_over_its_json() -> None:
    head, _, body = delivery().request().partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:])
    assert json.loads(body) == {
        "event_type": "click",
        "sms_sid": str(Sid("SM", CLICKED.message)),
        "to": "+14155550199",
        "from": "+14155550100",
        "link": "https://shop.example/a?b=1&c=%20",
        "click_time": "2026-11-24T09:30:01.234Z",
        "messaging_service_sid": str(Sid("MG", CLICKED.service)),
        "account_sid": str(Sid("AC", CLICKED.account)),
        "user_agent": 'Phone "1"; é',
        "verdict": "person",
        "reason": "browser",
    }
    assert (headers["Content-Type"], int(headers["Content-Length"])) == ("application/json", len(body))
    asked = "https://hooks.example.com" + lines[0].split(" ")[1]
    assert RequestValidator(AUTH_TOKEN).validate(asked, body.decode(), headers["X-Twilio-Signature"])
    assert not RequestValidator(AUTH_TOKEN).validate(asked, "{}", headers["X-Twilio-Signature"])


def test_a_machines_click_is_a_preview() -> None:
    told = dict(form_of_click(CLICKED, PREVIEW, verdict="machine", reason="preview_agent"))
    assert (told["event_type"], told["reason"]) == ("preview", "preview_agent")
    assert AT - timedelta(microseconds=567) == datetime.fromisoformat(told["click_time"])


def test_the_alert_of_a_callback_that_failed_names_the_service() -> None:
    assert delivery().service == CLICKED.service


def test_one_that_is_asked_by_get_has_its_fields_in_the_query() -> None:
    request = delivery(URL + "#m=get", method="GET").request()
    assert request.startswith(b"GET /clicks?brand=1&account_sid=AC")
