"""A rate limit and its buckets as values, and what their forms may say. Pure."""

import re
from uuid import UUID

import msgspec

from tidings.kernel.codes import CODES
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.verify.settings import invalid
from tidings.web.api.forms import whole_number
from tidings.web.api.request import Form, last

MOST_LIMITS = 10
"""Of a service; one more is refused with 60207."""
MOST_BUCKETS = 5
"""Of a rate limit; one more is refused with 60210."""
LARGEST_MAX = 1_000_000
LONGEST_INTERVAL_SECONDS = 31 * 86_400
LONGEST_DESCRIPTION = 255

BAD_NAME = CODES[60209]
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


class RateLimit(msgspec.Struct, frozen=True):
    id: UUID
    account: UUID
    service: UUID
    unique_name: str
    """By which requests name it in `RateLimits`."""
    description: str | None
    created_at: Instant
    updated_at: Instant


class RateBucket(msgspec.Struct, frozen=True):
    """So many of one value in a window of so many seconds, which begins with the first of them."""

    id: UUID
    account: UUID
    service: UUID
    rate_limit: UUID
    most: int
    interval_seconds: int
    created_at: Instant
    updated_at: Instant


def name_of(form: Form) -> str | Refused:
    name = last(form, "UniqueName")
    if name is None:
        return invalid("UniqueName", "is missing")
    if _NAME.fullmatch(name) is None:
        return Refused(BAD_NAME, f"{BAD_NAME.text}: up to 64 letters, digits, dots, dashes and underscores.")
    return name


def description_of(form: Form, present: str | None) -> str | Refused | None:
    if "Description" not in form:
        return present
    text = last(form, "Description")
    if text is not None and len(text) > LONGEST_DESCRIPTION:
        return invalid("Description", f"has at most {LONGEST_DESCRIPTION} characters")
    return text


def room_of(form: Form, most: int | None, interval_seconds: int | None) -> tuple[int, int] | Refused:
    """`Max` and `Interval` of a bucket that has these now; None where it is new."""
    found: list[int] = []
    for key, present, largest in (
        ("Max", most, LARGEST_MAX),
        ("Interval", interval_seconds, LONGEST_INTERVAL_SECONDS),
    ):
        text = last(form, key)
        value = present if text is None else whole_number(text)
        if value is None or not 1 <= value <= largest:
            return invalid(key, f"is a whole number from 1 to {largest}")
        found.append(value)
    return found[0], found[1]
