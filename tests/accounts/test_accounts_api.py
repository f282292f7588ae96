"""The Accounts, Keys and Balance resources."""

from collections.abc import AsyncIterator

import pytest
from tests.api_home import ApiHome, api_home

from tidings.accounts import Opened
from tidings.runtime.database import Database

ACCOUNTS = "/2010-04-01/Accounts"


@pytest.fixture
async def home(db: Database) -> AsyncIterator[ApiHome]:
    async with api_home(db) as home:
        yield home


@pytest.fixture
async def shop(home: ApiHome) -> Opened:
    return await home.open_account()


async def test_a_subaccount_is_made_with_a_token_of_its_own(home: ApiHome, shop: Opened) -> None:
    reply = await home.ask("POST", f"{ACCOUNTS}.json", as_=shop, form={"FriendlyName": "Branch"})
    assert reply.status == 201
    sub = reply.body
    assert (sub["friendly_name"], sub["owner_account_sid"], sub["status"]) == ("Branch", shop.sid, "active")
    own = await home.ask("GET", f"{ACCOUNTS}/{sub['sid']}.json", user=sub["sid"], password=sub["auth_token"])
    assert own.body == sub
    assert (await home.ask("GET", f"{ACCOUNTS}/{sub['sid']}.json", as_=shop)).body == sub


async def test_an_account_lists_itself_and_its_subaccounts_newest_first(home: ApiHome, shop: Opened) -> None:
    await home.open_account("Stranger")
    for name in ("One", "Two", "Three"):
        await home.ask("POST", f"{ACCOUNTS}.json", as_=shop, form={"FriendlyName": name})
    first = (await home.ask("GET", f"{ACCOUNTS}.json?PageSize=3", as_=shop)).body
    second = (await home.ask("GET", first["next_page_uri"], as_=shop)).body
    names = [account["friendly_name"] for page in (first, second) for account in page["accounts"]]
    assert names == ["Three", "Two", "One", "Shop"]
    assert second["next_page_uri"] is None
    back = (await home.ask("GET", second["previous_page_uri"], as_=shop)).body
    assert back["accounts"] == first["accounts"]
    named = (await home.ask("GET", f"{ACCOUNTS}.json?FriendlyName=Two&Status=active", as_=shop)).body
    assert [account["friendly_name"] for account in named["accounts"]] == ["Two"]
    assert (await home.ask("GET", f"{ACCOUNTS}.json?Status=odd", as_=shop)).status == 400


async def test_a_parent_suspends_and_wakes_a_subaccount_and_closes_it_for_good(
    home: ApiHome, shop: Opened
) -> None:
    branch = await home.open_account("Branch", parent=shop.account.id)
    uri = f"{ACCOUNTS}/{branch.sid}.json"
    balance = f"{ACCOUNTS}/{branch.sid}/Balance.json"
    suspended = await home.ask("POST", uri, as_=shop, form={"Status": "suspended"})
    assert suspended.body["status"] == "suspended"
    for caller in (branch, shop):
        refused = await home.ask("GET", balance, as_=caller)
        assert (refused.status, refused.body["code"]) == (403, 20005)
    assert (await home.ask("POST", uri, as_=shop, form={"Status": "active"})).body["status"] == "active"
    assert (await home.ask("GET", balance, as_=branch)).status == 200
    assert (await home.ask("POST", uri, as_=shop, form={"Status": "closed"})).body["status"] == "closed"
    again = await home.ask("POST", uri, as_=shop, form={"Status": "active"})
    assert (again.status, again.body["code"]) == (400, 20422)
    assert (await home.ask("GET", uri, as_=shop)).body["status"] == "closed"


async def test_a_suspended_parent_takes_its_subaccounts_with_it(home: ApiHome, shop: Opened) -> None:
    branch = await home.open_account("Branch", parent=shop.account.id)
    async with home.db.connection() as connection:
        await connection.execute("update accounts set status = 'suspended' where id = $1", shop.account.id)
    refused = await home.ask("GET", f"{ACCOUNTS}/{branch.sid}/Balance.json", as_=branch)
    assert (refused.status, refused.body["code"]) == (403, 20005)


async def test_nobody_changes_the_status_of_the_account_that_asks(home: ApiHome, shop: Opened) -> None:
    refused = await home.ask("POST", f"{ACCOUNTS}/{shop.sid}.json", as_=shop, form={"Status": "closed"})
    assert (refused.status, refused.body["code"]) == (403, 20006)
    renamed = await home.ask("POST", f"{ACCOUNTS}/{shop.sid}.json", as_=shop, form={"FriendlyName": "New"})
    assert (renamed.status, renamed.body["friendly_name"]) == (200, "New")


@pytest.mark.parametrize(
    ("form", "code"), [({"FriendlyName": "x" * 65}, 20002), ({"Status": "asleep"}, 20422)]
)
async def test_a_value_that_will_not_do_changes_nothing(
    home: ApiHome, shop: Opened, form: dict[str, str], code: int
) -> None:
    uri = f"{ACCOUNTS}/{shop.sid}.json"
    before = (await home.ask("GET", uri, as_=shop)).body
    refused = await home.ask("POST", uri, as_=shop, form=form)
    assert (refused.status, refused.body["code"]) == (400, code)
    assert (await home.ask("GET", uri, as_=shop)).body == before


async def test_a_keys_secret_is_shown_once(home: ApiHome, shop: Opened) -> None:
    keys = f"{ACCOUNTS}/{shop.sid}/Keys"
    made = await home.ask("POST", f"{keys}.json", as_=shop, form={"FriendlyName": "till"})
    assert made.status == 201
    secret = made.body.pop("secret")
    key = {name: value for name, value in made.body.items() if name != "secret"}
    assert len(secret) == 32
    assert (await home.ask("GET", f"{keys}/{key['sid']}.json", as_=shop)).body == key
    assert (await home.ask("GET", f"{keys}.json", as_=shop)).body["keys"] == [key]
    renamed = await home.ask("POST", f"{keys}/{key['sid']}.json", as_=shop, form={"FriendlyName": "new"})
    assert renamed.body["friendly_name"] == "new"
    assert (await home.ask("DELETE", f"{keys}/{key['sid']}.json", as_=shop)).status == 204
    for method in ("GET", "POST", "DELETE"):
        gone = await home.ask(method, f"{keys}/{key['sid']}.json", as_=shop)
        assert (gone.status, gone.body["code"]) == (404, 20404)


async def test_another_accounts_key_is_not_found(home: ApiHome, shop: Opened) -> None:
    other = await home.open_account("Other")
    key = (await home.ask("POST", f"{ACCOUNTS}/{other.sid}/Keys.json", as_=other)).body
    for method in ("GET", "POST", "DELETE"):
        reply = await home.ask(method, f"{ACCOUNTS}/{shop.sid}/Keys/{key['sid']}.json", as_=shop)
        assert reply.status == 404
    assert (await home.ask("GET", f"{ACCOUNTS}/{shop.sid}/Keys.json", as_=shop)).body["keys"] == []


async def test_the_balance_is_zero(home: ApiHome, shop: Opened) -> None:
    reply = await home.ask("GET", f"{ACCOUNTS}/{shop.sid}/Balance.json", as_=shop)
    assert reply.body == {"account_sid": shop.sid, "balance": "0.00", "currency": "USD"}
