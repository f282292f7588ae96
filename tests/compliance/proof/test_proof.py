"""A proof pack proves itself by a published root, and shows every change of it."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.api_home import now
from tests.command import command
from tests.compliance.conftest import ANNA, BERT, SHOP, Shop
from tests.messages.stored import store_message

from tidings.compliance.consent import ledger
from tidings.compliance.consent.entry import Deed, Said, canonical
from tidings.compliance.consent.tree import Tree, leaf_hash, path_of, proof_of
from tidings.compliance.proof.check import check
from tidings.compliance.proof.make import make
from tidings.compliance.proof.pack import Proven, archive, files_of
from tidings.messages.dealings import dealings

ROOT = Path(__file__).parents[3]
WORDING = "I agree to offers from Shop."


async def pack_of(shop: Shop, person: str = ANNA) -> bytes:
    account = shop.opened.account.id
    async with shop.home.db.transaction() as connection:
        messages = await dealings(connection, account, person)
        return await make(connection, account, person, messages=messages, by="Eve", now=now())


async def lived(shop: Shop) -> None:
    """Anna agrees, gets a message and says STOP; others come between."""
    for person in (BERT, ANNA, "+14155552673"):
        body = {"recipient": person, "method": "web_form", "wording": WORDING}
        assert (await shop.ask("POST", "/tidings/v1/consents", json=body)).status == 200
    account = shop.opened.account.id
    await store_message(shop.home.db, account, at=now(), facts=["message.queued"], recipient=ANNA)
    await shop.hear("STOP", person=BERT)
    await shop.hear("STOP")


def changed(octets: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The archive with one file changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(octets)) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.namelist():
            new.writestr(one, change(old.read(one)) if one == name else old.read(one))
    return out.getvalue()


async def test_a_pack_holds_everything_and_proves_itself_by_the_root_of_the_ledger(shop: Shop) -> None:
    await lived(shop)
    octets = await pack_of(shop)
    async with shop.home.db.connection() as connection:
        root = await ledger.root_of(connection, shop.opened.account.id)
    found = check(octets, root=root.root.hex())
    assert found.faults == ()
    assert (found.entries, found.messages, found.opt_outs) == (2, 1, 1)
    assert (found.recipient, found.account, found.size) == (ANNA, shop.opened.sid, root.size)
    with zipfile.ZipFile(io.BytesIO(octets)) as zipped:
        report = zipped.read("report.txt").decode()
        entries = [json.loads(line) for line in zipped.read("entries.jsonl").splitlines()]
        message = json.loads(zipped.read("messages.jsonl"))
    assert f'read: "{WORDING}"' in report
    assert "opt_out (keyword)" in report
    assert [one["deed"] for one in entries] == ["grant", "opt_out"]
    assert BERT not in "".join(map(str, entries))
    assert message["message"]["recipient"] == ANNA
    assert [fact["kind"] for fact in message["facts"]] == ["message.queued"]


async def test_an_earlier_pack_is_part_of_what_a_later_one_tells(shop: Shop) -> None:
    await lived(shop)
    await pack_of(shop)
    later = check(await pack_of(shop))
    assert (later.faults, later.entries) == ((), 3)


async def test_nothing_in_a_pack_can_be_changed_unseen(shop: Shop) -> None:
    await lived(shop)
    octets = await pack_of(shop)
    with zipfile.ZipFile(io.BytesIO(octets)) as zipped:
        names = zipped.namelist()
    for name in names:
        assert check(changed(octets, name, lambda old: old.replace(b"1", b"2"))).faults, name
        assert check(changed(octets, name, lambda old: b"")).faults, name
    assert check(octets, root="00" * 32).faults == (
        f"its root {check(octets).root} is not the published one",
    )


def resealed(octets: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A forger's: one file changed, and the manifest and the seal's line mended to fit."""
    from hashlib import sha256

    with zipfile.ZipFile(io.BytesIO(octets)) as zipped:
        manifest, proofs = json.loads(zipped.read("manifest.json")), json.loads(zipped.read("proofs.json"))
        new = change(zipped.read(name))
    manifest["files"][name] = {"bytes": len(new), "sha256": sha256(new).hexdigest()}
    seal = json.loads(proofs["seal"]["line"])
    seal["digest"] = sha256(canonical(manifest)).hexdigest()
    proofs["seal"]["line"] = canonical(seal).decode()
    octets = changed(octets, name, lambda _: new)
    octets = changed(octets, "manifest.json", lambda _: canonical(manifest))
    return changed(octets, "proofs.json", lambda _: canonical(proofs))


