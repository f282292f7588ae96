"""A message's callbacks reach the application that asked for them, signed with the home's token."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest
from tests.journeys.running_home import RunningHome, until
from twilio.request_validator import RequestValidator
from twilio.rest import Client

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

Told = list[tuple[str, dict[str, str], str]]
"""URL, form and signature of each callback."""


@contextmanager
def application() -> Iterator[tuple[str, Told]]:
    """An application's endpoint in a thread of its own."""
    told: Told = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            url = f"http://{self.headers['Host']}{self.path}"
            told.append((url, dict(parse_qsl(body)), self.headers["X-Twilio-Signature"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *_: object) -> None:
            """What was told stands in the list."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/status?shop=1", told
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("number", "states"),
    [("+14155552671", {"sent", "delivered"}), ("+14155550003", {"sent", "undelivered"})],
)
def test_each_state_is_told_and_signed(home: RunningHome, number: str, states: set[str]) -> None:
    client = Client(home.facts["account_sid"], home.facts["auth_token"])
    client.api.base_url = home.facts["base_url"]
    with application() as (url, told):
        sent = client.messages.create(to=number, from_="+15005550006", body="Hello", status_callback=url)
        until(lambda: len(told) >= len(states), within_seconds=30, or_else=lambda: told)
        validator = RequestValidator(home.facts["auth_token"])
        assert {form["MessageStatus"] for _, form, _ in told} == states
        assert all(form["MessageSid"] == sent.sid for _, form, _ in told)
        assert all(validator.validate(asked, form, signature) for asked, form, signature in told)
    until(lambda: len(log_of(home, sent.sid)) >= len(states), within_seconds=30, or_else=lambda: told)
    listed = log_of(home, sent.sid)
    assert {each["status"] for each in listed} == states
    assert {each["outcome"] for each in listed} == {"delivered"}


def log_of(home: RunningHome, sid: str | None) -> list[dict[str, object]]:
    listed = home.json("webhooks", "list", "--message", str(sid))
    assert isinstance(listed, list)
    return listed
