"""`POST /tidings/v1/lint`: texts are looked at, and nothing is sent."""

from datetime import date
from typing import Any

import pytest
from tests.api_home import now
from tests.compliance.conftest import Shop
from tests.compliance.packs.builders import BY, edited, manifest

from tidings.compliance.packs.pack import assemble, shipped
from tidings.compliance.packs.shelf import install, use

PATH = "/tidings/v1/lint"


async def test_texts_are_looked_at_each_in_its_place(shop: Shop) -> None:
    asked = {
        "texts": ["Acme: 20% off. Reply STOP to opt out", "Casino! bit.ly/x. Reply STOP to opt out"],
        "to": "+14155552671",
        "sender": "+14155550100",
        "traffic": "marketing",
        "brands": ["Acme"],
    }
    reply = await shop.ask("POST", PATH, json=asked)
    assert reply.status == 200
    assert reply.body["worst"] == "error"
    clean, bad = reply.body["texts"]
    assert clean == {"encoding": "GSM-7", "segments": 1, "findings": []}
    assert [(one["rule"], one["severity"], one["country"]) for one in bad["findings"]] == [
        ("link/short", "error", "US"),
        ("brand/missing", "error", "US"),
        ("topic/gambling", "warning", "US"),
    ]
    assert bad["findings"][0]["saw"] == "bit.ly/x"
    assert reply.body["together"] == []
    assert reply.body["rule_pack"] == shipped().version


async def test_nothing_wrong_is_told_as_such(shop: Shop) -> None:
    reply = await shop.ask("POST", PATH, json={"texts": ["Your code is 123456"]})
    assert (reply.status, reply.body["worst"]) == (200, None)


async def test_texts_are_looked_at_together(shop: Shop) -> None:
    texts = [f"All coffee is on sale at https://shop{n}.example today." for n in range(9)]
    reply = await shop.ask("POST", PATH, json={"texts": texts})
    assert [one["rule"] for one in reply.body["together"]] == ["snowshoe/domains"]
    assert reply.body["worst"] == "warning"


async def test_an_operators_pack_is_held_against_texts(shop: Shop) -> None:
    swaps = ("hate cannabis", "hate alcohol cannabis"), ("adult alcohol firearms", "adult firearms")
    tables = {"countries.csv": edited("countries.csv", *swaps)}
    text = manifest("2026.99", effective_from=date(2026, 1, 1))
    async with shop.home.db.transaction() as connection:
        await install(connection, text, assemble(text, tables), by=BY, now=now())
        await use(connection, "2026.99", from_at=now(), by=BY, now=now())
    reply = await shop.ask("POST", PATH, json={"texts": ["Acme: beer is here"], "country": "CA"})
    assert (reply.status, reply.body["rule_pack"]) == (200, "2026.99")
    (finding,) = reply.body["texts"][0]["findings"]
    assert (finding["rule"], finding["severity"]) == ("topic/alcohol", "error")


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"texts": []}, "texts"),
        ({"texts": [""]}, "texts"),
        ({"texts": ["x" * 1601]}, "texts"),
        ({}, "texts"),
        ({"texts": ["hi"], "country": "UK"}, "country"),
        ({"texts": ["hi"], "to": "12"}, "to"),
        ({"texts": ["hi"], "traffic": "spam"}, "traffic"),
        ({"texts": ["hi"], "colour": "red"}, "colour"),
    ],
)
async def test_what_cannot_be_read_is_named(shop: Shop, asked: dict[str, Any], named: str) -> None:
    reply = await shop.ask("POST", PATH, json=asked)
    assert (reply.status, reply.body["code"]) == (400, 20422)
    assert named in reply.body["message"]
