"""One entry of the ledger: what was done, in bytes that never change, and their hash. Pure.

The bytes are JSON by the rules of RFC 8785 for what stands in an entry (text and whole numbers): names in order, no
blanks, UTF-8. So anybody can write the same bytes again, and needs nothing of ours to check them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from tidings.compliance.consent.tree import leaf_hash
from tidings.kernel.instant import Instant

VERSION = 1
_STAMP_CHARACTERS = len("2026-01-31T23:59:59.999999Z")
_encode = msgspec.json.Encoder().encode
FIRST = bytes(32)
"""What stands in the place of the hash before the first entry."""


class Deed(StrEnum):
    """What an entry says happened."""

    GRANT = "grant"
    """A person agreed."""
    REQUEST = "request"
    """A person agreed, and was asked to confirm it: no consent until then."""
    CONFIRM = "confirm"
    """A person confirmed what was requested (double opt-in)."""
    REVOKE = "revoke"
    """A person withdrew consent."""
    EXPIRE = "expire"
    """The time was over for which consent had been given."""
    OPT_OUT = "opt_out"
    """A person opted out of a service or a sender: a withdrawal too."""
    OPT_IN = "opt_in"
    """An opt-out was lifted. By the person's own keyword it is consent to hear from that sender."""
    REVIEW = "review"
    """A person said what may be an opt-out."""
    CLEARED = "cleared"
    """A human decided that it was none."""
    SEAL = "seal"
    """What was known of a person was put into a proof pack: its digest is bound into the ledger."""


class Method(StrEnum):
    """How a person said so."""

    WEB_FORM = "web_form"
    KEYWORD = "keyword"
    PAPER = "paper"
    PHONE = "phone"
    IN_PERSON = "in_person"
    APP = "app"
    IMPORT = "import"
    OTHER = "other"


class Reach(StrEnum):
    """How far a withdrawal goes."""

    SCOPE = "scope"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Proof:
    """A file that proves a consent: a scan, a log, a recording. It is kept elsewhere; its hash binds it."""

    name: str
    sha256: str
    """64 hexadecimal digits."""
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Said:
    """What is put into the ledger about one person in one scope."""

    deed: Deed
    recipient: str
    scope: str
    method: str
    """A `Method`; of mirrored opt-outs the source that they have."""
    since: Instant
    """When the person said so; not after it is entered."""
    expires_at: Instant | None = None
    wording: str | None = None
    """What the person read and agreed to, word for word."""
    place: str | None = None
    """Where: a URL, a shop, a sheet's name."""
    ip: str | None = None
    reach: Reach = Reach.SCOPE
    keyword: str | None = None
    message: UUID | None = None
    """The message with which the person said so."""
    reason: str | None = None
    by: str | None = None
    """Who entered it: a credential's SID, or a user's name."""
    proofs: tuple[Proof, ...] = field(default=())
    digest: str | None = None
    """Of a seal: the SHA-256 of the pack's manifest, in hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry in its place."""

    n: int
    """From 1 in each account, without gaps."""
    said: Said
    line: bytes
    """What is kept and hashed."""
    leaf: bytes
    """Its hash as a leaf of the tree; stands in the next entry."""


def written(account: UUID, said: Said, *, n: int, before: bytes, at: Instant, wording: bytes | None) -> Entry:
    """The entry of an account in place n. `before`: the hash of the entry before it; `wording`: the SHA-256 of the
    wording, which itself is kept apart; `at`: when it is entered."""
    fields: dict[str, Any] = {
        "account": f"AC{account.hex}",
        "at": stamp(at),
        "deed": said.deed.value,
        "method": str(said.method),
        "n": n,
        "prev": before.hex(),
        "recipient": said.recipient,
        "scope": said.scope,
        "since": stamp(said.since),
        "v": VERSION,
    }
    if said.deed in (Deed.REVOKE, Deed.OPT_OUT):
        fields["reach"] = said.reach.value
    optional: Mapping[str, Any] = {
        "by": said.by,
        "digest": said.digest,
        "expires_at": None if said.expires_at is None else stamp(said.expires_at),
        "ip": said.ip,
        "keyword": said.keyword,
        "message": None if said.message is None else f"SM{said.message.hex}",
        "place": said.place,
        "reason": said.reason,
        "wording_sha256": None if wording is None else wording.hex(),
        "proofs": [{"bytes": one.size_bytes, "name": one.name, "sha256": one.sha256} for one in said.proofs]
        or None,
    }
    fields |= {name: value for name, value in optional.items() if value is not None}
    line = canonical(fields)
    return Entry(n, said, line, leaf_hash(line))


def canonical(value: Any) -> bytes:
    """JSON in the one form that is hashed. Text, whole numbers, lists and maps of them only."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def stamp(at: Instant) -> str:
    """A time as it stands in an entry: UTC, with microseconds."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    text = _encode(at)[1:-1].decode()  # a quarter of what isoformat takes of a time with a zone
    return text if len(text) == _STAMP_CHARACTERS else f"{text[:-1]}.000000Z"
