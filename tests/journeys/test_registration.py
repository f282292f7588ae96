"""Registration in a home that runs: its own senders are registered, others are not until they are."""

import json

import pytest
from tests.journeys.running_home import RunningHome

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

TO = "+14155552671"


@pytest.mark.parametrize("sender", ["+14155550100", "+18885550100"])
def test_the_senders_that_a_home_begins_with_may_text_the_us(home: RunningHome, sender: str) -> None:
    message = home.json("send", "--from", sender, "--to", TO, "--body", "Hello", "--wait")
    assert message["status"] == "delivered"


def test_a_number_that_sends_for_a_campaign_is_not_paused_by_its_own_name(home: RunningHome) -> None:
    done = home.tidings("lanes", "pause", "+14155550100", "--json")
    assert home.tidings("lanes", "resume", "+14155550100").returncode == done.returncode == 4
    campaign = json.loads(done.stderr)["remedy"].split("`")[1].split()[-1]
    assert (
        home.json("lanes", "pause", campaign)["lanes"] == home.json("lanes", "resume", campaign)["lanes"] > 0
    )


def test_a_new_long_code_is_not_registered(home: RunningHome) -> None:
    account = home.facts["account_sid"]
    assert home.tidings("senders", "add", "+14155550177", "--account", account).returncode == 0
    told = {one["sender"]: one for one in home.json("registrations")}
    assert set(told) == {"+14155550100", "+14155550177", "+18885550100"}
    assert {sender: one["state"] for sender, one in told.items()} == {
        "+14155550100": "VERIFIED",
        "+14155550177": None,
        "+18885550100": "TWILIO_APPROVED",
    }
    assert [told[sender]["blocked"] for sender in sorted(told)] == [{}, {"US": 30034}, {}]
    assert "US: 30034" in home.tidings("registrations").stdout
    done = home.tidings("send", "--from", "+14155550177", "--to", TO, "--body", "Hello", "--wait")
    assert done.returncode == 5
    assert "30034" in done.stderr
