"""Where a person may be: the zones their clock may show, and the states whose law may bind. Pure.

Nothing is guessed. What is not known is every place that is possible; whoever asks sends only when all of them agree.
"""

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from phonenumbers.tzdata import TIMEZONE_DATA, TIMEZONE_LONGEST_PREFIX

from tidings.compliance.quiet_hours.postal import NoPostalCode, Postal, postal_area
from tidings.compliance.quiet_hours.regions import (
    TERRITORIES,
    is_region,
    regions,
    regions_of,
    zones_of_country,
)
from tidings.compliance.quiet_hours.zone import is_zone
from tidings.data import tables
from tidings.kernel.phone_number import LineType, PhoneNumber, country_of

# Where mobile numbers are of a place: North America, Mexico, Argentina, Brazil.
_MOBILES_OF_A_PLACE = frozenset({1, 52, 54, 55})
_NORTH_AMERICA = "1"
_AREA_CODE_ENDS = 4
_UNITED_STATES, _CANADA = "US", "CA"


class Place(NamedTuple):
    """Where a person may be. Equal places are judged alike, so this is also the key by which verdicts are kept."""

    country: str
    """ISO 3166 code by the number; "" for a number of no country."""
    zones: tuple[str, ...]
    """Every zone in which they may be, in order of name; never empty."""
    states: tuple[str, ...] = ()
    """ISO 3166-2 codes of every state whose law may bind, that of the area code and that of the profile alike."""
    known_by: str = "number"
    """What the zones are known by: `zone`, `postal_code`, `state`, or `number`."""


class BadField(ValueError):  # noqa: N818 - it names what is wrong
    """What is said of a person cannot be so: `field` is one of zone, postal_code, state."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field, self.problem = field, problem


def place_of(
    number: str, *, zone: str | None = None, postal_code: str | None = None, state: str | None = None
) -> Place:
    """Where the owner of a number (E.164) may be.

    A zone that is said counts before a postal code, that before a state, and that before what the number tells. The
    states of the area code and of the profile are both kept. `state` is written `TX` or `US-TX`.

    Raises BadField for a zone, a postal code or a state that there is not. Below 1 µs where the exchange was asked
    for before and nothing more is known, 10 µs otherwise.
    """
    if zone is None and postal_code is None and state is None:
        return _place_of_number(number)
    return _place_of_person(number, zone or None, postal_code or None, state or None)


# In North America an area code tells all that a number tells, in some with the exchange, of which up to three digits
# are listed: +1 850 234, and four digits of no interest.
_EXCHANGE_ENDS = 8
_MOST_NUMBERS_KEPT = 100_000
_KNOWN: dict[str, Place] = {}


def _place_of_number(number: str) -> Place:
    key = number
    if number.startswith("+1"):
        key = number[: _AREA_CODE_ENDS + 1]
        if key in _told_by_exchange():
            key = _listed_prefix(number)
    found = _KNOWN.get(key)
    if found is None:
        # One object for all that are alike, so that looking up what is known of it is quick.
        found = _one(_by_number(number))
        if len(_KNOWN) >= _MOST_NUMBERS_KEPT:
            _KNOWN.clear()
        if found.country or key == number:  # What is no number says nothing of its area code.
            _KNOWN[key] = found
    return found


@lru_cache(maxsize=4096)
def _one(place: Place) -> Place:
    return place


@lru_cache(maxsize=65_536)
def _place_of_person(number: str, zone: str | None, postal_code: str | None, state: str | None) -> Place:
    by_number = _by_number(number)
    states = set(by_number.states)
    zones, known_by = frozenset(by_number.zones), "number"
    if state is not None:
        code = _state(state, by_number.country)
        # A number of that very state may tell its part of it.
        part = _zones_in(code, by_number) if by_number.states == (code,) else None
        said = regions()[code].zones if code in regions() else None
        states = _states_beside(by_number, {code})
        if part or said:
            zones, known_by = frozenset(part or said or ()), "state"
    if postal_code is not None:
        area = _postal(postal_code, by_number.country)
        states = _states_beside(by_number, {area.region, *(states - set(by_number.states))})
        zones, known_by = area.zones or zones, "postal_code"
    if zone is not None:
        if not is_zone(zone):
            raise BadField("zone", f"{zone!r} is no time zone such as America/Chicago.")
        zones, known_by = frozenset({zone}), "zone"
    return _one(Place(by_number.country, tuple(sorted(zones)), tuple(sorted(states)), known_by))


def _states_beside(by_number: Place, said: Iterable[str]) -> set[str]:
    """What the profile says, and the area code's state; a number that is of no state in particular adds nothing."""
    anywhere = len(by_number.states) > _MOST_STATES_OF_AN_AREA_CODE
    return {*said, *(() if anywhere else by_number.states)} - {""}


