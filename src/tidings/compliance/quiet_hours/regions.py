"""Countries and their parts, and the time zones in them. Pure.

Parts are those of the countries whose laws or clocks differ within them: the United States and their territories,
Canada, Australia. Others are known by the form of their code alone.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from tidings.data import tables
from tidings.kernel.numbering_plan import REGIONS

TERRITORIES = {"PR": "US-PR", "VI": "US-VI", "GU": "US-GU", "AS": "US-AS", "MP": "US-MP"}
"""Countries by their numbering plan, parts of the United States by law."""

_CODE = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Region:
    code: str
    """ISO 3166-2, such as US-TX."""
    name: str
    zones: frozenset[str]


def is_country(code: str) -> bool:
    return code in REGIONS


def is_region(code: str) -> bool:
    """Whether it is a part of a country: one we know, or of a country whose parts we do not know."""
    country = code.partition("-")[0]
    if country in {known.partition("-")[0] for known in regions()}:
        return code in regions()
    return _CODE.fullmatch(code) is not None and is_country(country)


@cache
def regions() -> dict[str, Region]:
    """The parts that we know, by code."""
    return {
        row["region"]: Region(row["region"], row["name"], frozenset(row["zones"].split()))
        for row in tables.rows("regions.csv")
    }


def regions_of(country: str) -> frozenset[str]:
    """Codes of all parts of a country; empty where we do not know them."""
    return frozenset(code for code in regions() if code.startswith(f"{country}-"))


@cache
def zones_of_country(country: str) -> frozenset[str]:
    """Every zone of a country, as the tz database has it; empty for none."""
    return _zone_tab().get(country, frozenset())


@cache
def _zone_tab() -> dict[str, frozenset[str]]:
    text = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found.setdefault(country, set()).add(zone)
    return {country: frozenset(zones) for country, zones in found.items()}
