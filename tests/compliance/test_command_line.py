"""`tidings opt-outs`, as those who answer for it run it."""

import json
from pathlib import Path

from tests.command import command
from tests.compliance.conftest import ANNA, BERT, SHOP, Shop

ROOT = Path(__file__).parents[2]


async def tidings(
    shop: Shop, db_url: str, *words: str, home: bool = True, given: str = ""
) -> tuple[int, str, str]:
    """Exit code, output and errors of a command about the shop's account."""
    about = ("--account", shop.opened.sid) if home else ()
    environ = {"TIDINGS_DATABASE_URL": db_url}
    return await command("opt-outs", *words, *about, environ=environ, given=given)


async def test_an_opt_out_is_added_shown_and_lifted(shop: Shop, db_url: str) -> None:
    assert await tidings(shop, db_url, "add", ANNA, SHOP, "--reason", "by phone", "--json") == (
        0,
        '{"changed": true}\n',
        "",
    )
    code, output, _ = await tidings(shop, db_url, "list")
    assert (code, output.split()[:3]) == (0, [ANNA, SHOP, "opted_out"])
    code, _, errors = await tidings(shop, db_url, "add", BERT, "+14155559999", "--reason", "r")
    assert code == 4
    assert "is no service or sender of this account" in errors
    assert (await tidings(shop, db_url, "remove", ANNA, SHOP, "--reason", "her wish"))[0] == 0
    assert (await tidings(shop, db_url, "remove", ANNA, SHOP, "--reason", "her wish"))[0] == 4
    code, output, _ = await tidings(shop, db_url, "history", ANNA, "--json")
    assert [(one["change"], one["reason"]) for one in json.loads(output)] == [
        ("opted_in", "her wish"),
        ("opted_out", "by phone"),
    ]


async def test_what_waits_is_read_and_decided(shop: Shop, db_url: str) -> None:
    await shop.hear("wrong number")
    code, output, _ = await tidings(shop, db_url, "review")
    assert code == 0
    assert f"{ANNA} to {SHOP}" in output
    assert "(en: a wrong number)" in output
    (waiting,) = json.loads((await tidings(shop, db_url, "review", "--json"))[1])
    assert (waiting["recipient"], waiting["state"]) == (ANNA, "review")
    decided = ("review", "--decide", "opt_out", "--recipient", ANNA, "--scope", SHOP)
    assert (await tidings(shop, db_url, *decided))[0] == 0
    assert (await tidings(shop, db_url, *decided))[0] == 4
    assert [one["state"] for one in await shop.opt_outs()] == ["opted_out"]


async def test_a_sheet_is_written_and_taken_in(shop: Shop, db_url: str, tmp_path: Path) -> None:
    await shop.hear("STOP", in_service=True)
    await shop.hear("not interested", person=BERT)
    out = tmp_path / "out.csv"
    code, output, _ = await tidings(shop, db_url, "export", str(out), "--json")
    assert (code, json.loads(output)["rows"]) == (0, 2)
    async with shop.home.db.connection() as connection:
        await connection.execute("delete from opt_outs")
    code, output, _ = await tidings(shop, db_url, "import", str(out), "--reason", "moved", "--json")
    assert (code, json.loads(output)) == (0, {"rows": 2, "changed": 2})
    again = tmp_path / "again.csv"
    await tidings(shop, db_url, "export", str(again))
    assert again.read_text() == out.read_text()
    out.write_text("recipient,scope\nAnna,+14155550100\n")
    code, _, errors = await tidings(shop, db_url, "import", str(out), "--reason", "moved")
    assert code == 4
    assert "line 2: 'Anna' is no number in E.164" in errors


async def test_a_services_keywords_are_shown_and_set(shop: Shop, db_url: str) -> None:
    code, output, _ = await tidings(shop, db_url, "settings", shop.service)
    shown = json.loads(output)
    assert (code, shown["enabled"]) == (0, False)
    shown["languages"][0]["stop"]["keywords"].append("LEAVE")
    wanted = json.dumps({"enabled": True, "languages": shown["languages"]})
    code, _, errors = await tidings(shop, db_url, "settings", shop.service, "--set", "-", given=wanted)
    assert code == 0, errors
    assert (await shop.hear("leave", in_service=True)).advanced
    code, _, errors = await tidings(
        shop, db_url, "settings", shop.service, "--set", "-", given='{"languages": [{"language": "en"}]}'
    )
    assert code == 2
    assert "STOP cannot be removed" in errors
    assert (await tidings(shop, db_url, "settings", shop.service, "--reset"))[0] == 0


async def test_a_text_is_tried(shop: Shop, db_url: str) -> None:
    code, output, _ = await tidings(shop, db_url, "check", "Please take me off your list", home=False)
    assert (code, output) == (0, "stop (en: remove me)\n")
