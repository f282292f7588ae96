"""The Deactivations resource: where a day's list is, and the list itself."""

import base64
import binascii
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec

from tidings.kernel.codes import DATE_NOT_YET, FORBIDDEN, SERVICE_UNAVAILABLE
from tidings.kernel.instant import epoch_seconds, from_epoch
from tidings.kernel.outcomes import Refused
from tidings.runtime.clock import Clock
from tidings.runtime.secrets import Sealer, Unsealable
from tidings.senders.deactivations.day import day_of
from tidings.senders.stock import Stock, StockUnavailable
from tidings.web.api.errors import refusal
from tidings.web.api.products import own_url
from tidings.web.api.request import Request, Response, last
from tidings.web.api.routes import Route

PATH = "/messaging/v1/Deactivations"
GOOD_FOR = timedelta(minutes=2)
_ABOUT = b"deactivations"
_encode = msgspec.json.Encoder().encode


def routes(*, stock: Stock, sealer: Sealer, clock: Clock) -> list[Route]:
    deactivations = _Deactivations(stock, sealer, clock)
    return [
        Route("GET", PATH, deactivations.fetch),
        Route("GET", PATH + "/{Ticket}.txt", deactivations.file, public=True),
    ]


@dataclass(frozen=True, slots=True)
class _Deactivations:
    stock: Stock
    sealer: Sealer
    clock: Clock

    async def fetch(self, request: Request) -> Response:
        """307, with the address of the list in `Location` and in the body."""
        now = self.clock()
        day = day_of(last(request.query, "Date"), now=now)
        if isinstance(day, Refused):
            return refusal(day)
        sealed = self.sealer.seal(f"{day.isoformat()} {epoch_seconds(now + GOOD_FOR):.0f}", about=_ABOUT)
        ticket = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
        url = own_url(request, f"{PATH}/{ticket}.txt")
        return Response(307, _encode({"redirect_to": url}), ((b"location", url.encode()),))

    async def file(self, request: Request) -> Response:
        """The numbers in E.164, one a line."""
        day = self._day_on(request.params["Ticket"])
        if day is None:
            return refusal(Refused.because(FORBIDDEN))
        try:
            numbers = await self.stock.deactivated(day)
        except StockUnavailable:
            return refusal(Refused.because(SERVICE_UNAVAILABLE), headers=((b"retry-after", b"5"),))
        if numbers is None:
            return refusal(Refused.because(DATE_NOT_YET))
        body = "".join(f"{number}\n" for number in numbers).encode()
        return Response(200, body, ((b"content-type", b"text/plain; charset=utf-8"),))

    def _day_on(self, ticket: str) -> date | None:
        """The day of a ticket that we sealed and that still holds."""
        try:
            sealed = base64.urlsafe_b64decode(ticket + "=" * (-len(ticket) % 4))
            day, until = self.sealer.unseal(sealed, about=_ABOUT).split(" ")
        except (binascii.Error, ValueError, Unsealable):
            return None
        return date.fromisoformat(day) if self.clock() <= from_epoch(float(until)) else None
