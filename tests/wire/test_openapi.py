"""The Messages paths of Twilio's own API description, with many generated requests: nothing fails inside, and every
answer is one that the description has."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from tests.api_home import api_home, now
from tests.messages.stored import store_message

from tidings.accounts import Opened
from tidings.kernel.sid import Sid
from tidings.runtime.database import Database

DOCUMENT = Path(__file__).with_name("messages.openapi.json")
EXAMPLES = 40
HELD_TO = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)


def document(shop: Opened, sids: list[str]) -> dict[str, Any]:
    """The description, with an account and messages that exist in its places: others would only ever be not found."""
    described: dict[str, Any] = json.loads(DOCUMENT.read_text("utf-8"))
    for path, operations in described["paths"].items():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if parameter["name"] == "AccountSid":
                    parameter["schema"] = {"type": "string", "enum": [shop.sid]}
                elif parameter["name"] == "MessageSid" or (
                    parameter["name"] == "Sid" and "/Media/" not in path
                ):
                    parameter["schema"] = {"type": "string", "enum": [*sids, "SM" + "0" * 32]}
    return described


def ask_everything(
    base_url: str, shop: Opened, described: dict[str, Any], mode: GenerationMode, examples: int = EXAMPLES
) -> int:
    """Returns how many requests were sent."""
    asked = 0
    schema = schemathesis.openapi.from_dict(described)
    checks = CHECKS.get_by_names(list(HELD_TO))
    for result in schema.get_all_operations():
        operation = result.ok()

        @seed(20_100_401)
        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: Any) -> None:
            nonlocal asked
            asked += 1
            answer = case.call(base_url=base_url, auth=(shop.sid, shop.auth_token))
            case.validate_response(answer, checks=checks)

        ask()
    return asked


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
async def test_every_generated_request_gets_an_answer_that_the_description_has(
    db: Database, mode: GenerationMode
) -> None:
    async with api_home(db) as home:
        shop = await home.open_account()
        await home.give_sender(shop, "+14155550100", mps=100)
        sids = [
            str(Sid("SM", await store_message(db, shop.account.id, at=now(), facts=facts)))
            for facts in (["message.queued"], ["message.scheduled"], ["message.queued", "message.sent"])
        ]
        asked = await asyncio.to_thread(ask_everything, home.base_url, shop, document(shop, sids), mode)
    assert asked > EXAMPLES
