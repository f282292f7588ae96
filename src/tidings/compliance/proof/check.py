"""Checking a proof pack with nothing else: no network, no database, no key. Pure."""

import io
import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from tidings.compliance.consent.tree import leaf_hash, proves
from tidings.compliance.proof.pack import ENTRIES, LISTED, MANIFEST, MESSAGES, OPT_OUTS, PROOFS, WORDINGS

LARGEST_BYTES = 2_000_000_000
"""So much a pack may unpack to."""
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    ArithmeticError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    RuntimeError,
    OSError,
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a pack is, and what is wrong with it."""

    faults: tuple[str, ...]
    account: str = ""
    recipient: str = ""
    made_at: str = ""
    size: int = 0
    root: str = ""
    entries: int = 0
    messages: int = 0
    opt_outs: int = 0


def check(octets: bytes, *, root: str | None = None) -> Found:
    """`root`: the one that was published, in hexadecimal digits; without it the pack's own is held against itself, and
    remains to be compared. Never raises, whatever the octets are."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as zipped:
            if sum(info.file_size for info in zipped.infolist()) > LARGEST_BYTES:
                return Found(("it unpacks to more than any pack holds",))
            names = zipped.namelist()
            files = {name: zipped.read(name) for name in names}
        if len(names) != len(files):
            return Found(("a file stands in it twice",))
        return _check(files, root)
    except zipfile.BadZipFile:
        return Found(("it is no whole ZIP archive",))
    except _UNREADABLE as error:
        return Found((f"it has not the form of a proof pack: {type(error).__name__} {error}",))


def _check(files: Mapping[str, bytes], root: str | None) -> Found:
    manifest, proofs = json.loads(files[MANIFEST]), json.loads(files[PROOFS])
    faults = [*_of_files(files, manifest)]
    entries = files[ENTRIES].splitlines()
    faults += _of_seal(files, manifest, proofs)
    faults += _of_entries(entries, manifest, proofs)
    faults += _of_wordings(entries, files)
    if root is not None and proofs["root"] != root.lower():
        faults.append(f"its root {proofs['root']} is not the published one")
    return Found(
        tuple(faults),
        account=manifest["account"],
        recipient=manifest["recipient"],
        made_at=manifest["made_at"],
        size=proofs["size"],
        root=proofs["root"],
        entries=len(entries),
        messages=len(files[MESSAGES].splitlines()),
        opt_outs=len(files[OPT_OUTS].splitlines()),
    )


def _of_files(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Iterator[str]:
    listed = manifest["files"]
    for name in sorted(LISTED | set(listed) | (set(files) - {MANIFEST, PROOFS})):
        if name not in files:
            yield f"{name} is missing"
        elif name not in listed:
            yield f"{name} is not in the manifest"
        elif sha256(files[name]).hexdigest() != listed[name]["sha256"]:
            yield f"{name} was changed"


def _of_seal(
    files: Mapping[str, bytes], manifest: Mapping[str, Any], proofs: Mapping[str, Any]
) -> Iterator[str]:
    line = proofs["seal"]["line"].encode()
    seal = json.loads(line)
    if seal.get("deed") != "seal" or seal.get("digest") != sha256(files[MANIFEST]).hexdigest():
        yield "the manifest is not the one that was sealed"
    if (seal["account"], seal["recipient"]) != (manifest["account"], manifest["recipient"]):
        yield "the seal is of another account or person"
    if not _proven(line, proofs["seal"], proofs):
        yield "the seal does not stand in the ledger of this root"


def _of_entries(
    entries: list[bytes], manifest: Mapping[str, Any], proofs: Mapping[str, Any]
) -> Iterator[str]:
    if len(entries) != len(proofs["entries"]):
        yield f"there are {len(entries)} entries and {len(proofs['entries'])} proofs"
        return
    before = (0, b"")
    for line, proof in zip(entries, proofs["entries"], strict=True):
        fields = json.loads(line)
        n = fields["n"]
        if (fields["account"], fields["recipient"]) != (manifest["account"], manifest["recipient"]):
            yield f"entry {n} is of another account or person"
        if n != proof["n"] or n <= before[0]:
            yield f"entry {n} is not in its place"
        if n == before[0] + 1 and before[0] and fields["prev"] != before[1].hex():
            yield f"entry {n} does not follow entry {before[0]}"
        if not _proven(line, proof, proofs):
            yield f"entry {n} does not stand in the ledger of this root"
        before = (n, leaf_hash(line))


def _of_wordings(entries: list[bytes], files: Mapping[str, bytes]) -> Iterator[str]:
    rows = [json.loads(line) for line in files[WORDINGS].splitlines()]
    read = {row["sha256"]: row["wording"] for row in rows}
    for digest, wording in read.items():
        if sha256(wording.encode()).hexdigest() != digest:
            yield f"the wording {digest} was changed"
    for line in entries:
        fields = json.loads(line)
        if fields.get("wording_sha256", None) not in (None, *read):
            yield f"what entry {fields['n']} says was read is missing"


def _proven(line: bytes, proof: Mapping[str, Any], proofs: Mapping[str, Any]) -> bool:
    path = [bytes.fromhex(node) for node in proof["path"]]
    return proves(bytes.fromhex(proofs["root"]), leaf_hash(line), path, n=proof["n"], size=proofs["size"])
