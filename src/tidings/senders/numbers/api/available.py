"""AvailablePhoneNumbers: what the carrier's stock has to give away, by country and kind of number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from tidings.data import tables
from tidings.kernel.outcomes import Refused
from tidings.kernel.phone_number import PhoneNumber
from tidings.runtime.database import Database
from tidings.runtime.statements import Statements
from tidings.senders.numbers.api.incoming import friendly, unavailable
from tidings.senders.numbers.api.search import near_of, wanted_of
from tidings.senders.stock import Line, Offer, Stock, StockUnavailable, place_of_area
from tidings.web.api.errors import absent, refusal
from tidings.web.api.paging import page_of
from tidings.web.api.request import Request, Response
from tidings.web.api.routes import Handler, Route

SQL = Statements.beside(__file__)

COUNTRIES = "/2010-04-01/Accounts/{AccountSid}/AvailablePhoneNumbers"
WORDS = {
    Line.LOCAL: ("Local", "local"),
    Line.MOBILE: ("Mobile", "mobile"),
    Line.TOLL_FREE: ("TollFree", "toll_free"),
    Line.NATIONAL: ("National", "national"),
    Line.VOIP: ("Voip", "voip"),
    Line.SHARED_COST: ("SharedCost", "shared_cost"),
    Line.MACHINE_TO_MACHINE: ("MachineToMachine", "machine_to_machine"),
}
NAMES = {row["iso2"]: row["name"] for row in tables.rows("country_names.csv")}
_encode = msgspec.json.Encoder().encode


def routes(*, db: Database, stock: Stock) -> list[Route]:
    available = _Available(db, stock)
    country = COUNTRIES + "/{CountryCode}"
    return [
        Route("GET", COUNTRIES + ".json", available.countries),
        Route("GET", country + ".json", available.country),
        *(
            Route("GET", f"{country}/{word}.json", available.of_line(line))
            for line, (word, _) in WORDS.items()
        ),
    ]


@dataclass(frozen=True, slots=True)
class _Available:
    db: Database
    stock: Stock

    async def countries(self, request: Request) -> Response:
        try:
            known = await self.stock.countries()
        except StockUnavailable:
            return unavailable()
        shown = [_country_view(request, country, lines) for country, lines in sorted(known.items())]
        return Response(200, _encode({"countries": shown, "uri": request.path}))

    async def country(self, request: Request) -> Response:
        country = request.params["CountryCode"].upper()
        try:
            lines = (await self.stock.countries()).get(country)
        except StockUnavailable:
            return unavailable()
        if lines is None:
            return absent(request)
        return Response(200, _encode(_country_view(request, country, lines)))

    def of_line(self, line: Line) -> Handler:
        async def offered(request: Request) -> Response:
            try:
                return await self._offered(request, line)
            except StockUnavailable:
                return unavailable()

        return offered

    async def _offered(self, request: Request, line: Line) -> Response:
        """Numbers that nobody has, one page of them: the stock has no order in which there could be a next."""
        country = request.params["CountryCode"].upper()
        page = page_of(request.query, prefix="PN")
        if isinstance(page, Refused):
            return refusal(page)
        wanted = wanted_of(request.query, country, line)
        if isinstance(wanted, Refused):
            return refusal(wanted)
        if line not in (await self.stock.countries()).get(country, ()):
            return absent(request)
        near = near_of(request.query, country)
        if isinstance(near, Refused):
            return refusal(near)
        offers = await self.stock.search(wanted)
        if isinstance(near, PhoneNumber):
            near = place_of_area(offers, near.e164)
            if near is None:
                return _answer(request, [])
        if near is not None:
            wanted = replace(wanted, near=near)
        found = [offer for offer in offers if wanted.admits(offer)]
        async with self.db.connection() as connection:
            rows = await SQL.many(connection, "taken_among", [offer.number for offer in found])
        taken = {row["address"] for row in rows}
        return _answer(request, [offer for offer in found if offer.number not in taken][: page.size])


def _answer(request: Request, offers: Sequence[Offer]) -> Response:
    shown = [_offer_view(offer) for offer in offers]
    return Response(200, _encode({"available_phone_numbers": shown, "uri": request.path}))


def _country_view(request: Request, country: str, lines: Collection[Line]) -> dict[str, Any]:
    uri = f"{COUNTRIES.replace('{AccountSid}', request.caller.sid)}/{country}"
    return {
        "beta": False,
        "country": NAMES.get(country, country),
        "country_code": country,
        "subresource_uris": {
            name: f"{uri}/{word}.json" for line, (word, name) in WORDS.items() if line in lines
        },
        "uri": f"{uri}.json",
    }


def _offer_view(offer: Offer) -> dict[str, Any]:
    place = offer.place
    return {
        "address_requirements": "none",
        "beta": False,
        "capabilities": {"mms": offer.mms, "sms": offer.sms, "voice": offer.voice, "fax": False},
        "friendly_name": friendly(offer.number),
        "iso_country": offer.country,
        "lata": offer.lata,
        "latitude": None if place is None else f"{place.latitude:.6f}",
        "locality": offer.locality,
        "longitude": None if place is None else f"{place.longitude:.6f}",
        "phone_number": offer.number,
        "postal_code": offer.postal_code,
        "rate_center": offer.rate_center,
        "region": offer.region,
    }
