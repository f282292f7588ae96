"""Days of the week and hours of the day, as rules and people write them. Pure."""

import re
from typing import TypeAlias

NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WHOLE_DAY = 1440
"""Minutes."""

Span: TypeAlias = tuple[int, int]
"""Minutes since midnight, local: from the first, up to and without the second; at most 1440."""
Week: TypeAlias = tuple[tuple[Span, ...], ...]
"""When something is open, Monday first; the spans of a day in order, apart from one another."""

ALWAYS: Week = (((0, WHOLE_DAY),),) * 7

_TIME = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])", re.ASCII)


def parse_time(text: str) -> int | None:
    """Minutes since midnight of `HH:MM`, 24:00 included."""
    found = _TIME.fullmatch(text)
    minutes = int(found[1]) * 60 + int(found[2]) if found else WHOLE_DAY + 1
    return minutes if minutes <= WHOLE_DAY else None


def written_time(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def parse_days(text: str) -> frozenset[int] | None:
    """Weekdays, 0 for Monday, of `Mon-Fri`, `Sat`, `Sun-Thu` or several of these with spaces between."""
    found: set[int] = set()
    for part in text.split():
        first, dash, last = part.partition("-")
        if first not in NAMES or (dash and last not in NAMES):
            return None
        start, end = NAMES.index(first), NAMES.index(last if dash else first)
        found.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return frozenset(found) or None


def week_of(spans: list[tuple[frozenset[int], Span]]) -> Week:
    """The week in which each span is open on its days. A span that ends before it begins goes on into the next day,
    and one that begins as it ends is a whole day."""
    days: list[list[Span]] = [[] for _ in NAMES]
    for weekdays, (opens, closes) in spans:
        for day in weekdays:
            if opens < closes:
                days[day].append((opens, closes))
            else:
                days[day].append((opens, WHOLE_DAY))
                days[(day + 1) % 7].append((0, closes))
    return tuple(tuple(_joined(day)) for day in days)


def written_week(week: Week) -> str:
    """In plain words: `Mon-Sat 09:00-21:00, Sun 12:00-21:00`; days that are not named are closed."""
    parts, day = [], 0
    while day < len(NAMES):
        end = day
        while end + 1 < len(NAMES) and week[end + 1] == week[day]:
            end += 1
        if week[day]:
            names = NAMES[day] if end == day else f"{NAMES[day]}-{NAMES[end]}"
            hours = " and ".join(f"{written_time(a)}-{written_time(b)}" for a, b in week[day])
            parts.append(f"{names} {hours}")
        day = end + 1
    return ", ".join(parts) or "never"


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for opens, closes in sorted(spans):
        if opens == closes:
            continue
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], closes))
        else:
            joined.append((opens, closes))
    return joined
