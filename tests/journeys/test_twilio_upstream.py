"""Two homes that really run: the first sends by the second, which it takes for Twilio."""

import json
import time
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.journeys.running_home import RunningHome, running_home

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

SHOP = "55501"
ANNA = "+14155552671"


@pytest.fixture(scope="module")
def homes() -> Iterator[tuple[RunningHome, RunningHome]]:
    with running_home() as ours, running_home() as theirs:
        yield ours, theirs


def ask(home: RunningHome, path: str, form: dict[str, str] | None = None) -> Any:
    """A request to the home's API as its demo account."""
    account = home.facts["account_sid"]
    pair = b64encode(f"{account}:{home.facts['auth_token']}".encode()).decode()
    request = urllib.request.Request(
        f"{home.facts['base_url']}/2010-04-01/Accounts/{account}/{path}",
        data=urlencode(form).encode() if form else None,
        headers={"Authorization": f"Basic {pair}"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def received(home: RunningHome) -> list[dict[str, str]]:
    """What reached the phones that the home's simulated carrier serves."""
    url = f"{home.facts['simulator']['control_url']}/received"
    with urllib.request.urlopen(url, timeout=20) as answer:
        found: list[dict[str, str]] = json.load(answer)
    return found


def test_a_message_goes_by_the_second_home_and_its_receipt_comes_back(
    homes: tuple[RunningHome, RunningHome],
) -> None:
    ours, theirs = homes
    token = ours.folder / "token.txt"
    token.write_text(theirs.facts["auth_token"] + "\n")
    settings = [
        f"account_sid={theirs.facts['account_sid']}",
        f"auth_token=@{token}",
        f"api_url={theirs.facts['base_url']}",
        f"public_url={ours.facts['base_url']}",
        "allow_private=true",
    ]
    words = [word for setting in settings for word in ("--set", setting)]
    done = ours.tidings("carriers", "add", "upstream", "--kind", "twilio", *words)
    assert done.returncode == 0, done.stderr
    assert theirs.facts["auth_token"] not in ours.tidings("carriers", "show", "upstream").stdout
    text = "By way of another"
    deadline = time.monotonic() + 60
    while not [one for one in received(theirs) if one["text"] == text]:
        # What is sent before the dispatcher has read of the new carrier goes by the old one.
        message = ask(ours, "Messages.json", {"From": SHOP, "To": ANNA, "Body": text})
        while message["status"] != "delivered":
            assert time.monotonic() < deadline, f"{message}\n{ours.said()}\n{theirs.said()}"
            time.sleep(0.1)
            message = ask(ours, f"Messages/{message['sid']}.json")
    (arrived,) = [one for one in received(theirs) if one["text"] == text]
    assert arrived["source"] == SHOP
    (at_theirs,) = ask(theirs, "Messages.json")["messages"]
    assert (at_theirs["body"], at_theirs["status"]) == (text, "delivered")
