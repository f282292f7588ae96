"""What Twilio's own validator says of the callbacks of a running home."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest
from tests.journeys.running_home import RunningHome, until
from twilio.request_validator import RequestValidator
from twilio.rest import Client

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

Heard = list[tuple[dict[str, str], str]]


@contextmanager
def listener() -> Iterator[tuple[str, Heard]]:
    """A customer's server; yields its URL, and each callback's form with its signature as they come."""
    heard: Heard = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            heard.append((dict(parse_qsl(form, keep_blank_values=True)), self.headers["X-Twilio-Signature"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Not into the output of the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/status?shop=1", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_each_change_of_status_is_told_and_twilios_validator_accepts_it(home: RunningHome) -> None:
    with listener() as (url, heard):
        sent = home.json("send", "--to", "+14155552671", "--body", "Grüße 🎉", "--callback", url)
        until(lambda: len(heard) >= 2, within_seconds=30, or_else=home.said)
    validator = RequestValidator(home.facts["auth_token"])
    assert {form["MessageStatus"] for form, _ in heard} == {"sent", "delivered"}
    for form, signature in heard:
        assert form["MessageSid"] == sent["sid"]
        assert validator.validate(url, form, signature)


def test_an_undelivered_message_is_told_with_its_code(home: RunningHome) -> None:
    with listener() as (url, heard):
        home.json("send", "--to", "+14155550005", "--body", "Hello", "--callback", url)
        until(lambda: len(heard) >= 2, within_seconds=30, or_else=home.said)
    told = {form["MessageStatus"]: form for form, _ in heard}
    assert told["undelivered"]["ErrorCode"] == "30005"


def test_every_callback_of_a_message_through_a_service_names_the_sender_that_was_chosen(
    home: RunningHome,
) -> None:
    client = Client(home.facts["account_sid"], home.facts["auth_token"])
    client.api.base_url = home.facts["base_url"]
    [service] = [one["sid"] for one in home.json("services", "list") if one["friendly_name"] == "Demo"]
    with listener() as (url, heard):
        made = client.messages.create(
            to="+14155552672", messaging_service_sid=service, body="Hello", status_callback=url
        )
        until(lambda: len(heard) >= 3, within_seconds=30, or_else=home.said)
    assert (made.status, made.from_) == ("accepted", None)
    assert {form["MessageStatus"] for form, _ in heard} == {"queued", "sent", "delivered"}
    sender = client.messages(made.sid).fetch().from_  # type: ignore[arg-type]
    validator = RequestValidator(home.facts["auth_token"])
    for form, signature in heard:
        assert (form["From"], form["To"], form["SmsSid"]) == (sender, "+14155552672", made.sid)
        assert form["MessagingServiceSid"] == service
        assert validator.validate(url, form, signature)
