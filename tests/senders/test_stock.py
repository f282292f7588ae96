"""What an account looks for in a stock of numbers, and which offers are that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.senders.stock import Line, Offer, Place, Wanted, pattern_of, place_of_area

SAN_FRANCISCO, OAKLAND = Place(37.7749, -122.4194), Place(37.8044, -122.2712)
degrees = st.builds(Place, st.floats(-90, 90), st.floats(-180, 180))


def offer(number: str = "+14155550100", **more: object) -> Offer:
    usual: dict[str, object] = {"country": "US", "line": Line.LOCAL, "sms": True, "mms": False, "voice": True}
    return Offer(number, **(usual | more))  # type: ignore[arg-type]


def wanted(**more: object) -> Wanted:
    usual: dict[str, object] = {"country": "US", "line": Line.LOCAL}
    return Wanted(**(usual | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "number", "fits"),
    [
        ("415", "+14155550100", True),
        ("0100", "+14155550100", True),
        ("+1415", "+14155550100", True),
        ("+415", "+14155550100", False),
        ("555*1*0", "+14155550100", True),
        ("555*2", "+14155550100", False),
        ("HELLO", "+14154355600", True),
        ("hello", "+14154355600", True),
    ],
)
def test_contains_means_digits_any_digit_and_letters_as_on_the_keys(
    asked: str, number: str, fits: bool
) -> None:
    pattern = pattern_of(asked)
    assert pattern is not None
    assert wanted(contains=pattern).admits(offer(number)) is fits


@pytest.mark.parametrize("asked", ["", "1", "41 5", "4-15", "%", "1" * 17, "+", "ü1"])
def test_what_is_no_pattern_is_told(asked: str) -> None:
    assert pattern_of(asked) is None


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({}, True),
        ({"country": "CA"}, False),
        ({"line": Line.MOBILE}, False),
        ({"area_code": "415"}, True),
        ({"area_code": "510"}, False),
        ({"sms": True, "voice": True}, True),
        ({"mms": True}, False),
        ({"mms": False}, True),
        ({"fax": True}, False),
        ({"fax": False}, True),
        ({"region": "ca"}, True),
        ({"region": "NV"}, False),
        ({"lata": "722"}, False),
        ({"near": OAKLAND, "distance_miles": 10}, True),
        ({"near": OAKLAND, "distance_miles": 5}, False),
    ],
)
def test_an_offer_is_wanted_when_it_is_all_that_was_asked_for(asked: dict[str, object], fits: bool) -> None:
    assert wanted(**asked).admits(offer(region="CA", place=SAN_FRANCISCO)) is fits


def test_what_has_no_place_is_near_nothing() -> None:
    assert not wanted(near=OAKLAND, distance_miles=500).admits(offer())


@given(degrees, degrees)
def test_a_distance_is_the_same_both_ways_and_within_half_the_earth(one: Place, other: Place) -> None:
    there, back = one.miles_to(other), other.miles_to(one)
    assert there == pytest.approx(back, abs=1e-3)
    assert 0 <= there <= 12_438


def test_a_distance_is_as_on_a_map() -> None:
    assert Place(40.7128, -74.0060).miles_to(Place(34.0522, -118.2437)) == pytest.approx(2_446, abs=3)


def test_an_area_lies_where_its_offers_lie() -> None:
    offers = [offer("+12125550100"), offer("+14155550100", place=SAN_FRANCISCO)]
    assert place_of_area(offers, "+14155559999") == SAN_FRANCISCO
    assert place_of_area(offers, "+12125559999") is None
