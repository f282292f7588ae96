"""Consents over the API: entered with their proof, confirmed, withdrawn, listed, proved, and taken in as sheets."""

from hashlib import sha256
from typing import Any
from urllib.parse import quote

from tests.api_home import api_home, now
from tests.compliance.conftest import ANNA, BERT, SHOP, Shop, open_shop

from tidings.compliance.consent import ledger
from tidings.compliance.consent.expire import expire
from tidings.compliance.consent.tree import leaf_hash, proves
from tidings.runtime.database import Database

PATH = "/tidings/v1/consents"
WORDING = "I agree to offers from Shop. Msg & data rates may apply."


async def granted(shop: Shop, recipient: str = ANNA, **more: Any) -> Any:
    body = {"recipient": recipient, "method": "web_form", "wording": WORDING} | more
    reply = await shop.ask("POST", PATH, json=body)
    assert reply.status == 200, reply.text
    return reply.body


async def states(shop: Shop, query: str = "") -> list[tuple[str, str, str]]:
    reply = await shop.ask("GET", f"{PATH}{query}")
    assert reply.status == 200, reply.text
    return [(one["recipient"], one["scope"], one["state"]) for one in reply.body["consents"]]


async def test_a_consent_is_entered_withdrawn_and_told_with_what_was_read(shop: Shop) -> None:
    proof = {"name": "form.pdf", "sha256": "AB" * 32, "bytes": 12}
    first = await granted(
        shop, place="https://shop.example/join", given_at="2026-01-02T03:04:05Z", proofs=[proof]
    )
    assert (first["entry"], first["line"]["since"]) == (1, "2026-01-02T03:04:05.000000Z")
    revoked = await shop.ask("POST", f"{PATH}/revoke", json={"recipient": ANNA, "reason": "by phone"})
    assert revoked.body["line"]["prev"] == first["hash"]
    told = (await shop.ask("GET", f"{PATH}/history?recipient={quote(ANNA)}")).body
    assert [one["line"]["deed"] for one in told["history"]] == ["revoke", "grant"]
    assert told["history"][1]["line"]["proofs"] == [proof | {"sha256": "ab" * 32}]
    assert told["wordings"] == {sha256(WORDING.encode()).hexdigest(): WORDING}
    assert [one["state"] for one in told["standing"]] == ["revoked"]


async def test_what_cannot_be_is_refused_by_name_and_enters_nothing(shop: Shop) -> None:
    for wrong, word in (
        ({"recipient": "Anna"}, "recipient"),
        ({"scope": "topic:No Such"}, "scope"),
        ({"scope": "+14155559999"}, "no service or sender"),
        ({"given_at": "2030-01-01T00:00:00Z"}, "given_at"),
        ({"given_at": "2026-01-01T00:00:00"}, "given_at"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"wording": ""}, "wording"),
        ({"proofs": [{"name": "x", "sha256": "12", "bytes": 1}]}, "proofs"),
    ):
        body = {"recipient": ANNA, "method": "web_form", "wording": WORDING} | wrong
        reply = await shop.ask("POST", PATH, json=body)
        assert (reply.status, word in reply.body["message"]) == (400, True), reply.text
    missing = await shop.ask("POST", f"{PATH}/confirm", json={"recipient": ANNA, "method": "web_form"})
    assert (missing.status, missing.body["code"]) == (404, 20404)
    assert (await shop.ask("GET", f"{PATH}/root")).body["size"] == 0


async def test_a_double_opt_in_is_confirmed_by_yes_or_by_hand(shop: Shop) -> None:
    await granted(shop, double_opt_in=True)
    await granted(shop, BERT, double_opt_in=True, scope=shop.service)
    assert await states(shop, "?state=pending") == [
        (ANNA, "brand", "pending"),
        (BERT, shop.service, "pending"),
    ]
    await shop.hear("YES")
    await shop.hear("YES", person=BERT)
    assert await states(shop, "?state=granted") == [(ANNA, "brand", "granted")]
    by_hand = {"recipient": BERT, "scope": shop.service, "method": "web_form"}
    confirmed = await shop.ask("POST", f"{PATH}/confirm", json=by_hand)
    assert confirmed.body["line"]["deed"] == "confirm"
    assert len(await states(shop, "?state=granted&limit=1")) == 1


async def test_every_entry_is_proved_by_the_root(shop: Shop) -> None:
    for number in range(5):
        await granted(shop, f"+1415555260{number}")
    root = (await shop.ask("GET", f"{PATH}/root")).body
    await shop.hear("STOP")
    for number in range(1, 6):
        proof = (await shop.ask("GET", f"{PATH}/entries/{number}/proof?size=5")).body
        leaf = leaf_hash(proof["line"].encode())
        path = [bytes.fromhex(one) for one in proof["proof"]]
        assert proves(bytes.fromhex(root["root"]), leaf, path, n=number, size=5)
    assert (await shop.ask("GET", f"{PATH}/entries/7/proof")).status == 404


