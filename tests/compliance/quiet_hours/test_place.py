"""Where a person may be, by what is known of them; what is not known is every place that is possible."""

import pytest
from phonenumbers import region_codes_for_country_code

from tidings.compliance.quiet_hours import BadField, place_of
from tidings.compliance.quiet_hours.place import _area_codes
from tidings.compliance.quiet_hours.regions import regions, regions_of, zones_of_country
from tidings.compliance.quiet_hours.zone import is_zone
from tidings.data import tables

# What is known; zones, states, and what the zones are known by.
KNOWN = """
+18502341234 | America/Chicago | US-FL | number
+18502221234 | America/Chicago America/New_York | US-FL | number
+18502341234 zone=America/Denver | America/Denver | US-FL | zone
+18502341234 state=FL | America/Chicago | US-FL | state
+18502341234 state=US-TX | America/Chicago America/Denver | US-FL US-TX | state
+18502341234 state=tx postal_code=79901 | America/Denver | US-FL US-TX | postal_code
+12125551234 postal_code=32501 | America/Chicago | US-FL US-NY | postal_code
+12125551234 postal_code=32501-1234 zone=America/Adak | America/Adak | US-FL US-NY | zone
+12125551234 postal_code=37201 | America/Chicago | US-NY US-TN | postal_code
+18005551234 postal_code=10001 | America/New_York | US-NY | postal_code
+18005551234 state=HI | Pacific/Honolulu | US-HI | state
+17875551234 | America/Puerto_Rico | US-PR | number
+16715551234 | Pacific/Guam | US-GU | number
+16135551234 | America/Toronto | CA-ON | number
+17095551234 | America/Goose_Bay America/St_Johns | CA-NL | number
+16135551234 postal_code=V6B1A1 | America/Creston America/Edmonton America/Fort_Nelson America/Vancouver | CA-BC CA-ON | postal_code
+33612345678 postal_code=67000 | Europe/Paris | FR-67 | postal_code
+61412345678 postal_code=0800 | Australia/Darwin | AU-NT | postal_code
+61412345678 state=QLD | Australia/Brisbane Australia/Lindeman | AU-QLD | state
+447400123456 | Europe/London | - | number
+5511912345678 | America/Sao_Paulo | - | number
""".strip().splitlines()  # noqa: E501


@pytest.mark.parametrize("line", KNOWN)
def test_a_person_may_be_wherever_what_is_known_lets_them_be(line: str) -> None:
    who, zones, states, by = (part.strip() for part in line.split("|"))
    number, *known = who.split()
    place = place_of(number, **dict(one.split("=") for one in known))
    assert place.zones == tuple(zones.split())
    assert place.known_by == by
    if number.startswith("+614"):  # An Australian mobile is of no state in particular.
        assert set(states.split()) <= set(place.states)
    else:
        assert place.states == tuple(state for state in states.split() if state != "-")


def test_a_number_of_no_place_may_be_in_every_zone() -> None:
    assert {"Pacific/Guam", "America/St_Johns"} <= set(place_of("+18005551234").zones)
    assert set(place_of("+61412345678").zones) == zones_of_country("AU")
    assert set(place_of("+79161234567").zones) == zones_of_country("RU")
    assert set(place_of("+6281234567890").zones) == zones_of_country("ID")
    assert len(place_of("+883510000000000").zones) > 200


def test_what_is_no_number_says_nothing_of_its_area_code() -> None:
    assert place_of("+12060001234").country == ""
    assert place_of("+12065551234").zones == ("America/Los_Angeles",)


@pytest.mark.parametrize(
    ("known", "field"),
    [
        ({"zone": "America/Gotham"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
        ({"state": "ZZ"}, "state"),
        ({"postal_code": "1234"}, "postal_code"),
        ({"postal_code": "00000"}, "postal_code"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(known: dict[str, str], field: str) -> None:
    with pytest.raises(BadField) as refused:
        place_of("+12125551234", **known)
    assert refused.value.field == field
    assert refused.value.problem


def test_the_tables_of_places_name_only_what_there_is() -> None:
    places = {**{code: area.zones for code, area in _area_codes().items()}}
    places |= {code: region.zones for code, region in regions().items()}
    places |= {
        f"{row['country']} {row['first']}": frozenset(row["zones"].split())
        for row in tables.rows("postal_codes.csv")
    }
    assert {place: zones for place, zones in places.items() if not all(map(is_zone, zones))} == {}
    assert all(zones for zones in (region.zones for region in regions().values()))
    assert {region for area in _area_codes().values() for region in area.regions} <= set(regions())
    assert len(regions_of("US")) == 56
    # Every part of the country has an area code of its own.
    assert regions_of("US") <= {region for area in _area_codes().values() for region in area.regions}
    assert "US" in region_codes_for_country_code(1)
