"""A carrier's stock of numbers: what an account may choose from, order, and give back.

`Stock` is all that Tidings asks of a carrier that has one; `app.py` hands it in. What is asked for is narrowed by
`Wanted.admits` here, so that a stock may heed as little of it as it likes. Pure but for the protocol's awaiting.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

EARTH_RADIUS_MILES = 3_958.8
DEFAULT_DISTANCE_MILES = 25
LARGEST_DISTANCE_MILES = 500

_KEYPAD = {
    letter: digit
    for digit, letters in enumerate(("abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"), start=2)
    for letter in letters
}


class Line(StrEnum):
    """The kinds of numbers that carriers give away."""

    LOCAL = "local"
    MOBILE = "mobile"
    TOLL_FREE = "toll_free"
    NATIONAL = "national"
    VOIP = "voip"
    SHARED_COST = "shared_cost"
    MACHINE_TO_MACHINE = "machine_to_machine"


class StockUnavailable(Exception):  # noqa: N818 - it names what is wrong
    """The carrier's stock does not answer, or not in a way that can be understood. Trying again may help."""


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees north and east."""

    latitude: float
    longitude: float

    def miles_to(self, other: "Place") -> float:
        """Along the surface of the Earth."""
        here, there = math.radians(self.latitude), math.radians(other.latitude)
        north = math.sin((there - here) / 2) ** 2
        east = math.sin(math.radians(other.longitude - self.longitude) / 2) ** 2
        return 2 * EARTH_RADIUS_MILES * math.asin(math.sqrt(north + math.cos(here) * math.cos(there) * east))


@dataclass(frozen=True, slots=True)
class Offer:
    """A number that is to be had."""

    number: str
    country: str
    line: Line
    sms: bool
    mms: bool
    voice: bool
    locality: str | None = None
    region: str | None = None
    postal_code: str | None = None
    rate_center: str | None = None
    lata: str | None = None
    place: Place | None = None
    carrier: str | None = None
    """The carrier that its messages must leave by; None where the routes decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an account is looking for. What is None is not asked about."""

    country: str
    line: Line
    area_code: str | None = None
    """Three digits; only of numbers in the United States and Canada."""
    contains: re.Pattern[str] | None = None
    """From `pattern_of`: somewhere in the digits."""
    sms: bool | None = None
    mms: bool | None = None
    voice: bool | None = None
    fax: bool | None = None
    near: Place | None = None
    distance_miles: int = DEFAULT_DISTANCE_MILES
    region: str | None = None
    locality: str | None = None
    postal_code: str | None = None
    rate_center: str | None = None
    lata: str | None = None

    def admits(self, offer: Offer) -> bool:
        """Whether an offer is all that was asked for. Places are compared without regard to capitals."""
        if (offer.country, offer.line) != (self.country, self.line):
            return False
        if self.area_code is not None and not offer.number.startswith(f"+1{self.area_code}"):
            return False
        if self.contains is not None and self.contains.search(offer.number[1:]) is None:
            return False
        for asked, has in (
            (self.sms, offer.sms),
            (self.mms, offer.mms),
            (self.voice, offer.voice),
            (self.fax, False),
        ):
            if asked is not None and asked is not has:
                return False
        for text, value in (
            (self.region, offer.region),
            (self.locality, offer.locality),
            (self.postal_code, offer.postal_code),
            (self.rate_center, offer.rate_center),
            (self.lata, offer.lata),
        ):
            if text is not None and (value is None or value.casefold() != text.casefold()):
                return False
        if self.near is None:
            return True
        return offer.place is not None and self.near.miles_to(offer.place) <= self.distance_miles


def pattern_of(text: str) -> re.Pattern[str] | None:
    """What `Contains` asks for: digits, `*` for any one of them, and letters as on a telephone's keys; a plus sign
    in front binds it to the beginning. None unless there are at least two of them."""
    if re.fullmatch(r"\+?[0-9a-zA-Z*]{2,16}", text, re.ASCII) is None:
        return None
    letters = text.removeprefix("+").lower()
    body = "".join("[0-9]" if one == "*" else str(_KEYPAD.get(one, one)) for one in letters)
    return re.compile(f"^{body}" if text.startswith("+") else body)


def place_of_area(offers: Sequence[Offer], number: str) -> Place | None:
    """Where numbers of the same area code (four digits behind the plus sign) lie; None when no offer tells."""
    for offer in offers:
        if offer.place is not None and offer.number[:5] == number[:5]:
            return offer.place
    return None


class Stock(Protocol):
    """A carrier's stock. Every method may raise `StockUnavailable`."""

    async def countries(self) -> Mapping[str, frozenset[Line]]:
        """The countries with the kinds of numbers that there ever are, by ISO 3166 code."""
        ...

    async def search(self, wanted: Wanted) -> list[Offer]:
        """Numbers to be had that may be what is wanted."""
        ...

    async def order(self, number: str) -> Offer | None:
        """Takes a number; None when it is not to be had. Ordering it again does no harm, so that an order whose
        answer was lost can be repeated."""
        ...

    async def give_back(self, number: str) -> None:
        """Gives a number back; one that was given back already does no harm."""
        ...

    async def deactivated(self, day: date) -> list[str] | None:
        """The numbers that carriers took from their holders on a day; None when the carrier does not know."""
        ...


class NoStock:
    """Of a home whose carrier has none: there is nothing to choose from, and what is there cannot be ordered."""

    async def countries(self) -> Mapping[str, frozenset[Line]]:
        return {}

    async def search(self, wanted: Wanted) -> list[Offer]:
        return []

    async def order(self, number: str) -> Offer | None:
        return None

    async def give_back(self, number: str) -> None:
        return None

    async def deactivated(self, day: date) -> list[str] | None:
        return None
