"""Brands, vettings, campaigns and toll-free verifications by Twilio's own Python package."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any, TypeVar

import pytest
from tests.api_home import ApiHome, api_home
from tests.senders.registration.builders import CAMPAIGN_FORM, TOLL_FREE_FORM
from tests.senders.registration.deciding import decide
from tests.senders.registration.test_review import sender_id, service_with
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tidings.accounts import Opened
from tidings.kernel.sid import Sid
from tidings.runtime.database import Database

LONG_CODE, TOLL_FREE = "+14155550100", "+18885550100"
PROFILES = {
    "customer_profile_bundle_sid": "BU" + "1" * 32,
    "a2p_profile_bundle_sid": "BU" + "2" * 32,
}
T = TypeVar("T")


@pytest.fixture
async def home(db: Database) -> AsyncIterator[ApiHome]:
    async with api_home(db) as home:
        yield home


@pytest.fixture
async def shop(home: ApiHome) -> Opened:
    opened = await home.open_account()
    await home.give_sender(opened, LONG_CODE)
    await home.give_sender(opened, TOLL_FREE)
    return opened


def client_of(home: ApiHome, shop: Opened) -> Client:
    client = Client(shop.sid, shop.auth_token)
    client.messaging.base_url = f"{home.base_url}/messaging"
    return client


async def ask(deed: Callable[[], T]) -> T:
    """The package blocks; the server runs in this loop."""
    return await asyncio.to_thread(deed)


async def refusal(deed: Callable[[], Any]) -> tuple[int, int | None]:
    with pytest.raises(TwilioRestException) as caught:
        await ask(deed)
    return caught.value.status, caught.value.code


async def approved_brand(home: ApiHome, shop: Opened, **changed: Any) -> str:
    client = client_of(home, shop)
    brand = await ask(lambda: client.messaging.v1.brand_registrations.create(**{**PROFILES, **changed}))
    assert brand.sid is not None
    await decide(home.db, "brand", shop.account.id, brand.sid)
    return brand.sid


async def test_a_brand_is_registered_fetched_listed_and_submitted_again(home: ApiHome, shop: Opened) -> None:
    brands = client_of(home, shop).messaging.v1.brand_registrations
    made = await ask(
        lambda: brands.create(
            **{**PROFILES, "a2p_profile_bundle_sid": "BU" + "2" * 28 + "0001"},
            brand_type="STANDARD",
            mock=False,
            skip_automatic_sec_vet=False,
        )
    )
    assert (made.status, made.brand_type, made.mock) == ("PENDING", "STANDARD", False)
    assert isinstance(made.date_created, datetime)
    assert made.sid is not None
    await decide(home.db, "brand", shop.account.id, made.sid)
    failed = await ask(lambda: brands(made.sid).fetch())  # type: ignore[arg-type]
    assert failed.status == "FAILED"
    assert failed.errors is not None
    assert failed.errors[0]["error_code"] == 30799
    again = await ask(lambda: brands(made.sid).update())  # type: ignore[arg-type]
    assert again.status == "PENDING"
    others = [await approved_brand(home, shop) for _ in range(3)]
    listed = await ask(lambda: [brand.sid for brand in brands.list(page_size=2)])
    assert listed == [*reversed(others), made.sid]


async def test_a_brand_is_vetted(home: ApiHome, shop: Opened) -> None:
    sid = await approved_brand(home, shop, skip_automatic_sec_vet=True)
    brand = client_of(home, shop).messaging.v1.brand_registrations(sid)
    made = await ask(lambda: brand.brand_vettings.create(vetting_provider="aegis", vetting_id="42"))
    assert (made.vetting_status, made.vetting_id) == ("IN_PROGRESS", "42")
    assert made.brand_vetting_sid is not None
    await decide(home.db, "vetting", shop.account.id, made.brand_vetting_sid, of=sid)
    (listed,) = await ask(lambda: brand.brand_vettings.list(vetting_provider="aegis"))
    fetched = await ask(lambda: brand.brand_vettings(made.brand_vetting_sid).fetch())  # type: ignore[arg-type]
    assert listed.vetting_status == fetched.vetting_status == "ACTIVE"
    assert (await ask(brand.fetch)).brand_score == 75


async def test_a_sole_proprietor_asks_for_a_passcode(home: ApiHome, shop: Opened) -> None:
    sid = await approved_brand(home, shop, brand_type="SOLE_PROPRIETOR")
    brand = client_of(home, shop).messaging.v1.brand_registrations(sid)
    sent = await ask(brand.brand_registration_otps.create)
    assert sent.brand_registration_sid == sid
    await decide(home.db, "identity", shop.account.id, sid)
    assert (await ask(brand.fetch)).identity_status == "VERIFIED"
    assert await refusal(brand.brand_registration_otps.create) == (409, 20409)


async def test_a_campaign_is_registered_mended_and_deleted(home: ApiHome, shop: Opened) -> None:
    brand, service = await approved_brand(home, shop), await service_with(home.db, shop, LONG_CODE)
    campaigns = client_of(home, shop).messaging.v1.services(service).us_app_to_person
    said: dict[str, Any] = {
        "message_flow": CAMPAIGN_FORM["MessageFlow"],
        "message_samples": CAMPAIGN_FORM["MessageSamples"],
        "has_embedded_links": False,
        "has_embedded_phone": False,
        "age_gated": False,
        "direct_lending": False,
    }
    made = await ask(
        lambda: campaigns.create(
            brand_registration_sid=brand,
            description="Reminders.",
            us_app_to_person_usecase="ACCOUNT_NOTIFICATION",
            opt_in_message="Owl & Co.: you are in. Reply STOP to leave.",
            opt_in_keywords=["START", "JOIN"],
            subscriber_opt_in=True,
            privacy_policy_url="https://owl.example/privacy",
            **said,
        )
    )
    assert (made.campaign_status, made.opt_in_keywords) == ("PENDING", ["START", "JOIN"])
    assert made.sid is not None
    await decide(home.db, "campaign", shop.account.id, made.sid)
    failed = await ask(lambda: campaigns(made.sid).fetch())  # type: ignore[arg-type]
    assert failed.campaign_status == "FAILED"
    mended = await ask(
        lambda: campaigns(made.sid).update(description=CAMPAIGN_FORM["Description"], **said)  # type: ignore[arg-type]
    )
    assert (mended.campaign_status, mended.privacy_policy_url) == ("PENDING", "https://owl.example/privacy")
    await decide(home.db, "campaign", shop.account.id, made.sid, submission=2)
    (listed,) = await ask(campaigns.list)
    assert listed.campaign_status == "VERIFIED"
    assert listed.rate_limits == {"att": {"mps": 75, "msg_class": "A"}, "tmobile": {"brand_tier": "TOP"}}
    assert await ask(lambda: campaigns(made.sid).delete())  # type: ignore[arg-type]
    assert await ask(campaigns.list) == []


async def test_the_use_cases_that_a_brand_may_have_are_listed(home: ApiHome, shop: Opened) -> None:
    brand, service = await approved_brand(home, shop), await service_with(home.db, shop, LONG_CODE)
    found = client_of(home, shop).messaging.v1.services(service).us_app_to_person_usecases
    listed = await ask(lambda: found.fetch(brand_registration_sid=brand))
    assert listed.us_app_to_person_usecases is not None
    codes = [one["code"] for one in listed.us_app_to_person_usecases]
    assert {"2FA", "MARKETING", "LOW_VOLUME"} < set(codes)
    assert "SOLE_PROPRIETOR" not in codes


async def test_a_toll_free_number_is_verified_mended_listed_and_given_up(home: ApiHome, shop: Opened) -> None:
    verifications = client_of(home, shop).messaging.v1.tollfree_verifications
    number = str(Sid("PN", await sender_id(home.db, shop, TOLL_FREE)))
    made = await ask(
        lambda: verifications.create(
            business_name=TOLL_FREE_FORM["BusinessName"],
            business_website=TOLL_FREE_FORM["BusinessWebsite"],
            notification_email=TOLL_FREE_FORM["NotificationEmail"],
            use_case_categories=["ACCOUNT_NOTIFICATIONS", "CUSTOMER_CARE"],
            use_case_summary="Reminders.",
            production_message_sample=TOLL_FREE_FORM["ProductionMessageSample"],
            opt_in_image_urls=TOLL_FREE_FORM["OptInImageUrls"],
            opt_in_type="WEB_FORM",
            message_volume="1,000",
            tollfree_phone_number_sid=number,
            external_reference_id="owl-1",
            business_country="US",
            age_gated_content=False,
        )
    )
    assert (made.status, made.tollfree_phone_number_sid) == ("PENDING_REVIEW", number)
    assert made.use_case_categories == ["ACCOUNT_NOTIFICATIONS", "CUSTOMER_CARE"]
    assert made.sid is not None
    await decide(home.db, "toll_free", shop.account.id, made.sid)
    rejected = await ask(lambda: verifications(made.sid).fetch())  # type: ignore[arg-type]
    assert (rejected.status, rejected.error_code, rejected.edit_allowed) == ("TWILIO_REJECTED", 30445, True)
    assert isinstance(rejected.edit_expiration, datetime)
    again = await ask(
        lambda: verifications(made.sid).update(  # type: ignore[arg-type]
            use_case_summary=TOLL_FREE_FORM["UseCaseSummary"], edit_reason="A longer summary"
        )
    )
    assert (again.status, again.edit_allowed, again.external_reference_id) == (
        "PENDING_REVIEW",
        None,
        "owl-1",
    )
    await decide(home.db, "toll_free", shop.account.id, made.sid, submission=2)
    (listed,) = await ask(
        lambda: verifications.list(tollfree_phone_number_sid=number, status="TWILIO_APPROVED")
    )
    assert listed.sid == made.sid
    assert await ask(lambda: verifications(made.sid).delete())  # type: ignore[arg-type]
    assert await ask(verifications.list) == []
