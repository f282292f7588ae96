"""Consents as a sheet (CSV): lists of other systems, each line with what proves it. Pure."""

import csv
import io
import re
from dataclasses import dataclass

from tidings.compliance.consent.entry import Deed, Method, Proof, Said
from tidings.compliance.consent.scope import parse_scope
from tidings.compliance.opt_outs.scope import parse_recipient
from tidings.kernel.instant import Instant, parse_instant

LONGEST_TEXT = 500
LONGEST_WORDING = 5_000
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class Fault:
    line: int
    """Counted from 1, the header included."""
    text: str


@dataclass(frozen=True, slots=True)
class ForAll:
    """What holds for every line that does not say otherwise."""

    scope: str | None = None
    wording: str | None = None
    place: str | None = None
    reason: str | None = None
    by: str | None = None
    sheet: Proof | None = None
    """The sheet itself: its hash is bound into every entry that comes from it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    said: list[Said]
    lines: list[int]
    """Where each stands."""
    faults: list[Fault]


def read(text: str, *, for_all: ForAll, now: Instant) -> Sheet:
    """What a sheet says. It needs a header with `recipient` and `given_at`, and `scope` and `wording` unless given for
    all; `method`, `place`, `ip`, `expires_at`, `proof` (a file's name), `proof_sha256` and `proof_bytes` are read too,
    other columns passed over."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    names = [name.strip().lower() for name in next(rows, [])]
    needed = ["recipient", "given_at"]
    needed += [] if for_all.scope else ["scope"]
    needed += [] if for_all.wording else ["wording"]
    missing = [name for name in needed if name not in names]
    if missing:
        return Sheet([], [], [Fault(1, f"the header has no column {' and no column '.join(missing)}")])
    found, lines, faults = list[Said](), list[int](), list[Fault]()
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        cells = dict(zip(names, (cell.strip() for cell in row), strict=False))
        one = _said(cells, for_all, now)
        if isinstance(one, str):
            faults.append(Fault(rows.line_num, one))
        else:
            found.append(one)
            lines.append(rows.line_num)
    return Sheet(found, lines, faults)


def _said(cells: dict[str, str], for_all: ForAll, now: Instant) -> Said | str:
    """The consent in a row, or what is wrong with it."""
    recipient = parse_recipient(cells["recipient"])
    if recipient is None:
        return f"{cells['recipient']!r} is no number in E.164, such as +14155552671"
    scope = parse_scope(cells["scope"]) if cells.get("scope") else for_all.scope
    if scope is None:
        return f"{cells.get('scope', '')!r} is no scope: write brand, topic:NAME, a service's SID or a sender"
    since = parse_instant(cells.get("given_at", ""))
    if since is None:
        return f"given_at: {cells.get('given_at', '')!r} is no time: write 2026-11-24T08:00:00Z"
    if since > now:
        return f"given_at: {cells['given_at']} lies in the future"
    expires = parse_instant(cells["expires_at"]) if cells.get("expires_at") else None
    if cells.get("expires_at") and (expires is None or expires <= since):
        return f"expires_at: {cells['expires_at']!r} is no time after given_at"
    method = cells.get("method") or Method.IMPORT
    if method not in set(Method):
        return f"{method!r} is no method: write {', '.join(Method)}"
    wording = cells.get("wording") or for_all.wording
    if not wording:
        return "no wording: write what the person read and agreed to"
    proof = _proof(cells)
    if isinstance(proof, str):
        return proof
    proofs = tuple(one for one in (proof, for_all.sheet) if one is not None)
    return Said(
        Deed.GRANT,
        recipient,
        scope,
        method,
        since,
        expires_at=expires,
        wording=wording[:LONGEST_WORDING],
        place=(cells.get("place") or for_all.place or "")[:LONGEST_TEXT] or None,
        ip=cells.get("ip", "")[:64] or None,
        reason=for_all.reason,
        by=for_all.by,
        proofs=proofs,
    )


def _proof(cells: dict[str, str]) -> Proof | str | None:
    digest = cells.get("proof_sha256", "")
    if not digest:
        return "proof without proof_sha256: a file is bound by its SHA-256" if cells.get("proof") else None
    if _DIGEST.fullmatch(digest) is None:
        return f"proof_sha256: {digest!r} has not 64 hexadecimal digits"
    size = cells.get("proof_bytes", "0") or "0"
    if not (size.isascii() and size.isdigit()):
        return f"proof_bytes: {size!r} is no number"
    return Proof(cells.get("proof", "")[:LONGEST_TEXT] or "proof", digest.lower(), int(size))
