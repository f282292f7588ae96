"""`tidings caps` and `tidings geo`, as those who answer for them run them."""

import json
from pathlib import Path

from tests.command import command
from tests.compliance.conftest import ANNA, Shop

ROOT = Path(__file__).parents[3]


async def tidings(shop: Shop, db_url: str, *words: str) -> tuple[int, str, str]:
    """Exit code, output and errors of a command about the shop's account."""
    environ = {"TIDINGS_DATABASE_URL": db_url, "COLUMNS": "200"}
    return await command(*words, "--account", shop.opened.sid, environ=environ)


async def test_caps_are_set_and_shown(shop: Shop, db_url: str) -> None:
    words = ("--cap", "week=4/7d", "--cap", "codes=5/15m:essential", "--spacing", "16h", "--reason", "calm")
    code, output, errors = await tidings(shop, db_url, "caps", "set", *words, "--international", "none")
    assert code == 0, errors
    assert "At most 5 essential messages to a person in any 15 minutes." in output
    code, output, _ = await tidings(shop, db_url, "caps", "show", "--json")
    shown = json.loads(output)
    assert (shown["settings"]["spacing_seconds"], shown["settings"]["international_per_day"]) == (
        57_600,
        None,
    )
    assert [one["name"] for one in shown["settings"]["caps"]] == ["week", "codes"]
    assert shown["carriers"] == []
    code, output, _ = await tidings(shop, db_url, "caps", "person", ANNA)
    assert code == 0
    assert "now" in output


async def test_what_cannot_be_set_says_what_would_do(shop: Shop, db_url: str) -> None:
    for words, told in (
        (("--cap", "week=4"), "Write NAME=MOST/WINDOW"),
        (("--drop", "month"), "There is no cap 'month' to drop"),
        (("--over", "drop"), "These settings will not do"),
    ):
        code, _, errors = await tidings(shop, db_url, "caps", "set", *words, "--reason", "r")
        assert (code, told in errors) == (2, True), errors


async def test_a_country_is_denied_and_checked(shop: Shop, db_url: str) -> None:
    code, output, _ = await tidings(shop, db_url, "geo", "deny", "fr", "--reason", "nobody there")
    assert code == 0
    assert "nobody there" in output
    code, output, _ = await tidings(shop, db_url, "geo", "check", "FR", "--json")
    assert json.loads(output)["code"] == 21408
    code, _, errors = await tidings(shop, db_url, "geo", "allow", "France", "--reason", "r")
    assert code == 2
    assert "two letters" in errors
