"""Advanced Opt-Out over the API: what is set is what people hear."""

from typing import Any

import pytest
from tests.compliance.conftest import Shop

from tidings.compliance.opt_outs import Word

LANGUAGES: list[dict[str, Any]] = [
    {
        "language": "en",
        "stop": {"keywords": ["STOP", "LEAVE"], "reply": "Gone."},
        "start": {"keywords": ["START", "UNSTOP", "JOIN"], "reply": "Welcome."},
        "help": {"keywords": ["HELP"], "reply": "Joe's."},
    },
    {"language": "es", "country": "US", "stop": {"keywords": ["BAJA"], "reply": "Listo."}},
]


def path(shop: Shop) -> str:
    return f"/tidings/v1/services/{shop.service}/opt-out"


async def test_a_service_without_settings_shows_the_defaults(shop: Shop) -> None:
    reply = await shop.ask("GET", path(shop))
    assert reply.status == 200
    assert (reply.body["service_sid"], reply.body["enabled"], reply.body["date_updated"]) == (
        shop.service,
        False,
        None,
    )
    (english,) = reply.body["languages"]
    assert english["stop"]["keywords"][:2] == ["STOP", "STOPALL"]


async def test_what_is_set_is_what_people_hear(shop: Shop) -> None:
    reply = await shop.ask("PUT", path(shop), json={"languages": LANGUAGES})
    assert (reply.status, reply.body["enabled"]) == (200, True)
    assert (await shop.ask("GET", path(shop))).body["languages"] == reply.body["languages"]
    baja = await shop.hear("Baja", in_service=True)
    assert (baja.word, baja.reply, baja.advanced) == (Word.STOP, "Listo.", True)
    join = await shop.hear("join", in_service=True)
    assert (join.word, join.reply) == (Word.START, "Welcome.")
    again = await shop.hear("join", in_service=True)
    assert again.reply == "Welcome.", "who joins is always answered"
    hello = await shop.hear("hello", in_service=True)
    assert (hello.word, hello.advanced) == (None, False)
    assert (await shop.hear("HELP")).reply != "Joe's.", "a sender alone keeps the defaults"


async def test_the_defaults_come_back_when_the_settings_are_taken_away(shop: Shop) -> None:
    await shop.ask("PUT", path(shop), json={"languages": LANGUAGES})
    assert (await shop.ask("DELETE", path(shop))).status == 204
    assert (await shop.ask("DELETE", path(shop))).status == 204
    answer = await shop.hear("join", in_service=True)
    assert (answer.word, answer.advanced) == (None, False)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"languages": [LANGUAGES[1]]}, "English without a country is missing"),
        ({"languages": []}, "languages"),
        ({"languages": "en"}, "languages"),
        ({}, "languages"),
        (
            {"languages": [{**LANGUAGES[0], "stop": {"keywords": ["STOP", "x" * 35], "reply": "y"}}]},
            "length <= 34",
        ),
        (
            {"languages": [{**LANGUAGES[0], "help": {"keywords": ["HELP"], "reply": "y" * 321}}]},
            "length <= 320",
        ),
    ],
)
async def test_settings_that_cannot_be_kept_change_nothing(shop: Shop, body: Any, told: str) -> None:
    reply = await shop.ask("PUT", path(shop), json=body)
    assert (reply.status, reply.body["code"]) == (400, 20422), reply.text
    assert told in reply.body["message"], reply.text
    assert (await shop.ask("GET", path(shop))).body["date_updated"] is None


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_service_of_another_account_does_not_exist(shop: Shop, method: str) -> None:
    stranger = await shop.home.open_account("Stranger")
    json = {"languages": LANGUAGES} if method == "PUT" else None
    for sid in (shop.service, "MG" + "0" * 32, "nonsense"):
        reply = await shop.home.ask(method, f"/tidings/v1/services/{sid}/opt-out", as_=stranger, json=json)
        assert (reply.status, reply.body["code"]) == (404, 21701)
    assert (await shop.ask("GET", path(shop))).body["date_updated"] is None


async def test_it_asks_for_credentials(shop: Shop) -> None:
    reply = await shop.home.ask("GET", path(shop))
    assert (reply.status, reply.body["code"]) == (401, 20003)
    assert reply.headers["www-authenticate"] == 'Basic realm="Twilio API"'
