"""Making a proof pack: what is known is gathered, sealed in the ledger, and proved by its root."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tidings.compliance.consent import ledger
from tidings.compliance.consent.entry import Deed, Method, Said, stamp
from tidings.compliance.consent.record import append, hold
from tidings.compliance.opt_outs import register
from tidings.compliance.opt_outs.scope import written
from tidings.compliance.proof.pack import Proven, archive, files_of
from tidings.compliance.proof.report import report
from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection

MOST = 100_000
"""Entries and changes of one person."""


async def make(
    connection: Connection,
    account: UUID,
    recipient: str,
    *,
    messages: Sequence[Mapping[str, Any]],
    by: str,
    now: Instant,
) -> bytes:
    """The archive, with the messages that were given. Needs an open transaction: the seal is an entry of the ledger."""
    await hold(connection, {account}, now=now)
    entries = (await ledger.history(connection, account, recipient, most=MOST))[::-1]
    wordings = await ledger.wordings_of(connection, account, entries)
    changes = (await register.history(connection, account, recipient, most=MOST))[::-1]
    lines = [one.line for one in entries]
    files = files_of(
        account=f"AC{account.hex}",
        recipient=recipient,
        made_at=stamp(now),
        entries=lines,
        wordings=wordings,
        opt_outs=[_change(one) for one in changes],
        messages=messages,
        report=report(recipient, entries=lines, wordings=wordings, messages=messages),
    )
    said = Said(Deed.SEAL, recipient, "brand", Method.OTHER, now, by=by, digest=files.digest)
    (seal,) = await append(connection, [(account, said)], now=now)
    root = await ledger.root_of(connection, account)
    places = [*(one.n for one in entries), seal.n]
    *paths, seal_path = await ledger.proofs_of(connection, account, places, size=root.size)
    return archive(
        files,
        size=root.size,
        root=root.root,
        seal=seal.line,
        seal_proof=Proven(seal.n, seal_path),
        proofs=[Proven(one.n, path) for one, path in zip(entries, paths, strict=True)],
    )


def _change(one: register.Line) -> dict[str, Any]:
    fields = {
        "at": stamp(one.at),
        "change": one.change.value,
        "changed_by": one.changed_by,
        "id": one.id,
        "keyword": one.keyword,
        "message": None if one.message is None else f"SM{one.message.hex}",
        "reason": one.reason,
        "recipient": one.recipient,
        "scope": written(one.scope),
        "source": one.source,
    }
    return {key: value for key, value in fields.items() if value is not None}
