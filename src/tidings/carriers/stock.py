"""A carrier's stock of numbers over HTTP: `docs/reference/number-stock.md` is the protocol that it speaks."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec

from tidings.runtime.http import Answered, HttpClient, Patience
from tidings.senders.stock import Line, NoStock, Offer, Place, Stock, StockUnavailable, Wanted

PATIENCE = Patience(connect=3.0, read=8.0, total=8.0)
LARGEST_ANSWER_BYTES = 16 << 20

T = TypeVar("T")


class _Country(msgspec.Struct):
    country: str
    lines: list[Line]


class _Number(msgspec.Struct):
    number: str
    country: str
    line: Line
    sms: bool = True
    mms: bool = False
    voice: bool = False
    locality: str | None = None
    region: str | None = None
    postal_code: str | None = None
    rate_center: str | None = None
    lata: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    carrier: str | None = None


class HttpStock:
    """`url` is where `/stock/...` lies. `http` must be allowed to reach it."""

    def __init__(self, url: str, http: HttpClient) -> None:
        self._url = url.rstrip("/")
        self._http = http

    async def countries(self) -> Mapping[str, frozenset[Line]]:
        answer = await self._ask("GET", "/stock/countries")
        return {one.country: frozenset(one.lines) for one in _read(answer, list[_Country])}

    async def search(self, wanted: Wanted) -> list[Offer]:
        asked = {"country": wanted.country, "line": wanted.line.value}
        if wanted.area_code is not None:
            asked["area_code"] = wanted.area_code
        answer = await self._ask("GET", f"/stock/numbers?{urlencode(asked)}")
        return [_offer(one) for one in _read(answer, list[_Number])]

    async def order(self, number: str) -> Offer | None:
        answer = await self._ask("PUT", f"/stock/orders/{quote(number, safe='')}", absent=(404, 409))
        return None if answer is None else _offer(_read(answer, _Number))

    async def give_back(self, number: str) -> None:
        await self._ask("DELETE", f"/stock/orders/{quote(number, safe='')}", absent=(404,))

    async def deactivated(self, day: date) -> list[str] | None:
        answer = await self._ask("GET", f"/stock/deactivated/{day.isoformat()}", absent=(404,))
        return None if answer is None else _read(answer, list[str])

    async def _ask(self, method: str, path: str, *, absent: tuple[int, ...] = ()) -> Answered | None:
        """The answer; None for a status that means that there is nothing. Raises StockUnavailable for others."""
        answer = await self._http.send(
            method, self._url + path, patience=PATIENCE, largest_answer_bytes=LARGEST_ANSWER_BYTES
        )
        if isinstance(answer, Answered):
            if 200 <= answer.status < 300:
                return answer
            if answer.status in absent:
                return None
            raise StockUnavailable(f"{method} {path.partition('?')[0]} was answered {answer.status}")
        raise StockUnavailable(f"{method} {path.partition('?')[0]}: {answer.kind.value}")


def _read(answer: Answered | None, kind: type[T]) -> T:
    if answer is None:
        raise StockUnavailable("there was no answer to read")
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except msgspec.DecodeError as error:
        raise StockUnavailable(f"an answer that is not of the protocol: {error}") from error


def _offer(one: _Number) -> Offer:
    known = one.latitude is not None and one.longitude is not None
    return Offer(
        number=one.number,
        country=one.country,
        line=one.line,
        sms=one.sms,
        mms=one.mms,
        voice=one.voice,
        locality=one.locality,
        region=one.region,
        postal_code=one.postal_code,
        rate_center=one.rate_center,
        lata=one.lata,
        place=Place(one.latitude or 0.0, one.longitude or 0.0) if known else None,
        carrier=one.carrier,
    )


@asynccontextmanager
async def open_stock(url: str | None) -> AsyncIterator[Stock]:
    """The stock of the carrier that has one; None for none."""
    if url is None:
        yield NoStock()
        return
    http = HttpClient(allow_private=True)  # to an address that the operator has named
    try:
        yield HttpStock(url, http)
    finally:
        await http.close()