async def test_a_ledger_that_somebody_changed_is_found_out(shop: Shop) -> None:
    for number in range(4):
        await granted(shop, f"+1415555260{number}")
    account, db = shop.opened.account.id, shop.home.db

    async def faults(**more: Any) -> tuple[str, ...]:
        return [one async for one in ledger.check(db, account, **more)][-1].faults

    async with db.connection() as connection:
        root = await ledger.root_of(connection, account)
    assert await faults() == ()
    assert await faults(published=(4, root.root)) == ()
    assert "not the published one" in (await faults(published=(4, bytes(32))))[0]
    async with db.connection() as connection:
        await connection.execute(
            "update consent_ledger set entry = convert_to(replace(convert_from(entry, 'UTF8'), "
            "'web_form', 'paper'), 'UTF8') where n = 2"
        )
        await connection.execute("update consent_wordings set wording = 'I agree to all.'")
    found = await faults()
    assert any("wording" in fault for fault in found)
    assert any("entry 2 was changed" in fault for fault in found)
    async with db.connection() as connection:
        await connection.execute("delete from consent_ledger where n = 4")
    assert any("entry 4 is missing" in fault for fault in await faults())


async def test_a_consent_that_expired_is_entered_as_such(shop: Shop) -> None:
    await granted(shop, given_at="2026-01-01T00:00:00Z", expires_at="2026-02-01T00:00:00Z")
    await granted(shop, BERT, expires_at="2099-02-01T00:00:00Z")
    async with shop.home.db.transaction() as connection:
        assert await expire(connection, now=now()) == 1
    async with shop.home.db.transaction() as connection:
        assert await expire(connection, now=now()) == 0
    assert await states(shop) == [(ANNA, "brand", "expired"), (BERT, "brand", "granted")]


SHEET = f"""recipient,given_at,scope,method,place,proof,proof_sha256,proof_bytes
{ANNA},2026-01-02T03:04:05Z,brand,paper,Vienna,card.jpg,{"cd" * 32},99
{BERT},2026-01-02T03:04:05Z,topic:offers,,,,,
"""


async def test_a_sheet_is_taken_in_once_with_its_own_hash(shop: Shop) -> None:
    path = f"{PATH}/import?reason=moved&name=old.csv&wording={quote(WORDING)}"
    reply = await shop.ask("POST", path, body=SHEET.encode(), headers={"Content-Type": "text/csv"})
    assert reply.body == {"rows": 2, "new": 2}, reply.text
    again = await shop.ask("POST", path, body=SHEET.encode(), headers={"Content-Type": "text/csv"})
    assert again.body == {"rows": 2, "new": 0}
    told = (await shop.ask("GET", f"{PATH}/history?recipient={quote(ANNA)}")).body
    whole = {"name": "old.csv", "sha256": sha256(SHEET.encode()).hexdigest(), "bytes": len(SHEET)}
    card = {"name": "card.jpg", "sha256": "cd" * 32, "bytes": 99}
    assert told["history"][0]["line"]["proofs"] == [card, whole]
    assert await states(shop) == [(ANNA, "brand", "granted"), (BERT, "topic:offers", "granted")]


async def test_a_sheet_with_a_wrong_line_is_not_taken_in_at_all(shop: Shop) -> None:
    wrong = SHEET + "Anna,2026-01-02T03:04:05Z,brand,,,,,\n+14155550001,tomorrow,brand,,,,,\n"
    wrong += "+14155550001,2026-01-02T03:04:05Z,+14155559999,,,,,\n"
    path = f"{PATH}/import?reason=moved&wording=x"
    reply = await shop.ask("POST", path, body=wrong.encode(), headers={"Content-Type": "text/csv"})
    assert reply.status == 400
    for word in ("line 4", "line 5", "line 6", "Nothing was taken in"):
        assert word in reply.body["message"]
    assert await states(shop) == []


async def test_what_twilio_is_told_of_consents_stands_in_the_ledger(shop: Shop) -> None:
    item = (
        f'{{"contact_id": "{ANNA}", "correlation_id": "{"a" * 32}", "sender_id": "{SHOP}", '
        '"status": "opt-in", "source": "website", "date_of_consent": "2026-01-02T03:04:05Z"}'
    )
    reply = await shop.ask("POST", "/accounts/v1/Consents/Bulk", form={"Items": item})
    assert reply.status == 201, reply.text
    told = (await shop.ask("GET", f"{PATH}/history?recipient={quote(ANNA)}")).body
    (entry,) = told["history"]
    assert (entry["line"]["deed"], entry["line"]["method"], entry["line"]["scope"]) == (
        "grant",
        "web_form",
        SHOP,
    )


async def test_another_account_sees_nothing_of_it(db: Database) -> None:
    async with api_home(db) as home:
        ours, theirs = await open_shop(home), await open_shop(home, "+14155550177")
        await granted(ours)
        assert await states(theirs) == []
        told = (await theirs.ask("GET", f"{PATH}/history?recipient={quote(ANNA)}")).body
        assert (told["history"], told["wordings"]) == ([], {})
        assert (await theirs.ask("GET", f"{PATH}/root")).body["size"] == 0
        assert (await theirs.ask("GET", f"{PATH}/entries/1/proof")).status == 404
