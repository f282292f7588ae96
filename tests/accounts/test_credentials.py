"""What opens the door: tokens, both of them during a rotation, and the secrets of API keys."""

from collections.abc import AsyncIterator

import pytest
from tests.api_home import KEY, SEALER, ApiHome, api_home, now

from tidings.accounts import Credentials, Opened, drop_secondary, make_secondary, promote_secondary, tokens
from tidings.runtime.clock import system_entropy
from tidings.runtime.database import Database


@pytest.fixture
async def home(db: Database) -> AsyncIterator[ApiHome]:
    async with api_home(db) as home:
        yield home


@pytest.fixture
async def shop(home: ApiHome) -> Opened:
    return await home.open_account()


async def status(home: ApiHome, opened: Opened, user: str, secret: str) -> int:
    path = f"/2010-04-01/Accounts/{opened.sid}/Balance.json"
    return (await home.ask("GET", path, user=user, password=secret)).status


async def rotate(home: ApiHome, opened: Opened) -> str:
    async with home.db.transaction() as connection:
        return await make_secondary(
            connection, opened.account.id, sealer=SEALER, entropy=system_entropy, now=now()
        )


async def test_both_tokens_are_valid_during_a_rotation_and_one_after_it(home: ApiHome, shop: Opened) -> None:
    secondary = await rotate(home, shop)
    assert await status(home, shop, shop.sid, shop.auth_token) == 200
    assert await status(home, shop, shop.sid, secondary) == 200
    async with home.db.transaction() as connection:
        assert await promote_secondary(connection, shop.account.id)
    assert await status(home, shop, shop.sid, shop.auth_token) == 401
    assert await status(home, shop, shop.sid, secondary) == 200
    async with home.db.connection() as connection:
        assert await tokens(connection, shop.account.id, sealer=SEALER) == {"primary": secondary}


async def test_without_a_secondary_token_nothing_is_promoted(home: ApiHome, shop: Opened) -> None:
    async with home.db.transaction() as connection:
        assert not await promote_secondary(connection, shop.account.id)
    assert await status(home, shop, shop.sid, shop.auth_token) == 200


async def test_a_secondary_token_can_be_dropped(home: ApiHome, shop: Opened) -> None:
    secondary = await rotate(home, shop)
    async with home.db.connection() as connection:
        assert await drop_secondary(connection, shop.account.id)
        assert not await drop_secondary(connection, shop.account.id)
    assert await status(home, shop, shop.sid, secondary) == 401


async def test_a_token_is_not_stored_in_clear(home: ApiHome, shop: Opened) -> None:
    async with home.db.connection() as connection:
        stored = await connection.fetchval("select sealed_token from auth_tokens")
    assert shop.auth_token.encode() not in stored


async def test_a_key_opens_with_its_secret_until_it_is_deleted(home: ApiHome, shop: Opened) -> None:
    keys = f"/2010-04-01/Accounts/{shop.sid}/Keys"
    key = (await home.ask("POST", f"{keys}.json", as_=shop)).body
    for _ in range(2):
        assert await status(home, shop, key["sid"], key["secret"]) == 200
    assert await status(home, shop, key["sid"], "wrong") == 401
    assert await status(home, shop, key["sid"], shop.auth_token) == 401
    assert (await home.ask("DELETE", f"{keys}/{key['sid']}.json", as_=shop)).status == 204
    assert await status(home, shop, key["sid"], key["secret"]) == 401


async def test_a_key_may_use_the_account_but_make_neither_keys_nor_accounts(
    home: ApiHome, shop: Opened
) -> None:
    base = f"/2010-04-01/Accounts/{shop.sid}"
    key = (await home.ask("POST", f"{base}/Keys.json", as_=shop)).body
    for method, path in [
        ("GET", "/2010-04-01/Accounts.json"),
        ("POST", "/2010-04-01/Accounts.json"),
        ("GET", f"{base}.json"),
        ("POST", f"{base}/Keys.json"),
        ("DELETE", f"{base}/Keys/{key['sid']}.json"),
    ]:
        reply = await home.ask(method, path, user=key["sid"], password=key["secret"])
        assert (reply.status, reply.body["code"]) == (403, 20006)


async def test_a_secret_that_was_proved_once_is_not_hashed_again(db: Database) -> None:
    async with api_home(db) as home:
        shop = await home.open_account()
        key = (await home.ask("POST", f"/2010-04-01/Accounts/{shop.sid}/Keys.json", as_=shop)).body
    credentials = Credentials(db, sealer=SEALER, cache_key=KEY)
    assert await credentials.identify(key["sid"], key["secret"]) is not None
    async with db.connection() as connection:
        await connection.execute("update api_keys set secret_hash = secret_hash || ''")
    assert await credentials.identify(key["sid"], key["secret"]) is not None
    async with db.connection() as connection:
        await connection.execute("update api_keys set secret_hash = 'another'")
    assert await credentials.identify(key["sid"], key["secret"]) is None


async def test_what_was_admitted_a_moment_ago_is_admitted_without_asking(db: Database) -> None:
    async with api_home(db, trust_seconds=60) as home:
        shop = await home.open_account()
        assert await status(home, shop, shop.sid, shop.auth_token) == 200
        async with db.connection() as connection:
            await connection.execute("delete from auth_tokens")
        assert await status(home, shop, shop.sid, shop.auth_token) == 200
        assert await status(home, shop, shop.sid, "wrong") == 401
