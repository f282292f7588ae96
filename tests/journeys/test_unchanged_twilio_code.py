"""Code written for Twilio, not a line of it changed, works against a home by its environment alone."""

import json
import subprocess
import sys

import pytest
from tests.command import environment
from tests.journeys.running_home import RunningHome

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

UNCHANGED = """
import json, sys, time
from twilio.rest import Client
from twilio.base.exceptions import TwilioRestException

client = Client()
sent = client.messages.create(from_="55501", to="+14155552671", body="Hello from unchanged code")
for _ in range(300):
    fetched = client.messages(sent.sid).fetch()
    if fetched.status == "delivered":
        break
    time.sleep(0.1)
for n in range(119):
    client.messages.create(from_="55501", to="+14155552671", body=f"Number {n}")
listed = list(client.messages.stream(page_size=50))
try:
    client.messages.create(from_="55501", to="12", body="?")
    code = None
except TwilioRestException as error:
    code = error.code
redacted = client.messages(sent.sid).update(body="")
deleted = client.messages(sent.sid).delete()
print(json.dumps({
    "status": fetched.status, "listed": len(listed), "sids": len({one.sid for one in listed}), "code": code,
    "body": redacted.body, "deleted": deleted, "uri": sent.uri,
}))
"""


def test_the_official_sdk_works_by_environment_variables_alone(home: RunningHome) -> None:
    exports = home.json("env")
    done = subprocess.run(
        [sys.executable, "-c", UNCHANGED],
        env=environment(**exports),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["status"] == "delivered"
    assert told["listed"] == told["sids"] >= 120
    assert told["code"] == 21211
    assert (told["body"], told["deleted"]) == ("", True)


def test_the_shells_read_what_is_exported(home: RunningHome) -> None:
    lines = home.tidings("env").stdout
    script = f'{lines}\nprintf %s "$TWILIO_ACCOUNT_SID $HTTPS_PROXY"'
    read = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert read.stdout == f"{home.facts['account_sid']} {home.facts['proxy_url']}"
    fish = home.tidings("env", "--shell", "fish").stdout
    assert f"set -gx TWILIO_ACCOUNT_SID '{home.facts['account_sid']}'" in fish
