"""Where a number comes from, as far as its digits tell, without asking anybody.

The tables are those of `phonenumbers`; they take 100 MB of memory, and are loaded when the first number is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tidings.kernel.phone_number import PhoneNumber

_NORTH_AMERICA = 1


@dataclass(frozen=True, slots=True)
class Place:
    """Empty where unknown, as numbers know no postal code and mobile ones of most countries no town."""

    city: str = ""
    state: str = ""
    country: str = ""
    postal_code: str = ""


NOWHERE = Place()


@lru_cache(maxsize=65_536)
def place_of(address: str) -> Place:
    """The place of a phone number; of anything else, nowhere."""
    number = PhoneNumber.parse(address)
    if number is None:
        return NOWHERE
    country = number.region if number.region.isalpha() else ""
    text = _description(number)
    if not text or text in (country, _country_name(country)):
        return Place(country=country)
    if number.calling_code != _NORTH_AMERICA:
        return Place(city=text, country=country)
    town, comma, state = text.rpartition(", ")
    if comma:
        return Place(city=town, state=state, country=country)
    state = STATES.get(text, "")
    return Place(state=state, country=country) if state else Place(city=text, country=country)


def _description(number: PhoneNumber) -> str:
    from phonenumbers import geocoder, parse  # takes a second and 100 MB: see above

    return str(geocoder.description_for_valid_number(parse(number.e164), "en"))


def _country_name(country: str) -> str:
    from phonenumbers.geocoder import _region_display_name

    return str(_region_display_name(country, "en"))


# States and provinces by the names that the tables use for numbers of no single town.
STATES = {
    "Alabama": "AL",
    "Alaska": "AK",
    "Arizona": "AZ",
    "Arkansas": "AR",
    "California": "CA",
    "Colorado": "CO",
    "Connecticut": "CT",
    "Delaware": "DE",
    "Florida": "FL",
    "Georgia": "GA",
    "Hawaii": "HI",
    "Idaho": "ID",
    "Illinois": "IL",
    "Indiana": "IN",
    "Iowa": "IA",
    "Kansas": "KS",
    "Kentucky": "KY",
    "Louisiana": "LA",
    "Maine": "ME",
    "Maryland": "MD",
    "Massachusetts": "MA",
    "Michigan": "MI",
    "Minnesota": "MN",
    "Mississippi": "MS",
    "Missouri": "MO",
    "Montana": "MT",
    "Nebraska": "NE",
    "Nevada": "NV",
    "New Hampshire": "NH",
    "New Jersey": "NJ",
    "New Mexico": "NM",
    "New York": "NY",
    "North Carolina": "NC",
    "North Dakota": "ND",
    "Ohio": "OH",
    "Oklahoma": "OK",
    "Oregon": "OR",
    "Pennsylvania": "PA",
    "Rhode Island": "RI",
    "South Carolina": "SC",
    "South Dakota": "SD",
    "Tennessee": "TN",
    "Texas": "TX",
    "Utah": "UT",
    "Vermont": "VT",
    "Virginia": "VA",
    "Washington": "WA",
    "Washington State": "WA",
    "Washington D.C.": "DC",
    "West Virginia": "WV",
    "Wisconsin": "WI",
    "Wyoming": "WY",
    "Puerto Rico": "PR",
    "Alberta": "AB",
    "British Columbia": "BC",
    "Manitoba": "MB",
    "New Brunswick": "NB",
    "Newfoundland and Labrador": "NL",
    "Nova Scotia": "NS",
    "Ontario": "ON",
    "Prince Edward Island": "PE",
    "Quebec": "QC",
    "Saskatchewan": "SK",
}
