"""The rules of quiet hours, and which of them bind a message to a place. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from tidings.compliance.quiet_hours.days import ALWAYS, Week, week_of, written_week
from tidings.compliance.quiet_hours.holiday_calendars import holidays_of
from tidings.compliance.quiet_hours.place import Place
from tidings.compliance.quiet_hours.rows import ANYWHERE, Binding, Row, Verified, parse
from tidings.compliance.verdict import Rule, Traffic
from tidings.data import tables

FILE = "quiet_hours.csv"
SHIPPED_VERSION = "2026.11"


class Mode(StrEnum):
    """How far the rules are followed."""

    OFF = "off"
    """Not at all; a company's own window and a person's own hours still count."""
    LAW = "law"
    """What binds: laws that reach texts, and what carriers enforce."""
    CAREFUL = "careful"
    """Every rule that has a source, laws about calls and platforms' practice included."""
    US_STRICT = "us-strict"
    """As careful; in the United States every state's rules at once, wherever the person may be."""


_BINDING_BY_LAW = frozenset({Binding.LAW, Binding.CARRIER})
_MEANING = {
    Binding.LAW: "law",
    Binding.CARRIER: "enforced by carriers",
    Binding.CALLS: "law about calls",
    Binding.PROVIDER: "practice of platforms",
    Binding.NONE: "nothing binds",
}
_UNITED_STATES = "US"


@dataclass(frozen=True, eq=False)
class Timetable:
    """When one rule lets messages through, by local day."""

    rule: Rule
    jurisdiction: str
    traffic: Traffic
    binding: Binding | None
    """None for a company's window or a person's own hours."""
    zone: str | None
    calendars: tuple[str, ...]
    periods: tuple[tuple[date | None, date | None, Week], ...]
    """The weeks, each with the first day on which it holds and the first on which it no longer does. On a day that
    none holds for, the rule is not in force and everything passes."""

    def open_on(self, day: date) -> tuple[tuple[int, int], ...]:
        """Minutes of the local day, from and until."""
        week = self._week_of(day)
        if week is None:
            return ALWAYS[0]
        if any(day in holidays_of(calendar, day.year) for calendar in self.calendars):
            return ()
        return week[day.weekday()]

    def holiday(self, day: date) -> str | None:
        """The name of the holiday for which it is closed."""
        if self._week_of(day) is None:
            return None
        for calendar in self.calendars:
            name = holidays_of(calendar, day.year).get(day)
            if name is not None:
                return name
        return None

    @property
    def never_closes(self) -> bool:
        return not self.calendars and all(week == ALWAYS for _, _, week in self.periods)

    def _week_of(self, day: date) -> Week | None:
        for start, end, week in self.periods:
            if (start is None or start <= day) and (end is None or day < end):
                return week
        return None


@dataclass(frozen=True, eq=False)
class Rules:
    """All rules of quiet hours that hold together, as one version of a rule pack has them."""

    version: str
    timetables: tuple[Timetable, ...]
    known: dict[Any, Any] = field(default_factory=dict, repr=False)
    """What was found out for places and minutes, kept by `decide`."""

    def binding(self, place: Place, traffic: Traffic, mode: Mode) -> tuple[Timetable, ...]:
        """Those that bind a message; empty for none. Those that let everything pass are among them."""
        if mode is Mode.OFF:
            return ()
        asked = [one for one in self.timetables if one.traffic is traffic]
        everywhere = mode is Mode.US_STRICT and place.country == _UNITED_STATES
        of_the_place = [
            one
            for one in asked
            if one.jurisdiction == place.country
            or one.jurisdiction in place.states
            or (everywhere and one.jurisdiction.startswith(f"{_UNITED_STATES}-"))
        ]
        if all(one.never_closes for one in of_the_place):
            of_the_place += [one for one in asked if one.jurisdiction == ANYWHERE]
        if mode is Mode.LAW:
            return tuple(one for one in of_the_place if one.binding in _BINDING_BY_LAW)
        return tuple(of_the_place)


def rules_of(rows: Iterable[Row], *, version: str) -> Rules:
    """The rules that rows of a table make."""
    by_rule: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_rule[row.rule].append(row)
    return Rules(version, tuple(_timetable(rows, version) for rows in by_rule.values()))


@cache
def shipped() -> Rules:
    """The rules that ship with Tidings."""
    return rules_of(parse(tables.rows(f"rules/{FILE}"), file=FILE), version=SHIPPED_VERSION)


def _timetable(rows: list[Row], version: str) -> Timetable:
    first = rows[0]
    periods = _periods(rows)
    newest = periods[-1][2]
    hours = "at any time" if newest == ALWAYS else written_week(newest)
    where = "everywhere else" if first.jurisdiction == ANYWHERE else first.jurisdiction
    clock = first.zone or "the recipient's time"
    closed = f", not on holidays ({', '.join(first.holidays)})" if first.holidays else ""
    unsure = {
        Verified.NO: "; recalled, no source was read",
        Verified.CONFLICT: "; sources disagree, the stricter stands",
    }
    doubts = "".join(unsure[one] for one in unsure if any(row.verified is one for row in rows))
    text = f"{where}, {first.traffic.value}: {hours}, {clock}{closed} ({_MEANING[first.binding]}{doubts})"
    sources = [part for part in (first.law, first.source) if part]
    return Timetable(
        rule=Rule(f"quiet_hours/{first.rule}", version, "; ".join(sources), text),
        jurisdiction=first.jurisdiction,
        traffic=first.traffic,
        binding=first.binding,
        zone=first.zone,
        calendars=first.holidays,
        periods=periods,
    )


def _periods(rows: list[Row]) -> tuple[tuple[date | None, date | None, Week], ...]:
    """The stretches of days between which the rows in force change, oldest first."""
    edges = sorted({day for row in rows for day in (row.from_day, row.until_day) if day is not None})
    found = []
    for start, end in zip([None, *edges], [*edges, None], strict=True):
        day = start or date.min
        in_force = [
            row
            for row in rows
            if (row.from_day or date.min) <= day and (row.until_day is None or day < row.until_day)
        ]
        if in_force:
            spans = [(row.days, row.hours or (0, 1440)) for row in in_force]
            found.append((start, end, week_of(spans)))
    return tuple(found)
