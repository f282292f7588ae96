"""`tidings verify`, in the process of the test."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from tests.verify.place import ANNA, Place
from typer.testing import CliRunner

from tidings.cli.verify import app


async def run(db_url: str, place: Place, monkeypatch: pytest.MonkeyPatch, *words: str) -> Any:
    monkeypatch.setenv("TIDINGS_DATABASE_URL", db_url)
    return await asyncio.to_thread(CliRunner().invoke, app, [*words, "--account", place.shop.sid])


async def test_an_operator_sees_services_and_stops_and_sets_what_twilio_keeps(
    verify: Place, db_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for digits in range(2200, 2208):
        await verify.start(f"+1415555{digits}")
    await verify.start(ANNA)
    await verify.check(await verify.code())
    shown = await run(db_url, verify, monkeypatch, "services", "--json")
    [one] = json.loads(shown.output)
    assert (one["sid"], one["attempts"], one["converted"]) == (verify.service, 6, 1)
    told = json.loads((await run(db_url, verify, monkeypatch, "fraud", "--price", "0.1", "--json")).output)
    assert (told["blocked"], told["saved"], told["stops"][0]["rule"]) == (3, 0.3, "fraud/run")
    text = (await run(db_url, verify, monkeypatch, "fraud", "--what-if", "max")).output
    assert "max would have stopped 2: 2 that never came back" in text
    kept = await run(
        db_url, verify, monkeypatch, "set", verify.service, "--fraud-guard", "off", "--ttl", "300", "--json"
    )
    assert json.loads(kept.output)["fraud_guard"] == "off"
    assert (await verify.start("+14155552299")).status == 201
    [row] = await verify.rows(
        "select expires_at - created_at as good_for from verifications order by id desc limit 1"
    )
    assert row["good_for"] == timedelta(seconds=300)
    absent = await run(db_url, verify, monkeypatch, "set", "VA" + "0" * 32, "--ttl", "300")
    assert "has no verify service" in str(absent.exception)
