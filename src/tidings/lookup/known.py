"""What our own tables know of a number, as the sources are asked in their order. Pure."""

from datetime import date
from typing import Any

import msgspec

from tidings.kernel.instant import Instant


class Override(msgspec.Struct, frozen=True):
    """What an account says of a number's line type."""

    value: str
    original: str
    reason: str
    at: Instant


class Lesson(msgspec.Struct, frozen=True):
    """How messages ended at a number: the code of the last end, how often, and until when nothing is sent there."""

    code: int
    times: int
    last_at: Instant
    until: Instant | None


class Ported(msgspec.Struct, frozen=True):
    """Imported porting data."""

    carrier: str | None
    line_type: str | None
    mcc: str | None
    mnc: str | None
    source: str
    as_of: date


class Cached(msgspec.Struct, frozen=True):
    """What a provider answered, and until when that is believed."""

    values: dict[str, Any]
    source: str
    at: Instant
    until: Instant


class Known(msgspec.Struct, frozen=True):
    override: Override | None = None
    lesson: Lesson | None = None
    ported: Ported | None = None
    cached: dict[str, Cached] = {}
    deactivated: date | None = None
    """The day on which its carrier took it out of service."""


NOTHING = Known()
