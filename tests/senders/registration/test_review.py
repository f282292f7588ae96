"""From a submission to the registry's decision: each step once, told by a fact, and durable."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.api_home import ApiHome, api_home, now
from tests.senders.registration.builders import BRAND_FORM, CAMPAIGN_FORM, TOLL_FREE_FORM
from tests.senders.registration.deciding import decide

from tidings.accounts import Opened
from tidings.kernel.sid import Sid, mint
from tidings.runtime.database import Database
from tidings.runtime.jobs import Jobs
from tidings.senders.registration import Registrations, registration_gate
from tidings.senders.registration.embedded import EmbeddedRegistry
from tidings.senders.registration.review import register
from tidings.senders.services import Settings, add_member, create_service
from tidings.senders.services.membership import NUMBERS

LONG_CODE, TOLL_FREE = "+14155550100", "+18885550100"
BRANDS = "/messaging/v1/a2p/BrandRegistrations"


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


async def post(home: ApiHome, shop: Opened, path: str, form: dict[str, Any]) -> Any:
    pairs = [
        (key, each) for key, value in form.items() for each in (value if isinstance(value, list) else [value])
    ]
    reply = await home.ask("POST", path, as_=shop, form=pairs)
    assert reply.status < 300, reply.text
    return reply.body


async def get(home: ApiHome, shop: Opened, path: str) -> Any:
    reply = await home.ask("GET", path, as_=shop)
    assert reply.status == 200, reply.text
    return reply.body


async def facts(db: Database, shop: Opened) -> list[str]:
    async with db.connection() as connection:
        rows = await connection.fetch(
            "select kind from facts where account = $1 order by seq", shop.account.id
        )
    return [row["kind"] for row in rows]


async def service_with(db: Database, shop: Opened, address: str) -> str:
    """A messaging service whose pool has this sender of the shop."""
    account, id, at = shop.account.id, mint(now(), secrets.token_bytes(10), 0), now()
    async with db.transaction() as connection:
        await create_service(connection, account, Settings(friendly_name="Reminders"), id=id, now=at)
        sender = await sender_id(db, shop, address)
        await add_member(connection, account, id, sender, kinds=NUMBERS, now=at)
    return str(Sid("MG", id))


async def sender_id(db: Database, shop: Opened, address: str) -> UUID:
    async with db.connection() as connection:
        id: UUID = await connection.fetchval(
            "select id from senders where account = $1 and address = $2", shop.account.id, address
        )
    return id


async def approved_brand(home: ApiHome, shop: Opened, **changed: str) -> str:
    sid: str = (await post(home, shop, BRANDS, BRAND_FORM | changed))["sid"]
    await decide(home.db, "brand", shop.account.id, sid)
    return sid


def campaigns(service: str) -> str:
    return f"/messaging/v1/Services/{service}/Compliance/Usa2p"


async def test_a_brand_is_taken_up_at_once_and_decided_after_the_delay(home: ApiHome, shop: Opened) -> None:
    made = await post(home, shop, BRANDS, BRAND_FORM)
    assert (made["status"], made["identity_status"], made["tcr_id"]) == ("PENDING", None, None)
    hour = timedelta(hours=1)
    await decide(home.db, "brand", shop.account.id, made["sid"], delay=hour)
    assert (await get(home, shop, f"{BRANDS}/{made['sid']}"))["status"] == "IN_REVIEW"
    later = lambda: now() + hour  # noqa: E731 - a clock
    await decide(home.db, "brand", shop.account.id, made["sid"], delay=hour, clock=later)
    decided = await get(home, shop, f"{BRANDS}/{made['sid']}")
    assert (decided["status"], decided["brand_score"]) == ("APPROVED", 75)
    assert await facts(home.db, shop) == ["brand.submitted", "brand.taken_up", "brand.approved"]


async def test_a_review_that_is_done_twice_changes_and_tells_nothing_more(
    home: ApiHome, shop: Opened
) -> None:
    sid = await approved_brand(home, shop)
    before = await get(home, shop, f"{BRANDS}/{sid}")
    await decide(home.db, "brand", shop.account.id, sid)
    assert await get(home, shop, f"{BRANDS}/{sid}") == before
    assert (await facts(home.db, shop)).count("brand.approved") == 1


async def test_the_review_of_an_earlier_submission_leaves_the_present_one_alone(
    home: ApiHome, shop: Opened
) -> None:
    profile = {"A2PProfileBundleSid": "BU" + "2" * 28 + "0001"}
    sid = await approved_brand(home, shop, **profile)
    failed = await get(home, shop, f"{BRANDS}/{sid}")
    assert (failed["status"], failed["errors"][0]["error_code"]) == ("FAILED", 30799)
    again = await post(home, shop, f"{BRANDS}/{sid}", {})
    assert (again["status"], again["errors"]) == ("PENDING", [])
    await decide(home.db, "brand", shop.account.id, sid, submission=1)
    assert (await get(home, shop, f"{BRANDS}/{sid}"))["status"] == "PENDING"
    await decide(home.db, "brand", shop.account.id, sid, submission=2)
    assert (await get(home, shop, f"{BRANDS}/{sid}"))["status"] == "FAILED"


async def test_a_sole_proprietor_is_verified_by_a_passcode(home: ApiHome, shop: Opened) -> None:
    sid = await approved_brand(home, shop, BrandType="SOLE_PROPRIETOR")
    assert (await get(home, shop, f"{BRANDS}/{sid}"))["identity_status"] == "UNVERIFIED"
    await post(home, shop, f"{BRANDS}/{sid}/SmsOtp", {})
    await decide(home.db, "identity", shop.account.id, sid)
    assert (await get(home, shop, f"{BRANDS}/{sid}"))["identity_status"] == "VERIFIED"
    assert (await facts(home.db, shop))[-1] == "brand.identified"


async def test_a_vetting_gives_a_low_volume_brand_its_score(home: ApiHome, shop: Opened) -> None:
    profile = "BU" + "2" * 28 + "f088"
    sid = await approved_brand(home, shop, SkipAutomaticSecVet="true", A2PProfileBundleSid=profile)
    assert (await get(home, shop, f"{BRANDS}/{sid}"))["brand_score"] is None
    vetting = await post(home, shop, f"{BRANDS}/{sid}/Vettings", {"VettingProvider": "aegis"})
    assert vetting["vetting_status"] == "IN_PROGRESS"
    await decide(home.db, "vetting", shop.account.id, vetting["brand_vetting_sid"], of=sid)
    brand = await get(home, shop, f"{BRANDS}/{sid}")
    assert (brand["brand_score"], brand["identity_status"]) == (88, "VETTED_VERIFIED")
    path = f"{BRANDS}/{sid}/Vettings/{vetting['brand_vetting_sid']}"
    assert (await get(home, shop, path))["vetting_status"] == "ACTIVE"


async def test_a_vetting_with_a_token_that_is_none_fails(home: ApiHome, shop: Opened) -> None:
    sid = await approved_brand(home, shop)
    form = {"VettingProvider": "campaign-verify", "VettingId": "cv|2.0"}
    vetting = await post(home, shop, f"{BRANDS}/{sid}/Vettings", form)
    await decide(home.db, "vetting", shop.account.id, vetting["brand_vetting_sid"], of=sid)
    path = f"{BRANDS}/{sid}/Vettings/{vetting['brand_vetting_sid']}"
    assert (await get(home, shop, path))["vetting_status"] == "FAILED"
    assert (await facts(home.db, shop))[-1] == "brand.not_vetted"


async def test_a_long_code_may_text_the_us_once_its_services_campaign_is_verified(
    home: ApiHome, shop: Opened
) -> None:
    registrations = Registrations(home.db, monotonic=lambda: 0.0, trust_seconds=0.0)

    async def gate() -> int | None:
        found = registration_gate(await registrations.standing(account, LONG_CODE), destination="US")
        return found.number if found else None

    account, brand = shop.account.id, await approved_brand(home, shop)
    service = await service_with(home.db, shop, LONG_CODE)
    assert await gate() == 30034
    made = await post(home, shop, campaigns(service), CAMPAIGN_FORM | {"BrandRegistrationSid": brand})
    assert await gate() == 30034
    await decide(home.db, "campaign", account, made["sid"])
    assert await gate() is None
    standing = await registrations.standing(account, LONG_CODE)
    assert (standing.trust_score, standing.brand_kind, standing.use_case) == (
        75,
        "standard",
        "ACCOUNT_NOTIFICATION",
    )
    assert (await home.ask("DELETE", f"{campaigns(service)}/{made['sid']}", as_=shop)).status == 204
    assert await gate() == 30034
    assert (await facts(home.db, shop))[-4:] == [
        "tendlc.submitted",
        "tendlc.taken_up",
        "tendlc.approved",
        "tendlc.deleted",
    ]


async def test_a_rejected_campaign_is_mended_and_verified(home: ApiHome, shop: Opened) -> None:
    brand, service = await approved_brand(home, shop), await service_with(home.db, shop, LONG_CODE)
    form = CAMPAIGN_FORM | {"BrandRegistrationSid": brand, "Description": "Reminders."}
    made = await post(home, shop, campaigns(service), form)
    path = f"{campaigns(service)}/{made['sid']}"
    await decide(home.db, "campaign", shop.account.id, made["sid"])
    failed = await get(home, shop, path)
    assert failed["campaign_status"] == "FAILED"
    (error,) = failed["errors"]
    assert (error["error_code"], error["fields"]) == (30886, ["DESCRIPTION"])
    assert error["url"] == "https://www.twilio.com/docs/api/errors/30886"
    mended = {key: value for key, value in CAMPAIGN_FORM.items() if key != "UsAppToPersonUsecase"}
    again = await post(home, shop, path, mended | {"AgeGated": "false", "DirectLending": "false"})
    assert (again["campaign_status"], again["errors"]) == ("PENDING", [])
    await decide(home.db, "campaign", shop.account.id, made["sid"], submission=2)
    verified = await get(home, shop, path)
    assert verified["campaign_status"] == "VERIFIED"
    assert verified["rate_limits"] == {
        "att": {"mps": 75, "msg_class": "A"},
        "tmobile": {"brand_tier": "TOP"},
    }


async def test_a_mock_campaign_is_verified_and_opens_nothing(home: ApiHome, shop: Opened) -> None:
    brand, service = (
        await approved_brand(home, shop, Mock="true"),
        await service_with(home.db, shop, LONG_CODE),
    )
    made = await post(home, shop, campaigns(service), CAMPAIGN_FORM | {"BrandRegistrationSid": brand})
    await decide(home.db, "campaign", shop.account.id, made["sid"])
    shown = await get(home, shop, f"{campaigns(service)}/{made['sid']}")
    assert (shown["campaign_status"], shown["mock"]) == ("VERIFIED", True)
    registrations = Registrations(home.db, monotonic=lambda: 0.0)
    standing = await registrations.standing(shop.account.id, LONG_CODE)
    found = registration_gate(standing, destination="US")
    assert found is not None
    assert found.number == 30034


async def test_a_rejected_toll_free_number_may_be_mended_for_seven_days(home: ApiHome, shop: Opened) -> None:
    number = str(Sid("PN", await sender_id(home.db, shop, TOLL_FREE)))
    form = TOLL_FREE_FORM | {"TollfreePhoneNumberSid": number, "UseCaseSummary": "Reminders."}
    made = await post(home, shop, "/messaging/v1/Tollfree/Verifications", form)
    path = f"/messaging/v1/Tollfree/Verifications/{made['sid']}"
    assert (made["status"], made["edit_allowed"]) == ("PENDING_REVIEW", None)
    await decide(home.db, "toll_free", shop.account.id, made["sid"])
    rejected = await get(home, shop, path)
    assert (rejected["status"], rejected["error_code"], rejected["edit_allowed"]) == (
        "TWILIO_REJECTED",
        30445,
        True,
    )
    assert rejected["edit_expiration"] > rejected["date_updated"]
    again = await post(home, shop, path, {"UseCaseSummary": TOLL_FREE_FORM["UseCaseSummary"]})
    assert (again["status"], again["business_name"]) == ("PENDING_REVIEW", "Owl & Co.")
    await decide(home.db, "toll_free", shop.account.id, made["sid"], submission=2)
    assert (await get(home, shop, path))["status"] == "TWILIO_APPROVED"
    registrations = Registrations(home.db, monotonic=lambda: 0.0)
    standing = await registrations.standing(shop.account.id, TOLL_FREE)
    assert registration_gate(standing, destination="CA") is None


async def test_after_seven_days_a_rejected_toll_free_number_must_be_submitted_anew(
    home: ApiHome, shop: Opened
) -> None:
    number = str(Sid("PN", await sender_id(home.db, shop, TOLL_FREE)))
    form = TOLL_FREE_FORM | {"TollfreePhoneNumberSid": number, "UseCaseSummary": "Reminders."}
    made = await post(home, shop, "/messaging/v1/Tollfree/Verifications", form)
    path = f"/messaging/v1/Tollfree/Verifications/{made['sid']}"
    await decide(home.db, "toll_free", shop.account.id, made["sid"])
    async with home.db.connection() as connection:
        await connection.execute(
            "update toll_free_verifications set mend_until = mend_until - interval '7 days' - interval '1 second'"
        )
    assert (await get(home, shop, path))["edit_allowed"] is False
    late = await home.ask("POST", path, as_=shop, form={"UseCaseSummary": TOLL_FREE_FORM["UseCaseSummary"]})
    assert (late.status, late.body["code"]) == (400, 30437)
    assert (await home.ask("DELETE", path, as_=shop)).status == 204
    await post(home, shop, "/messaging/v1/Tollfree/Verifications", form)


async def test_the_job_of_a_submission_asks_until_the_registry_has_decided(
    home: ApiHome, shop: Opened
) -> None:
    """The submission and its job are one transaction, so any work process finishes it, after any crash."""
    made = await post(home, shop, BRANDS, BRAND_FORM)
    jobs = Jobs(home.db.url)
    register(jobs, home.db, registry=EmbeddedRegistry(timedelta(seconds=1)), clock=now)
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as crew:
        crew.create_task(jobs.run(stopping))
        async with asyncio.timeout(60):
            while (await get(home, shop, f"{BRANDS}/{made['sid']}"))["status"] != "APPROVED":
                await asyncio.sleep(0.1)
        stopping.set()
    assert await facts(home.db, shop) == ["brand.submitted", "brand.taken_up", "brand.approved"]


async def test_the_standings_of_a_pool_are_found_together(home: ApiHome, shop: Opened) -> None:
    registrations = Registrations(home.db, monotonic=lambda: 0.0)
    found = await registrations.standings(shop.account.id, [LONG_CODE, TOLL_FREE, "55501", "+14155559999"])
    assert list(found) == [LONG_CODE, TOLL_FREE, "55501", "+14155559999"]
    assert registrations.recall(shop.account.id, "55501") is not None
    assert [registration_gate(one, destination="US") is None for one in found.values()] == [
        False,
        False,
        True,
        False,
    ]
