"""Twilio's own Python package and Verify."""

from typing import Any

import pyotp
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


async def test_limits_roads_and_safe_numbers_are_kept(client: Client, verify: Place) -> None:
    service = client.verify.v2.services(verify.service)
    made = await ask(lambda: service.rate_limits.create(unique_name="ip", description="By address"))
    assert made.sid is not None
    limit = service.rate_limits(made.sid)
    bucket = await ask(lambda: limit.buckets.create(max=2, interval=60))
    assert (bucket.max, bucket.interval, bucket.rate_limit_sid) == (2, 60, made.sid)
    assert (await ask(lambda: limit.update(description="x"))).description == "x"
    assert (await ask(lambda: limit.buckets(bucket.sid).update(max=1))).max == 1  # type: ignore[arg-type]
    assert [one.sid for one in await ask(lambda: service.rate_limits.list())] == [made.sid]
    assert [one.max for one in await ask(lambda: limit.buckets.list())] == [1]
    told = {"ip": "192.0.2.1"}
    await ask(lambda: service.verifications.create(to=ANNA, channel="sms", rate_limits=told))
    again = await refusal(lambda: service.verifications.create(to=ANNA, channel="sms", rate_limits=told))
    assert again[:2] == (429, 20429)
    assert await ask(lambda: limit.buckets(bucket.sid).delete())  # type: ignore[arg-type]
    assert await ask(lambda: limit.delete())
    pool = await ask(lambda: client.messaging.v1.services.create(friendly_name="Codes"))
    roads = service.messaging_configurations
    road = await ask(lambda: roads.create(country="US", messaging_service_sid=pool.sid))  # type: ignore[arg-type]
    assert (road.country, road.messaging_service_sid) == ("US", pool.sid)
    assert [one.country for one in await ask(lambda: roads.list())] == ["US"]
    assert (await ask(lambda: service.messaging_configurations("US").fetch())).country == "US"
    assert await ask(lambda: service.messaging_configurations("US").delete())
    safe = client.verify.v2.safelist
    assert (await ask(lambda: safe.create(phone_number=ANNA))).phone_number == ANNA
    assert (await ask(lambda: safe(ANNA).fetch())).sid is not None
    assert await ask(lambda: safe(ANNA).delete())
    assert (await refusal(lambda: safe(ANNA).fetch()))[:2] == (404, 20404)


async def test_attempts_and_templates_are_read(client: Client, verify: Place) -> None:
    service = client.verify.v2.services(verify.service)
    await ask(lambda: service.verifications.create(to=ANNA, channel="sms"))
    code = await verify.code()
    await ask(lambda: service.verification_checks.create(to=ANNA, code=code))
    attempts = client.verify.v2.verification_attempts
    [one] = await ask(lambda: attempts.list(channel_data_to=ANNA, status="converted", channel="sms"))
    assert (one.conversion_status, one.channel, one.channel_data["country"]) == ("converted", "sms", "US")  # type: ignore[index]
    assert (await ask(lambda: attempts(one.sid).fetch())).sid == one.sid  # type: ignore[arg-type]
    summary = await ask(
        lambda: client.verify.v2.verification_attempts_summary().fetch(verify_service_sid=verify.service)
    )
    assert (summary.total_attempts, summary.conversion_rate_percentage) == (1, "100")
    [first, *_] = await ask(lambda: client.verify.v2.templates.list())
    assert first.translations["en"]["text"] == "Your {{friendly_name}} verification code is: {{code}}"  # type: ignore[index]


async def test_factors_and_challenges_are_those_of_an_app(client: Client, verify: Place) -> None:
    entities = client.verify.v2.services(verify.service).entities
    made = await ask(lambda: entities.create(identity="anna-0001"))
    assert (made.identity, (made.sid or "")[:2]) == ("anna-0001", "YE")
    entity = entities("anna-0001")
    factor = await ask(
        lambda: entity.new_factors.create(friendly_name="Anna", factor_type="totp", config_code_length=8)
    )
    assert factor.binding is not None
    app = pyotp.parse_uri(factor.binding["uri"])
    assert isinstance(app, pyotp.TOTP)
    assert (factor.status, app.digits, app.issuer) == ("unverified", 8, "Shop")
    verified = await ask(lambda: entity.factors(factor.sid).update(auth_payload=app.at(verify.clock())))  # type: ignore[arg-type]
    assert verified.status == "verified"
    verify.clock.forward(seconds=60)
    challenge = await ask(lambda: entity.challenges.create(factor_sid=factor.sid))  # type: ignore[arg-type]
    answered = await ask(
        lambda: entity.challenges(challenge.sid).update(auth_payload=app.at(verify.clock()))  # type: ignore[arg-type]
    )
    assert (answered.status, answered.factor_sid) == ("approved", factor.sid)
    assert [one.sid for one in await ask(lambda: entity.challenges.list())] == [challenge.sid]
    assert [one.sid for one in await ask(lambda: entity.factors.list())] == [factor.sid]
    assert [one.identity for one in await ask(lambda: entities.list())] == ["anna-0001"]
    assert (await ask(lambda: entity.fetch())).sid == made.sid
    assert await ask(lambda: entity.factors(factor.sid).delete())  # type: ignore[arg-type]
    assert await ask(lambda: entity.delete())
    assert (await refusal(lambda: entity.fetch()))[:2] == (404, 20404)


async def test_webhooks_are_kept(client: Client, verify: Place) -> None:
    webhooks = client.verify.v2.services(verify.service).webhooks
    made = await ask(
        lambda: webhooks.create(
            friendly_name="CRM",
            event_types=["factor.verified", "challenge.approved"],
            webhook_url="https://shop.example/verify",
        )
    )
    assert (made.status, made.version, made.webhook_method) == ("enabled", "v2", "POST")
    assert made.event_types == ["challenge.approved", "factor.verified"]
    changed = await ask(lambda: made.update(status="disabled"))
    assert changed.status == "disabled"
    assert [one.sid for one in await ask(lambda: webhooks.list())] == [made.sid]
    assert await ask(lambda: made.delete())
