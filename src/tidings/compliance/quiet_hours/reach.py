"""How many of many recipients may be written to now, and how many one more field would free. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from tidings.compliance.quiet_hours.decide import decide
from tidings.compliance.quiet_hours.freeing import STATE, ZONE
from tidings.compliance.quiet_hours.hours import Hours
from tidings.compliance.quiet_hours.place import Place
from tidings.compliance.quiet_hours.regions import regions
from tidings.compliance.quiet_hours.rules import Mode, Rules
from tidings.compliance.verdict import Allowed, Held, Traffic
from tidings.kernel.instant import Instant


@dataclass(slots=True)
class Reach:
    """What would become of one message to each of many people at one moment."""

    recipients: int = 0
    allowed: int = 0
    held: int = 0
    """For a while; those of `never` are not among them."""
    never: int = 0
    """No moment suits every place in which they may be."""
    until: Counter[Instant] = field(default_factory=Counter)
    """How many of `held` become free when."""
    unsure: int = 0
    """Those who may be in several zones or states."""
    freed_now: Counter[str] = field(default_factory=Counter)
    """By field: how many who are held or never free might leave now, if the field said so."""
    freed_ever: Counter[str] = field(default_factory=Counter)
    """By field: how many of `never` it would free, whatever it said."""
    held_by: Counter[str] = field(default_factory=Counter)
    """By rule: how many it holds."""


def reach(
    rules: Rules,
    places: Iterable[Place],
    traffic: Traffic,
    *,
    at: Instant,
    mode: Mode,
    company: Hours | None = None,
) -> Reach:
    """Counts the recipients, given where each may be; equal places are judged once."""
    found = Reach()
    for place, number in Counter(places).items():
        verdict = decide(rules, place, traffic, at=at, mode=mode, company=company)
        found.recipients += number
        if len(place.zones) > 1 or len(place.states) > 1:
            found.unsure += number
        if isinstance(verdict, Allowed):
            found.allowed += number
            continue
        found.held_by[verdict.applied.rule.id] += number
        for name, choices in (ZONE, _by_zone(place)), (STATE, _by_state(place)):
            for one in choices:
                if isinstance(decide(rules, one, traffic, at=at, mode=mode, company=company), Allowed):
                    found.freed_now[name] += number
                    break
        _count_held(found, verdict, number)
    return found


def _count_held(found: Reach, verdict: Held, number: int) -> None:
    if "never" not in verdict.applied.saw:
        found.held += number
        found.until[verdict.until] += number
        return
    found.never += number
    for name in (ZONE, STATE):
        if name in verdict.applied.saw["would_free"]:
            found.freed_ever[name] += number


def _by_zone(place: Place) -> Iterator[Place]:
    if len(place.zones) > 1:
        for zone in place.zones:
            yield place._replace(zones=(zone,))


def _by_state(place: Place) -> Iterator[Place]:
    states = [state for state in place.states if state in regions()]
    if len(states) > 1:
        for state in states:
            yield place._replace(zones=tuple(sorted(regions()[state].zones)), states=(state,))


def best_hours(
    rules: Rules,
    places: Iterable[Place],
    traffic: Traffic,
    *,
    at: Instant,
    mode: Mode,
    company: Hours | None = None,
) -> list[tuple[Instant, int]]:
    """How many may be written to at the beginning of each of the 24 hours from the one that `at` is in."""
    counted = Counter(places)
    first = at.replace(minute=0, second=0, microsecond=0)
    return [
        (
            hour,
            sum(
                number
                for place, number in counted.items()
                if isinstance(decide(rules, place, traffic, at=hour, mode=mode, company=company), Allowed)
            ),
        )
        for hour in (first + timedelta(hours=step) for step in range(24))
    ]
