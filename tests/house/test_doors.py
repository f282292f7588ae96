"""What must hold at every route, those to come included: one error shape, credentials, tenancy."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest
from tests.api_home import ApiHome, Reply, api_home, now
from tests.messages.stored import store_message
from tests.senders.registration.builders import BRAND_FORM, CAMPAIGN_FORM, TOLL_FREE_FORM
from tests.senders.registration.deciding import decide
from tests.senders.registration.test_review import sender_id

from tidings.accounts import Opened
from tidings.kernel.sid import Sid
from tidings.runtime.database import Database
from tidings.senders import senders_of
from tidings.web.api.routes import Route

OPEN = frozenset(
    {
        "/2010-04-01/Accounts.json",
        "/lookups/v1/PhoneNumbers/{PhoneNumber}",
        "/lookups/v2/PhoneNumbers/{PhoneNumber}",
    }
)
"""Routes that are about whoever asks, or about numbers of people, and so name no account."""


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


def filled(route: Route, things: Mapping[str, str] = MappingProxyType({}), **values: str) -> str:
    """The route's path with these values, by the name of their place or, in `things`, by the collection before
    it (`Messages`, or of a product `verify/Services`); SIDs of nothing in the other places."""
    path: list[str] = []
    for segment in route.pattern.split("/"):
        collection = path[-1] if path else ""
        of_product = f"{path[1]}/{collection}" if len(path) > 1 else ""
        path.append(
            re.sub(
                r"\{(\w+)\}",
                lambda place, of=collection, product=of_product: (  # type: ignore[misc]
                    values.get(place[1]) or things.get(product) or things.get(of) or "SM" + "0" * 32
                ),
                segment,
            )
        )
    return "/".join(path)


@pytest.mark.parametrize("wrong", ["nobody", "token"])
async def test_every_route_asks_for_credentials(db: Database, wrong: str) -> None:
    async with api_home(db) as home:
        shop = await home.open_account()
        user, password = ("", "") if wrong == "nobody" else (shop.sid, "0" * 32)
        for route in home.door.routes.all:
            if route.public:
                continue  # its own tests show how it tells whom to trust
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


async def things_of(home: ApiHome, ours: Opened) -> dict[str, str]:
    """A thing of each kind that an account may have: its SID by the collection that it stands in."""
    message = await store_message(
        home.db, ours.account.id, at=now(), facts=["message.queued", "message.delivered"]
    )
    key = await home.ask("POST", f"/2010-04-01/Accounts/{ours.sid}/Keys.json", as_=ours)
    things = {"Messages": str(Sid("SM", message)), "Keys": key.body["sid"]}
    for address, collection, prefix in (
        ("+14155550100", "PhoneNumbers", "PN"),
        ("55501", "ShortCodes", "SC"),
    ):
        await home.give_sender(ours, address)
        async with home.db.connection() as connection:
            [sender] = [
                one for one in await senders_of(connection, ours.account.id) if one.address == address
            ]
        things[collection] = str(Sid(prefix, sender.id))
    things["IncomingPhoneNumbers"] = things["PhoneNumbers"]
    service = await made(home, ours, "/messaging/v1/Services", FriendlyName="Ours")
    things["Services"] = service
    pool = f"/messaging/v1/Services/{service}"
    await made(home, ours, f"{pool}/PhoneNumbers", PhoneNumberSid=things["PhoneNumbers"])
    await made(home, ours, f"{pool}/ShortCodes", ShortCodeSid=things["ShortCodes"])
    things["AlphaSenders"] = await made(home, ours, f"{pool}/AlphaSenders", AlphaSender="Ours")
    things["DestinationAlphaSenders"] = await made(
        home, ours, f"{pool}/DestinationAlphaSenders", AlphaSender="Ours", IsoCountryCode="FR"
    )
    return things | await registered(home, ours, service) | await verifying(home, ours)


async def verifying(home: ApiHome, ours: Opened) -> dict[str, str]:
    """A verify service, and a verification that is under way there."""
    service = await made(home, ours, "/verify/v2/Services", FriendlyName="Ours")
    started = await made(
        home, ours, f"/verify/v2/Services/{service}/Verifications", To="+14155550199", Channel="sms"
    )
    path = f"/verify/v2/Services/{service}/RateLimits"
    limit = await made(home, ours, path, UniqueName="ip")
    bucket = await made(home, ours, f"{path}/{limit}/Buckets", Max="1", Interval="60")
    entity = f"/verify/v2/Services/{service}/Entities/ours-0001"
    factor = await made(home, ours, f"{entity}/Factors", FriendlyName="x", FactorType="totp")
    return {
        "Entities": "ours-0001",
        "Factors": factor,
        "verify/Services": service,
        "verify/Verifications": started,
        "RateLimits": limit,
        "Buckets": bucket,
    }


async def registered(home: ApiHome, ours: Opened, service: str) -> dict[str, str]:
    """A brand with a vetting, a campaign of the service, and the verification of a toll-free number."""

    async def submitted(path: str, form: dict[str, Any]) -> Any:
        pairs = [
            (key, one)
            for key, value in form.items()
            for one in ([value] if isinstance(value, str) else value)
        ]
        reply = await home.ask("POST", f"/messaging/v1/{path}", as_=ours, form=pairs)
        assert reply.status == 201, reply.text
        return reply.body

    await home.give_sender(ours, "+18885550100")
    number = str(Sid("PN", await sender_id(home.db, ours, "+18885550100")))
    brand = (await submitted("a2p/BrandRegistrations", BRAND_FORM))["sid"]
    await decide(home.db, "brand", ours.account.id, brand)
    vetting = await submitted(f"a2p/BrandRegistrations/{brand}/Vettings", {"VettingProvider": "aegis"})
    campaign = await submitted(
        f"Services/{service}/Compliance/Usa2p", CAMPAIGN_FORM | {"BrandRegistrationSid": brand}
    )
    verification = await submitted(
        "Tollfree/Verifications", TOLL_FREE_FORM | {"TollfreePhoneNumberSid": number}
    )
    return {
        "BrandRegistrations": brand,
        "Vettings": vetting["brand_vetting_sid"],
        "Usa2p": campaign["sid"],
        "Verifications": verification["sid"],
    }


async def made(home: ApiHome, ours: Opened, path: str, **form: str) -> str:
    """The SID of a thing that a request makes."""
    reply = await home.ask("POST", path, as_=ours, form=form)
    assert reply.status == 201, reply.text
    sid: str = reply.body["sid"]
    return sid


FORM = {
    "Body": "",
    "Outcome": "confirmed",
    "FriendlyName": "x",
    "AlphaSender": "x",
    "IsoCountryCode": "FR",
}
VERIFY_FORM = FORM | {"Status": "canceled", "To": "+14155550199", "Channel": "sms", "Code": "123456"}


async def test_another_account_finds_nothing_at_any_route(db: Database) -> None:
    async with api_home(db) as home:
        ours, theirs = await home.open_account("Ours"), await home.open_account("Theirs")
        things = await things_of(home, ours)
        before = await everything(db, ours)
        for route in home.door.routes.all:
            if route.pattern in OPEN or route.public:
                continue
            told = VERIFY_FORM if route.pattern.startswith("/verify/") else FORM
            form = told if route.method == "POST" else None
            path = filled(route, things, AccountSid=ours.sid)
            reply = await home.ask(route.method, path, as_=theirs, form=form)
            where = f"{route.method} {route.pattern}"
            if "{" in route.pattern:
                assert (reply.status, reply.body["code"]) == (404, 20404), f"{where} across accounts"
            else:
                assert not [sid for sid in things.values() if sid in reply.text], (
                    f"{where} shows what is ours"
                )
            if re.search(r"\{(?!AccountSid)", route.pattern):
                path = filled(route, things, AccountSid=theirs.sid)
                reply = await home.ask(route.method, path, as_=theirs, form=form)
                assert (reply.status, reply.body["code"]) == (404, 20404), f"{where} with our SID"
        assert await everything(db, ours) == before
        listed = (await home.ask("GET", "/2010-04-01/Accounts.json", as_=theirs)).body["accounts"]
        assert [account["sid"] for account in listed] == [theirs.sid]


TABLES = (
    "messages",
    "facts",
    "feedback",
    "api_keys",
    "accounts",
    "senders",
    "applications",
    "services",
    "service_senders",
    "service_alpha_senders",
    "a2p_brands",
    "a2p_vettings",
    "a2p_campaigns",
    "toll_free_verifications",
    "verify_services",
    "verifications",
    "verify_attempts",
    "verify_rate_limits",
    "verify_rate_buckets",
    "verify_entities",
    "verify_factors",
)


async def everything(db: Database, ours: Opened) -> dict[str, Any]:
    """All rows of an account, by table."""
    rows = {}
    async with db.connection() as connection:
        for table in TABLES:
            column = "id" if table == "accounts" else "account"
            rows[table] = sorted(
                map(
                    str,
                    await connection.fetch(f"select * from {table} where {column} = $1", ours.account.id),
                )
            )
    return rows
