"""Proofs that a request is the carrier's: each scheme verifies one, and says why not.

Comparisons take the same time wherever two values differ. Schemes that sign a time refuse what is older or newer
than their window, so that a request that somebody kept is worth nothing later. All of it is pure.
"""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode, urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tidings.carriers.door import Knock

WINDOW_SECONDS = 300.0
_BLANK_PORTS = {"https": 443, "http": 80}


class Proof(Protocol):
    def verify(self, knock: Knock, *, now: float) -> str | None:
        """None when the request is the carrier's; else the reason why it is not, without any secret."""
        ...


@dataclass(frozen=True, slots=True)
class HmacOfBody:
    """HMAC-SHA256 in a header, in hex or base64, over the body; with `timestamp_header`, over that time and the body.

    `between` stands between the two. The time is in epoch seconds.
    """

    header: str
    secret: str = field(repr=False)
    encoding: str = "hex"
    prefix: str = ""
    timestamp_header: str | None = None
    between: str = "."
    window: float = WINDOW_SECONDS

    def verify(self, knock: Knock, *, now: float) -> str | None:
        shown = knock.headers.get(self.header)
        if shown is None or not shown.startswith(self.prefix):
            return f"no signature in {self.header}"
        signed = knock.body
        if self.timestamp_header is not None:
            timestamp = knock.headers.get(self.timestamp_header, "")
            if reason := _out_of_window(timestamp, now, self.window):
                return reason
            signed = f"{timestamp}{self.between}".encode() + signed
        digest = hmac.digest(self.secret.encode(), signed, "sha256")
        shown = shown.removeprefix(self.prefix)
        if self.encoding == "hex":
            return _unless_alike(shown.lower(), digest.hex())
        return _unless_alike(shown, b64encode(digest).decode("ascii"))


@dataclass(frozen=True, slots=True)
class Ed25519:
    """Telnyx's: an Ed25519 signature in base64 over the time, a mark and the body. `public_key` has 32 bytes."""

    header: str
    timestamp_header: str
    public_key: bytes
    between: str = "|"
    window: float = WINDOW_SECONDS

    def verify(self, knock: Knock, *, now: float) -> str | None:
        timestamp = knock.headers.get(self.timestamp_header, "")
        if reason := _out_of_window(timestamp, now, self.window):
            return reason
        try:
            signature = b64decode(knock.headers.get(self.header, ""), validate=True)
            key = Ed25519PublicKey.from_public_bytes(self.public_key)
            key.verify(signature, f"{timestamp}{self.between}".encode() + knock.body)
        except (NotBase64, ValueError, InvalidSignature):
            return "the signature is not right"
        return None


@dataclass(frozen=True, slots=True)
class Jwt:
    """Vonage's: a JSON Web Token signed with HS256 behind `Bearer`, whose claim `body_claim` is the SHA-256 of the
    body in hex, and whose `claims` have these values. Its time of issue must be within the window."""

    secret: str = field(repr=False)
    header: str = "authorization"
    body_claim: str = "payload_hash"
    claims: Mapping[str, str] = field(default_factory=dict)
    window: float = WINDOW_SECONDS

    def verify(self, knock: Knock, *, now: float) -> str | None:
        word, _, token = knock.headers.get(self.header, "").partition(" ")
        parts = token.split(".")
        if word.lower() != "bearer" or len(parts) != 3:
            return f"no token in {self.header}"
        try:
            head, claims, signature = (_unpadded(part) for part in parts)
        except (NotBase64, ValueError):
            return "the token cannot be read"
        expected = hmac.digest(self.secret.encode(), f"{parts[0]}.{parts[1]}".encode(), "sha256")
        if not hmac.compare_digest(signature, expected):
            return "the signature is not right"
        try:
            algorithm, told = json.loads(head).get("alg"), json.loads(claims)
            issued, digest = str(told.get("iat", "")), str(told.get(self.body_claim, ""))
        except (ValueError, AttributeError):
            return "the token cannot be read"
        # The algorithm is ours to choose, never the token's.
        if algorithm != "HS256":
            return "the token is not signed with HS256"
        if reason := _out_of_window(issued, now, self.window):
            return reason
        if not hmac.compare_digest(digest.lower().encode(), hashlib.sha256(knock.body).hexdigest().encode()):
            return "the token is of another body"
        for name, value in self.claims.items():
            if not hmac.compare_digest(str(told.get(name, "")).encode(), value.encode()):
                return f"the token's {name} is another"
        return None


