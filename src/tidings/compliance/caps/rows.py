"""The caps that law sets, as rows of `caps.csv`: read, checked, made caps of. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tidings.compliance.caps.cap import LONGEST_WINDOW, MOST_SENDS, Cap, Counting
from tidings.compliance.packs.faults import BadRows, Fault
from tidings.compliance.verdict import Rule, Traffic
from tidings.kernel.instant import parse_day

FILE = "caps.csv"
COLUMNS = ("state", "traffic", "most", "hours", "scope", "law", "source", "effective_from", "verified")
SCOPES = {"subject": Counting.TOPIC, "all": Counting.ALL}


@dataclass(frozen=True, slots=True)
class Row:
    """One law: at most `most` sends of `traffic` in any `hours` to a person in `state`, counted by `scope`."""

    state: str
    traffic: Traffic
    most: int
    hours: int
    scope: Counting
    law: str
    source: str
    effective_from: date
    verified: str

    def cap(self, *, version: str) -> Cap:
        what = "on one subject " if self.scope is Counting.TOPIC else ""
        return Cap(
            rule=Rule(
                id=f"caps/{self.state}/{self.traffic}",
                version=version,
                source=f"{self.law} ({self.source})",
                text=f"At most {self.most} {self.traffic} messages {what}to a person in {self.state} "
                f"in any {self.hours} hours.",
            ),
            most=self.most,
            window=timedelta(hours=self.hours),
            traffic=frozenset({self.traffic}),
            counting=self.scope,
            states=frozenset({self.state}),
        )


def parse(rows: Iterable[Mapping[str, str]], *, file: str) -> tuple[Row, ...]:
    """Raises BadRows with everything that is wrong."""
    parsed: list[Row] = []
    faults: list[Fault] = []
    seen: dict[tuple[str, str, str, str], int] = {}
    for number, row in enumerate(rows, start=2):
        values, wrong = _read(row)
        faults += [Fault(file, number, column, problem) for column, problem in wrong]
        if wrong:
            continue
        key = (row["state"], row["traffic"], row["scope"], row["hours"])
        before = seen.setdefault(key, number)
        if before != number:
            faults.append(
                Fault(file, number, "state", f"says the same place, traffic, scope and hours as row {before}")
            )
            continue
        parsed.append(Row(**values))
    if faults:
        raise BadRows(faults)
    return tuple(parsed)


def _read(row: Mapping[str, str]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    missing = [column for column in COLUMNS if not (row.get(column) or "").strip()]
    if missing:
        return {}, [(column, "is empty or missing") for column in missing]
    wrong: list[tuple[str, str]] = []
    values: dict[str, Any] = {name: row[name] for name in ("law", "source", "verified")}
    state = row["state"]
    if not (len(state) == 5 and state[:3] == "US-" and state[3:].isalpha() and state[3:].isupper()):
        wrong.append(("state", f"{state!r} is no US state, such as US-FL"))
    values["state"] = state
    if row["traffic"] in list(Traffic):
        values["traffic"] = Traffic(row["traffic"])
    else:
        wrong.append(("traffic", f"{row['traffic']!r} is none of {', '.join(Traffic)}"))
    if row["scope"] in SCOPES:
        values["scope"] = SCOPES[row["scope"]]
    else:
        wrong.append(("scope", f"{row['scope']!r} is none of {', '.join(SCOPES)}"))
    for column, largest in (("most", MOST_SENDS), ("hours", LONGEST_WINDOW // timedelta(hours=1))):
        text = row[column]
        if text.isascii() and text.isdigit() and 1 <= int(text) <= largest:
            values[column] = int(text)
        else:
            wrong.append((column, f"{text!r} is no whole number from 1 to {largest}"))
    day = parse_day(row["effective_from"])
    if day is None:
        wrong.append(("effective_from", f"{row['effective_from']!r} is no day as 2026-01-31"))
    values["effective_from"] = day
    return values, wrong
