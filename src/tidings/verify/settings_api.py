"""`/verify/v2/Services`."""

from dataclasses import dataclass
from uuid import UUID

import msgspec

from tidings.kernel.codes import CODES, NOT_FOUND
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, mint
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Connection, Database
from tidings.runtime.statements import Statements
from tidings.senders.listing import Listing
from tidings.verify.configure import (
    VerifyServices,
    change_service,
    create_service,
    delete_service,
    service_of,
    service_to_change,
    service_with,
)
from tidings.verify.settings import Settings, VerifyService, changed
from tidings.verify.templates.keep import template_with
from tidings.verify.view import service_view
from tidings.web.api.errors import refusal
from tidings.web.api.meta import meta_envelope
from tidings.web.api.paging import page_of
from tidings.web.api.products import own_url
from tidings.web.api.request import Request, Response
from tidings.web.api.routes import Route

SERVICES = "/verify/v2/Services"
SQL = Statements.beside(__file__)
LISTING = Listing(SQL, "services_page", "services_page_before")
TEMPLATE_NOT_FOUND = CODES[60228]

_encode = msgspec.json.Encoder().encode


def routes(*, db: Database, known: VerifyServices, clock: Clock, entropy: Entropy) -> list[Route]:
    services = _Services(db, known, clock, entropy)
    one = SERVICES + "/{Sid}"
    return [
        Route("GET", SERVICES, services.list),
        Route("POST", SERVICES, services.create),
        Route("GET", one, services.fetch),
        Route("POST", one, services.update),
        Route("DELETE", one, services.delete),
    ]


@dataclass(frozen=True, slots=True)
class _Services:
    db: Database
    known: VerifyServices
    clock: Clock
    entropy: Entropy

    async def create(self, request: Request) -> Response:
        settings = changed(Settings(friendly_name=""), request.form)
        if isinstance(settings, Refused):
            return refusal(settings)
        now = self.clock()
        id = mint(now, self.entropy(10), 0)
        async with self.db.connection() as connection:
            if await _lacks_template(connection, request.caller.account, settings):
                return refusal(Refused.because(TEMPLATE_NOT_FOUND))
            service = await create_service(connection, request.caller.account, settings, id=id, now=now)
        return _shown(request, service, 201)

    async def fetch(self, request: Request) -> Response:
        id = service_id(request, "Sid")
        if id is not None:
            async with self.db.connection() as connection:
                service = await service_with(connection, request.caller.account, id)
            if service is not None:
                return _shown(request, service)
        return absent(request)

    async def update(self, request: Request) -> Response:
        id, account = service_id(request, "Sid"), request.caller.account
        if id is None:
            return absent(request)
        async with self.db.transaction() as connection:
            present = await service_to_change(connection, account, id)
            if present is None:
                return absent(request)
            settings = changed(present.settings, request.form)
            if isinstance(settings, Refused):
                return refusal(settings)
            if await _lacks_template(connection, account, settings):
                return refusal(Refused.because(TEMPLATE_NOT_FOUND))
            service = await change_service(connection, account, id, settings, now=self.clock())
            assert service is not None, "its row is locked"
        self.known.forget(account, id)
        return _shown(request, service)

    async def delete(self, request: Request) -> Response:
        id, account = service_id(request, "Sid"), request.caller.account
        if id is not None:
            async with self.db.transaction() as connection:
                gone = await delete_service(connection, account, id, now=self.clock())
            self.known.forget(account, id)
            if gone:
                return Response(204)
        return absent(request)

    async def list(self, request: Request) -> Response:
        page = page_of(request.query, prefix="VA")
        if isinstance(page, Refused):
            return refusal(page)
        async with self.db.connection() as connection:
            rows, further = await LISTING.rows(connection, page, request.caller.account)
        entries = [_view(request, service_of(row)) for row in rows]
        ids = [row["id"] for row in rows]
        return meta_envelope(request, page, entries, key="services", prefix="VA", ids=ids, further=further)


def service_id(request: Request, param: str = "ServiceSid") -> UUID | None:
    """The id of the service that a path names; None where it is none."""
    sid = Sid.parse(request.params[param], "VA")
    return None if sid is None else sid.uuid


def absent(request: Request) -> Response:
    return refusal(Refused.because(NOT_FOUND, resource=request.path))


async def _lacks_template(connection: Connection, account: UUID, settings: Settings) -> bool:
    """Whether the default template is none that the account may choose."""
    sid = settings.default_template_sid
    return sid is not None and await template_with(connection, account, sid) is None


def _view(request: Request, service: VerifyService) -> dict[str, object]:
    return service_view(service, url=own_url(request, f"{SERVICES}/{Sid('VA', service.id)}"))


def _shown(request: Request, service: VerifyService, status: int = 200) -> Response:
    return Response(status, _encode(_view(request, service)))