# 867 is Yukon, the Northwest Territories and Nunavut.
_MOST_STATES_OF_AN_AREA_CODE = 3


def _zones_in(state: str, by_number: Place) -> frozenset[str]:
    known = regions().get(state)
    return frozenset(by_number.zones) & known.zones if known else frozenset()


def _state(text: str, country: str) -> str:
    code = text.strip().upper()
    if "-" not in code:
        code = f"{country}-{code}"
    if not is_region(code):
        raise BadField("state", f"{text!r} is no state such as TX or US-TX.")
    return code


def _postal(text: str, country: str) -> Postal:
    try:
        return postal_area(text, country)
    except NoPostalCode as problem:
        raise BadField("postal_code", str(problem)) from problem


def _by_number(number: str) -> Place:
    """Where a number tells its owner to be."""
    digits = number.removeprefix("+")
    country = country_of(number)
    if digits.startswith(_NORTH_AMERICA):
        found = _in_north_america(digits, country)
        if found is not None:
            return found
    if not country:
        return Place("", _sorted(_everywhere()))
    parsed = PhoneNumber.parse(number)
    if parsed is None or (
        parsed.line_type is LineType.MOBILE and parsed.calling_code not in _MOBILES_OF_A_PLACE
    ):
        return _anywhere_in(country)
    prefix, listed = _listed(digits)
    if not listed or prefix == str(parsed.calling_code):
        return _anywhere_in(country)
    return Place(country, _sorted(listed), _sorted(regions_of(country)))


@cache
def _anywhere_in(country: str) -> Place:
    return Place(country, _sorted(zones_of_country(country) or _everywhere()), _sorted(regions_of(country)))


def _in_north_america(digits: str, country: str) -> Place | None:
    """None for the countries of the plan that are one place each; they are found as others are."""
    if country in TERRITORIES:
        return Place(_UNITED_STATES, _sorted(zones_of_country(country)), (TERRITORIES[country],))
    if country not in (_UNITED_STATES, _CANADA):
        return None
    area = _area_codes().get(digits[1:4])
    if area is None:  # Toll-free and personal numbers, and area codes that are too new: anywhere in the plan.
        return Place(country, _sorted(frozenset(TIMEZONE_DATA[_NORTH_AMERICA])), _sorted(regions_of(country)))
    prefix, listed = _listed(digits)
    # An exchange that is listed by itself tells more than its area code.
    zones = listed & area.zones if len(prefix) > _AREA_CODE_ENDS else frozenset()
    return Place(country, _sorted(zones or area.zones), _sorted(area.regions))


class _Area(NamedTuple):
    regions: frozenset[str]
    zones: frozenset[str]


@cache
def _area_codes() -> dict[str, _Area]:
    return {
        row["area_code"]: _Area(frozenset(row["regions"].split()), frozenset(row["zones"].split()))
        for row in tables.rows("area_codes.csv")
    }


def _listed(digits: str) -> tuple[str, frozenset[str]]:
    """The longest prefix of a number of which zones are known, and these."""
    for length in range(min(TIMEZONE_LONGEST_PREFIX, len(digits)), 0, -1):
        zones = TIMEZONE_DATA.get(digits[:length])
        if zones is not None:
            return digits[:length], frozenset(zone for zone in zones if is_zone(zone))
    return "", frozenset()


def _listed_prefix(number: str) -> str:
    """The longest prefix of a number of North America, from that of its exchange down to its area code, that is listed:
    what all numbers share that tell the same."""
    for end in range(_EXCHANGE_ENDS, _AREA_CODE_ENDS + 1, -1):
        if number[1:end] in TIMEZONE_DATA:
            return number[:end]
    return number[: _AREA_CODE_ENDS + 1]


@cache
def _told_by_exchange() -> frozenset[str]:
    """Area codes, as +1850, that are not told by themselves: some of their exchanges are listed."""
    return frozenset(
        f"+{prefix[:_AREA_CODE_ENDS]}"
        for prefix in TIMEZONE_DATA
        if prefix.startswith(_NORTH_AMERICA) and len(prefix) > _AREA_CODE_ENDS
    )


@cache
def _everywhere() -> frozenset[str]:
    """A zone for every offset that is in use."""
    return frozenset(zone for zones in TIMEZONE_DATA.values() for zone in zones if is_zone(zone))


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
