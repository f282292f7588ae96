"""The AlphaSenders of a service, and its DestinationAlphaSenders: the same for one country."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from phonenumbers import SUPPORTED_REGIONS

from tidings.kernel import phone_number
from tidings.kernel.codes import (
    ALPHA_SENDER_MISSING,
    ALREADY_IN_SERVICE,
    INVALID_ALPHA_SENDER,
    NOT_IN_SERVICE,
    POOL_FULL,
)
from tidings.kernel.instant import iso8601
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, mint
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Connection, Database
from tidings.runtime.statements import Statements
from tidings.senders.listing import Listing
from tidings.senders.services.api.paths import OF_SERVICE, SERVICES, service_in
from tidings.senders.services.membership import (
    AlreadyIn,
    NoSuchService,
    PoolFull,
    add_alpha_sender,
    alpha_sender_of,
)
from tidings.senders.services.news import tell_changed
from tidings.senders.services.pool import ANY_COUNTRY, AlphaSender
from tidings.web.api.errors import absent, refusal
from tidings.web.api.forms import invalid, missing
from tidings.web.api.meta import meta_envelope
from tidings.web.api.paging import page_of
from tidings.web.api.products import own_url
from tidings.web.api.request import Form, Request, Response, last
from tidings.web.api.routes import Route

SQL = Statements.beside(__file__)
LISTING = Listing(SQL, "alpha_senders_page", "alpha_senders_page_before")

PREFIX = "AI"
_encode = msgspec.json.Encoder().encode


def routes(*, db: Database, clock: Clock, entropy: Entropy) -> list[Route]:
    found = []
    for by_country in (False, True):
        names = _AlphaSenders(by_country, db, clock, entropy)
        path = f"{OF_SERVICE}/{names.collection}"
        found += [
            Route("GET", path, names.list),
            Route("POST", path, names.add),
            Route("GET", path + "/{Sid}", names.fetch),
            Route("DELETE", path + "/{Sid}", names.remove),
        ]
    return found


@dataclass(frozen=True, slots=True)
class _AlphaSenders:
    by_country: bool
    db: Database
    clock: Clock
    entropy: Entropy

    @property
    def collection(self) -> str:
        return "DestinationAlphaSenders" if self.by_country else "AlphaSenders"

    async def add(self, request: Request) -> Response:
        service, account = service_in(request), request.caller.account
        name, country = _name(request.form), ANY_COUNTRY
        if self.by_country:
            asked = _country(last(request.form, "IsoCountryCode"))
            asked = missing("IsoCountryCode") if asked is None else asked
            if isinstance(name, phone_number.AlphaSender) and isinstance(asked, Refused):
                name = asked
            elif isinstance(asked, str):
                country = asked
        async with self.db.transaction() as connection:
            if service is None or not await SQL.value(connection, "has_service", account, service):
                return absent(request)
            if isinstance(name, Refused):
                return refusal(name)
            now = self.clock()
            outcome = await add_alpha_sender(
                connection,
                account,
                service,
                name,
                country=country,
                id=mint(now, self.entropy(10), 0),
                sender_id=mint(now, self.entropy(10), 0),
                now=now,
            )
        match outcome:
            case AlphaSender():
                return Response(201, _encode(self._view(request, service, outcome)))
            case NoSuchService():
                return absent(request)
            case AlreadyIn():
                return refusal(Refused.because(ALREADY_IN_SERVICE))
            case PoolFull():
                return refusal(Refused.because(POOL_FULL))

    async def list(self, request: Request) -> Response:
        service, account = service_in(request), request.caller.account
        page = page_of(request.query, prefix=PREFIX)
        if isinstance(page, Refused):
            return refusal(page)
        country = _country(last(request.query, "IsoCountryCode")) if self.by_country else ANY_COUNTRY
        if isinstance(country, Refused):
            return refusal(country)
        async with self.db.connection() as connection:
            if service is None or not await SQL.value(connection, "has_service", account, service):
                return absent(request)
            rows, further = await LISTING.rows(connection, page, account, service, self.by_country, country)
        return meta_envelope(
            request,
            page,
            [self._view(request, service, alpha_sender_of(row)) for row in rows],
            key="alpha_senders",
            prefix=PREFIX,
            ids=[row["id"] for row in rows],
            further=further,
        )

    async def fetch(self, request: Request) -> Response:
        service, sid = service_in(request), Sid.parse(request.params["Sid"], PREFIX)
        if service is None or sid is None:
            return absent(request)
        account = request.caller.account
        async with self.db.connection() as connection:
            row = await SQL.one(connection, "one_alpha_sender", account, service, sid.uuid, self.by_country)
            if row is None:
                return await self._not_there(connection, request, service, sid.uuid)
        return Response(200, _encode(self._view(request, service, alpha_sender_of(row))))

    async def remove(self, request: Request) -> Response:
        """The name stays a sender of the account, so that messages that wait under it still leave."""
        service, sid = service_in(request), Sid.parse(request.params["Sid"], PREFIX)
        if service is None or sid is None:
            return absent(request)
        account = request.caller.account
        async with self.db.transaction() as connection:
            if await SQL.run(connection, "remove_alpha_sender", account, service, sid.uuid, self.by_country):
                await tell_changed(connection, account, service)
                return Response(204)
            return await self._not_there(connection, request, service, sid.uuid)

    async def _not_there(self, connection: Connection, request: Request, service: UUID, id: UUID) -> Response:
        """21711 for a sender id of another service of the account; otherwise it is not found."""
        if await SQL.value(connection, "in_another_service", request.caller.account, service, id):
            return refusal(Refused.because(NOT_IN_SERVICE))
        return absent(request)

    def _view(self, request: Request, service: UUID, one: AlphaSender) -> dict[str, Any]:
        sid, service_sid = str(Sid(PREFIX, one.id)), str(Sid("MG", service))
        view: dict[str, Any] = {
            "sid": sid,
            "account_sid": request.caller.sid,
            "service_sid": service_sid,
            "date_created": iso8601(one.created_at),
            "date_updated": iso8601(one.updated_at),
            "alpha_sender": one.name,
            "capabilities": ["SMS"],
            "url": own_url(request, f"{SERVICES}/{service_sid}/{self.collection}/{sid}"),
        }
        if self.by_country:
            view["iso_country_code"] = one.country
        return view


def _name(form: Form) -> phone_number.AlphaSender | Refused:
    text = last(form, "AlphaSender")
    if text is None:
        return Refused.because(ALPHA_SENDER_MISSING)
    return phone_number.AlphaSender.parse(text) or Refused.because(INVALID_ALPHA_SENDER)


def _country(text: str | None) -> str | Refused | None:
    """An ISO 3166 code of two letters; None where none is asked for."""
    if text is None:
        return None
    code = text.upper()
    return code if code in SUPPORTED_REGIONS else invalid("IsoCountryCode", "is no country's ISO 3166 code")
