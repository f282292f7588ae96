"""Alerts of Twilio's own API description, with many generated requests: nothing fails inside, and every answer is one
that the description has."""

import asyncio
import json
import secrets
from pathlib import Path
from typing import Any

import pytest
from schemathesis import GenerationMode
from tests.api_home import api_home, now
from tests.wire.test_openapi import ask_everything

from tidings.kernel.sid import Sid
from tidings.monitor import Alert, Exchange, raise_alerts
from tidings.runtime.database import Database

DOCUMENT = Path(__file__).with_name("alerts.openapi.json")
EXAMPLES = 25


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
async def test_every_generated_request_gets_an_answer_that_the_description_has(
    db: Database, mode: GenerationMode
) -> None:
    async with api_home(db) as home:
        shop = await home.open_account()
        exchange = Exchange("POST", "https://shop.example/sms", variables="From=1", body="<Respons")
        alerts = [
            Alert(shop.account.id, 12100, "SM" + "1" * 32, exchange=exchange),
            Alert(shop.account.id, 14107, "SM" + "2" * 32, shop.account.id),
        ]
        async with db.transaction() as connection:
            await raise_alerts(connection, alerts, now=now(), entropy=secrets.token_bytes)
            ids = await connection.fetch("select id from alerts")
        described: dict[str, Any] = json.loads(DOCUMENT.read_text("utf-8"))
        (place,) = described["paths"]["/monitor/v1/Alerts/{Sid}"]["get"]["parameters"]
        sids = [str(Sid("NO", row["id"])) for row in ids]
        place["schema"] = {"type": "string", "enum": [*sids, "NO" + "0" * 32]}
        asked = await asyncio.to_thread(ask_everything, home.base_url, shop, described, mode, EXAMPLES)
    assert asked > EXAMPLES
