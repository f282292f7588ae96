"""What somebody did after they had followed a link, as a shop reports it. Pure."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

import msgspec

from tidings.kernel.instant import Instant, parse_instant

USUAL_WINDOW_DAYS, LONGEST_WINDOW_DAYS = 7, 90
LONGEST_KEY, LONGEST_EVENT = 200, 60
LARGEST_VALUE = Decimal("1e12")
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_AHEAD = timedelta(minutes=5)
"""Clocks differ so much."""


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """`key`: the shop's own name of it, such as an order's number. One of `code` (of the short link), `message` (its
    SID) and `recipient` says whose it is. It is laid to the last click of that person within `window` before `at`."""

    key: str
    event: str
    at: Instant
    window: timedelta
    value: Decimal | None = None
    currency: str | None = None
    code: str | None = None
    message: str | None = None
    recipient: str | None = None


def conversion_of(told: Mapping[str, str], *, now: Instant) -> Conversion | list[str]:
    """The conversion that fields tell, or what is wrong with them, by field."""
    faults = []
    key, event = told.get("id", "").strip(), told.get("event", "").strip()
    if not 0 < len(key) <= LONGEST_KEY:
        faults.append(f"id: must be your own name of it, of 1 to {LONGEST_KEY} characters.")
    if not 0 < len(event) <= LONGEST_EVENT:
        faults.append(f"event: must say what happened, in 1 to {LONGEST_EVENT} characters.")
    at: Instant | None = now
    if "at" in told:
        at = parse_instant(told["at"])
        if at is None or at > now + _AHEAD:
            faults.append("at: must be a time in ISO 8601 that is not to come.")
    days = told.get("window_days", str(USUAL_WINDOW_DAYS))
    if not (days.isascii() and days.isdecimal() and 1 <= int(days[:6]) <= LONGEST_WINDOW_DAYS):
        faults.append(f"window_days: must be 1 to {LONGEST_WINDOW_DAYS}.")
        days = "1"
    value, currency = _value(told, faults)
    named = [name for name in ("code", "message", "recipient") if told.get(name)]
    if len(named) != 1:
        faults.append("code, message, recipient: one of them must say whose it is.")
    if faults or at is None:
        return faults
    return Conversion(
        key=key,
        event=event,
        at=at,
        window=timedelta(days=int(days)),
        value=value,
        currency=currency,
        **{name: told[name] for name in named},
    )


def _value(told: Mapping[str, str], faults: list[str]) -> tuple[Decimal | None, str | None]:
    if "value" not in told:
        return None, None
    try:
        value = Decimal(told["value"])
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite() or not 0 <= value <= LARGEST_VALUE:
        faults.append("value: must be a number, such as 12.50.")
        return None, None
    currency = told.get("currency", "")
    if _CURRENCY.fullmatch(currency) is None:
        faults.append("currency: must be three letters of ISO 4217, such as EUR, with a value.")
    return value, currency


def signature_of(fields: Mapping[str, str], *, key: bytes) -> str:
    """HMAC-SHA256 in hexadecimal digits over all fields but `signature`, in the order of their names, as in a query."""
    text = urlencode(sorted((name, value) for name, value in fields.items() if name != "signature"))
    return hmac.digest(key, text.encode(), hashlib.sha256).hex()


def is_signed(fields: Mapping[str, str], *, key: bytes) -> bool:
    return hmac.compare_digest(
        signature_of(fields, key=key).encode(), fields.get("signature", "").lower().encode()
    )
