"""Twilio's own Python package and Verify."""

from typing import Any

import pytest
from tests.verify.place import ANNA, Place, place, wrong
from tests.wire.test_sdk import ask, refusal
from twilio.rest import Client

from tidings.runtime.database import Database


@pytest.fixture
async def verify(db: Database) -> Any:
    async with place(db) as built:
        yield built


@pytest.fixture
def client(verify: Place) -> Client:
    client = Client(verify.shop.sid, verify.shop.auth_token)
    client.verify.base_url = f"{verify.home.base_url}/verify"
    client.messaging.base_url = f"{verify.home.base_url}/messaging"
    return client


async def test_services_take_every_setting(client: Client) -> None:
    services = client.verify.v2.services
    made = await ask(
        lambda: services.create(
            friendly_name="Acme",
            code_length=4,
            lookup_enabled=True,
            skip_sms_to_landlines=True,
            dtmf_input_required=False,
            tts_name="polly",
            psd2_enabled=True,
            do_not_share_warning_enabled=True,
            custom_code_enabled=True,
            push_include_date=True,
            push_apn_credential_sid="CR" + "a" * 32,
            totp_issuer="Acme Ltd",
            totp_time_step=60,
            totp_code_length=8,
            totp_skew=2,
            whatsapp_msg_service_sid="MG" + "b" * 32,
            whatsapp_from="whatsapp:+14155550100",
            passkeys_relying_party_id="acme.example",
            passkeys_user_verification="preferred",
            verify_event_subscription_enabled=True,
        )
    )
    assert made.sid is not None
    assert made.sid.startswith("VA")
    assert (made.friendly_name, made.code_length, made.dtmf_input_required) == ("Acme", 4, False)
    assert made.totp == {"issuer": "Acme Ltd", "time_step": 60, "code_length": 8, "skew": 2}
    assert made.push["include_date"] is True
    assert made.whatsapp == {"msg_service_sid": "MG" + "b" * 32, "from": "whatsapp:+14155550100"}
    assert made.passkeys["relying_party"]["id"] == "acme.example"
    assert set(made.links or {}) >= {"verifications", "verification_checks", "rate_limits", "entities"}
    changed = await ask(lambda: services(made.sid).update(friendly_name="Acme 2", code_length=10))  # type: ignore[arg-type]
    assert (changed.friendly_name, changed.code_length, changed.tts_name) == ("Acme 2", 10, "polly")
    fetched = await ask(lambda: services(made.sid).fetch())  # type: ignore[arg-type]
    assert (fetched.friendly_name, fetched.date_created) == ("Acme 2", made.date_created)
    listed = await ask(lambda: services.list())
    assert [one.friendly_name for one in listed] == ["Acme 2", "Shop"]
    assert await ask(lambda: services(made.sid).delete())  # type: ignore[arg-type]
    assert (await refusal(lambda: services(made.sid).fetch()))[:2] == (404, 20404)  # type: ignore[arg-type]
    assert (await refusal(lambda: services.create(friendly_name="x", code_length=3)))[:2] == (400, 60200)


async def test_a_verification_is_started_checked_and_over(client: Client, verify: Place) -> None:
    service = client.verify.v2.services(verify.service)
    started = await ask(lambda: service.verifications.create(to=ANNA, channel="sms", tags='{"a": "b"}'))
    assert (started.status, started.valid, started.to, started.channel) == ("pending", False, ANNA, "sms")
    assert started.sid is not None
    [attempt] = started.send_code_attempts or []
    assert (attempt["channel"], attempt["attempt_sid"][:2]) == ("SMS", "VL")
    fetched = await ask(lambda: service.verifications(started.sid).fetch())  # type: ignore[arg-type]
    by_number = await ask(lambda: service.verifications(ANNA).fetch())
    assert (fetched.sid, by_number.sid) == (started.sid, started.sid)
    assert (fetched.lookup, fetched.amount, fetched.sna) == ({}, None, None)
    code = await verify.code()
    checks = service.verification_checks
    missed = await ask(lambda: checks.create(to=ANNA, code=wrong(code)))
    assert (missed.status, missed.valid, missed.sna_attempts_error_codes) == ("pending", False, [])
    right = await ask(lambda: checks.create(verification_sid=started.sid, code=code))  # type: ignore[arg-type]
    assert (right.status, right.valid, right.sid) == ("approved", True, started.sid)
    assert (await refusal(lambda: checks.create(to=ANNA, code=code)))[:2] == (404, 20404)


async def test_a_verification_is_canceled_and_approved_by_its_owner(client: Client, verify: Place) -> None:
    service = client.verify.v2.services(verify.service)
    first = await ask(lambda: service.verifications.create(to=ANNA, channel="sms"))
    canceled = await ask(lambda: service.verifications(first.sid).update(status="canceled"))  # type: ignore[arg-type]
    assert canceled.status == "canceled"
    await ask(lambda: service.verifications.create(to=ANNA, channel="sms"))
    approved = await ask(lambda: service.verifications(ANNA).update(status="approved"))
    assert (approved.status, approved.valid) == ("approved", True)
    assert (await refusal(lambda: service.verifications(ANNA).fetch()))[:2] == (404, 20404)


async def test_the_codes_of_errors_are_twilios(client: Client, verify: Place) -> None:
    service = client.verify.v2.services(verify.service)

    async def told(**asked: Any) -> tuple[int, int | None]:
        return (
            await refusal(lambda: service.verifications.create(**{"to": ANNA, "channel": "sms"} | asked))
        )[:2]

    assert await told(to="5551") == (400, 60200)
    assert await told(channel="fax") == (400, 60200)
    assert await told(to="+442079460958") == (403, 60205)
    assert await told(custom_code="4711") == (403, 60204)
    assert await told(channel="whatsapp") == (403, 60223)
    assert await told(template_sid="HJ" + "f" * 32) == (400, 60228)
    checks = service.verification_checks
    assert (await refusal(lambda: checks.create(to=ANNA, code="1")))[:2] == (400, 60200)
    assert (await refusal(lambda: checks.create(to=ANNA, code="123456")))[:2] == (404, 20404)
    nowhere = client.verify.v2.services("VA" + "0" * 32)
    assert (await refusal(lambda: nowhere.verifications.create(to=ANNA, channel="sms")))[:2] == (404, 20404)
