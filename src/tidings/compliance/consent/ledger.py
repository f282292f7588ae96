"""Reading the ledger: what is known, what was entered, its root, proofs, and the check of all of it."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from tidings.compliance.consent.entry import FIRST
from tidings.compliance.consent.record import known_of
from tidings.compliance.consent.standing import ConsentState, Known
from tidings.compliance.consent.tree import EMPTY, HASH_BYTES, Tree, leaf_hash, path_of, proof_of
from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection, Database
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
NEWEST = (1 << 63) - 1
PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Root:
    """What stands for a ledger at some moment."""

    size: int
    root: bytes
    at: Instant | None
    """When its last entry was made; None while it is empty."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry as it is kept."""

    n: int
    line: bytes

    @property
    def leaf(self) -> bytes:
        """Its hash."""
        return leaf_hash(self.line)

    @property
    def fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = json.loads(self.line)
        return fields


async def root_of(connection: Connection, account: UUID) -> Root:
    row = await SQL.one(connection, "head", account)
    return Root(0, EMPTY, None) if row is None else Root(row["size"], row["root"], row["at"])


async def listed(
    connection: Connection,
    account: UUID,
    *,
    after: tuple[str, str] = ("", ""),
    most: int,
    state: ConsentState | None = None,
    scope: str | None = None,
    recipient: str | None = None,
) -> list[tuple[str, Known]]:
    """Person and what is known of them in a scope, behind the recipient and scope of `after`, in that order."""
    rows = await SQL.many(connection, "consents_page", account, *after, state, scope, recipient, most)
    return [(row["recipient"], known_of(row)) for row in rows]


async def history(
    connection: Connection, account: UUID, recipient: str, *, before: int = NEWEST, most: int
) -> list[Kept]:
    """What was entered about a person, newest first."""
    rows = await SQL.many(connection, "entries_of", account, recipient, before, most)
    return [Kept(row["n"], row["entry"]) for row in rows]


async def entry_of(connection: Connection, account: UUID, n: int) -> bytes:
    """An entry that there is."""
    line: bytes = await SQL.value(connection, "entry", account, n)
    return line


async def wordings_of(connection: Connection, account: UUID, entries: Sequence[Kept]) -> dict[str, str]:
    """What people read, by its SHA-256 in hexadecimal digits, of these entries."""
    wanted = {digest for one in entries if (digest := one.fields.get("wording_sha256")) is not None}
    rows = await SQL.many(connection, "wordings", account, [bytes.fromhex(one) for one in wanted])
    return {row["sha256"].hex(): row["wording"] for row in rows}


async def proofs_of(
    connection: Connection, account: UUID, places: Sequence[int], *, size: int
) -> list[list[bytes]]:
    """The proof of each of these entries in the ledger as it was with so many."""
    nodes = {node for n in places for node in path_of(n, size=size).nodes}
    rows = await SQL.many(connection, "nodes", account, sorted({node.end for node in nodes}))
    kept = {row["n"]: row["nodes"] for row in rows}
    hash_of = {
        node: kept[node.end][node.height * HASH_BYTES : (node.height + 1) * HASH_BYTES] for node in nodes
    }
    return [proof_of(n, size=size, hash_of=hash_of) for n in places]


@dataclass(frozen=True, slots=True)
class Checked:
    size: int
    root: bytes
    faults: tuple[str, ...]
    """What is wrong; the first few."""


async def check(
    db: Database, account: UUID, *, published: tuple[int, bytes] | None = None
) -> AsyncIterator[Checked]:
    """Reads a whole ledger and checks every entry, its place in the chain and in the tree, every wording, and the root;
    after every page it yields how far it is. `published`: the size and root that the ledger once had."""
    tree, last, faults = Tree(), FIRST, list[str]()
    async with db.connection() as connection:
        head = await root_of(connection, account)
        faults += [
            f"the wording {row['sha256'].hex()} was changed"
            for row in await SQL.many(connection, "all_wordings", account)
            if sha256(row["wording"].encode()).digest() != row["sha256"]
        ]
    while tree.size < head.size and len(faults) < 10:
        async with db.connection() as connection:
            rows = await SQL.many(connection, "ledger_page", account, tree.size, head.size, PAGE)
        if not rows:
            faults.append(f"entry {tree.size + 1:,} is missing, and all after it")
            break
        for row in rows:
            n = tree.size + 1
            leaf = leaf_hash(row["entry"])
            fields = json.loads(row["entry"])
            if (row["n"], fields["n"], fields["account"]) != (n, n, f"AC{account.hex}"):
                faults.append(f"in the place of entry {n:,} stands another")
            elif fields["prev"] != last.hex():
                faults.append(f"entry {n:,} does not follow the one before it")
            tree, (nodes,) = tree.grown([leaf])
            if nodes != row["nodes"]:
                faults.append(f"entry {n:,} was changed")
            last = leaf
            if published is not None and published[0] == n and published[1] != tree.root:
                faults.append(f"with {n:,} entries the root was {tree.root.hex()}, not the published one")
            if len(faults) >= 10:
                break
        yield Checked(tree.size, tree.root, tuple(faults))
    if not faults and tree.root != head.root:
        faults.append("the root is not that of the entries")
    if published is not None and published[0] > head.size:
        faults.append(f"there are {head.size:,} entries, and {published[0]:,} were published")
    yield Checked(tree.size, tree.root, tuple(faults))