@dataclass(frozen=True, slots=True)
class PlivoV3:
    """Plivo's: HMAC-SHA256 in base64 over the URL, the form's pairs in order of their names, and a nonce. Several
    signatures may stand in a header, with commas between, or in several `headers`."""

    secret: str = field(repr=False)
    headers: tuple[str, ...] = ("x-plivo-signature-v3", "x-plivo-signature-ma-v3")
    nonce_header: str = "x-plivo-signature-v3-nonce"

    def verify(self, knock: Knock, *, now: float) -> str | None:
        del now
        nonce = knock.headers.get(self.nonce_header, "")
        shown = [part.strip() for name in self.headers for part in knock.headers.get(name, "").split(",")]
        if not nonce or not any(shown):
            return "no signature"
        signed = f"{plivo_text(knock)}.{nonce}"
        digest = b64encode(hmac.digest(self.secret.encode(), signed.encode(), "sha256")).decode("ascii")
        alike = [hmac.compare_digest(each.encode(), digest.encode()) for each in shown]
        return None if any(alike) else "the signature is not right"


@dataclass(frozen=True, slots=True)
class TwilioSignature:
    """Twilio's: HMAC-SHA1 in base64 over the URL and the form's pairs in order. Where the URL says its scheme's own
    port, or leaves it out, the other way of writing it is as good."""

    secret: str = field(repr=False)
    header: str = "x-twilio-signature"

    def verify(self, knock: Knock, *, now: float) -> str | None:
        del now
        shown = knock.headers.get(self.header)
        if shown is None:
            return f"no signature in {self.header}"
        pairs = "".join(name + value for name, value in sorted(set(_form(knock))))
        key = self.secret.encode()
        expected = [
            b64encode(hmac.digest(key, (url + pairs).encode(), "sha1"))
            for url in _with_and_without_port(knock.url)
        ]
        alike = [hmac.compare_digest(shown.encode(), each) for each in expected]
        return None if any(alike) else "the signature is not right"


@dataclass(frozen=True, slots=True)
class Token:
    """A secret word in a header or in the URL's query: for carriers that sign nothing. It proves who knows the word,
    not what was sent; give it a long one, and HTTPS."""

    secret: str = field(repr=False)
    header: str | None = None
    parameter: str | None = None

    def verify(self, knock: Knock, *, now: float) -> str | None:
        del now
        if self.header is not None:
            shown = knock.headers.get(self.header, "")
        else:
            found = parse_qsl(knock.query.decode("latin-1"), keep_blank_values=True)
            shown = dict(found).get(self.parameter or "", "")
        return _unless_alike(shown, self.secret)


def plivo_text(knock: Knock) -> str:
    """What Plivo signs, but for the nonce."""
    split = urlsplit(knock.url)
    base = urlunsplit((split.scheme, split.netloc, split.path, "", ""))
    form = _form(knock) if knock.method == "POST" else []
    query = "&".join(
        f"{name}={value}" for name, value in _ordered(parse_qsl(split.query, keep_blank_values=True))
    )
    if not query and not form:
        return base
    between = "." if query and form else ""
    return f"{base}?{query}{between}" + "".join(name + value for name, value in _ordered(form))


def _ordered(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(pairs)


def _form(knock: Knock) -> list[tuple[str, str]]:
    if knock.method != "POST":
        return []
    return parse_qsl(knock.body.decode("utf-8", "replace"), keep_blank_values=True)


def _with_and_without_port(url: str) -> list[str]:
    split = urlsplit(url)
    usual = _BLANK_PORTS.get(split.scheme)
    try:
        port = split.port
    except ValueError:  # whoever called names a host that is none
        return [url]
    if usual is None or port not in (None, usual):
        return [url]
    bare = split.netloc.removesuffix(f":{usual}")
    return [urlunsplit(split._replace(netloc=netloc)) for netloc in (bare, f"{bare}:{usual}")]


def _out_of_window(timestamp: str, now: float, window: float) -> str | None:
    try:
        at = float(timestamp)
    except ValueError:
        return "no time that was signed"
    # Not a number is never within.
    return None if abs(now - at) <= window else f"signed more than {window:g} s from now"


def _unless_alike(shown: str, expected: str) -> str | None:
    return None if hmac.compare_digest(shown.encode(), expected.encode()) else "the signature is not right"


def _unpadded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
