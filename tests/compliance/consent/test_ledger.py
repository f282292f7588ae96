"""The ledger in PostgreSQL: it only grows, keeps its chain and its tree, and holds opt-outs as they happen."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from tests.api_home import now
from tests.compliance.conftest import ANNA, BERT, SHOP, Shop

from tidings.compliance.consent import standings
from tidings.compliance.consent.entry import Deed, Proof, Said
from tidings.compliance.consent.record import append
from tidings.compliance.consent.standing import ConsentState
from tidings.compliance.consent.tree import Tree, leaf_hash
from tidings.runtime.database import Database

ACCOUNT = UUID(int=1)


def grant(recipient: str = ANNA, scope: str = "brand", **more: object) -> Said:
    return Said(Deed.GRANT, recipient, scope, "web_form", now() - timedelta(days=1), **more)  # type: ignore[arg-type]


async def entered(db: Database, *said: Said, account: UUID = ACCOUNT) -> None:
    async with db.transaction() as connection:
        await append(connection, [(account, one) for one in said], now=now())


async def lines(db: Database, account: UUID = ACCOUNT) -> Sequence[tuple[bytes, bytes]]:
    async with db.connection() as connection:
        rows = await connection.fetch(
            "select n, entry, nodes from consent_ledger where account = $1 order by n", account
        )
    assert [row["n"] for row in rows] == list(range(1, len(rows) + 1))
    return [(row["entry"], row["nodes"]) for row in rows]


async def assert_whole(db: Database, account: UUID = ACCOUNT) -> list[dict[str, object]]:
    """The entries, each bound to the one before and all to the root of the head."""
    kept = await lines(db, account)
    entries = [json.loads(line) for line, _ in kept]
    leaves = [leaf_hash(line) for line, _ in kept]
    assert [entry["prev"] for entry in entries] == [bytes(32).hex(), *(leaf.hex() for leaf in leaves[:-1])]
    tree, nodes = Tree().grown(leaves)
    assert nodes == [one for _, one in kept]
    async with db.connection() as connection:
        head = await connection.fetchrow("select * from consent_heads where account = $1", account)
    assert head is not None
    assert (head["size"], head["root"], head["last"]) == (len(kept), tree.root, leaves[-1])
    return entries


async def test_an_entry_says_everything_in_bytes_that_anybody_can_write_again(db: Database) -> None:
    proof = Proof("form.pdf", "ab" * 32, 1234)
    await entered(db, grant(wording="I agree to offers.", place="https://shop.example", proofs=(proof,)))
    await entered(db, grant(BERT, "topic:offers"))
    first, second = await assert_whole(db)
    assert first["wording_sha256"] == sha256(b"I agree to offers.").hexdigest()
    assert first["proofs"] == [{"bytes": 1234, "name": "form.pdf", "sha256": "ab" * 32}]
    assert (first["deed"], first["recipient"], first["place"]) == ("grant", ANNA, "https://shop.example")
    assert second["n"] == 2
    (line, _), _ = await lines(db)
    assert line == json.dumps(first, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


async def test_the_standing_of_many_is_read_at_once_and_is_each_accounts_own(db: Database) -> None:
    other = UUID(int=2)
    await entered(db, grant(), grant(scope="topic:offers"), grant(BERT))
    await entered(db, grant(BERT, "topic:news"), account=other)
    async with db.connection() as connection:
        anna, nobody, bert, theirs = await standings(
            connection, [(ACCOUNT, ANNA), (ACCOUNT, "+14155559999"), (ACCOUNT, BERT), (other, BERT)]
        )
    assert {one.scope for one in anna} == {"brand", "topic:offers"}
    assert nobody == ()
    assert [(one.scope, one.state) for one in bert] == [("brand", ConsentState.GRANTED)]
    assert [one.scope for one in theirs] == ["topic:news"]


async def test_entries_of_one_batch_about_one_person_follow_each_other(db: Database) -> None:
    later = Said(Deed.REVOKE, ANNA, "brand", "phone", now())
    await entered(db, grant(), later, grant(BERT))
    await assert_whole(db)
    async with db.connection() as connection:
        anna, bert = await standings(connection, [(ACCOUNT, ANNA), (ACCOUNT, BERT)])
    assert (anna[0].state, anna[0].n) == (ConsentState.REVOKED, 2)
    assert bert[0].state is ConsentState.GRANTED


async def test_writers_at_once_leave_one_chain(db: Database) -> None:
    accounts = [ACCOUNT, UUID(int=2)]

    async def writer(number: int) -> None:
        for turn in range(4):
            said = grant(f"+1415555{number:02d}{turn:02d}")
            await entered(db, said, said, account=accounts[number % 2])

    await asyncio.gather(*(writer(number) for number in range(6)))
    for account in accounts:
        assert len(await assert_whole(db, account)) == 24


async def test_opt_outs_stand_in_the_ledger_with_the_transaction_that_makes_them(shop: Shop) -> None:
    account, db = shop.opened.account.id, shop.home.db
    await shop.hear("STOP")
    await shop.hear("STOP")
    await shop.hear("wrong number", person=BERT)
    await shop.hear("START")
    await shop.ask(
        "POST", "/tidings/v1/opt-outs", json={"recipient": BERT, "scope": shop.service, "reason": "by phone"}
    )
    entries = await assert_whole(db, account)
    assert [
        (one["deed"], one["recipient"], one["scope"], one["method"], one.get("reach")) for one in entries
    ] == [
        ("opt_out", ANNA, SHOP, "keyword", "all"),
        ("review", BERT, SHOP, "doubt", None),
        ("opt_in", ANNA, SHOP, "keyword", None),
        ("opt_out", BERT, shop.service, "api", "scope"),
    ]
    assert entries[0]["keyword"] == "STOP"
    assert str(entries[0]["message"]).startswith("SM")
    assert (entries[3]["reason"], entries[3]["by"]) == ("by phone", shop.opened.sid)
    async with db.connection() as connection:
        anna, bert = await standings(connection, [(account, ANNA), (account, BERT)])
    assert [(one.scope, one.state) for one in anna] == [(SHOP, ConsentState.GRANTED)]
    assert [(one.scope, one.state) for one in bert] == [(shop.service, ConsentState.REVOKED)]


async def test_what_is_rolled_back_leaves_no_trace(db: Database) -> None:
    try:
        async with db.transaction() as connection:
            await append(connection, [(ACCOUNT, grant())], now=now())
            raise KeyError(uuid4())
    except KeyError:
        pass
    assert await lines(db) == []
