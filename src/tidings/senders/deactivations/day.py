"""Which day's list may be asked for. Pure."""

from datetime import UTC, date, datetime, time, timedelta

from tidings.kernel.codes import DATE_NOT_YET, DATE_TOO_OLD, INVALID_DATE
from tidings.kernel.instant import Instant, parse_day
from tidings.kernel.outcomes import Refused

FIRST_DAY = date(2020, 8, 27)
"""Twilio's own lists begin here, and so do ours."""
READY_AT = time(5, tzinfo=UTC)
"""A day's list is whole at this time of the day after."""


def day_of(text: str | None, *, now: Instant) -> date | Refused:
    """The day that `Date` names, unless its list is not to be had: 30115, 30113, 30114."""
    day = parse_day(text or "")
    if day is None:
        return Refused.because(INVALID_DATE)
    if day < FIRST_DAY:
        return Refused.because(DATE_TOO_OLD)
    if day >= date.max or now < datetime.combine(day + timedelta(days=1), READY_AT):
        return Refused.because(DATE_NOT_YET)
    return day
