"""`/tidings/v1/caps`: what is set is what holds, and a person's standing is told."""

from datetime import timedelta

import pytest
from tests.api_home import now
from tests.compliance.conftest import ANNA, Shop

from tidings.compliance.caps import Asking, reserve
from tidings.compliance.caps.settings_of import caps_of
from tidings.compliance.verdict import Traffic

PATH = "/tidings/v1/caps"
WEEKLY = {"name": "week", "most": 2, "per_seconds": 604_800}


async def test_an_account_begins_with_the_caps_of_law_and_one_on_other_countries(shop: Shop) -> None:
    reply = await shop.ask("GET", PATH)
    assert (reply.status, reply.body["version"], reply.body["settings"]["caps"]) == (200, 0, [])
    assert {rule["id"] for rule in reply.body["rules"]} == {
        *(f"caps/US-{state}/marketing" for state in ("FL", "MD", "OK")),
        "caps/international",
    }


async def test_what_is_set_holds_and_its_reason_is_kept(shop: Shop) -> None:
    wanted = {"settings": {"caps": [WEEKLY], "law": False}, "reason": "too many complaints"}
    reply = await shop.ask("PUT", PATH, json=wanted)
    assert reply.status == 200, reply.text
    assert [rule["text"] for rule in reply.body["rules"]][:1] == [
        "At most 2 marketing messages to a person in any week."
    ]
    assert (await shop.ask("GET", PATH)).body == reply.body
    (line,) = (await shop.ask("GET", f"{PATH}/history")).body["history"]
    assert (line["reason"], line["version"]) == ("too many complaints", reply.body["version"])


async def test_a_person_is_told_when_the_next_message_may_come(shop: Shop) -> None:
    await shop.ask("PUT", PATH, json={"settings": {"caps": [WEEKLY], "law": False}, "reason": "r"})
    account, at = shop.opened.account.id, now() - timedelta(days=1)
    async with shop.home.db.transaction() as connection:
        wish = (await caps_of(connection, account, ())).wish(Traffic.MARKETING)
        asking = Asking(account=account, recipient=ANNA, at=at, traffic=Traffic.MARKETING, wish=wish)
        await reserve(connection, [asking, asking])
    body = (await shop.ask("GET", f"{PATH}/recipients/{ANNA}")).body
    assert [one["traffic"] for one in body["sends"]] == ["marketing"] * 2
    (standing,) = body["caps"]
    assert (standing["counted"], standing["most"]) == (2, 2)
    assert standing["free_at"][:16] == (at + timedelta(days=7)).isoformat()[:16]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"caps": [WEEKLY, WEEKLY]}, "'week' is given twice"),
        ({"caps": [WEEKLY | {"traffic": []}]}, "counts no traffic"),
        ({"caps": [WEEKLY | {"most": 0}]}, ">= 1"),
        ({"caps": [WEEKLY | {"name": "A week"}]}, "matching regex"),
        ({"home_countries": ["England"]}, "'England' is no ISO 3166 code"),
        ({"half_life": 5}, "unknown field `half_life`"),
        ({"over": "drop"}, "Invalid enum value"),
    ],
)
async def test_settings_that_will_not_do_change_nothing(shop: Shop, settings: object, told: str) -> None:
    reply = await shop.ask("PUT", PATH, json={"settings": settings, "reason": "r"})
    assert reply.status == 400
    assert told in reply.body["message"]
    assert (await shop.ask("PUT", PATH, json={"settings": {}, "reason": " "})).status == 400
    assert (await shop.ask("GET", PATH)).body["version"] == 0


async def test_the_address_of_a_person_must_be_a_number(shop: Shop) -> None:
    reply = await shop.ask("GET", f"{PATH}/recipients/anna")
    assert (reply.status, reply.body["code"]) == (400, 20422)
