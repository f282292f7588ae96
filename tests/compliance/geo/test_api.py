"""`/tidings/v1/geo-permissions`: what is said of countries, by API."""

import pytest
from tests.compliance.conftest import Shop

PATH = "/tidings/v1/geo-permissions"


async def test_what_is_denied_is_refused_and_the_reason_is_kept(shop: Shop) -> None:
    begun = await shop.ask("GET", PATH)
    assert begun.body["others_allowed"] is True
    assert {one["risk"] for one in begun.body["destinations"]} == {"high"}
    said = {"destinations": ["fr", "+881"], "allowed": False, "reason": "nobody there"}
    reply = await shop.ask("POST", PATH, json=said)
    assert reply.status == 200, reply.text
    (france,) = [one for one in reply.body["destinations"] if one["destination"] == "FR"]
    assert (france["allowed"], france["reason"]) == (False, "nobody there")
    decided = await shop.ask("GET", f"{PATH}/FR")
    assert (decided.body["allowed"], decided.body["code"], decided.body["rule"]) == (False, 21408, "geo/FR")
    await shop.ask("POST", PATH, json={"destinations": ["FR"], "allowed": None, "reason": "after all"})
    assert (await shop.ask("GET", f"{PATH}/FR")).body["allowed"] is True
    lines = (await shop.ask("GET", f"{PATH}/history")).body["history"]
    assert [(line["destination"], line["allowed"]) for line in lines] == [
        ("FR", None),
        ("FR", False),
        ("+881", False),
    ]


@pytest.mark.parametrize(
    "said",
    [
        {"destinations": ["France"], "allowed": False, "reason": "r"},
        {"destinations": [], "allowed": False, "reason": "r"},
        {"destinations": ["FR"], "allowed": False, "reason": " "},
        {"destinations": ["FR"], "reason": "r"},
        {"destinations": ["FR"], "allowed": "no", "reason": "r"},
    ],
)
async def test_what_cannot_be_meant_changes_nothing(shop: Shop, said: object) -> None:
    reply = await shop.ask("POST", PATH, json=said)
    assert (reply.status, reply.body["code"]) == (400, 20422)
    assert (await shop.ask("GET", f"{PATH}/history")).body["history"] == []
    assert (await shop.ask("GET", f"{PATH}/France")).status == 400
