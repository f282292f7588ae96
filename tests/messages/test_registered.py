"""What is registered with carriers decides what is accepted into a lane, and what ends at once."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.api_home import ApiHome, api_home, now
from tests.senders.registration.builders import CAMPAIGN_FORM, TOLL_FREE_FORM
from tests.senders.registration.deciding import decide
from tests.senders.registration.test_review import (
    LONG_CODE,
    TOLL_FREE,
    approved_brand,
    campaigns,
    post,
    sender_id,
    service_with,
)

from tidings.accounts import Opened
from tidings.kernel.sid import Sid, bucket_of
from tidings.lanes.gauge import Gauges
from tidings.messages.accept import Acceptance
from tidings.messages.promote import promote_unplaced
from tidings.messages.registered import Gate
from tidings.runtime.database import Database
from tidings.senders.registration import Registrations

AMERICAN, CANADIAN, BRITON = "+14155552671", "+16045552671", "+447400123456"


@pytest.fixture
async def home(db: Database) -> AsyncIterator[ApiHome]:
    async with api_home(db, registration=True) as home:
        yield home


@pytest.fixture
async def shop(home: ApiHome) -> Opened:
    opened = await home.open_account()
    await home.give_sender(opened, LONG_CODE)
    await home.give_sender(opened, TOLL_FREE)
    return opened


async def send(home: ApiHome, shop: Opened, **form: str) -> dict[str, Any]:
    """The message as its creation answers it."""
    path = f"/2010-04-01/Accounts/{shop.sid}/Messages.json"
    reply = await home.ask("POST", path, as_=shop, form={"Body": "Hello", **form})
    assert reply.status == 201, reply.text
    body: dict[str, Any] = reply.body
    return body


async def ended(home: ApiHome, shop: Opened, message: dict[str, Any]) -> tuple[str, int | None]:
    path = f"/2010-04-01/Accounts/{shop.sid}/Messages/{message['sid']}.json"
    found = (await home.ask("GET", path, as_=shop)).body
    return found["status"], found["error_code"]


async def tickets(home: ApiHome) -> int:
    async with home.db.connection() as connection:
        count: int = await connection.fetchval("select count(*) from queue")
    return count


async def registered(home: ApiHome, shop: Opened, service: str, **changed: str) -> None:
    brand = await approved_brand(home, shop, **changed)
    made = await post(home, shop, campaigns(service), CAMPAIGN_FORM | {"BrandRegistrationSid": brand})
    await decide(home.db, "campaign", shop.account.id, made["sid"])


async def verified(home: ApiHome, shop: Opened) -> None:
    number = str(Sid("PN", await sender_id(home.db, shop, TOLL_FREE)))
    form = TOLL_FREE_FORM | {"TollfreePhoneNumberSid": number}
    made = await post(home, shop, "/messaging/v1/Tollfree/Verifications", form)
    await decide(home.db, "toll_free", shop.account.id, made["sid"])


async def test_a_long_code_without_a_campaign_is_queued_and_undelivered_in_the_us(
    home: ApiHome, shop: Opened
) -> None:
    made = await send(home, shop, From=LONG_CODE, To=AMERICAN)
    assert (made["status"], made["error_code"]) == ("queued", None)
    assert await ended(home, shop, made) == ("undelivered", 30034)
    assert await tickets(home) == 0


async def test_other_countries_do_not_ask_for_a_campaign(home: ApiHome, shop: Opened) -> None:
    for to in (CANADIAN, BRITON):
        made = await send(home, shop, From=LONG_CODE, To=to)
        assert await ended(home, shop, made) == ("queued", None)


async def test_a_long_code_with_a_campaign_goes_at_its_campaigns_pace(home: ApiHome, shop: Opened) -> None:
    service = await service_with(home.db, shop, LONG_CODE)
    await registered(home, shop, service)
    made = await send(home, shop, From=LONG_CODE, To=AMERICAN)
    assert await ended(home, shop, made) == ("queued", None)
    async with home.db.connection() as connection:
        (lane,) = await connection.fetch("select key, mps from lanes")
    assert lane["key"].endswith(">unknown")
    assert lane["mps"] == 8.0


async def test_an_unverified_toll_free_number_is_undelivered_in_the_us_and_canada(
    home: ApiHome, shop: Opened
) -> None:
    for to in (AMERICAN, CANADIAN):
        made = await send(home, shop, From=TOLL_FREE, To=to)
        assert await ended(home, shop, made) == ("undelivered", 30032)
    await verified(home, shop)
    for to in (AMERICAN, CANADIAN):
        made = await send(home, shop, From=TOLL_FREE, To=to)
        assert await ended(home, shop, made) == ("queued", None)


async def test_a_service_passes_over_senders_that_are_not_registered(home: ApiHome, shop: Opened) -> None:
    service = await service_with(home.db, shop, LONG_CODE)
    await post(
        home,
        shop,
        f"/messaging/v1/Services/{service}/PhoneNumbers",
        {"PhoneNumberSid": str(Sid("PN", await sender_id(home.db, shop, TOLL_FREE)))},
    )
    await verified(home, shop)
    made = await send(home, shop, MessagingServiceSid=service, To=AMERICAN)
    assert made["status"] == "accepted"
    path = f"/2010-04-01/Accounts/{shop.sid}/Messages/{made['sid']}.json"
    found = (await home.ask("GET", path, as_=shop)).body
    assert (found["status"], found["from"]) == ("queued", TOLL_FREE)


async def test_a_service_without_a_registered_sender_accepts_and_ends_undelivered(
    home: ApiHome, shop: Opened
) -> None:
    service = await service_with(home.db, shop, LONG_CODE)
    made = await send(home, shop, MessagingServiceSid=service, To=AMERICAN)
    assert (made["status"], made["error_code"]) == ("accepted", None)
    assert await ended(home, shop, made) == ("undelivered", 30034)
    pinned = await send(home, shop, MessagingServiceSid=service, From=LONG_CODE, To=AMERICAN)
    assert pinned["status"] == "accepted"
    assert await ended(home, shop, pinned) == ("undelivered", 30034)
    assert await tickets(home) == 0


async def test_what_was_scheduled_from_a_number_is_judged_when_it_is_due(home: ApiHome, shop: Opened) -> None:
    service = await service_with(home.db, shop, LONG_CODE)
    due, later = now() + timedelta(hours=1), now() + timedelta(hours=2)
    form = {"MessagingServiceSid": service, "From": LONG_CODE, "To": AMERICAN, "ScheduleType": "fixed"}
    early = await send(home, shop, **form, SendAt=due.isoformat())
    late = await send(home, shop, **form, SendAt=later.isoformat())
    assert (early["status"], early["from"]) == ("scheduled", LONG_CODE)
    await come_due(home, early, due)
    assert await ended(home, shop, early) == ("undelivered", 30034)
    assert await ended(home, shop, late) == ("scheduled", None)
    await registered(home, shop, service)
    await come_due(home, late, later)
    assert await ended(home, shop, late) == ("queued", None)
    assert await tickets(home) == 1


async def come_due(home: ApiHome, message: dict[str, Any], at: datetime) -> None:
    """The dispatcher that owns the message's bucket finds it due."""
    sid = Sid.parse(message["sid"])
    assert sid is not None
    acceptance = Acceptance(
        home.db,
        Gauges(home.db, default_limit_seconds=36_000, clock=time.time),
        gate=Gate(Registrations(home.db, monotonic=time.monotonic, trust_seconds=0.0)),
    )
    await promote_unplaced(home.db, acceptance, bucket_of(sid.uuid), epoch=0, now=at)
    await acceptance.close()


