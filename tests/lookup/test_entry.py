"""A web form checks a number: with a key that everybody may read, from its pages, so often in a minute."""

import secrets
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.api_home import ApiHome, api_home

from tidings.accounts import Opened
from tidings.lookup.entry.allowance import Allowance
from tidings.lookup.entry.keys import keys_of, make_key, revoke_key
from tidings.lookup.suppression.learn import End, learn
from tidings.runtime.database import Database

SHOP = "https://shop.example"


async def key_of(db: Database, opened: Opened, *, per_minute: int = 100) -> str:
    async with db.connection() as connection:
        made = await make_key(
            connection,
            opened.account.id,
            origins=[SHOP],
            per_minute=per_minute,
            note="form",
            entropy=secrets.token_bytes(18),
            now=datetime.now(UTC),
        )
    return made.key


async def checked(home: ApiHome, key: str, number: str, origin: str | None = SHOP, more: str = "") -> Any:
    headers = {} if origin is None else {"Origin": origin}
    return await home.ask("GET", f"/tidings/v1/entry/{number}?key={key}{more}", headers=headers)


@pytest.mark.parametrize(
    ("number", "more", "expected"),
    [
        ("%2B447400123456", "", (True, True, [], "+447400123456", "mobile")),
        ("07400%20123456", "&country=GB", (True, True, [], "+447400123456", "mobile")),
        ("%2B43150000000", "", (True, False, ["landline"], "+43150000000", "landline")),
        ("%2B14155552671", "", (True, False, ["not_in_service"], "+14155552671", "unknown")),
        ("%2B1415", "", (False, False, ["too_short"], "+1415", None)),
        ("nobody", "", (False, False, ["not_a_number"], "nobody", None)),
    ],
)
async def test_a_number_is_checked(
    db: Database, number: str, more: str, expected: tuple[bool, bool, list[str], str, str | None]
) -> None:
    async with api_home(db) as home:
        shop = await home.open_account()
        key = await key_of(db, shop)
        async with db.transaction() as connection:
            id = shop.account.id
            await learn(connection, [End(id, "+14155552671", 30005, id, datetime.now(UTC))])
        reply = await checked(home, key, number, more=more)
        told = reply.body
        names = ("valid", "can_get_texts", "reasons", "phone_number", "line_type")
        assert tuple(told[name] for name in names) == expected
        assert reply.headers["access-control-allow-origin"] == SHOP


async def test_a_key_is_for_its_own_pages_and_can_be_revoked(db: Database) -> None:
    async with api_home(db) as home:
        shop = await home.open_account()
        key = await key_of(db, shop)
        assert (await checked(home, key, "1", origin="https://evil.example")).status == 403
        assert (await checked(home, key, "1", origin=None)).status == 200
        assert (await checked(home, key, "1", more="&country=XX")).status == 400
        assert (await checked(home, "pk_00", "1")).status == 401
        async with db.connection() as connection:
            assert [one.key for one in await keys_of(connection, shop.account.id)] == [key]
            assert await revoke_key(connection, shop.account.id, key)
            assert not await revoke_key(connection, shop.account.id, key)
        assert (await checked(home, key, "1")).status == 401


async def test_over_its_limit_a_key_must_wait(db: Database) -> None:
    async with api_home(db) as home:
        key = await key_of(db, await home.open_account(), per_minute=1)
        assert (await checked(home, key, "1")).status == 200
        reply = await checked(home, key, "1")
        assert (reply.status, reply.body["code"]) == (429, 20429)
        assert 1 <= int(reply.headers["retry-after"]) <= 60
        assert reply.headers["access-control-allow-origin"] == SHOP


@settings(max_examples=50)
@given(st.integers(1, 600), st.lists(st.floats(0, 5), min_size=1, max_size=200))
def test_no_minute_lets_more_than_a_burst_and_its_share_through(per_minute: int, pauses: list[float]) -> None:
    allowance, now, taken = Allowance(float(per_minute), 0.0), 0.0, 0
    for pause in pauses:
        now += pause
        wait = allowance.take(per_minute, now=now)
        taken += wait == 0.0
        assert wait <= 60.0 / per_minute + 1e-6
    assert taken <= per_minute + now * per_minute / 60 + 1e-6
