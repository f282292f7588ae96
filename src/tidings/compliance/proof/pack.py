"""The form of a proof pack: a ZIP archive of lines of JSON, a manifest that names their hashes, and proofs. Pure."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from tidings.compliance.consent.entry import canonical

VERSION = 1
MANIFEST, PROOFS = "manifest.json", "proofs.json"
MESSAGES, OPT_OUTS, ENTRIES, WORDINGS = "messages.jsonl", "opt_outs.jsonl", "entries.jsonl", "wordings.jsonl"
REPORT, README = "report.txt", "README.txt"
LISTED = frozenset({MESSAGES, OPT_OUTS, ENTRIES, WORDINGS, REPORT, README})
"""The files that the manifest names."""
_DAY_ZERO = (1980, 1, 1, 0, 0, 0)

HOW_TO_CHECK = """\
A proof pack: what one account knows of one person, and what it sent them.

entries.jsonl    entries of the ledger about the person, octet for octet, one a line
wordings.jsonl   what the person read and agreed to, with the SHA-256 that entries name
opt_outs.jsonl   the history of the person's opt-outs
messages.jsonl   every message to and from them: as kept, with its verdict (rule, version, source, text,
                 values) and what happened
report.txt       the same in words
manifest.json    SHA-256 and size of these files
proofs.json      the root, the seal, and for each entry its audit path

To check it: tidings proof verify FILE [--root HEX]

To check it by hand:
1. The SHA-256 of each file is the one in manifest.json.
2. The SHA-256 of manifest.json is the "digest" of the seal in proofs.json.
3. The hash of an entry is SHA-256 of an octet 0 and its line. Its audit path leads to the root as
   RFC 9162, 2.1.3.2 says: leaf number n - 1 of a tree of so many leaves (size). The same holds for the seal.
4. Each wording_sha256 is the SHA-256 of a wording.
5. The root is the one that was published. Whoever compares it with one from elsewhere needs to trust nobody here.

It shows that nothing was changed since the seal, and that consents and opt-outs were entered in this order. It cannot
show that nothing was left out.
"""


@dataclass(frozen=True, slots=True)
class Files:
    """What a pack holds before it is sealed."""

    by_name: Mapping[str, bytes]
    manifest: bytes

    @property
    def digest(self) -> str:
        """What the seal says."""
        return sha256(self.manifest).hexdigest()


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry's place, and its audit path."""

    n: int
    path: Sequence[bytes]


def files_of(
    *,
    account: str,
    recipient: str,
    made_at: str,
    entries: Iterable[bytes],
    wordings: Mapping[str, str],
    opt_outs: Iterable[Mapping[str, Any]],
    messages: Iterable[Mapping[str, Any]],
    report: str,
) -> Files:
    """`entries` are lines of the ledger; `wordings` what was read by its SHA-256."""
    by_name = {
        ENTRIES: b"".join(line + b"\n" for line in entries),
        WORDINGS: _lines({"sha256": key, "wording": text} for key, text in sorted(wordings.items())),
        OPT_OUTS: _lines(opt_outs),
        MESSAGES: _lines(messages),
        REPORT: report.encode(),
        README: HOW_TO_CHECK.encode(),
    }
    manifest = {
        "account": account,
        "files": {
            name: {"bytes": len(octets), "sha256": sha256(octets).hexdigest()}
            for name, octets in by_name.items()
        },
        "made_at": made_at,
        "recipient": recipient,
        "v": VERSION,
    }
    return Files(by_name, canonical(manifest))


def archive(
    files: Files, *, size: int, root: bytes, seal: bytes, seal_proof: Proven, proofs: Iterable[Proven]
) -> bytes:
    """The archive, once the seal is entered. The same content gives the same octets."""
    proven = {
        "entries": [_proof(one) for one in proofs],
        "root": root.hex(),
        "seal": _proof(seal_proof) | {"line": seal.decode()},
        "size": size,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        everything = {**files.by_name, MANIFEST: files.manifest, PROOFS: canonical(proven)}
        for name in sorted(everything):
            info = zipfile.ZipInfo(name, _DAY_ZERO)
            info.compress_type = zipfile.ZIP_DEFLATED
            zipped.writestr(info, everything[name])
    return out.getvalue()


def _proof(one: Proven) -> dict[str, Any]:
    return {"n": one.n, "path": [node.hex() for node in one.path]}


def _lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(canonical(row) + b"\n" for row in rows)
