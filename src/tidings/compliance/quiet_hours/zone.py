"""One time zone: whether there is such, and how far its clocks are from UTC. Pure."""

from datetime import timedelta
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from tidings.kernel.instant import EPOCH

DAY = 86_400
"""Seconds."""

Stretch: TypeAlias = tuple[int, int, int]
"""From one second since 1970 up to another, clocks are so many seconds ahead of UTC."""


@lru_cache(maxsize=4096)
def is_zone(name: str) -> bool:
    """Whether it is a place's zone in the tz database. Zones such as EST5EDT, which are no place's, are none."""
    if "/" not in name or name.startswith("Etc/"):
        return name == "UTC"
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=65_536)
def stretches(zone: str, day: int) -> tuple[Stretch, ...]:
    """The UTC day that begins so many days after 1970, cut where the zone's clocks are put forward or back."""
    start, end = day * DAY, (day + 1) * DAY
    found: list[Stretch] = []
    while start < end:
        offset = offset_at(zone, start)
        change = _first_change(zone, start, end, offset)
        found.append((start, change, offset))
        start = change
    return tuple(found)


def offset_at(zone: str, second: int) -> int:
    """Seconds ahead of UTC."""
    there = (EPOCH + timedelta(seconds=second)).astimezone(ZoneInfo(zone))
    offset = there.utcoffset()
    if offset is None:
        raise ValueError(f"{zone} has no offset")
    return offset.days * DAY + offset.seconds


def _first_change(zone: str, start: int, end: int, offset: int) -> int:
    """The first second before `end` at which the offset is another, else `end`. Clocks change once a day at most."""
    if offset_at(zone, end - 1) == offset:
        return end
    same, other = start, end - 1
    while other - same > 1:
        middle = (same + other) // 2
        if offset_at(zone, middle) == offset:
            same = middle
        else:
            other = middle
    return other
