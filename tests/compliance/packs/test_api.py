"""`/tidings/v1/rule-packs`: everybody reads the rules, the operator's account changes them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from tests.api_home import ApiHome, Reply, api_home, now
from tests.compliance.packs.builders import edited, manifest

from tidings.accounts import Opened
from tidings.compliance.packs.pack import TABLES, shipped
from tidings.kernel.instant import iso8601
from tidings.runtime.database import Database

PATH = "/tidings/v1/rule-packs"
OURS = {
    "manifest": manifest("ours"),
    "tables": {"caps.csv": edited("caps.csv", ("US-FL,marketing,3,", "US-FL,marketing,2,"))},
}
WHY = {"reason": "board decision 88"}


@dataclass
class Desk:
    home: ApiHome
    operator: Opened
    tenant: Opened

    async def ask(self, method: str, path: str = "", *, as_: Opened | None = None, **sent: Any) -> Reply:
        return await self.home.ask(method, PATH + path, as_=as_ or self.operator, **sent)


@pytest.fixture
async def desk(db: Database) -> AsyncIterator[Desk]:
    async with api_home(db) as home:
        operator, tenant = await home.open_account("Ops"), await home.open_account("Tenant")
    async with api_home(db, operator=operator.account.id) as home:
        yield Desk(home, operator, tenant)


async def test_a_pack_is_checked_installed_compared_and_taken_into_use(desk: Desk) -> None:
    checked = (await desk.ask("POST", "/check", json=OURS)).body
    assert (checked["ok"], checked["version"], checked["differs_from_shipped"]) == (True, "ours", 1)
    put = (await desk.ask("POST", json=OURS | WHY)).body
    assert put == {"version": "ours", "installed": True, "digest": checked["digest"]}
    assert not (await desk.ask("POST", json=OURS | WHY)).body["installed"]
    (change,) = (await desk.ask("GET", "/ours/diff")).body["changes"]
    assert (change["place"], change["was"], change["becomes"]) == ("US-FL", {"most": "3"}, {"most": "2"})
    soon = now() + timedelta(hours=1)
    used = await desk.ask("POST", "/ours/use", json=WHY | {"from": iso8601(soon)})
    assert (used.status, used.body["from"][:16]) == (200, soon.isoformat()[:16])
    shelf = (await desk.ask("GET", as_=desk.tenant)).body
    assert (shelf["in_force"]["version"], shelf["in_force"]["follows_release"]) == (shipped().version, True)
    assert [(one["version"], one["changed_by"]) for one in shelf["coming"]] == [
        ("ours", f"API, {desk.operator.sid}")
    ]
    assert {one["version"] for one in shelf["packs"]} == {"ours", shipped().version}


async def test_a_pack_is_shown_whole_or_for_one_place(desk: Desk) -> None:
    whole = (await desk.ask("GET", "/shipped", as_=desk.tenant)).body
    assert (whole["digest"], set(whole["tables"])) == (shipped().digest, set(TABLES))
    assert whole["tables"]["countries.csv"] == len(whole["rows"]["countries.csv"]) > 200
    texas = (await desk.ask("GET", "/shipped?place=US-TX")).body["rows"]
    assert {row["jurisdiction"] for row in texas["quiet_hours.csv"]} == {"US-TX"}
    assert (await desk.ask("GET", "/nothing")).status == 404


async def test_a_pack_with_faults_is_refused_with_each_of_them(desk: Desk) -> None:
    wrong = OURS | {"tables": {"caps.csv": edited("caps.csv", ("US-FL,", "Florida,")), "rain.csv": "a"}}
    faults = (await desk.ask("POST", "/check", json=wrong)).body["faults"]
    assert [(one["file"], one["row"], one["column"]) for one in faults] == [
        ("rain.csv", 1, "-"),
        ("caps.csv", 2, "state"),
    ]
    refused = await desk.ask("POST", json=wrong | WHY)
    assert (refused.status, refused.body["code"]) == (400, 20422)
    assert "caps.csv, row 2, column state" in refused.body["message"]
    assert (await desk.ask("GET", "/ours")).status == 404


async def test_only_the_operator_changes_rules_and_not_with_a_key(desk: Desk) -> None:
    keys = f"/2010-04-01/Accounts/{desk.operator.sid}/Keys.json"
    key = (await desk.home.ask("POST", keys, as_=desk.operator)).body
    for who in ({"as_": desk.tenant}, {"user": key["sid"], "password": key["secret"]}):
        for path, json in (("", OURS | WHY), ("/shipped/use", WHY)):
            refused = await desk.home.ask("POST", PATH + path, json=json, **who)
            assert (refused.status, refused.body["code"]) == (403, 20403), refused.text
            assert "TIDINGS_OPERATOR_ACCOUNT" in refused.body["message"]
    assert len((await desk.ask("GET")).body["packs"]) == 1


@pytest.mark.parametrize(
    ("path", "json", "told"),
    [
        ("/shipped/use", {"reason": "r", "from": "2020-01-01T00:00:00Z"}, "from: has gone by"),
        ("/shipped/use", {"reason": " "}, "reason"),
        ("/shipped/use", {"reason": "r", "when": "now"}, "unknown field"),
        ("", OURS, "reason"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_field(
    desk: Desk, path: str, json: dict[str, Any], told: str
) -> None:
    reply = await desk.ask("POST", path, json=json)
    assert reply.status == 400
    assert told in reply.body["message"]
