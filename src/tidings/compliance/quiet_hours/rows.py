"""Quiet hours as rows of a table: what each column means, and what is wrong with a row. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from tidings.compliance.packs.faults import BadRows, Fault
from tidings.compliance.quiet_hours.days import Span, parse_days, parse_time
from tidings.compliance.quiet_hours.holiday_calendars import is_calendar
from tidings.compliance.quiet_hours.regions import is_country, is_region
from tidings.compliance.quiet_hours.zone import is_zone
from tidings.compliance.verdict import Traffic

Kind = TypeVar("Kind", bound=StrEnum)

ANYWHERE = "*"
COLUMNS = (
    "rule",
    "jurisdiction",
    "traffic",
    "opens",
    "closes",
    "days",
    "zone",
    "holidays",
    "binding",
    "law",
    "source",
    "verified",
    "from_day",
    "until_day",
    "note",
)


class Binding(StrEnum):
    """How much a rule is worth."""

    LAW = "law-sms"
    """A law or regulator's rule that reaches texts."""
    CARRIER = "carrier"
    """Carriers or operators hold or drop what comes outside."""
    CALLS = "law-calls"
    """A law about calls, whose reach for texts is not settled."""
    PROVIDER = "provider"
    """What platforms hold their customers to."""
    NONE = "none"
    """It was looked for, and nothing was found that binds."""


class Verified(StrEnum):
    YES = "yes"
    SECONDARY = "secondary"
    CONFLICT = "conflict"
    """Sources disagree; the stricter stands."""
    NO = "no"
    """Recalled; no source was read."""


@dataclass(frozen=True, slots=True)
class Row:
    """When messages of a kind may be sent. Rows of the same rule add up; different rules all bind."""

    rule: str
    jurisdiction: str
    """A country (`FR`), a part of one (`US-TX`), or `*`: wherever nothing else is known."""
    traffic: Traffic
    hours: Span | None
    """None where there are no hours to keep."""
    days: frozenset[int]
    zone: str | None
    """The zone in which the hours are stated; None: that of the recipient."""
    holidays: tuple[str, ...]
    """Calendars on whose holidays it is closed all day."""
    binding: Binding
    law: str
    source: str
    verified: Verified
    from_day: date | None
    """The first local day on which it is in force."""
    until_day: date | None
    """The first on which it no longer is."""
    note: str


def parse(rows: Iterable[Mapping[str, str]], *, file: str) -> tuple[Row, ...]:
    """Every row of a table. Raises BadRows with all that is wrong, each fault with its row (the header is 1)."""
    faults: list[Fault] = []
    parsed: list[tuple[int, Row]] = []
    for line, row in enumerate(rows, start=2):
        wrong = [
            Fault(file, line, column, "The table has no such column.")
            for column in COLUMNS
            if row.get(column) is None
        ]
        reading = _Reading(file, line, row, wrong)
        found = None if wrong else reading.row()
        if found is not None and not wrong:
            parsed.append((line, found))
        faults.extend(wrong)
    if not parsed and not faults:
        faults.append(Fault(file, 1, "rule", "There is no row."))
    faults.extend(_contradictions(parsed, file))
    if faults:
        raise BadRows(faults)
    return tuple(row for _, row in parsed)


