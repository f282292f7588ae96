"""What the forms of entities, factors and challenges ask for. Pure."""

import re
from datetime import timedelta
from typing import Any

import msgspec

from tidings.kernel.codes import CODES
from tidings.kernel.instant import Instant, parse_instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.verify.factors.totp import ALGORITHMS, Shape, is_secret
from tidings.verify.settings import Totp, invalid
from tidings.web.api.forms import whole_number
from tidings.web.api.request import Form, last

UNSUPPORTED = CODES[60204]
LONGEST_NAME = 64
LONGEST_OBJECT = 1024
USUAL_LIFE, LONGEST_LIFE = timedelta(minutes=5), timedelta(minutes=60)

_IDENTITY = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)
_CODE = re.compile(r"[0-9]{3,8}", re.ASCII)
_ONE_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class NewFactor(msgspec.Struct, frozen=True):
    """`secret` None: one is drawn."""

    friendly_name: str
    shape: Shape
    secret: str | None
    metadata: dict[str, str] | None


class NewChallenge(msgspec.Struct, frozen=True):
    factor: Sid
    expires_at: Instant
    details: dict[str, Any] | None
    hidden_details: dict[str, str] | None
    code: str | None


def identity_of(text: str | None) -> str | Refused:
    if text is None or _IDENTITY.fullmatch(text) is None:
        return invalid("Identity", "has 8 to 64 letters, digits and dashes")
    return text


def factor_of(form: Form, usual: Totp) -> NewFactor | Refused:
    kind = last(form, "FactorType")
    if kind is None or kind.lower() not in ("totp", "push", "passkeys"):
        return invalid("FactorType", "is totp")
    if kind.lower() != "totp":
        return Refused(UNSUPPORTED, f"{UNSUPPORTED.text}: factors of type {kind.lower()}.")
    name = name_of(form, None)
    if isinstance(name, Refused):
        return name
    shape = shape_of(form, Shape("sha1", usual.skew, usual.code_length, usual.time_step))
    if isinstance(shape, Refused):
        return shape
    secret = last(form, "Binding.Secret")
    if secret is not None and not is_secret(secret):
        return invalid("Binding.Secret", "is base32 of 16 to 128 characters")
    metadata = texts_of(form, "Metadata")
    if isinstance(metadata, Refused):
        return metadata
    return NewFactor(name, shape, None if secret is None else secret.upper(), metadata)


def name_of(form: Form, present: str | None) -> str | Refused:
    name = last(form, "FriendlyName") or present
    if name is None or len(name) > LONGEST_NAME or _ONE_LINE.fullmatch(name) is None:
        return invalid("FriendlyName", f"has 1 to {LONGEST_NAME} characters, in one line")
    return name


def shape_of(form: Form, present: Shape) -> Shape | Refused:
    values: dict[str, int] = {}
    for key, now, least, most in (
        ("Config.TimeStep", present.time_step, 20, 60),
        ("Config.Skew", present.skew, 0, 2),
        ("Config.CodeLength", present.code_length, 3, 8),
    ):
        text = last(form, key)
        number = now if text is None else whole_number(text)
        if number is None or not least <= number <= most:
            return invalid(key, f"is a whole number from {least} to {most}")
        values[key] = number
    alg = (last(form, "Config.Alg") or present.alg).lower()
    if alg not in ALGORITHMS:
        return invalid("Config.Alg", f"is one of {', '.join(ALGORITHMS)}")
    return Shape(alg, values["Config.Skew"], values["Config.CodeLength"], values["Config.TimeStep"])


def payload_of(form: Form) -> str | Refused | None:
    """The code that the app shows; None where the form has none."""
    text = last(form, "AuthPayload")
    if text is None:
        return None
    if _CODE.fullmatch(text) is None:
        return invalid("AuthPayload", "has 3 to 8 digits")
    return text


def challenge_of(form: Form, *, now: Instant) -> NewChallenge | Refused:
    factor = Sid.parse(last(form, "FactorSid") or "", "YF")
    if factor is None:
        return invalid("FactorSid", "is a SID that begins with YF")
    text = last(form, "ExpirationDate")
    expires_at = now + USUAL_LIFE if text is None else parse_instant(text)
    if expires_at is None or not now < expires_at <= now + LONGEST_LIFE:
        return invalid("ExpirationDate", "is a time within the next 60 minutes")
    hidden, code = texts_of(form, "HiddenDetails"), payload_of(form)
    if isinstance(hidden, Refused):
        return hidden
    if isinstance(code, Refused):
        return code
    message = last(form, "Details.Message")
    if message is not None and len(message) > 256:
        return invalid("Details.Message", "has at most 256 characters")
    fields = _fields(form)
    if isinstance(fields, Refused):
        return fields
    details = None if message is None and not fields else {"message": message, "date": None, "fields": fields}
    return NewChallenge(factor, expires_at, details, hidden, code)


def texts_of(form: Form, key: str) -> dict[str, str] | Refused | None:
    """A JSON object of texts."""
    text = last(form, key)
    if text is None:
        return None
    try:
        if len(text) > LONGEST_OBJECT or "\\u0000" in text:
            raise msgspec.DecodeError
        return msgspec.json.decode(text, type=dict[str, str])
    except (msgspec.DecodeError, RecursionError):
        return invalid(key, f"is a JSON object of texts with at most {LONGEST_OBJECT} characters")


def _fields(form: Form) -> list[dict[str, str]] | Refused:
    found = []
    for text in form.get("Details.Fields", ()):
        try:
            one = msgspec.json.decode(text, type=dict[str, str])
        except (msgspec.DecodeError, RecursionError):
            return invalid("Details.Fields", "are JSON objects with label and value")
        if set(one) != {"label", "value"} or len(one["label"]) > 36 or len(one["value"]) > 128:
            return invalid(
                "Details.Fields", "have a label of at most 36 characters and a value of at most 128"
            )
        found.append(one)
    return found if len(found) <= 20 else invalid("Details.Fields", "are 20 at most")
