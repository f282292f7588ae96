"""A time of day where a person is, as an instant. Pure.

Where their zone is not known, every zone that is possible counts: the instant is the first at which the clocks of all
of them show that time or a later one. So nobody is written to before the time that was asked for.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tidings.kernel.instant import Instant

_SECOND = timedelta(seconds=1)


def first_instant(local: datetime, zones: Collection[str]) -> Instant:
    """`local` has no zone; `zones` are names of the tz database, one at least.

    Raises OverflowError at the ends of the calendar.
    """
    return max(_first_in(local, zone) for zone in zones)


def _first_in(local: datetime, zone: str) -> Instant:
    """A time that clocks show twice is taken the first time; one that they pass over is where they go on."""
    there = ZoneInfo(zone)
    first = local.replace(tzinfo=there, fold=0).astimezone(UTC)
    if first.astimezone(there).replace(tzinfo=None, fold=0) == local:
        return first
    # The clocks are put forward over it: somewhere between the two readings that either offset gives.
    before, after = local.replace(tzinfo=there, fold=1).astimezone(UTC), first
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(there).replace(tzinfo=None, fold=0) < local:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
