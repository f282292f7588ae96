"""Which one more field of a person would let a message leave that now waits for places they may not be in. Pure."""

from collections.abc import Iterator

from tidings.compliance.quiet_hours.place import Place
from tidings.compliance.quiet_hours.regions import regions
from tidings.compliance.quiet_hours.rules import Timetable
from tidings.compliance.quiet_hours.window import Window

ZONE, STATE = "zone", "postal_code or state"


def would_free(place: Place, timetables: tuple[Timetable, ...], second: int, *, days: int) -> tuple[str, ...]:
    """The fields any value of which gives a moment to send within so many days after `second`.

    Whatever the person turns out to be, knowing that field is enough; none where each leaves a doubt.
    """
    found = []
    if len(place.zones) > 1 and all(_opens(timetables, (zone,), second, days) for zone in place.zones):
        found.append(ZONE)
    states = [state for state in place.states if state in regions()]
    if len(states) > 1 and all(
        _opens(theirs, zones, second, days) for theirs, zones in _by_state(states, timetables)
    ):
        found.append(STATE)
    return tuple(found)


def _by_state(
    states: list[str], timetables: tuple[Timetable, ...]
) -> Iterator[tuple[tuple[Timetable, ...], tuple[str, ...]]]:
    for state in states:
        theirs = tuple(one for one in timetables if "-" not in one.jurisdiction or one.jurisdiction == state)
        yield theirs, tuple(sorted(regions()[state].zones))


def _opens(timetables: tuple[Timetable, ...], zones: tuple[str, ...], second: int, days: int) -> bool:
    return Window.of(timetables, zones).span_at(second, days=days) is not None
