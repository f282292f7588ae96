"""`tidings consent`, as those who answer for it run it."""

import json
from pathlib import Path

from tests.command import command
from tests.compliance.conftest import ANNA, BERT, Shop

ROOT = Path(__file__).parents[3]


async def consent(shop: Shop, db_url: str, *words: str) -> tuple[int, str, str]:
    """Exit code, output and errors of a command about the shop's account."""
    environ = {"TIDINGS_DATABASE_URL": db_url}
    return await command("consent", *words, "--account", shop.opened.sid, environ=environ)


async def test_consent_is_entered_shown_withdrawn_and_verified(
    shop: Shop, db_url: str, tmp_path: Path
) -> None:
    proof = tmp_path / "form.txt"
    proof.write_text("signed")
    code, output, errors = await consent(
        shop, db_url, "grant", ANNA, "--wording", "I agree.", "--method", "paper", "--proof", str(proof)
    )
    assert (code, output.startswith("Entry 1: grant of +14155552671 for brand.")) == (0, True), errors
    root = json.loads((await consent(shop, db_url, "root", "--json"))[1])
    assert root["size"] == 1
    code, _, _ = await consent(shop, db_url, "revoke", ANNA, "--reason", "by phone", "--all")
    assert code == 0
    code, output, _ = await consent(shop, db_url, "show", ANNA)
    assert "brand: revoked, everything since" in output
    assert '"I agree."' in output
    assert "proof form.txt, 6 bytes" in output
    published = ("--size", "1", "--root", root["root"])
    code, output, _ = await consent(shop, db_url, "verify", *published)
    assert (code, output.startswith("2 entries are as they were entered.")) == (0, True)
    code, output, _ = await consent(shop, db_url, "verify", "--size", "1", "--root", "00" * 32, "--json")
    assert (code, len(json.loads(output)["faults"])) == (5, 1)


async def test_a_sheet_comes_in_and_what_is_wrong_is_named(shop: Shop, db_url: str, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"recipient,given_at\n{ANNA},2026-01-01T00:00:00Z\n{BERT},2026-01-01T00:00:00Z\n")
    given = ("--reason", "moved", "--scope", "topic:offers", "--wording", "I agree.", "--json")
    code, output, errors = await consent(shop, db_url, "import", str(file), *given)
    assert (code, output) == (0, '{"rows": 2, "new": 2}\n'), errors
    file.write_text(f"recipient,given_at\n{ANNA},yesterday\n")
    code, _, errors = await consent(shop, db_url, "import", str(file), *given)
    assert (code, "line 2: given_at: 'yesterday' is no time" in " ".join(errors.split())) == (4, True), errors
