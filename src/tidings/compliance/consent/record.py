"""Appending to the ledger: entries of many people in one statement, and with them what follows from them."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from uuid import UUID

from tidings.compliance.consent.entry import FIRST, Deed, Entry, Reach, Said, written
from tidings.compliance.consent.standing import ConsentState, Known, after
from tidings.compliance.consent.tree import EMPTY, HASH_BYTES, Tree
from tidings.compliance.subject import subject_of
from tidings.kernel.instant import Instant
from tidings.kernel.sid import bucket_of
from tidings.runtime.database import Connection, Record
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

_TOLD = frozenset({Deed.GRANT, Deed.REQUEST, Deed.CONFIRM, Deed.REVOKE, Deed.EXPIRE})
"""Deeds with a fact; opt-outs have facts of their own."""


async def hold(connection: Connection, accounts: Iterable[UUID], *, now: Instant) -> None:
    """Lets nobody else write into the ledgers of these accounts until the transaction ends.

    Who changes something else first, and then writes into a ledger, holds the ledger before both, so that no two wait
    for one another.
    """
    await _heads(connection, accounts, now=now)


async def known_to(
    connection: Connection, said: Sequence[tuple[UUID, Said]], *, now: Instant
) -> dict[tuple[UUID, str, str], Known]:
    """What is known by now in the places (account, person, scope) of these words, with the ledgers held."""
    await hold(connection, {account for account, _ in said}, now=now)
    return await _known(connection, said)


async def append(connection: Connection, said: Sequence[tuple[UUID, Said]], *, now: Instant) -> list[Entry]:
    """Enters what people of accounts said, in this order, and gives the entries. Needs an open transaction.

    Costs three statements however many entries there are, and a fourth where facts are told.
    """
    if not said:
        return []
    heads = await _heads(connection, (account for account, _ in said), now=now)
    known = await _known(connection, said)
    entries: list[Entry] = []
    leaves: dict[UUID, list[bytes]] = {account: [] for account in heads}
    last = {account: before for account, (_, before) in heads.items()}
    changed: dict[tuple[UUID, str, str], Known] = {}
    wordings: dict[tuple[UUID, bytes], str] = {}
    for account, one in said:
        wording = None
        if one.wording is not None:
            wording = sha256(one.wording.encode()).digest()
            wordings[account, wording] = one.wording
        n = heads[account][0].size + len(leaves[account]) + 1
        entry = written(account, one, n=n, before=last[account], at=now, wording=wording)
        entries.append(entry)
        leaves[account].append(entry.leaf)
        last[account] = entry.leaf
        place = (account, one.recipient, one.scope)
        follows = after(known.get(place), one, n=n)
        if follows is not None:
            known[place] = changed[place] = follows
    grown = {account: tree.grown(leaves[account]) for account, (tree, _) in heads.items()}
    nodes = {account: iter(kept) for account, (_, kept) in grown.items()}
    await SQL.run(
        connection,
        "append",
        *_columns(
            [
                (account, entry.n, entry.said.recipient, now, entry.line, next(nodes[account]))
                for (account, _), entry in zip(said, entries, strict=True)
            ],
            6,
        ),
        *_columns([(*place, wording) for place, wording in wordings.items()], 3),
        *_columns([(*place[:2], *_row(one)) for place, one in changed.items()], 10),
        *_columns(
            [
                (account, tree.size, last[account], b"".join(tree.peaks), tree.root, now)
                for account, (tree, _) in grown.items()
            ],
            6,
        ),
    )
    await _tell(connection, said, entries, now=now)
    return entries


async def _heads(
    connection: Connection, accounts: Iterable[UUID], *, now: Instant
) -> dict[UUID, tuple[Tree, bytes]]:
    """The trees of these accounts as they stand, each with the hash of its last entry; held."""
    asked = set(accounts)
    rows = await SQL.many(connection, "hold_heads", list(asked))
    if len(rows) < len(asked):
        await SQL.run(connection, "begin_heads", list(asked), EMPTY, now)
        rows = await SQL.many(connection, "hold_heads", list(asked))
    return {row["account"]: (tree_of(row["size"], row["peaks"]), row["last"] or FIRST) for row in rows}


def tree_of(size: int, peaks: bytes) -> Tree:
    """A tree from its head."""
    return Tree(size, tuple(peaks[at : at + HASH_BYTES] for at in range(0, len(peaks), HASH_BYTES)))


async def _known(
    connection: Connection, said: Sequence[tuple[UUID, Said]]
) -> dict[tuple[UUID, str, str], Known]:
    places = list(dict.fromkeys((account, one.recipient, one.scope) for account, one in said))
    rows = await SQL.many(connection, "known_in_scopes", *_columns(places, 3))
    return {places[row["place"] - 1]: known_of(row) for row in rows}


_STATES = {one.value: one for one in ConsentState}
_REACHES = {one.value: one for one in Reach}


def known_of(row: Record) -> Known:
    """What a row of `consents` says."""
    return Known(
        scope=row["scope"],
        state=_STATES[row["state"]],
        since=row["since"],
        n=row["entry"],
        reach=_REACHES[row["reach"]],
        expires_at=row["expires_at"],
        confirmed=row["confirmed"],
        method=row["method"],
    )


def _row(known: Known) -> tuple[object, ...]:
    return (
        known.scope,
        known.state,
        known.since,
        known.n,
        known.reach,
        known.expires_at,
        known.confirmed,
        known.method,
    )


async def _tell(
    connection: Connection, said: Sequence[tuple[UUID, Said]], entries: Sequence[Entry], *, now: Instant
) -> None:
    told = []
    for (account, one), entry in zip(said, entries, strict=True):
        if one.deed in _TOLD:
            subject = subject_of(account, one.recipient)
            place = (bucket_of(subject), now, account, subject)
            told.append((*place, one.deed, one.recipient, one.scope, one.method, entry.n))
    if told:
        await SQL.run(connection, "tell", *_columns(told, 9))


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    """Rows turned into columns; so many empty ones where there are no rows."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