async def test_who_mends_the_manifest_too_cannot_mend_the_ledger(shop: Shop) -> None:
    await lived(shop)
    octets = await pack_of(shop)
    forged = resealed(octets, "messages.jsonl", lambda old: old.replace(ANNA.encode(), BERT.encode()))
    assert check(forged).faults == ("the seal does not stand in the ledger of this root",)
    left_out = resealed(octets, "entries.jsonl", lambda old: old.split(b"\n", 1)[1])
    assert "there are 1 entries and 2 proofs" in check(left_out).faults


def small_pack() -> bytes:
    """A pack that needs no ledger in PostgreSQL."""
    from uuid import UUID

    from tidings.compliance.consent.entry import FIRST, written
    from tidings.compliance.consent.tree import HASH_BYTES, Node

    account, at = UUID(int=1), now()
    grant = written(
        account, Said(Deed.GRANT, ANNA, "brand", "paper", at), n=1, before=FIRST, at=at, wording=None
    )
    files = files_of(
        account=f"AC{account.hex}",
        recipient=ANNA,
        made_at="",
        entries=[grant.line],
        wordings={},
        opt_outs=[],
        messages=[],
        report="",
    )
    said = Said(Deed.SEAL, ANNA, "brand", "other", at, digest=files.digest)
    seal = written(account, said, n=2, before=grant.leaf, at=at, wording=None)
    tree, kept = Tree().grown([grant.leaf, seal.leaf])
    hash_of = {Node(n, 0): nodes[:HASH_BYTES] for n, nodes in enumerate(kept, start=1)}
    assert leaf_hash(grant.line) == hash_of[path_of(2, size=2).beside[0]]
    first, second = (Proven(n, proof_of(n, size=2, hash_of=hash_of)) for n in (1, 2))
    return archive(files, size=2, root=tree.root, seal=seal.line, seal_proof=second, proofs=[first])


SMALL = small_pack()


@given(st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_the_octets_are_the_check_answers(data: st.DataObject) -> None:
    assert check(SMALL).faults == ()
    octets = bytearray(SMALL)
    for _ in range(data.draw(st.integers(min_value=1, max_value=4))):
        octets[data.draw(st.integers(min_value=0, max_value=len(octets) - 1))] ^= data.draw(
            st.integers(min_value=1, max_value=255)
        )
    found = check(bytes(octets[: data.draw(st.integers(min_value=0, max_value=len(octets)))]))
    assert isinstance(found.faults, tuple)
    wrong: Any = {"manifest.json": b"[]", "proofs.json": b'{"seal": 7, "entries": [], "root": 1}'}
    for name, new in wrong.items():
        assert check(changed(SMALL, name, lambda _, new=new: new)).faults


async def tidings(shop: Shop, db_url: str, *words: str, offline: bool = False) -> tuple[int, str, str]:
    environ = {} if offline else {"TIDINGS_DATABASE_URL": db_url}
    about = () if offline else ("--account", shop.opened.sid)
    return await command("proof", *words, *about, environ=environ)


async def test_the_command_writes_a_pack_and_checks_it_with_nothing_else(
    shop: Shop, db_url: str, tmp_path: Path
) -> None:
    await lived(shop)
    file = tmp_path / "anna.zip"
    code, output, errors = await tidings(shop, db_url, ANNA, str(file), "--json")
    assert code == 0, errors
    root = json.loads(output)["root"]
    code, output, _ = await tidings(shop, db_url, "verify", str(file), "--root", root, offline=True)
    assert (code, f"It holds: {ANNA}" in output, "is the published one" in output) == (0, True, True)
    file.write_bytes(changed(file.read_bytes(), "report.txt", lambda old: old + b"!"))
    code, output, _ = await tidings(shop, db_url, "verify", str(file), offline=True)
    assert (code, output) == (5, "report.txt was changed\n")
    assert SHOP not in output
