"""The list of suppressed numbers and its rules, over HTTP; and the rules themselves."""

import secrets
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from tests.api_home import api_home

from tidings.kernel.codes import CODES, Lasting
from tidings.lookup.suppression.learn import End, learn
from tidings.lookup.suppression.rules import fault_of, shipped
from tidings.runtime.database import Database

PATH = "/tidings/v1/suppressions"


def test_no_shipped_rule_is_of_a_code_that_may_go_well_later() -> None:
    for rule in shipped().values():
        assert CODES[rule.code].lasting is Lasting.PERMANENT
        assert fault_of(rule.code, days=rule.days, after=rule.after) is None
        assert rule.source


@pytest.mark.parametrize(
    ("code", "days", "after"), [(30003, 10, 1), (1, 10, 1), (30005, -1, 1), (30005, 9999, 1), (30005, 1, 0)]
)
def test_what_can_be_no_rule_is_told(code: int, days: int, after: int) -> None:
    assert fault_of(code, days=days, after=after)


async def test_the_list_is_read_and_lifted_by_its_own_account_alone(db: Database) -> None:
    async with api_home(db) as home:
        ours, theirs = await home.open_account("Ours"), await home.open_account("Theirs")
        ends = [
            End(
                ours.account.id,
                f"+1415555267{n}",
                30005,
                UUID(bytes=secrets.token_bytes(16)),
                datetime.now(UTC),
            )
            for n in range(3)
        ]
        async with db.transaction() as connection:
            await learn(connection, ends)
        first = (await home.ask("GET", f"{PATH}?limit=2", as_=ours)).body
        assert [one["recipient"] for one in first["suppressions"]] == ["+14155552670", "+14155552671"]
        assert first["suppressions"][0]["rule"] == "suppression/30005"
        second = (await home.ask("GET", f"{PATH}?limit=2&after=%2B14155552671", as_=ours)).body
        assert ([one["recipient"] for one in second["suppressions"]], second["next"]) == (
            ["+14155552672"],
            None,
        )
        assert (await home.ask("GET", PATH, as_=theirs)).body["suppressions"] == []
        one = f"{PATH}/%2B14155552670?reason=wrong"
        assert (await home.ask("DELETE", one, as_=theirs)).status == 404
        assert (await home.ask("DELETE", one, as_=ours)).body == {"lifted": True}
        assert (await home.ask("DELETE", one, as_=ours)).status == 404


async def test_rules_are_changed_with_a_reason(db: Database) -> None:
    async with api_home(db) as home:
        ours = await home.open_account("Ours")

        async def put(code: int, **asked: Any) -> Any:
            return await home.ask("PUT", f"{PATH}/rules/{code}", as_=ours, json={"reason": "r", **asked})

        changed = (await put(30005, days=7, after=3)).body["rules"]
        assert [(one["days"], one["after"], one["why"]) for one in changed if one["code"] == 30005] == [
            (7, 3, "r")
        ]
        assert (await put(30003, days=7)).status == 400
        back = (await put(30005, days=None)).body["rules"]
        assert [one["days"] for one in back if one["code"] == 30005] == [90]
        assert (await home.ask("GET", f"{PATH}/rules", as_=ours)).body["rules"] == back