class _Reading:
    """One row on its way to be read; what is wrong with it gathers in `faults`."""

    def __init__(self, file: str, line: int, row: Mapping[str, str], faults: list[Fault]) -> None:
        self._file, self._line, self._faults = file, line, faults
        self._row = {column: (row.get(column) or "").strip() for column in COLUMNS}

    def row(self) -> Row | None:
        binding = self._one_of(Binding, "binding")
        traffic = self._one_of(Traffic, "traffic")
        verified = self._one_of(Verified, "verified")
        days = parse_days(self._row["days"])
        if days is None:
            self._wrong("days", f"{self._row['days']!r} is not written like Mon-Fri, Sat or Mon Wed.")
        zone = self._row["zone"]
        if zone and not is_zone(zone):
            self._wrong("zone", f"{zone!r} is no time zone such as America/Chicago.")
        calendars = tuple(self._row["holidays"].split())
        for calendar in calendars:
            if not is_calendar(calendar):
                self._wrong("holidays", f"{calendar!r} is no calendar of holidays such as FR or US-AL.")
        jurisdiction = self._jurisdiction()
        hours = self._hours(binding)
        from_day, until_day = self._day("from_day"), self._day("until_day")
        if from_day and until_day and until_day <= from_day:
            self._wrong("until_day", "It ends before it begins.")
        for column in ("rule", "source"):
            if not self._row[column] and not (column == "source" and self._row["law"]):
                self._wrong(column, "It is empty.")
        if binding is None or traffic is None or verified is None or days is None:
            return None
        return Row(
            rule=self._row["rule"],
            jurisdiction=jurisdiction,
            traffic=traffic,
            hours=hours,
            days=days,
            zone=zone or None,
            holidays=calendars,
            binding=binding,
            law=self._row["law"],
            source=self._row["source"],
            verified=verified,
            from_day=from_day,
            until_day=until_day,
            note=self._row["note"],
        )

    def _jurisdiction(self) -> str:
        named = self._row["jurisdiction"]
        country, _, part = named.partition("-")
        if named != ANYWHERE and not is_country(country):
            self._wrong("jurisdiction", f"{country!r} is no country of ISO 3166.")
        elif part and not is_region(named):
            self._wrong("jurisdiction", f"{named!r} is no part of a country of ISO 3166-2.")
        return named

    def _hours(self, binding: Binding | None) -> Span | None:
        opens, closes = self._row["opens"], self._row["closes"]
        if not opens and not closes and binding is Binding.NONE:
            return None
        start, end = parse_time(opens), parse_time(closes)
        for column, minutes in (("opens", start), ("closes", end)):
            if minutes is None:
                self._wrong(column, f"{self._row[column]!r} is not written HH:MM, from 00:00 to 24:00.")
        if start is None or end is None:
            return None
        if start >= end:
            self._wrong("closes", "It closes before it opens: write hours over midnight as two rows.")
            return None
        return start, end

    def _day(self, column: str) -> date | None:
        text = self._row[column]
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._wrong(column, f"{text!r} is no day written YYYY-MM-DD.")
            return None

    def _one_of(self, kind: type[Kind], column: str) -> Kind | None:
        try:
            return kind(self._row[column])
        except ValueError:
            self._wrong(column, f"{self._row[column]!r} is none of {', '.join(kind)}.")
            return None

    def _wrong(self, column: str, problem: str) -> None:
        self._faults.append(Fault(self._file, self._line, column, problem))


# What all rows of one rule share.
_SHARED = ("jurisdiction", "traffic", "zone", "holidays", "binding", "law")


def _contradictions(parsed: list[tuple[int, Row]], file: str) -> list[Fault]:
    """Rows of one rule that differ in what they must share, or that say two things of the same hours of a day."""
    faults: list[Fault] = []
    rules: defaultdict[str, list[tuple[int, Row]]] = defaultdict(list)
    for line, row in parsed:
        for other_line, other in rules[row.rule]:
            faults.extend(
                Fault(file, line, column, f"Row {other_line} of the same rule says otherwise.")
                for column in _SHARED
                if getattr(row, column) != getattr(other, column)
            )
            if _overlap(row, other):
                faults.append(
                    Fault(
                        file,
                        line,
                        "opens",
                        f"It contradicts row {other_line}: the same hours of the same days.",
                    )
                )
        rules[row.rule].append((line, row))
    return faults


def _overlap(one: Row, other: Row) -> bool:
    if not one.days & other.days:
        return False
    if (one.until_day and other.from_day and one.until_day <= other.from_day) or (
        other.until_day and one.from_day and other.until_day <= one.from_day
    ):
        return False
    if one.hours is None or other.hours is None:
        return True
    return one.hours[0] < other.hours[1] and other.hours[0] < one.hours[1]
