"""Where an account may write to."""

import pytest

from tidings.compliance.geo.permission import OTHERS, Permission, Permissions, decide, parse_destination
from tidings.compliance.geo.rows import parse, shipped
from tidings.compliance.packs.faults import BadRows
from tidings.compliance.verdict import Applied, Refused
from tidings.kernel.codes import REGION_NOT_ENABLED
from tidings.kernel.phone_number import PhoneNumber

YES, NO = Permission(True, "customers there", "ops", 3), Permission(False, "none there", "ops", 4)


def may(permissions: Permissions, number: str) -> bool:
    parsed = PhoneNumber.parse(number)
    if parsed is None:
        return isinstance(decide(permissions, country="", calling_code=""), Applied)
    verdict = decide(permissions, country=parsed.region, calling_code=str(parsed.calling_code))
    if isinstance(verdict, Refused):
        assert verdict.code is REGION_NOT_ENABLED
    return isinstance(verdict, Applied)


UK, AUSTRIA, SATELLITE, PREMIUM, SHORT = (
    "+447400123456",
    "+436641234567",
    "+881612345678",
    "+979123456789",
    "55501",
)


@pytest.mark.parametrize(
    ("said", "allowed", "denied"),
    [
        ({}, [UK, AUSTRIA, SHORT, "+14155552671", "+80012345678"], [SATELLITE, PREMIUM]),
        ({"GB": NO}, [AUSTRIA], [UK]),
        ({OTHERS: NO, "GB": YES}, [UK, SHORT], [AUSTRIA, SATELLITE]),
        ({OTHERS: YES}, [UK], [SATELLITE]),
        ({"+881": YES}, [SATELLITE], [PREMIUM]),
    ],
    ids=["default", "one denied", "only one", "all others but risky", "risky by name"],
)
def test_an_account_may_write_where_it_said(
    said: dict[str, Permission], allowed: list[str], denied: list[str]
) -> None:
    permissions = Permissions(said, shipped())
    assert [number for number in allowed + denied if may(permissions, number)] == allowed


def test_a_refusal_names_the_rule_that_made_it() -> None:
    by_name = decide(Permissions({"GB": NO}, shipped()), country="GB", calling_code="44")
    assert isinstance(by_name, Refused)
    rule = by_name.applied.rule
    assert (rule.id, rule.version, rule.source) == ("geo/GB", "4", "ops")
    assert "none there" in rule.text
    satellite = decide(Permissions({OTHERS: YES}, shipped()), country="001", calling_code="881")
    assert isinstance(satellite, Refused)
    assert "satellite" in satellite.applied.rule.text
    others = decide(Permissions({OTHERS: NO}, shipped()), country="FR", calling_code="33")
    assert isinstance(others, Refused)
    assert others.applied.rule.id == "geo/*"


@pytest.mark.parametrize(
    ("text", "destination"),
    [
        ("us", "US"),
        (" GB ", "GB"),
        ("+881", "+881"),
        ("*", "*"),
        ("XX", None),
        ("+44", None),
        ("", None),
        ("+", None),
    ],
)
def test_a_destination_is_a_country_or_a_network_of_none(text: str, destination: str | None) -> None:
    assert parse_destination(text) == destination


def test_bad_rows_of_destinations_are_named_with_their_column() -> None:
    good = {"destination": "+881", "name": "GMSS", "risk": "high", "why": "dear", "source": "ITU"}
    rows = [good, good, good | {"destination": "+44"}, good | {"risk": "some"}, good | {"why": " "}]
    with pytest.raises(BadRows) as caught:
        parse(rows)
    assert [(one.row, one.column) for one in caught.value.faults] == [
        (3, "destination"),
        (4, "destination"),
        (5, "destination"),
        (5, "risk"),
        (6, "why"),
    ]
