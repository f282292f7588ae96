"""When several rules, each in several zones, all let messages through. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TypeAlias

from tidings.compliance.quiet_hours.rules import Timetable
from tidings.compliance.quiet_hours.zone import DAY, Stretch, stretches

Seconds: TypeAlias = tuple[int, int]
"""From one second since 1970, up to and without another."""

_SPANS_KEPT = 100_000
_EPOCH_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, eq=False)
class Window:
    """When all of some rules are open in all of some zones."""

    pairs: tuple[tuple[Timetable, str], ...]
    """Each rule with each zone by whose clock it must be open."""
    days: dict[int, tuple[Seconds, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, timetables: tuple[Timetable, ...], zones: tuple[str, ...]) -> "Window":
        """Every rule in every zone; one that states its own zone in that alone."""
        return cls(
            tuple(
                (one, zone)
                for one in timetables
                if not one.never_closes
                for zone in ((one.zone,) if one.zone else zones)
            )
        )

    def span_at(self, second: int, *, days: int) -> Seconds | None:
        """The open span that `second` is in or that comes next; None for none within so many days.

        A span that is still open after that many days ends there, for whoever asks again.
        """
        found: Seconds | None = None
        for start, end in self._spans(second // DAY, days):
            if found is None:
                if end > second:
                    found = (start, end)
            elif start == found[1]:
                found = (found[0], end)
            else:
                break
            if found is not None and end % DAY:
                break
        return found

    def closed_at(self, second: int, *, until: int) -> tuple[Timetable, str]:
        """The rule and the zone that keep it closed from a moment until just before another, best those that do so at
        both ends."""
        before = until - 1
        late = [pair for pair in self.pairs if _is_closed(pair, before)] or list(self.pairs)
        return next((pair for pair in late if _is_closed(pair, second)), late[0])

    def _spans(self, day: int, days: int) -> Iterator[Seconds]:
        for each in range(day, day + days + 1):
            spans = self.days.get(each)
            if spans is None:
                if len(self.days) >= 400:
                    self.days.clear()
                spans = self.days[each] = self._of_day(each)
            yield from spans

    def _of_day(self, day: int) -> tuple[Seconds, ...]:
        open_now: tuple[Seconds, ...] = ((day * DAY, (day + 1) * DAY),)
        for one, zone in self.pairs:
            open_now = _both(open_now, open_in(one, zone, day))
            if not open_now:
                break
        return open_now


def _is_closed(pair: tuple[Timetable, str], second: int) -> bool:
    return not any(start <= second < end for start, end in open_in(*pair, second // DAY))


def open_in(timetable: Timetable, zone: str, day: int) -> tuple[Seconds, ...]:
    """When a rule is open by the clock of a zone, within the UTC day that begins so many days after 1970.

    What the clock shows counts: hours that it shows twice are open twice, hours that it skips never.
    """
    return _open_in(timetable, stretches(zone, day))


@lru_cache(maxsize=_SPANS_KEPT)
def _open_in(timetable: Timetable, cut: tuple[Stretch, ...]) -> tuple[Seconds, ...]:
    found: list[Seconds] = []
    for start, end, offset in cut:
        first, last = start + offset, end + offset
        for day in range(first // DAY, (last - 1) // DAY + 1):
            for opens, closes in timetable.open_on(date.fromordinal(_EPOCH_DAY + day)):
                from_ = max(day * DAY + opens * 60, first) - offset
                until = min(day * DAY + closes * 60, last) - offset
                if from_ >= until:
                    continue
                if found and found[-1][1] == from_:
                    found[-1] = (found[-1][0], until)
                else:
                    found.append((from_, until))
    return tuple(found)


def _both(one: tuple[Seconds, ...], other: tuple[Seconds, ...]) -> tuple[Seconds, ...]:
    found = []
    for start, end in one:
        for opens, closes in other:
            from_, until = max(start, opens), min(end, closes)
            if from_ < until:
                found.append((from_, until))
    return tuple(found)
