"""TOTP (RFC 6238) as `pyotp` reckons it: which step a code is of, and what an app is given. Pure."""

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha1, sha256, sha512
from typing import Any

import msgspec
import pyotp

from tidings.kernel.instant import Instant

ALGORITHMS: Mapping[str, Callable[..., Any]] = {"sha1": sha1, "sha256": sha256, "sha512": sha512}
SECRET_BYTES = 20
"""RFC 4226: 160 bits."""
SHORTEST_SECRET, LONGEST_SECRET = 16, 128
"""Characters of base32: 80 bits and more."""


class Shape(msgspec.Struct, frozen=True):
    """How a factor's codes are made: `time_step` in seconds, `skew` in steps that a clock may be off either way."""

    alg: str = "sha1"
    skew: int = 1
    code_length: int = 6
    time_step: int = 30


def step_of(secret: str, shape: Shape, code: str, *, at: Instant, after: int) -> int | None:
    """The step whose code it is, of those near the time; None where it is of none, or of one not after `after`.

    All steps are compared, each in constant time. A step is taken once (RFC 6238, 5.2).
    """
    totp = _totp(secret, shape)
    now = totp.timecode(at.astimezone(UTC))
    found = None
    for step in range(now - shape.skew, now + shape.skew + 1):
        expected = totp.generate_otp(step) if step >= 0 else ""
        if pyotp.utils.strings_equal(expected, code) and step > after:
            found = step
    return found


def code_at(secret: str, shape: Shape, at: Instant) -> str:
    """What the app shows."""
    return _totp(secret, shape).at(datetime.fromtimestamp(at.timestamp(), UTC))


def uri_of(secret: str, shape: Shape, *, name: str, issuer: str) -> str:
    """What a QR code tells an app."""
    return _totp(secret, shape).provisioning_uri(name=name, issuer_name=issuer)


def secret_of(entropy: bytes) -> str:
    """A secret of `SECRET_BYTES` random bytes in base32."""
    return base64.b32encode(entropy).decode().rstrip("=")


def is_secret(text: str) -> bool:
    """Whether it is base32 of a length that cannot be guessed."""
    if not SHORTEST_SECRET <= len(text) <= LONGEST_SECRET:
        return False
    try:
        base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except ValueError:
        return False
    return True


def _totp(secret: str, shape: Shape) -> pyotp.TOTP:
    return pyotp.TOTP(
        secret, digits=shape.code_length, digest=ALGORITHMS[shape.alg], interval=shape.time_step
    )
