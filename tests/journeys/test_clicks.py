"""Short links from end to end: the simulator's people and previews follow them, the callback hears, a rule answers."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from tests.journeys.running_home import RunningHome, until
from twilio.request_validator import RequestValidator
from twilio.rest import Client

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

PERSON, PREVIEW = "+14155550040", "+14155550041"
DESTINATION = "https://shop.example/spring?a=b"


class Ear(ThreadingHTTPServer):
    """Hears callbacks, and keeps those whose signature is right."""

    def __init__(self, auth_token: str) -> None:
        super().__init__(("127.0.0.1", 0), _Hear)
        self.validator = RequestValidator(auth_token)
        self.heard: list[Any] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Hear(BaseHTTPRequestHandler):
    server: Ear

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        signature = self.headers["X-Twilio-Signature"]
        if self.server.validator.validate(self.server.url + self.path, body, signature):
            self.server.heard.append(json.loads(body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        pass


def test_a_person_clicks_and_gets_the_second_message_and_a_preview_does_not(home: RunningHome) -> None:
    sid, token = home.facts["account_sid"], home.facts["auth_token"]
    ear = Ear(token)
    Thread(target=ear.serve_forever, daemon=True).start()
    client = Client(sid, token)
    client.api.base_url = home.facts["base_url"]
    client.messaging.base_url = home.facts["base_url"] + "/messaging"
    demo = home.json("domains", "list")[0]
    [service] = [one for one in client.messaging.v1.services.stream() if one.friendly_name == "Demo"]
    config = client.messaging.v1.domain_config(demo["domain_sid"]).update(callback_url=ear.url + "/clicks")
    assert config.callback_url == ear.url + "/clicks"
    rule = home.json(
        "links", "rules", "add", "Thanks", "--body", "Thank you for looking!", "--service", service.sid
    )

    sent = {
        to: client.messages.create(
            to=to, messaging_service_sid=service.sid, body=f"Look: {DESTINATION}", shorten_urls=True
        )
        for to in (PERSON, PREVIEW)
    }
    until(lambda: len(ear.heard) >= 2, within_seconds=40, or_else=home.said)
    heard = {told["to"]: told for told in ear.heard}
    assert {to: told["event_type"] for to, told in heard.items()} == {PERSON: "click", PREVIEW: "preview"}
    assert heard[PERSON]["link"] == DESTINATION
    assert heard[PERSON]["sms_sid"] == sent[PERSON].sid

    def follow_ups() -> Any:
        return home.json("links", "rules", "show", rule["id"])

    until(
        lambda: bool(follow_ups()) and follow_ups()[0]["state"] == "sent",
        within_seconds=40,
        or_else=home.said,
    )
    [one] = follow_ups()
    second = client.messages(one["sent"]).fetch()
    assert (second.to, second.body) == (PERSON, "Thank you for looking!")
    told = home.json("links", "clicks", sent[PREVIEW].sid)
    assert [(click["verdict"], click["reason"]) for click in told["clicks"]] == [("machine", "preview_agent")]
    home.json("links", "rules", "cancel", rule["id"])
    ear.shutdown()
