"""Postal codes: the state they are in, and its zones. Pure."""

import re
from dataclasses import dataclass
from functools import cache

from tidings.compliance.quiet_hours.regions import regions
from tidings.data import tables

_FORMS = {
    "US": re.compile(r"([0-9]{5})(-?[0-9]{4})?", re.ASCII),
    "CA": re.compile(r"([A-Z][0-9][A-Z]) ?([0-9][A-Z][0-9])?", re.ASCII),
    "AU": re.compile(r"([0-9]{4})", re.ASCII),
    "FR": re.compile(r"([0-9]{5})", re.ASCII),
}


class NoPostalCode(ValueError):  # noqa: N818 - it names what is wrong
    """A text that is no postal code we know; says why."""


@dataclass(frozen=True, slots=True)
class Postal:
    region: str
    zones: frozenset[str]
    """Empty where the region's zones are not known to us: those of the country count."""


def postal_area(text: str, country: str) -> Postal:
    """The area of a postal code of the United States, Canada, Australia or France.

    Raises NoPostalCode, with a sentence about what is wrong.
    """
    form = _FORMS.get(country)
    if form is None:
        raise NoPostalCode(f"Postal codes of {country or 'no country'} are not known; say the zone.")
    found = form.fullmatch(text.strip().upper())
    if found is None:
        raise NoPostalCode(f"{text!r} is no postal code of {country}.")
    code = found[1]
    for first, last, area in _areas().get(country, ()):
        if first <= code[: len(first)] <= last:
            return area
    raise NoPostalCode(f"{text!r} is in no known part of {country}.")


@cache
def _areas() -> dict[str, list[tuple[str, str, Postal]]]:
    """By country, from the longest prefixes to the shortest."""
    found: dict[str, list[tuple[str, str, Postal]]] = {}
    for row in tables.rows("postal_codes.csv"):
        known = regions().get(row["region"])
        zones = frozenset(row["zones"].split()) or (known.zones if known else frozenset())
        found.setdefault(row["country"], []).append((row["first"], row["last"], Postal(row["region"], zones)))
    for areas in found.values():
        areas.sort(key=lambda area: -len(area[0]))
    return found
