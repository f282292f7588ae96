"""The caps of law, as data."""

from datetime import timedelta

import pytest

from tidings.compliance.caps.rows import parse
from tidings.compliance.packs.faults import BadRows
from tidings.compliance.packs.pack import shipped

GOOD = {
    "state": "US-FL",
    "traffic": "marketing",
    "most": "3",
    "hours": "24",
    "scope": "subject",
    "law": "a law",
    "source": "a book",
    "effective_from": "2021-07-01",
    "verified": "secondary",
}


def test_the_shipped_rows_are_three_a_day_on_one_subject() -> None:
    assert {(*cap.states, cap.most, cap.window) for cap in shipped().caps} == {
        (state, 3, timedelta(hours=24)) for state in ("US-FL", "US-MD", "US-OK")
    }
    assert {cap.rule.version for cap in shipped().caps} == {shipped().version}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("state", "Florida"),
        ("traffic", "ads"),
        ("most", "0"),
        ("most", "many"),
        ("hours", "9999"),
        ("scope", "person"),
        ("law", ""),
        ("effective_from", "July"),
    ],
)
def test_a_bad_row_is_named_with_its_column(column: str, value: str) -> None:
    with pytest.raises(BadRows) as raised:
        parse([GOOD, GOOD | {column: value, "state": "US-OK"} | ({column: value})], file="mine.csv")
    assert [(fault.file, fault.row, fault.column) for fault in raised.value.faults] == [
        ("mine.csv", 3, column)
    ]


def test_two_rows_that_say_the_same_place_are_refused() -> None:
    with pytest.raises(BadRows):
        parse([GOOD, GOOD | {"most": "5"}], file="mine.csv")
