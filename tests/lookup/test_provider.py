"""Providers that a file declares: asked for what nobody here knows, believed for a time, left alone when dead."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web

from tidings.lookup.declared import BadProviders, parse_providers
from tidings.lookup.lookups import Asked, Limited, Lookups
from tidings.lookup.number import read
from tidings.lookup.package import Answer
from tidings.lookup.provider import HttpProvider
from tidings.runtime.database import Database
from tidings.runtime.http import HttpClient

NUMBER = "+14155552671"
LINE = "line_type_intelligence"
TWILIO = """
- name: twilio
  url: {url}/v2/PhoneNumbers/{{number}}?Fields={{packages}}
  user: ${{SID}}
  password: ${{TOKEN}}
  packages:
    line_type_intelligence: {{keep_days: 30, cost: 0.008}}
    caller_name: {{}}
"""
OTHER = """
- name: other
  url: {url}/other/{{number}}
  countries: [US]
  types: {{wireless: mobile}}
  packages:
    line_type_intelligence: {{values: {{type: line.kind, carrier_name: line.network}}}}
"""


class Provider:
    """A provider on a socket, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.status = 200

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.raw_path, request.headers.get("Authorization")))
        if self.status != 200:
            return web.Response(status=self.status)
        if request.path.startswith("/other"):
            return web.json_response({"line": {"kind": "wireless", "network": "Other"}})
        told = {"error_code": None, "carrier_name": "T-Mobile USA", "type": "mobile"}
        return web.json_response({"valid": True, LINE: told, "caller_name": None})


@pytest.fixture
async def provider() -> AsyncIterator[tuple[Provider, str]]:
    one = Provider()
    app = web.Application()
    app.router.add_get("/{rest:.*}", one.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    yield one, f"http://127.0.0.1:{port}"
    await runner.cleanup()


async def looked_up(db: Database, text: str, *packages: str, times: int = 1) -> dict[str, Answer]:
    declared = parse_providers(text, environ={"SID": "AC1", "TOKEN": "s"})
    http = HttpClient(allow_private=True)
    providers = [HttpProvider(one, http, monotonic=time.monotonic) for one in declared]
    lookups = Lookups(
        db, clock=lambda: datetime.now(UTC), monotonic=time.monotonic, providers=providers, trust_seconds=0
    )
    answers: Any = {}
    for _ in range(times):
        answers = await lookups.look_up(UUID(int=7), Asked(read(NUMBER), packages))
        assert not isinstance(answers, Limited)
    await lookups.close()
    await http.close()
    return dict(answers)


async def test_a_provider_is_asked_once_for_what_it_lets_be_kept(
    db: Database, provider: tuple[Provider, str]
) -> None:
    one, url = provider
    answers = await looked_up(db, TWILIO.format(url=url), LINE, times=3)
    assert one.asked == [(f"/v2/PhoneNumbers/%2B{NUMBER[1:]}?Fields={LINE}", "Basic QUMxOnM=")]
    assert (answers[LINE].values["type"], answers[LINE].values["carrier_name"]) == ("mobile", "T-Mobile USA")
    assert answers[LINE].sources["type"].name == "twilio"
    assert answers[LINE].sources["type"].cached


async def test_what_an_answer_cost_is_told_the_first_time_alone(
    db: Database, provider: tuple[Provider, str]
) -> None:
    text = TWILIO.format(url=provider[1])
    first = (await looked_up(db, text, LINE))[LINE].sources["type"]
    again = (await looked_up(db, text, LINE))[LINE].sources["type"]
    assert (first.cost, first.cached, again.cost, again.cached) == (0.008, False, 0.0, True)
    assert first.until == again.until is not None


async def test_what_a_provider_does_not_know_is_told_so(db: Database, provider: tuple[Provider, str]) -> None:
    answers = await looked_up(db, TWILIO.format(url=provider[1]), "caller_name", "sim_swap")
    assert answers["caller_name"].values["error_code"] == 60600
    assert answers["sim_swap"].values["error_code"] == 60606


async def test_any_http_provider_can_be_declared(db: Database, provider: tuple[Provider, str]) -> None:
    answers = await looked_up(db, OTHER.format(url=provider[1]), LINE)
    assert (answers[LINE].values["type"], answers[LINE].values["carrier_name"]) == ("mobile", "Other")
    source = answers[LINE].sources["type"]
    assert (source.name, source.cached, source.said) == ("other", False, "asked now")


async def test_a_dead_provider_leaves_the_offline_answer_marked_so(
    db: Database, provider: tuple[Provider, str]
) -> None:
    one, url = provider
    one.status = 500
    answers = await looked_up(db, TWILIO.format(url=url), LINE, "caller_name", times=3)
    assert len(one.asked) == 1
    assert answers[LINE].values["type"] == "unknown"
    assert "the provider did not answer: twilio: it answered 500" in answers[LINE].sources["type"].said
    assert answers["caller_name"].values["error_code"] == 60608


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- name: a", "missing required field"),
        ("- {name: a, url: x, packages: {}}", "a: url"),
        ("- {name: a, url: 'http://x/{number}', packages: {dream: {}}}", "dream"),
        ("- {name: a, url: 'http://x/{number}', packages: {caller_name: {values: {b: c}}}}", "there is no b"),
        ("- {name: a, url: '${ABSENT}', packages: {}}", "no ABSENT"),
        ("a: [", "YAML"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_why(text: str, problem: str) -> None:
    with pytest.raises(BadProviders, match="(?i)" + problem if problem != "YAML" else "."):
        parse_providers(text, environ={})
