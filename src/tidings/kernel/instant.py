"""Points in time: aware UTC datetimes, and the forms in which they stand on the wire."""

from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

Instant = datetime

EPOCH: Instant = datetime(1970, 1, 1, tzinfo=UTC)

# Own tables: strftime's names follow the locale of the process.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def from_epoch(seconds: float) -> Instant:
    return EPOCH + timedelta(seconds=seconds)


def epoch_seconds(instant: Instant) -> float:
    return instant.timestamp()


def epoch_milliseconds(instant: Instant) -> int:
    """Whole milliseconds since 1970, rounded down; exact, which a float of seconds is not."""
    since = instant - EPOCH
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def rfc2822(instant: Instant) -> str:
    """The form of the 2010-04-01 API: `Thu, 24 Aug 2023 05:01:45 +0000`."""
    at = instant.astimezone(UTC)
    return (
        f"{_DAYS[at.weekday()]}, {at.day:02d} {_MONTHS[at.month - 1]} {at.year:04d} "
        f"{at.hour:02d}:{at.minute:02d}:{at.second:02d} +0000"
    )


def iso8601(instant: Instant) -> str:
    """The form of every v1 and v2 product: `2015-07-30T20:00:00Z`, without a fraction."""
    at = instant.astimezone(UTC)
    return f"{at.year:04d}-{at.month:02d}-{at.day:02d}T{at.hour:02d}:{at.minute:02d}:{at.second:02d}Z"


def parse_instant(text: str) -> Instant | None:
    """An ISO 8601 or RFC 2822 time of day in UTC; one without a zone is taken as UTC, a bare date as None."""
    text = text.strip()
    if parse_day(text) is not None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            return None
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        return None


def parse_day(text: str) -> date | None:
    """A calendar day written `YYYY-MM-DD` and nothing else."""
    text = text.strip()
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
