"""A table of quiet hours: what is wrong with it is told row by row, all at once; what is right is read as it stands."""

from datetime import date

import pytest

from tidings.compliance.packs.faults import BadRows
from tidings.compliance.quiet_hours import rules_of, shipped
from tidings.compliance.quiet_hours.rows import COLUMNS, Row, parse
from tidings.data import tables

GOOD = {
    "rule": "FR/marketing/law",
    "jurisdiction": "FR",
    "traffic": "marketing",
    "opens": "08:00",
    "closes": "20:00",
    "days": "Mon-Sat",
    "zone": "",
    "holidays": "FR FR-57",
    "binding": "law-sms",
    "law": "a law",
    "source": "who read it",
    "verified": "yes",
    "from_day": "2026-01-01",
    "until_day": "",
    "note": "",
}

# What is put into a good row, and the fault that is told of it.
BAD = [
    ({"jurisdiction": "XX"}, "jurisdiction", "'XX' is no country of ISO 3166."),
    ({"jurisdiction": ""}, "jurisdiction", "'' is no country of ISO 3166."),
    ({"jurisdiction": "US-XX"}, "jurisdiction", "'US-XX' is no part of a country of ISO 3166-2."),
    ({"traffic": "spam"}, "traffic", "'spam' is none of marketing, transactional, essential."),
    ({"opens": "8:00"}, "opens", "'8:00' is not written HH:MM, from 00:00 to 24:00."),
    ({"closes": "24:30"}, "closes", "'24:30' is not written HH:MM, from 00:00 to 24:00."),
    ({"opens": "", "closes": ""}, "opens", "'' is not written HH:MM, from 00:00 to 24:00."),
    ({"opens": "21:00"}, "closes", "It closes before it opens: write hours over midnight as two rows."),
    ({"days": "Monday"}, "days", "'Monday' is not written like Mon-Fri, Sat or Mon Wed."),
    ({"zone": "Mars/Olympus"}, "zone", "'Mars/Olympus' is no time zone such as America/Chicago."),
    ({"zone": "EST5EDT"}, "zone", "'EST5EDT' is no time zone such as America/Chicago."),
    ({"holidays": "FR-XX"}, "holidays", "'FR-XX' is no calendar of holidays such as FR or US-AL."),
    ({"binding": "maybe"}, "binding", "'maybe' is none of law-sms, carrier, law-calls, provider, none."),
    ({"verified": ""}, "verified", "'' is none of yes, secondary, conflict, no."),
    ({"from_day": "1.1.2026"}, "from_day", "'1.1.2026' is no day written YYYY-MM-DD."),
    ({"until_day": "2025-01-01"}, "until_day", "It ends before it begins."),
    ({"rule": ""}, "rule", "It is empty."),
    ({"law": "", "source": ""}, "source", "It is empty."),
]


@pytest.mark.parametrize(("change", "column", "problem"), BAD)
def test_a_bad_row_is_named_with_its_column_and_what_is_wrong(
    change: dict[str, str], column: str, problem: str
) -> None:
    found = _faults([GOOD, {**GOOD, "rule": "other", **change}])
    assert (3, column, problem) in found


def test_all_faults_are_told_at_once() -> None:
    found = _faults(
        [{**GOOD, "zone": "Nowhere/No", "days": "?"}, GOOD, {**GOOD, "rule": "b", "traffic": "?"}]
    )
    assert [(row, column) for row, column, _ in found] == [(2, "days"), (2, "zone"), (4, "traffic")]


def test_rows_of_one_rule_do_not_contradict_one_another() -> None:
    sunday = {**GOOD, "days": "Sun", "opens": "12:00"}
    assert _faults([GOOD, sunday]) == []
    assert _faults([GOOD, {**GOOD, "opens": "19:00", "closes": "22:00"}]) == [
        (3, "opens", "It contradicts row 2: the same hours of the same days.")
    ]
    assert _faults([GOOD, {**sunday, "binding": "carrier"}]) == [
        (3, "binding", "Row 2 of the same rule says otherwise.")
    ]
    # The same hours, one after the other in time, are a change and no contradiction.
    assert _faults([{**GOOD, "until_day": "2026-07-01"}, {**GOOD, "from_day": "2026-07-01"}]) == []


def test_a_missing_column_and_an_empty_table_are_faults() -> None:
    assert _faults([{key: value for key, value in GOOD.items() if key != "days"}]) == [
        (2, "days", "The table has no such column.")
    ]
    assert _faults([]) == [(1, "rule", "There is no row.")]


def test_a_rule_changes_on_the_day_that_its_rows_name() -> None:
    rules = rules_of(
        parse(
            [
                {**GOOD, "from_day": "", "until_day": "2026-07-01", "holidays": ""},
                {**GOOD, "from_day": "2026-07-01", "opens": "10:00", "holidays": ""},
            ],
            file="t",
        ),
        version="7",
    )
    (one,) = rules.timetables
    assert one.open_on(date(2026, 6, 30)) == ((480, 1200),)
    assert one.open_on(date(2026, 7, 1)) == ((600, 1200),)
    assert one.rule.version == "7"


def test_the_shipped_table_is_whole_and_each_row_has_its_source() -> None:
    rows = parse(tables.rows("rules/quiet_hours.csv"), file="quiet_hours.csv")
    assert len(rows) > 100
    assert all(row.source for row in rows if row.verified.value == "yes" and row.hours), _unsourced(rows)
    assert len({one.rule.id for one in shipped().timetables}) == len(shipped().timetables)
    assert {*next(iter(tables.rows("rules/quiet_hours.csv")))} == set(COLUMNS)


def _unsourced(rows: tuple[Row, ...]) -> list[str]:
    return [row.rule for row in rows if not row.source]


def _faults(rows: list[dict[str, str]]) -> list[tuple[int, str, str]]:
    try:
        parse(rows, file="quiet_hours.csv")
    except BadRows as bad:
        return [(fault.row, fault.column, fault.problem) for fault in bad.faults]
    return []
