"""`tidings packs`, as an operator runs it."""

import json
from pathlib import Path
from typing import Any

from tests.command import command

ROOT = Path(__file__).parents[3]


async def tidings(db_url: str, *words: str) -> tuple[int, str, str]:
    """Exit code, output and errors."""
    return await command(*words, environ={"TIDINGS_DATABASE_URL": db_url, "COLUMNS": "200"})


async def told(db_url: str, *words: str) -> Any:
    code, output, errors = await tidings(db_url, *words, "--json")
    assert code == 0, errors
    return json.loads(output)


async def test_a_pack_of_ones_own_from_the_shipped_one_to_its_use(db_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    await told(db_url, "packs", "export", "shipped", str(folder), "--as", "ours")
    countries = folder / "countries.csv"
    good = countries.read_text()
    countries.write_text(good.replace("\nFR,France,", "\nFX,France,"))
    code, output, _ = await tidings(db_url, "packs", "check", str(folder))
    assert code == 5
    assert "FX is no country" in output
    code, _, errors = await tidings(db_url, "packs", "install", str(folder), "--reason", "r")
    assert code == 4
    assert "FX is no country" in errors
    countries.write_text(good.replace("\nFR,France,", "\nFR,La France,"))
    assert (await told(db_url, "packs", "install", str(folder), "--reason", "ours"))["installed"]
    (change,) = await told(db_url, "packs", "diff", "shipped", "ours")
    assert (change["rule"], change["becomes"]) == ("FR", {"name": "La France"})
    await told(db_url, "packs", "use", "ours", "--from", "2126-01-01", "--reason", "then")
    listed = await told(db_url, "packs", "list")
    assert listed["in_force"]["follows_release"]
    assert [(one["version"], one["from"]) for one in listed["coming"]] == [("ours", "2126-01-01T00:00:00Z")]
    code, output, _ = await tidings(db_url, "packs", "list")
    assert (code, "from 2126-01-01T00:00:00Z" in output) == (0, True)


async def test_what_cannot_be_used_is_refused_with_a_remedy(db_url: str, tmp_path: Path) -> None:
    for words, exit_code, says in (
        (("use", "nothing", "--reason", "r"), 4, "There is no pack nothing"),
        (("use", "shipped", "--reason", "r", "--from", "soon"), 2, "'soon' is no moment"),
        (("use", "shipped", "--reason", "r", "--from", "2020-01-01"), 2, "has gone by"),
        (("check", str(tmp_path / "no")), 2, "cannot be read"),
    ):
        code, _, errors = await tidings(db_url, "packs", *words)
        assert (code, says in errors) == (exit_code, True), errors


async def test_the_rules_of_a_place_are_shown(db_url: str) -> None:
    rows = (await told(db_url, "packs", "show", "--place", "FR"))["rows"]
    assert rows["countries.csv"][0]["name"] == "France"
