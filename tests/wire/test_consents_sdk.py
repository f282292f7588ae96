"""Twilio's own Python package and bulk consents."""

from typing import Any

import pytest
from tests.api_home import ApiHome, api_home
from tests.compliance.conftest import ANNA, BERT, SHOP, Shop, open_shop
from tests.wire.test_sdk import ask, refusal
from twilio.rest import Client

from tidings.compliance.opt_outs import Heard, hear
from tidings.runtime.database import Database

ID = "ad388b5a46b33b874b0d41f7226db2ef"


@pytest.fixture
async def home(db: Database) -> Any:
    async with api_home(db) as home:
        yield home


@pytest.fixture
async def shop(home: ApiHome) -> Shop:
    return await open_shop(home)


def consent(sender: str, **values: Any) -> dict[str, Any]:
    return {
        "contact_id": ANNA,
        "correlation_id": ID,
        "sender_id": sender,
        "status": "opt-out",
        "source": "website",
        **values,
    }


async def told(shop: Shop, *items: Any) -> list[tuple[str, int, list[str]]]:
    client = Client(shop.opened.sid, shop.opened.auth_token)
    client.accounts.base_url = f"{shop.home.base_url}/accounts"
    made = await ask(lambda: client.accounts.v1.bulk_consents.create(items=list(items)))
    results: Any = made.items
    return [(one["correlation_id"], one["error_code"], one["error_messages"]) for one in results]


async def test_consents_are_given_and_revoked_for_senders_and_services(shop: Shop) -> None:
    revoked = await told(
        shop,
        consent(SHOP, date_of_consent="2025-02-28T10:05:27Z"),
        consent(shop.service, contact_id=BERT, correlation_id="0" * 32),
    )
    assert revoked == [(ID, 0, []), ("0" * 32, 0, [])]
    first, second = await shop.opt_outs()
    assert (first["recipient"], first["scope"], first["since"]) == (ANNA, SHOP, "2025-02-28T10:05:27Z")
    assert (second["recipient"], second["scope"], second["source"]) == (BERT, shop.service, "consents")
    assert await told(shop, consent(SHOP, status="opt-in", source="offline")) == [(ID, 0, [])]
    assert [one["recipient"] for one in await shop.opt_outs()] == [BERT]


@pytest.mark.parametrize(
    ("wrong", "messages"),
    [
        ({"contact_id": "+19"}, ["INVALID_CONTACT_ID"]),
        ({"contact_id": None}, ["INVALID_CONTACT_ID"]),
        ({"correlation_id": "1"}, ["INVALID_CORRELATION_ID"]),
        ({"sender_id": "Shop"}, ["INVALID_SENDER_ID"]),
        ({"sender_id": "+14155559999"}, ["INVALID_SENDER_ID"]),
        ({"sender_id": "MG" + "0" * 32}, ["INVALID_SENDER_ID"]),
        ({"status": "re-opt-in"}, ["INVALID_STATUS"]),
        ({"source": "dream"}, ["INVALID_SOURCE"]),
        ({"date_of_consent": "2025-03-25"}, ["INVALID_DATE_OF_CONSENT"]),
        (
            {"contact_id": "+19", "date_of_consent": "soon"},
            ["INVALID_CONTACT_ID", "INVALID_DATE_OF_CONSENT"],
        ),
    ],
)
async def test_an_item_that_is_wrong_is_refused_alone(
    shop: Shop, wrong: dict[str, Any], messages: list[str]
) -> None:
    results = await told(shop, consent(SHOP) | wrong, consent(SHOP, contact_id=BERT))
    assert results == [(wrong.get("correlation_id", ID), 30646, messages), (ID, 0, [])]
    assert [one["recipient"] for one in await shop.opt_outs()] == [BERT]


async def test_of_two_words_about_one_person_the_last_counts(shop: Shop) -> None:
    await told(shop, consent(SHOP), consent(SHOP, status="opt-in"))
    assert await shop.opt_outs() == []


async def test_what_is_no_object_is_refused_alone(shop: Shop) -> None:
    form = [("Items", "[1]"), ("Items", "{"), ("Items", '{"contact_id": 7}')]
    reply = await shop.ask("POST", "/accounts/v1/Consents/Bulk", form=form)
    assert reply.status == 201
    assert [one["error_code"] for one in reply.body["items"]] == [30646] * 3
    assert await shop.opt_outs() == []


async def test_no_items_or_too_many_are_refused_as_a_whole(shop: Shop) -> None:
    client = Client(shop.opened.sid, shop.opened.auth_token)
    client.accounts.base_url = f"{shop.home.base_url}/accounts"
    for items in ([], [consent(SHOP)] * 26):
        refused = await refusal(lambda items=items: client.accounts.v1.bulk_consents.create(items=items))  # type: ignore[misc]
        assert refused == (400, 20422)
    assert await shop.opt_outs() == []


async def test_a_network_block_of_a_toll_free_number_is_the_persons_alone_to_lift(shop: Shop) -> None:
    free = "+18885550100"
    await shop.home.give_sender(shop.opened, free)
    heard = Heard(shop.opened.account.id, None, free, "toll_free", ANNA, "US", "STOP", shop.opened.account.id)
    async with shop.home.db.transaction() as connection:
        await hear(connection, [heard], now=shop.opened.account.created_at)
    assert await told(shop, consent(free, status="opt-in")) == [(ID, 30646, ["BLOCKED_BY_NETWORK"])]
    path = "/tidings/v1/opt-outs/%2B14155552671/%2B18885550100?reason=r"
    reply = await shop.ask("DELETE", path)
    assert (reply.status, reply.body["code"]) == (400, 20422)
    assert "START or UNSTOP" in reply.body["message"]
    assert len(await shop.opt_outs()) == 1
