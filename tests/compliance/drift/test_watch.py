"""A campaign is held against what its service and its senders really sent, and the account is told once."""

import json
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.api_home import ApiHome, api_home, now
from tests.command import command
from tests.messages.stored import store_message
from tests.senders.registration.builders import BRAND_FORM, CAMPAIGN_FORM
from tests.senders.registration.deciding import decide

from tidings.accounts import Opened
from tidings.compliance.drift.watch import watch
from tidings.kernel.sid import Sid, mint
from tidings.messages.read import recent_texts
from tidings.runtime.database import Database
from tidings.senders.services import Settings, add_member, create_service
from tidings.senders.services.membership import NUMBERS

SHOP, OTHER = "+14155550100", "+14155550101"
ROOT = Path(__file__).parents[3]
FINE = "Owl & Co.: your appointment is on Tuesday at {}:30. Reply STOP to opt out."
SALE = "Owl & Co.: {}% off everything, shop now. Reply STOP to opt out."


@pytest.fixture
async def home(db: Database) -> AsyncIterator[ApiHome]:
    async with api_home(db) as home:
        yield home


@pytest.fixture
async def shop(home: ApiHome) -> Opened:
    opened = await home.open_account()
    await home.give_sender(opened, SHOP)
    await home.give_sender(opened, OTHER)
    return opened


async def campaign_of(home: ApiHome, shop: Opened, sender: str = SHOP) -> tuple[UUID, str]:
    """A service with this sender, and its approved campaign's SID."""
    account, service = shop.account.id, mint(now(), secrets.token_bytes(10), 0)
    async with home.db.transaction() as connection:
        await create_service(connection, account, Settings(friendly_name="Owl"), id=service, now=now())
        member = await connection.fetchval(
            "select id from senders where account = $1 and address = $2", account, sender
        )
        await add_member(connection, account, service, member, kinds=NUMBERS, now=now())
    brand = await post(home, shop, "/messaging/v1/a2p/BrandRegistrations", BRAND_FORM)
    await decide(home.db, "brand", account, brand["sid"])
    path = f"/messaging/v1/Services/{Sid('MG', service)}/Compliance/Usa2p"
    made = await post(home, shop, path, CAMPAIGN_FORM | {"BrandRegistrationSid": brand["sid"]})
    await decide(home.db, "campaign", account, made["sid"])
    return service, made["sid"]


async def post(home: ApiHome, shop: Opened, path: str, form: dict[str, Any]) -> Any:
    pairs = [
        (key, each) for key, value in form.items() for each in (value if isinstance(value, list) else [value])
    ]
    reply = await home.ask("POST", path, as_=shop, form=pairs)
    assert reply.status < 300, reply.text
    return reply.body


async def send(
    home: ApiHome, shop: Opened, text: str, times: int, *, ago: timedelta = timedelta(0), **stored: Any
) -> None:
    for number in range(times):
        await store_message(home.db, shop.account.id, at=now() - ago, body=text.format(number), **stored)


async def alerts(home: ApiHome, shop: Opened) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await home.ask("GET", "/monitor/v1/Alerts", as_=shop)).body["alerts"]
    return found


async def test_texts_of_a_service_and_of_its_senders_are_read_newest_first(
    home: ApiHome, shop: Opened
) -> None:
    service, _ = await campaign_of(home, shop)
    other = await home.open_account()
    await send(home, shop, "through {}", 1, ago=timedelta(minutes=1), service=service, sender=OTHER)
    await send(home, shop, "from {}", 1, sender=SHOP)
    await send(home, shop, "elsewhere", 1, sender=OTHER)
    await send(home, shop, "heard", 1, sender=SHOP, direction="inbound")
    await send(home, other, "another's", 1, sender=SHOP)
    await send(home, shop, "", 1, sender=SHOP)
    async with home.db.connection() as connection:
        account, since = shop.account.id, now() - timedelta(hours=1)
        assert await recent_texts(connection, account, service, since, 10) == ["from 0", "through 0"]
        assert await recent_texts(connection, account, service, since, 1) == ["from 0"]
        assert await recent_texts(connection, account, service, now() + timedelta(hours=1), 10) == []


async def test_a_campaign_that_strays_is_told_once_a_day(home: ApiHome, shop: Opened) -> None:
    service, sid = await campaign_of(home, shop)
    await send(home, shop, FINE, 25, service=service, sender=SHOP)

    async def look(hours: int = 0) -> int:
        at = now() + timedelta(hours=hours)
        return await watch(home.db, recent=recent_texts, now=at, entropy=secrets.token_bytes)

    assert await look() == 0
    assert await alerts(home, shop) == []
    await send(home, shop, SALE, 5, service=service, sender=SHOP)
    assert (await look(), await look()) == (1, 0)
    (alert,) = await alerts(home, shop)
    assert (alert["error_code"], alert["log_level"], alert["resource_sid"]) == ("30893", "warning", sid)
    assert "marketing, and the use case is ACCOUNT_NOTIFICATION" in alert["alert_text"]
    assert "Owl" not in alert["alert_text"], "no text of a person"
    assert await look(hours=25) == 0, "what was sent is older than a day by then"


async def test_the_drift_of_campaigns_is_shown(home: ApiHome, shop: Opened, db_url: str) -> None:
    assert (await home.ask("GET", "/tidings/v1/drift", as_=shop)).body == {"campaigns": []}
    service, sid = await campaign_of(home, shop)
    await send(home, shop, SALE, 20, service=service, sender=SHOP)
    reply = await home.ask("GET", "/tidings/v1/drift", as_=shop)
    (shown,) = reply.body["campaigns"]
    assert (shown["campaign_sid"], shown["level"], shown["texts"]) == (sid, "straying", 20)
    assert {"drift/marketing", "drift/wording"} == {one["rule"] for one in shown["oddities"]}
    assert shown["oddities"][0]["share"] == 1.0
    code, output, _ = await command(
        *("drift", "--account", shop.sid, "--json"), environ={"TIDINGS_DATABASE_URL": db_url}
    )
    assert code == 5
    assert json.loads(output) == [shown]
