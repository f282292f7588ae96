"""What a list request asks for. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from tidings.kernel.instant import Instant, parse_day, parse_instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import lowest_at
from tidings.web.api.forms import invalid
from tidings.web.api.paging import HIGHEST, LOWEST, Page
from tidings.web.api.request import Form, last

CLOCKS_DIFFER = timedelta(seconds=5)
"""How much a dispatcher's clock may be behind that of the door. Ids of that time beyond a date are read for nothing."""
LONGEST_WAIT = timedelta(days=36)
"""From accept to hand-over: 35 days of schedule and ten hours of validity, rounded up."""


@dataclass(frozen=True, slots=True)
class Filters:
    recipient: str | None = None
    sender: str | None = None
    sent_from: Instant | None = None
    sent_before: Instant | None = None
    """Exclusive."""


def filters_of(query: Form) -> Filters | Refused:
    """`DateSent` means that UTC day; `DateSent<` and `DateSent>` on or before, on or after. A day that is
    named as an upper bound is included whole, and so is a second."""
    sent_from: Instant | None = None
    sent_before: Instant | None = None
    for key in ("DateSent", "DateSent<", "DateSent>"):
        text = last(query, key)
        if text is None:
            continue
        span = _span(text, whole_day=key == "DateSent")
        if span is None:
            return invalid(key, "must be a date, or a time in ISO 8601 or RFC 2822")
        if key != "DateSent<":
            sent_from = max(filter(None, (sent_from, span[0])))
        if key != "DateSent>":
            sent_before = min(filter(None, (sent_before, span[1])))
    return Filters(_address(last(query, "To")), _address(last(query, "From")), sent_from, sent_before)


def _span(text: str, *, whole_day: bool) -> tuple[Instant, Instant] | None:
    """First moment, and first moment after."""
    day = parse_day(text)
    if day is None:
        at = parse_instant(text)
        if at is None:
            return None
        if not whole_day:
            return at, _later(at.replace(microsecond=0), timedelta(seconds=1))
        day = at.date()
    start = datetime.combine(day, time(), UTC)
    return start, _later(start, timedelta(days=1))


def _later(instant: Instant, by: timedelta) -> Instant:
    """The last moment that there is, when it would lie beyond it."""
    try:
        return instant + by
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _address(text: str | None) -> str | None:
    """A plus sign that was not percent-encoded has become a blank."""
    return "+" + text[1:] if text is not None and text[0] == " " else text


def id_bounds(filters: Filters, page: Page) -> tuple[UUID, UUID]:
    """Exclusive bounds that the ids of the page lie between. A message is sent after it was made, and not
    much later than its schedule allows, so the dates bound the ids and with them the partitions that are
    read."""
    above = LOWEST if page.before is None else page.before
    below = HIGHEST if page.after is None else page.after
    if filters.sent_from is not None:
        above = max(above, _lowest(filters.sent_from, -LONGEST_WAIT))
    if filters.sent_before is not None:
        below = min(below, _lowest(filters.sent_before, CLOCKS_DIFFER))
    return above, below


def _lowest(instant: Instant, shift: timedelta) -> UUID:
    """Dates outside of what an id can say are beyond every id."""
    try:
        shifted = instant + shift
    except OverflowError:
        return LOWEST if shift < timedelta() else HIGHEST
    return lowest_at(shifted) if shifted.year >= 1970 else LOWEST
