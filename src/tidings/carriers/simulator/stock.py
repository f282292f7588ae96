"""The numbers that the simulated carrier has to give away, and those that carriers took from people. Pure.

In the United States and Canada they are numbers of the range that is kept for fiction (555-01xx), in a few area
codes each with its place; elsewhere they lie around the example number of the country's numbering plan.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import blake2b
from importlib import resources
from itertools import count
from typing import Any

from phonenumbers import PhoneNumberFormat, PhoneNumberType, example_number_for_type, format_number

from tidings.kernel.phone_number import LineType, PhoneNumber

A_HUNDRED = range(100)
TOLL_FREE_AREAS = ("800", "833", "844", "855", "866", "877", "888")
ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "AU": ("local", "mobile"),
    "DE": ("mobile",),
    "ES": ("mobile",),
    "FR": ("mobile",),
    "GB": ("local", "mobile"),
    "NL": ("mobile",),
    "SE": ("mobile",),
}
_TYPES = {"local": PhoneNumberType.FIXED_LINE, "mobile": PhoneNumberType.MOBILE}
DEACTIVATED_A_DAY = 50


@dataclass(frozen=True, slots=True)
class StockedNumber:
    """A number to be had, as the control API shows it."""

    number: str
    country: str
    line: str
    """local, mobile or toll_free."""
    sms: bool = True
    mms: bool = False
    voice: bool = True
    locality: str | None = None
    region: str | None = None
    postal_code: str | None = None
    rate_center: str | None = None
    lata: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class Stock:
    """What is to be had now: what was ordered is gone until it is given back."""

    def __init__(self) -> None:
        self._ordered: set[str] = set()

    def countries(self) -> list[dict[str, Any]]:
        lines: dict[str, list[str]] = {}
        for one in whole_stock().values():
            known = lines.setdefault(one.country, [])
            if one.line not in known:
                known.append(one.line)
        return [{"country": country, "lines": sorted(known)} for country, known in sorted(lines.items())]

    def search(self, country: str, line: str, area_code: str | None) -> list[StockedNumber]:
        return [
            one
            for one in whole_stock().values()
            if (one.country, one.line) == (country, line)
            and one.number not in self._ordered
            and (area_code is None or one.number.startswith(f"+1{area_code}"))
        ]

    def order(self, number: str) -> StockedNumber | None:
        """The number, which is the caller's now; asking twice does no harm. None when it never was in stock."""
        found = whole_stock().get(number)
        if found is not None:
            self._ordered.add(number)
        return found

    def give_back(self, number: str) -> None:
        self._ordered.discard(number)


def deactivated(day: date, *, seed: int) -> list[str]:
    """Numbers of people in the United States that were taken out of service on a day: the same for a seed."""
    areas = [place["area_code"] for place in _places() if place["country"] == "US"]
    found: set[str] = set()
    for draw in count():
        lot = int.from_bytes(
            blake2b(f"{seed}:{day.isoformat()}:{draw}".encode(), digest_size=8).digest(), "big"
        )
        found.add(f"+1{areas[lot % len(areas)]}555{2000 + (lot >> 16) % 8000}")
        if len(found) == DEACTIVATED_A_DAY:
            break
    return sorted(found)


@cache
def whole_stock() -> Mapping[str, StockedNumber]:
    """All numbers that ever were in stock."""
    return {one.number: one for one in _all_numbers()}


def _all_numbers() -> Iterator[StockedNumber]:
    for place in _places():
        for last in A_HUNDRED:
            yield StockedNumber(
                f"+1{place['area_code']}55501{last:02d}",
                place["country"],
                "local",
                mms=True,
                locality=place["locality"],
                region=place["region"],
                postal_code=place["postal_code"],
                rate_center=place["rate_center"],
                lata=place["lata"],
                latitude=float(place["latitude"]),
                longitude=float(place["longitude"]),
            )
    for area in TOLL_FREE_AREAS:
        for last in A_HUNDRED:
            yield StockedNumber(f"+1{area}55501{last:02d}", "US", "toll_free", mms=True)
    for country, lines in ELSEWHERE.items():
        for line in lines:
            yield from _around_the_example(country, line)


def _around_the_example(country: str, line: str) -> Iterator[StockedNumber]:
    example = example_number_for_type(country, _TYPES[line])
    assert example is not None, f"the plan of {country} has an example"
    stem = format_number(example, PhoneNumberFormat.E164)[:-2]
    for last in A_HUNDRED:
        number = PhoneNumber.parse(f"{stem}{last:02d}")
        if number is not None and (number.line_type is LineType.MOBILE) == (line == "mobile"):
            yield StockedNumber(number.e164, country, line)


@cache
def _places() -> list[dict[str, str]]:
    text = resources.files(__package__ or "").joinpath("places.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
