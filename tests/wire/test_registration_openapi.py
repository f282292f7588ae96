"""Brands, campaigns and toll-free verifications of Twilio's own API description, with many generated requests: nothing
fails inside, and every answer is one that the description has."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from schemathesis import GenerationMode
from tests.api_home import ApiHome, api_home
from tests.senders.registration.builders import BRAND_FORM, CAMPAIGN_FORM, TOLL_FREE_FORM
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
from tests.wire.test_openapi import ask_everything

from tidings.accounts import Opened
from tidings.kernel.sid import Sid
from tidings.runtime.database import Database

DOCUMENT = Path(__file__).with_name("registration.openapi.json")
EXAMPLES = 10
NOTHING = "0" * 32


def document(places: dict[str, list[str]]) -> dict[str, Any]:
    """The description, with things that exist in its places, by the name of the collection before them."""
    described: dict[str, Any] = json.loads(DOCUMENT.read_text("utf-8"))
    for path, operations in described["paths"].items():
        segments = path.split("/")
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path":
                    place = segments.index("{" + parameter["name"] + "}")
                    parameter["schema"] = {"type": "string", "enum": places[segments[place - 1]]}
    return described


async def things_of(home: ApiHome, shop: Opened) -> dict[str, list[str]]:
    """What is registered, what was rejected, and beside each a SID of nothing."""
    account = shop.account.id
    await home.give_sender(shop, LONG_CODE)
    await home.give_sender(shop, TOLL_FREE)
    service, empty = (
        await service_with(home.db, shop, LONG_CODE),
        await service_with(home.db, shop, TOLL_FREE),
    )
    brand = await approved_brand(home, shop)
    failed = await approved_brand(home, shop, A2PProfileBundleSid="BU" + "2" * 28 + "0001")
    brands = "/messaging/v1/a2p/BrandRegistrations"
    fresh = (await post(home, shop, brands, BRAND_FORM))["sid"]
    vetting = await post(home, shop, f"{brands}/{brand}/Vettings", {"VettingProvider": "aegis"})
    form = CAMPAIGN_FORM | {"BrandRegistrationSid": brand, "Description": "Too short."}
    campaign = (await post(home, shop, campaigns(service), form))["sid"]
    await decide(home.db, "campaign", account, campaign)
    number = str(Sid("PN", await sender_id(home.db, shop, TOLL_FREE)))
    form = TOLL_FREE_FORM | {"TollfreePhoneNumberSid": number, "UseCaseSummary": "Too short."}
    verification = (await post(home, shop, "/messaging/v1/Tollfree/Verifications", form))["sid"]
    await decide(home.db, "toll_free", account, verification)
    return {
        "BrandRegistrations": [brand, failed, fresh, "BN" + NOTHING],
        "Vettings": [vetting["brand_vetting_sid"], "VT" + NOTHING],
        "Services": [service, empty, "MG" + NOTHING],
        "Usa2p": [campaign, "QE" + NOTHING],
        "Verifications": [verification, "HH" + NOTHING],
    }


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
async def test_every_generated_request_gets_an_answer_that_the_description_has(
    db: Database, mode: GenerationMode
) -> None:
    async with api_home(db) as home:
        shop = await home.open_account()
        described = document(await things_of(home, shop))
        asked = await asyncio.to_thread(ask_everything, home.base_url, shop, described, mode, EXAMPLES)
    assert asked > 100
