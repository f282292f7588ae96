"""Rows of countries.csv: those that ship hold, and bad ones are named, all at once."""

from collections.abc import Mapping

import pytest

from tidings.compliance.countries import Begins, Forbidden, Links, Required, parse, shipped
from tidings.compliance.packs.faults import BadRows
from tidings.data import tables
from tidings.kernel.numbering_plan import REGIONS

GOOD = next(row for row in tables.rows("rules/countries.csv") if row["iso2"] == "US")


def faults_of(*rows: Mapping[str, str]) -> list[tuple[int, str]]:
    with pytest.raises(BadRows) as caught:
        parse(rows, file="mine.csv")
    assert all(fault.file == "mine.csv" and fault.problem for fault in caught.value.faults)
    return [(fault.row, fault.column) for fault in caught.value.faults]


def test_every_country_that_a_number_may_be_in_has_a_row() -> None:
    assert REGIONS - set(shipped()) <= {"AC", "TA"}  # Ascension and Tristan da Cunha go with Saint Helena


def test_rules_have_a_source() -> None:
    for rules in shipped().values():
        if rules.barred or rules.limited or rules.forbids or rules.requires or rules.begins or rules.links:
            assert rules.source, rules.name


def test_what_some_countries_ask() -> None:
    us, fr, kr, cn = (shipped()[iso2] for iso2 in ("US", "FR", "KR", "CN"))
    assert us.senders == {"long_code", "short_code", "toll_free"}
    assert "cannabis" in us.barred
    assert "alcohol" in us.limited
    assert Forbidden.SHORT_LINKS in us.forbids
    assert Required.OPT_OUT in fr.requires
    assert (kr.begins, kr.begins_of) == ("(광고)", Begins.MARKETING)
    assert cn.links is Links.FORBIDDEN


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("iso2", "usa"),
        ("senders", "pigeon"),
        ("links", "maybe"),
        ("barred", "knitting"),
        ("limited", "cannabis"),  # barred as well
        ("forbids", "vowels"),
        ("requires", "luck"),
        ("begins_of", "all"),  # without a mark
        ("begins_of", "some"),
        ("generic_senders", "loved"),
        ("unicode", "utf-7"),
        ("most_parts", "0"),
        ("most_parts", "many"),
        ("source", ""),
        ("confidence", "total"),
        ("two_way", "three"),
    ],
)
def test_a_bad_value_is_named_by_row_and_column(column: str, value: str) -> None:
    good = dict(GOOD, iso2="CA", name="Canada")
    assert (3, column) in faults_of(good, dict(GOOD, **{column: value}))


def test_a_country_that_stands_twice_is_named() -> None:
    assert faults_of(GOOD, GOOD) == [(3, "iso2")]


def test_every_fault_of_every_row_is_told_at_once() -> None:
    bad = dict(GOOD, links="maybe", barred="knitting")
    assert faults_of(bad, dict(GOOD, iso2="CA", unicode="utf-7")) == [
        (2, "barred"),
        (2, "links"),
        (3, "unicode"),
    ]


def test_a_missing_column_is_named() -> None:
    assert faults_of({name: value for name, value in GOOD.items() if name != "barred"}) == [(2, "barred")]


def test_a_table_without_rows_is_refused() -> None:
    assert faults_of() == [(1, "iso2")]
