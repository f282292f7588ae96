"""Numbers, short codes and messaging services of Twilio's own API description, with many generated requests: nothing
fails inside, and every answer is one that the description has."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from schemathesis import GenerationMode
from tests.api_home import ApiHome, api_home
from tests.simulated_stock import simulated_stock
from tests.wire.test_openapi import ask_everything

from tidings.accounts import Opened
from tidings.kernel.sid import Sid
from tidings.runtime.database import Database
from tidings.senders import senders_of

DOCUMENT = Path(__file__).with_name("senders.openapi.json")
EXAMPLES = 8
NOTHING = "0" * 32


def document(places: dict[str, list[str]]) -> dict[str, Any]:
    """The description, with things that exist in its places: others would only ever be not found. `places` are
    values by the name of a place, or by the collection before it."""
    described: dict[str, Any] = json.loads(DOCUMENT.read_text("utf-8"))
    for path, operations in described["paths"].items():
        segments = path.split("/")
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] != "path":
                    continue
                name = parameter["name"]
                before = segments[next(n for n, one in enumerate(segments) if f"{{{name}}}" in one) - 1]
                parameter["schema"] = {"type": "string", "enum": places.get(name) or places[before]}
    return described


async def things_of(home: ApiHome, shop: Opened) -> dict[str, list[str]]:
    """Numbers, codes, a service and its names, each with a SID of nothing beside it."""

    async def made(path: str, **form: str) -> str:
        reply = await home.ask("POST", f"/messaging/v1/Services{path}", as_=shop, form=form)
        assert reply.status == 201, reply.text
        sid: str = reply.body["sid"]
        return sid

    for address in ("+14155552000", "+14155552001", "55501", "55502"):
        await home.give_sender(shop, address)
    async with home.db.connection() as connection:
        owned = await senders_of(connection, shop.account.id)
    numbers = [str(Sid("PN", one.id)) for one in owned if one.address.startswith("+")]
    codes = [str(Sid("SC", one.id)) for one in owned if not one.address.startswith("+")]
    services = [await made("", FriendlyName=name) for name in ("One", "Other")]
    pool = f"/{services[0]}"
    await made(f"{pool}/PhoneNumbers", PhoneNumberSid=numbers[0])
    await made(f"{pool}/ShortCodes", ShortCodeSid=codes[0])
    alpha = await made(f"{pool}/AlphaSenders", AlphaSender="ACME")
    french = await made(f"{pool}/DestinationAlphaSenders", AlphaSender="ACME", IsoCountryCode="FR")
    application = (
        await home.ask("POST", f"/2010-04-01/Accounts/{shop.sid}/Applications.json", as_=shop)
    ).body["sid"]
    return {
        "AccountSid": [shop.sid],
        "CountryCode": ["US", "GB", "ZZ"],
        "IncomingPhoneNumbers": [*numbers, "PN" + NOTHING],
        "Applications": [application, "AP" + NOTHING],
        "PhoneNumbers": [*numbers, "PN" + NOTHING],
        "ShortCodes": [*codes, "SC" + NOTHING],
        "Services": [*services, "MG" + NOTHING],
        "AlphaSenders": [alpha, "AI" + NOTHING],
        "DestinationAlphaSenders": [french, "AI" + NOTHING],
    }


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
async def test_every_generated_request_gets_an_answer_that_the_description_has(
    db: Database, mode: GenerationMode
) -> None:
    async with simulated_stock() as stock, api_home(db, stock=stock) as home:
        shop = await home.open_account()
        described = document(await things_of(home, shop))
        asked = await asyncio.to_thread(ask_everything, home.base_url, shop, described, mode, EXAMPLES)
    assert asked > 100