async def test_a_vetting_raises_the_pace_of_the_brands_campaigns_at_once(home: ApiHome, shop: Opened) -> None:
    service = await service_with(home.db, shop, LONG_CODE)
    await registered(home, shop, service, SkipAutomaticSecVet="true")
    await send(home, shop, From=LONG_CODE, To=AMERICAN)
    brands = (await home.ask("GET", "/messaging/v1/a2p/BrandRegistrations", as_=shop)).body["data"]
    brand = brands[0]["sid"]
    path = f"/messaging/v1/a2p/BrandRegistrations/{brand}/Vettings"
    vetting = await post(home, shop, path, {"VettingProvider": "aegis"})

    async def rates() -> float:
        async with home.db.connection() as connection:
            total: float = await connection.fetchval("select total from campaign_rates")
        return total

    assert await rates() == 12
    await decide(home.db, "vetting", shop.account.id, vetting["brand_vetting_sid"], of=brand)
    assert await rates() == 225


async def test_a_service_says_whether_it_is_registered(home: ApiHome, shop: Opened) -> None:
    service = await service_with(home.db, shop, LONG_CODE)
    path = f"/messaging/v1/Services/{service}"
    assert (await home.ask("GET", path, as_=shop)).body["us_app_to_person_registered"] is False
    await registered(home, shop, service)
    assert (await home.ask("GET", path, as_=shop)).body["us_app_to_person_registered"] is True


async def test_what_is_not_asked_for_is_not_looked_at(db: Database) -> None:
    async with api_home(db, registration=False) as home:
        shop = await home.open_account()
        await home.give_sender(shop, LONG_CODE)
        made = await send(home, shop, From=LONG_CODE, To=AMERICAN)
        assert await ended(home, shop, made) == ("queued", None)


async def test_many_at_once_are_judged_each_by_its_own_sender(home: ApiHome, shop: Opened) -> None:
    await home.give_sender(shop, "55501")
    senders = [LONG_CODE, "55501", TOLL_FREE] * 10
    made = await asyncio.gather(
        *(send(home, shop, From=sender, To=f"+1415555{secrets.randbelow(900) + 2100}") for sender in senders)
    )
    ends = await asyncio.gather(*(ended(home, shop, one) for one in made))
    expected = {
        LONG_CODE: ("undelivered", 30034),
        "55501": ("queued", None),
        TOLL_FREE: ("undelivered", 30032),
    }
    assert ends == [expected[sender] for sender in senders]
    assert await tickets(home) == 10
