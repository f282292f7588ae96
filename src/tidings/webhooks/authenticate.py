"""Answer a 401 with the user and password that stand in a callback's URL: Basic (RFC 7617) and Digest (RFC 7616)."""

import hashlib
import re
from base64 import b64encode
from typing import Final

_PARAMETER: Final = re.compile(r'([a-zA-Z]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_ESCAPED: Final = re.compile(r"\\(.)")
_TO_ESCAPE: Final = re.compile(r'(["\\])')
_WITH_BACKSLASH: Final = r"\\\1"
_HASHES: Final = {"MD5": "md5", "SHA-256": "sha256"}


def authorization(
    challenge: str, *, user: str, password: str, method: str, target: str, cnonce: str
) -> str | None:
    """The Authorization header that satisfies the challenge; None when it asks for what is not known here."""
    scheme, _, rest = challenge.strip().partition(" ")
    if scheme.lower() == "basic":
        return "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii")
    if scheme.lower() != "digest":
        return None
    if not user.isprintable():  # a line break in it would begin a header of its own
        return None
    asked = {
        name.lower(): _ESCAPED.sub(r"\1", quoted) or plain for name, quoted, plain in _PARAMETER.findall(rest)
    }
    algorithm = asked.get("algorithm", "MD5")
    name = _HASHES.get(algorithm.upper())
    options = {option.strip() for option in asked.get("qop", "").split(",")} - {""}
    if name is None or "nonce" not in asked or (options and "auth" not in options):
        return None
    realm, nonce = asked.get("realm", ""), asked["nonce"]
    owner = _hash(name, f"{user}:{realm}:{password}")
    request = _hash(name, f"{method}:{target}")
    fields = {"username": user, "realm": realm, "nonce": nonce, "uri": target}
    if options:
        fields["response"] = _hash(name, f"{owner}:{nonce}:00000001:{cnonce}:auth:{request}")
        fields["cnonce"] = cnonce
    else:
        fields["response"] = _hash(name, f"{owner}:{nonce}:{request}")
    if "opaque" in asked:
        fields["opaque"] = asked["opaque"]
    quoted = ", ".join(f'{key}="{_TO_ESCAPE.sub(_WITH_BACKSLASH, value)}"' for key, value in fields.items())
    return f"Digest {quoted}, algorithm={algorithm}" + (", qop=auth, nc=00000001" if options else "")


def _hash(name: str, text: str) -> str:
    return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()
