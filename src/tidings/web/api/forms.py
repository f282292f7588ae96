"""Decoding `application/x-www-form-urlencoded`, in bodies and in query strings, and reading values from it.

Only UTF-8 is taken. A percent sign without two hexadecimal digits, bytes that are not UTF-8 and the
character NUL (which PostgreSQL cannot hold) are refused instead of guessed at.
"""

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from tidings.kernel.codes import INVALID_PARAMETER
from tidings.kernel.outcomes import Refused
from tidings.web.api.request import Form, last

EMPTY: Form = {}
MOST_FIELDS = 1000

_MALFORMED = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_BOOLEANS: Mapping[str, bool] = {"true": True, "1": True, "false": False, "0": False}
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)


def decode(encoded: bytes) -> Form | Refused:
    """All pairs, by key; blank values stay. Pairs that are wholly empty (`a=1&&b=2`) are passed over."""
    if not encoded:
        return EMPTY
    if b"%" in encoded and _MALFORMED.search(encoded) is not None:
        return _unreadable("a '%' is not followed by two hexadecimal digits")
    pairs = encoded.replace(b"+", b" ").split(b"&")
    if len(pairs) > MOST_FIELDS:
        return _unreadable(f"it has more than {MOST_FIELDS} fields")
    form: dict[str, list[str]] = {}
    try:
        for pair in pairs:
            if not pair:
                continue
            name, _, value = pair.partition(b"=")
            key = (unquote_to_bytes(name) if b"%" in name else name).decode()
            text = (unquote_to_bytes(value) if b"%" in value else value).decode()
            if key in form:
                form[key].append(text)
            else:
                form[key] = [text]
    except UnicodeDecodeError:
        return _unreadable("it is not UTF-8")
    if b"%00" in encoded or b"\0" in encoded:
        return _unreadable("it contains the character NUL")
    return form


def boolean(form: Form, key: str, *, default: bool) -> bool | Refused:
    text = last(form, key)
    if text is None:
        return default
    value = _BOOLEANS.get(text.lower())
    return invalid(key, "must be true or false") if value is None else value


def integer(form: Form, key: str) -> int | Refused | None:
    text = last(form, key)
    if text is None:
        return None
    return int(text) if _INTEGER.fullmatch(text) else invalid(key, "must be a whole number")


def invalid(parameter: str, reason: str) -> Refused:
    """A parameter that has no code of its own."""
    return Refused(INVALID_PARAMETER, f"Invalid Parameter: {parameter} {reason}.")


def _unreadable(reason: str) -> Refused:
    return Refused(INVALID_PARAMETER, f"The form cannot be read: {reason}.")
