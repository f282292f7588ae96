"""`/verify/v2/Services/{ServiceSid}/MessagingConfigurations`: by which messaging service codes for a country leave."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from tidings.kernel.codes import CODES
from tidings.kernel.instant import iso8601
from tidings.kernel.numbering_plan import REGIONS
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.runtime.clock import Clock
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.statements import Statements
from tidings.verify.configure import service_with
from tidings.verify.settings import invalid
from tidings.verify.settings_api import SERVICES, absent, service_id
from tidings.web.api.errors import refusal
from tidings.web.api.meta import meta_envelope
from tidings.web.api.paging import page_of
from tidings.web.api.products import own_url
from tidings.web.api.request import Form, Request, Response, last
from tidings.web.api.routes import Route

SQL = Statements.beside(__file__)
ALREADY = CODES[60213]
EVERYWHERE = "all"

_encode = msgspec.json.Encoder().encode


def routes(*, db: Database, clock: Clock) -> list[Route]:
    roads = _Roads(db, clock)
    all_ = SERVICES + "/{ServiceSid}/MessagingConfigurations"
    return [
        Route("POST", all_, roads.create),
        Route("GET", all_, roads.list),
        Route("GET", all_ + "/{Country}", roads.fetch),
        Route("POST", all_ + "/{Country}", roads.update),
        Route("DELETE", all_ + "/{Country}", roads.delete),
    ]


@dataclass(frozen=True, slots=True)
class _Roads:
    db: Database
    clock: Clock

    async def create(self, request: Request) -> Response:
        country = last(request.form, "Country")
        known = None if country is None else _country(country)
        async with self.db.transaction() as connection:
            service = await self._service(connection, request)
            if service is None:
                return absent(request)
            if known is None:
                return refusal(invalid("Country", "is an ISO 3166 code such as US, or all"))
            messaging = await self._messaging(connection, request.caller.account, request.form)
            if isinstance(messaging, Refused):
                return refusal(messaging)
            row = await SQL.one(
                connection, "add_road", request.caller.account, service, known, messaging, self.clock()
            )
        if row is None:
            return refusal(Refused.because(ALREADY))
        return Response(201, _encode(_view(request, row)))

    async def fetch(self, request: Request) -> Response:
        async with self.db.connection() as connection:
            row = await self._road(connection, request)
        return absent(request) if row is None else Response(200, _encode(_view(request, row)))

    async def update(self, request: Request) -> Response:
        async with self.db.transaction() as connection:
            row = await self._road(connection, request)
            if row is None:
                return absent(request)
            messaging = await self._messaging(connection, row["account"], request.form)
            if isinstance(messaging, Refused):
                return refusal(messaging)
            row = await SQL.one(
                connection,
                "change_road",
                row["account"],
                row["service"],
                row["country"],
                messaging,
                self.clock(),
            )
        return absent(request) if row is None else Response(200, _encode(_view(request, row)))

    async def delete(self, request: Request) -> Response:
        async with self.db.transaction() as connection:
            row = await self._road(connection, request)
            if row is not None and await SQL.run(
                connection, "remove_road", row["account"], row["service"], row["country"]
            ):
                return Response(204)
        return absent(request)

    async def list(self, request: Request) -> Response:
        """All on one page: there are few countries."""
        page = page_of(request.query, prefix="MG")
        if isinstance(page, Refused):
            return refusal(page)
        async with self.db.connection() as connection:
            service = await self._service(connection, request)
            if service is None:
                return absent(request)
            rows = await SQL.many(connection, "roads_of", request.caller.account, service)
        entries = [_view(request, row) for row in rows]
        return meta_envelope(
            request, page, entries, key="messaging_configurations", prefix="MG", ids=[], further=False
        )

    async def _service(self, connection: Connection, request: Request) -> UUID | None:
        id = service_id(request)
        service = None if id is None else await service_with(connection, request.caller.account, id)
        return None if service is None else service.id

    async def _road(self, connection: Connection, request: Request) -> Record | None:
        service, country = service_id(request), _country(request.params["Country"])
        if service is None or country is None:
            return None
        return await SQL.one(connection, "road_to", request.caller.account, service, country)

    async def _messaging(self, connection: Connection, account: UUID, form: Form) -> UUID | Refused:
        """The account's messaging service that a form names."""
        sid = Sid.parse(last(form, "MessagingServiceSid") or "", "MG")
        if sid is None or await SQL.value(connection, "messaging_service", account, sid.uuid) is None:
            return invalid("MessagingServiceSid", "names one of the account's messaging services")
        return sid.uuid


def _country(text: str) -> str | None:
    if text.lower() == EVERYWHERE:
        return EVERYWHERE
    return text.upper() if text.upper() in REGIONS else None


def _view(request: Request, row: Record) -> dict[str, Any]:
    path = f"{SERVICES}/{Sid('VA', row['service'])}/MessagingConfigurations/{row['country']}"
    return {
        "account_sid": str(Sid("AC", row["account"])),
        "service_sid": str(Sid("VA", row["service"])),
        "country": row["country"],
        "messaging_service_sid": str(Sid("MG", row["messaging_service"])),
        "date_created": iso8601(row["created_at"]),
        "date_updated": iso8601(row["updated_at"]),
        "url": own_url(request, path),
    }
