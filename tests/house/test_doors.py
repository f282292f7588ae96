"""What must hold at every route, those to come included: one error shape, credentials, tenancy."""

import re
from typing import Any

import pytest
from tests.api_home import ApiHome, Reply, api_home, now
from tests.messages.stored import store_message

from tidings.accounts import Opened
from tidings.kernel.sid import Sid
from tidings.runtime.database import Database
from tidings.web.api.routes import Route

OPEN = frozenset({"/2010-04-01/Accounts.json"})
"""Routes that are about whoever asks, and so name no account."""


def assert_error(reply: Reply, where: str) -> None:
    body = reply.body
    assert set(body) == {"code", "message", "more_info", "status"}, (
        f"{where}: answer with refusal() of web/api/errors"
    )
    assert body["status"] == reply.status
    assert reply.headers["content-type"] == "application/json"
    assert isinstance(body["code"], int)
    assert body["message"]
    assert body["more_info"].endswith(str(body["code"]))


def filled(route: Route, **values: str) -> str:
    """The route's path with these values, and SIDs of nothing in the other places."""
    nothing = {"Sid": "SM" + "0" * 32, "MessageSid": "SM" + "0" * 32}
    return re.sub(r"\{(\w+)\}", lambda place: (nothing | values)[place[1]], route.pattern)


@pytest.mark.parametrize("wrong", ["nobody", "token"])
async def test_every_route_asks_for_credentials(db: Database, wrong: str) -> None:
    async with api_home(db) as home:
        shop = await home.open_account()
        user, password = ("", "") if wrong == "nobody" else (shop.sid, "0" * 32)
        for route in home.door.routes.all:
            reply = await home.ask(
                route.method, filled(route, AccountSid=shop.sid), user=user, password=password
            )
            assert (reply.status, reply.body["code"]) == (401, 20003), route.pattern
            assert_error(reply, route.pattern)


async def test_every_refusal_has_the_one_shape(db: Database) -> None:
    async with api_home(db) as home:
        shop = await home.open_account()
        for route in home.door.routes.all:
            path = filled(route, AccountSid=shop.sid)
            for method in ("GET", "POST", "DELETE", "PUT", "PATCH"):
                await refused_alike(home, shop, method, path, route)


async def refused_alike(home: ApiHome, shop: Opened, method: str, path: str, route: Route) -> None:
    attempts: list[dict[str, Any]] = [
        {},
        {"body": b"%zz"},
        {"body": b"{}", "headers": {"Content-Type": "text/json"}},
    ]
    for attempt in attempts if method == "POST" else attempts[:1]:
        reply = await home.ask(method, path, as_=shop, **attempt)
        if reply.status >= 400:
            assert_error(reply, f"{method} {route.pattern}")


async def test_another_account_finds_nothing_at_any_route(db: Database) -> None:
    async with api_home(db) as home:
        ours, theirs = await home.open_account("Ours"), await home.open_account("Theirs")
        message = await store_message(
            db, ours.account.id, at=now(), facts=["message.queued", "message.delivered"]
        )
        key = (await home.ask("POST", f"/2010-04-01/Accounts/{ours.sid}/Keys.json", as_=ours)).body["sid"]
        things = {"MessageSid": str(Sid("SM", message))}
        before = await everything(db)
        for route in home.door.routes.all:
            if route.pattern in OPEN:
                continue
            sid = key if "/Keys/" in route.pattern else things["MessageSid"]
            form = (
                {"Body": "", "Outcome": "confirmed", "FriendlyName": "x"} if route.method == "POST" else None
            )
            path = filled(route, AccountSid=ours.sid, Sid=sid, **things)
            reply = await home.ask(route.method, path, as_=theirs, form=form)
            assert (reply.status, reply.body["code"]) == (404, 20404), (
                f"{route.method} {route.pattern} across accounts"
            )
            if "Sid}" in route.pattern.replace("{AccountSid}", ""):
                path = filled(route, AccountSid=theirs.sid, Sid=sid, **things)
                reply = await home.ask(route.method, path, as_=theirs, form=form)
                assert (reply.status, reply.body["code"]) == (404, 20404), (
                    f"{route.method} {route.pattern} with our SID"
                )
        assert await everything(db) == before
        listed = (await home.ask("GET", "/2010-04-01/Accounts.json", as_=theirs)).body["accounts"]
        assert [account["sid"] for account in listed] == [theirs.sid]


async def everything(db: Database) -> dict[str, Any]:
    tables = ("messages", "facts", "feedback", "api_keys", "accounts")
    async with db.connection() as connection:
        return {table: sorted(map(str, await connection.fetch(f"select * from {table}"))) for table in tables}
