"""Webhooks of a service: who wants to hear what hears it, in Twilio's names and signed."""

import asyncio
from collections.abc import AsyncIterator

import pyotp
import pytest
from tests.verify.place import ANNA, BEN, Place, wrong
from tests.webhooks.conftest import AUTH_TOKEN, tokens
from tests.webhooks.endpoint import Endpoint

from tidings.webhooks import tell


@pytest.fixture
async def endpoint(verify: Place) -> AsyncIterator[Endpoint]:
    """Listens, while callbacks are sent."""
    found, stopping = await Endpoint().listen(), asyncio.Event()
    telling = asyncio.create_task(tell.run(verify.home.db, tokens, allow_private=True, stopping=stopping))
    yield found
    stopping.set()
    await telling
    await found.close()


async def hook(verify: Place, url: str, *types: str) -> str:
    form = {"FriendlyName": "CRM", "EventTypes": ",".join(types), "WebhookUrl": url}
    made = await verify.post("/Webhooks", **form)
    assert made.status == 201, made.text
    return str(made.body["sid"])


async def test_a_service_tells_what_becomes_of_verifications(verify: Place, endpoint: Endpoint) -> None:
    await hook(verify, f"{endpoint.base}/ok?all", "*")
    await hook(verify, f"{endpoint.base}/ok?some", "verification.canceled", "factor.created")
    started = await verify.start()
    code = await verify.code()
    for _ in range(4):
        await verify.check(wrong(code))
    assert (await verify.check(code)).body["valid"]
    await verify.start(BEN)
    await verify.post(f"/Verifications/{BEN}", Status="canceled")
    calls = await endpoint.heard(5, "/ok")
    told = sorted((call.form["type"], call.form["to"]) for call in calls if call.target == "/ok?all")
    assert told == [
        ("verification.approved", ANNA),
        ("verification.canceled", BEN),
        ("verification.pending", ANNA),
        ("verification.pending", BEN),
    ]
    assert [call.form["type"] for call in calls if call.target == "/ok?some"] == ["verification.canceled"]
    [approved] = [call for call in calls if call.form["type"] == "verification.approved"]
    assert approved.is_signed_with(AUTH_TOKEN)
    assert approved.form["verification_sid"] == started.body["sid"]
    assert (approved.form["service_sid"], approved.form["account_sid"]) == (verify.service, verify.shop.sid)
    assert len({call.form["uuid"] for call in calls}) == 5


async def test_a_service_tells_of_factors_and_challenges(verify: Place, endpoint: Endpoint) -> None:
    await hook(verify, f"{endpoint.base}/ok", "*")
    person = "/Entities/anna-0001"
    made = (await verify.post(person + "/Factors", FriendlyName="Anna", FactorType="totp")).body
    factor, app = f"{person}/Factors/{made['sid']}", pyotp.TOTP(made["binding"]["secret"])
    now = verify.clock()
    assert (await verify.post(factor, AuthPayload=app.at(now))).body["status"] == "verified"
    verify.clock.forward(seconds=30)
    code = app.at(verify.clock())
    answered = await verify.post(person + "/Challenges", FactorSid=made["sid"], AuthPayload=code)
    assert answered.body["status"] == "approved"
    gone = await verify.home.ask("DELETE", verify.path + factor, as_=verify.shop)
    assert gone.status == 204
    calls = {call.form["type"]: call.form for call in await endpoint.heard(4, "/ok")}
    assert set(calls) == {"factor.created", "factor.verified", "challenge.approved", "factor.deleted"}
    for form in calls.values():
        assert (form["entity_identity"], form["factor_sid"]) == ("anna-0001", made["sid"])
    assert calls["challenge.approved"]["challenge_sid"] == answered.body["sid"]


async def test_webhooks_are_kept_changed_and_given_up(verify: Place) -> None:
    sid = await hook(verify, "https://shop.example/verify", "factor.created")
    shown = (await verify.get(f"/Webhooks/{sid}")).body
    assert (shown["event_types"], shown["status"], shown["version"]) == (["factor.created"], "enabled", "v2")
    off = await verify.post(f"/Webhooks/{sid}", Status="disabled", EventTypes="*")
    assert (off.body["event_types"], off.body["status"]) == (["*"], "disabled")
    await verify.start()
    assert await verify.rows("select 1 from facts where kind = 'verify.event'") == []
    for fault in ({"EventTypes": "x"}, {"WebhookUrl": "ftp://x"}, {"Status": "on"}, {"Version": "v3"}):
        refused = await verify.post(f"/Webhooks/{sid}", **fault)
        assert (refused.status, refused.body["code"]) == (400, 60200)
    other = await verify.home.open_account("Other")
    assert (await verify.get(f"/Webhooks/{sid}", as_=other)).status == 404
    for n in range(9):
        await hook(verify, f"https://shop.example/{n}", "*")
    full = await verify.post("/Webhooks", FriendlyName="x", EventTypes="*", WebhookUrl="https://x.example/")
    assert (full.status, full.body["code"]) == (400, 60200)
    assert (await verify.home.ask("DELETE", f"{verify.path}/Webhooks/{sid}", as_=verify.shop)).status == 204
    assert (await verify.get(f"/Webhooks/{sid}")).status == 404
    assert len((await verify.get("/Webhooks")).body["webhooks"]) == 9
