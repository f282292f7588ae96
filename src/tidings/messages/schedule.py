"""When a message shall leave, as the form of a create request asks for it, or the refusal with its code. Pure.

`ScheduleType` and `SendAt` are Twilio's. Ours are `SendAtLocal`, a time of day where the recipient is, and
`SpreadSeconds`, a window that begins then. Who is where is told by the number, and better by `RecipientTimeZone`,
`RecipientPostalCode` or `RecipientState`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from tidings.compliance.quiet_hours import BadField, Place, place_of
from tidings.kernel.codes import (
    INVALID_SCHEDULE_TYPE,
    INVALID_SEND_AT,
    SCHEDULE_NEEDS_SERVICE,
    SEND_AT_REQUIRED,
)
from tidings.kernel.instant import Instant, parse_instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.phone_number import PhoneNumber, ShortCode
from tidings.messages.local_time import first_instant
from tidings.web.api.forms import invalid, whole_number
from tidings.web.api.request import Form, last

EARLIEST = timedelta(seconds=300)
LATEST = timedelta(days=35)
LONGEST_SPREAD_SECONDS = 604_800

PARAMETERS = frozenset(
    {
        "ScheduleType",
        "SendAt",
        "SendAtLocal",
        "SpreadSeconds",
        "RecipientTimeZone",
        "RecipientPostalCode",
        "RecipientState",
    }
)
WORKED_OUT = frozenset({"SendAtLocal", "SpreadSeconds"})
"""Parameters of ours by which we work the moment out: the answer says which it is, as `send_at`."""
_FIELDS = {
    "zone": "RecipientTimeZone",
    "postal_code": "RecipientPostalCode",
    "state": "RecipientState",
}


def whereabouts_of(form: Form, recipient: PhoneNumber | ShortCode) -> dict[str, str] | Refused | None:
    """What the request says of where the recipient is; None where it says nothing, or they are nowhere."""
    said = {field: text.strip() for field, parameter in _FIELDS.items() if (text := last(form, parameter))}
    place = _place(recipient, said) if said else None
    return place if isinstance(place, Refused) else None if place is None else said


class Schedule(msgspec.Struct, frozen=True):
    """`spread_seconds`: how long after `send_at` it may leave at the latest, so that many do not leave at once."""

    send_at: Instant
    spread_seconds: int = 0


def schedule_of(form: Form, recipient: PhoneNumber | ShortCode, *, now: Instant) -> Schedule | Refused | None:
    """None for a message that is not scheduled. The whole window lies 300 seconds to 35 days ahead."""
    said = {field: last(form, parameter) for field, parameter in _FIELDS.items()}
    kind, at, local = last(form, "ScheduleType"), last(form, "SendAt"), last(form, "SendAtLocal")
    spread = last(form, "SpreadSeconds")
    place = _place(recipient, said) if local is not None or any(said.values()) else None
    if isinstance(place, Refused):
        return place
    if kind is at is local is spread is None:
        return None
    if kind is None or kind.lower() != "fixed":
        return Refused.because(INVALID_SCHEDULE_TYPE)
    if last(form, "MessagingServiceSid") is None:
        return Refused.because(SCHEDULE_NEEDS_SERVICE)
    if at is None and local is None:
        return Refused.because(SEND_AT_REQUIRED)
    if at is not None and local is not None:
        return invalid("SendAtLocal", "cannot stand beside SendAt")
    seconds = 0 if spread is None else _spread(spread)
    if isinstance(seconds, Refused):
        return seconds
    send_at = _local(local, place) if local is not None else parse_instant(at or "")
    if isinstance(send_at, Refused):
        return send_at
    if send_at is None or not now + EARLIEST <= send_at <= now + LATEST - timedelta(seconds=seconds):
        return Refused.because(INVALID_SEND_AT)
    return Schedule(send_at, seconds)


def _place(
    recipient: PhoneNumber | ShortCode, said: Mapping[str, str] | Mapping[str, str | None]
) -> Place | Refused | None:
    """Where the recipient may be; None for a short code, which is nowhere."""
    if isinstance(recipient, ShortCode):
        return None
    try:
        return place_of(str(recipient), **said)
    except BadField as bad:
        return invalid(_FIELDS[bad.field], str(bad).partition(": ")[2].rstrip("."))


def _local(text: str, place: Place | None) -> Instant | Refused:
    if place is None:
        return invalid("SendAtLocal", "needs a recipient with a phone number")
    try:
        local = datetime.fromisoformat(text.strip())
    except ValueError:
        return _NOT_LOCAL
    if local.tzinfo is not None or len(text.strip()) <= len("2026-12-01"):
        return _NOT_LOCAL
    try:
        return first_instant(local.replace(microsecond=0), place.zones)
    except OverflowError:
        return Refused.because(INVALID_SEND_AT)


_NOT_LOCAL = invalid(
    "SendAtLocal", "must be a date and a time of day without a zone, such as 2026-12-01T10:00:00"
)


def _spread(text: str) -> int | Refused:
    seconds = whole_number(text)
    if seconds is None or not 1 <= seconds <= LONGEST_SPREAD_SECONDS:
        return invalid("SpreadSeconds", f"must be a whole number from 1 to {LONGEST_SPREAD_SECONDS}")
    return seconds
