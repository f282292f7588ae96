"""The Services resource, and the use cases that a service may declare."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from tidings.kernel.codes import INVALID_USECASE, INVALID_VALIDITY_PERIOD
from tidings.kernel.instant import iso8601
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, mint
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Connection, Database
from tidings.runtime.statements import Statements
from tidings.senders.fields import Fields
from tidings.senders.listing import Listing
from tidings.senders.services.api.paths import SERVICES
from tidings.senders.services.directory import service_of
from tidings.senders.services.pool import LONGEST_VALIDITY_SECONDS, Service, Settings, Usecase
from tidings.senders.services.settings import change_service, create_service, delete_service
from tidings.web.api.errors import absent, refusal
from tidings.web.api.forms import invalid, missing
from tidings.web.api.meta import meta_envelope
from tidings.web.api.paging import page_of
from tidings.web.api.products import own_url
from tidings.web.api.request import Form, Request, Response, last
from tidings.web.api.routes import Route

SQL = Statements.beside(__file__)
LISTING = Listing(SQL, "services_page", "services_page_before")

_LINKS = {
    "phone_numbers": "PhoneNumbers",
    "short_codes": "ShortCodes",
    "alpha_senders": "AlphaSenders",
    "messages": "Messages",
    "us_app_to_person": "Compliance/Usa2p",
    "us_app_to_person_usecases": "Compliance/Usa2p/Usecases",
    "channel_senders": "ChannelSenders",
    "destination_alpha_senders": "DestinationAlphaSenders",
}
USECASES = {
    Usecase.NOTIFICATIONS: (
        "Notify my users",
        "News of a transaction: deliveries, accounts, reminders, orders, fraud, security, public service, emergencies.",
    ),
    Usecase.MARKETING: (
        "Market my services",
        "Offers, product news and invitations that shall make people buy or take part.",
    ),
    Usecase.VERIFICATION: (
        "Verify users",
        "One-time codes and links by which a person proves who they are.",
    ),
    Usecase.DISCUSSION: (
        "Engage in a discussion",
        "Conversations between people, or between a person and a business, in both directions.",
    ),
    Usecase.POLL: ("Poll my audience", "Questions that people answer: votes, surveys and feedback."),
    Usecase.UNDECLARED: ("Not declared yet", "What the service is for has not been said."),
}
_encode = msgspec.json.Encoder().encode


Registered = Callable[[Connection, UUID, Sequence[UUID]], Awaitable[Collection[UUID]]]
"""Which services of an account have an approved campaign for US numbers."""


def routes(*, db: Database, clock: Clock, entropy: Entropy, registered: Registered) -> list[Route]:
    services = _Services(db, clock, entropy, registered)
    one = SERVICES + "/{Sid}"
    return [
        Route("GET", SERVICES, services.list),
        Route("POST", SERVICES, services.create),
        Route("GET", SERVICES + "/Usecases", _usecases),
        Route("GET", one, services.fetch),
        Route("POST", one, services.update),
        Route("DELETE", one, services.delete),
    ]


async def _usecases(_request: Request) -> Response:
    told = [
        {"usecase": usecase.value, "purpose": purpose, "description": description}
        for usecase, (purpose, description) in USECASES.items()
    ]
    return Response(200, _encode({"usecases": told}))


@dataclass(frozen=True, slots=True)
class _Services:
    db: Database
    clock: Clock
    entropy: Entropy
    registered: Registered

    async def create(self, request: Request) -> Response:
        if last(request.form, "FriendlyName") is None:
            return refusal(missing("FriendlyName"))
        settings = changed(Settings(friendly_name=""), request.form)
        if isinstance(settings, Refused):
            return refusal(settings)
        now = self.clock()
        id = mint(now, self.entropy(10), 0)
        async with self.db.connection() as connection:
            service = await create_service(connection, request.caller.account, settings, id=id, now=now)
        return Response(201, _encode(service_view(request, service, registered=False)))

    async def fetch(self, request: Request) -> Response:
        sid = Sid.parse(request.params["Sid"], "MG")
        account = request.caller.account
        if sid is not None:
            async with self.db.connection() as connection:
                row = await SQL.one(connection, "one_service", account, sid.uuid)
                if row is not None:
                    registered = await self.registered(connection, account, [sid.uuid])
                    return _shown(request, service_of(row), registered)
        return absent(request)

    async def update(self, request: Request) -> Response:
        sid = Sid.parse(request.params["Sid"], "MG")
        account = request.caller.account
        if sid is None:
            return absent(request)
        async with self.db.transaction() as connection:
            row = await SQL.one(connection, "service_to_change", account, sid.uuid)
            if row is None:
                return absent(request)
            settings = changed(service_of(row), request.form)
            if isinstance(settings, Refused):
                return refusal(settings)
            service = await change_service(connection, account, sid.uuid, settings, now=self.clock())
            assert service is not None, "its row is locked"
            return _shown(request, service, await self.registered(connection, account, [sid.uuid]))

    async def delete(self, request: Request) -> Response:
        sid = Sid.parse(request.params["Sid"], "MG")
        if sid is not None:
            async with self.db.transaction() as connection:
                if await delete_service(connection, request.caller.account, sid.uuid):
                    return Response(204)
        return absent(request)

    async def list(self, request: Request) -> Response:
        page = page_of(request.query, prefix="MG")
        if isinstance(page, Refused):
            return refusal(page)
        async with self.db.connection() as connection:
            rows, further = await LISTING.rows(connection, page, request.caller.account)
            ids = [row["id"] for row in rows]
            registered = await self.registered(connection, request.caller.account, ids)
        entries = [service_view(request, service_of(row), registered=row["id"] in registered) for row in rows]
        return meta_envelope(request, page, entries, key="services", prefix="MG", ids=ids, further=further)


def changed(settings: Settings, form: Form) -> Settings | Refused:
    """The settings with what a form says of them, or the refusal of its first fault."""
    fields = Fields(form)
    wanted = Settings(
        friendly_name=fields.name(settings.friendly_name),
        inbound_request_url=fields.address("InboundRequestUrl", settings.inbound_request_url),
        inbound_method=fields.method("InboundMethod", settings.inbound_method),
        fallback_url=fields.address("FallbackUrl", settings.fallback_url),
        fallback_method=fields.method("FallbackMethod", settings.fallback_method),
        status_callback=fields.address("StatusCallback", settings.status_callback),
        sticky_sender=fields.switch("StickySender", settings.sticky_sender),
        mms_converter=fields.switch("MmsConverter", settings.mms_converter),
        smart_encoding=fields.switch("SmartEncoding", settings.smart_encoding),
        scan_message_content=fields.choice("ScanMessageContent", settings.scan_message_content, _no_scanning),
        fallback_to_long_code=fields.switch("FallbackToLongCode", settings.fallback_to_long_code),
        area_code_geomatch=fields.switch("AreaCodeGeomatch", settings.area_code_geomatch),
        validity_seconds=fields.whole(
            "ValidityPeriod", settings.validity_seconds, most=LONGEST_VALIDITY_SECONDS, refused=_no_validity
        ),
        synchronous_validation=fields.switch("SynchronousValidation", settings.synchronous_validation),
        usecase=fields.choice("Usecase", settings.usecase, lambda: Refused.because(INVALID_USECASE)),
        use_inbound_webhook_on_number=fields.switch(
            "UseInboundWebhookOnNumber", settings.use_inbound_webhook_on_number
        ),
    )
    return fields.fault or wanted


def _no_scanning() -> Refused:
    return invalid("ScanMessageContent", "must be inherit, enable or disable")


def _no_validity(value: str) -> Refused:
    return Refused.because(INVALID_VALIDITY_PERIOD, value=value, maximum=LONGEST_VALIDITY_SECONDS)


def _shown(request: Request, service: Service, registered: Collection[UUID]) -> Response:
    return Response(200, _encode(service_view(request, service, registered=service.id in registered)))


def service_view(request: Request, service: Service, *, registered: bool) -> dict[str, Any]:
    sid = str(Sid("MG", service.id))
    url = own_url(request, f"{SERVICES}/{sid}")
    return {
        "sid": sid,
        "account_sid": str(Sid("AC", service.account)),
        "friendly_name": service.friendly_name,
        "date_created": iso8601(service.created_at),
        "date_updated": iso8601(service.updated_at),
        "inbound_request_url": service.inbound_request_url,
        "inbound_method": service.inbound_method,
        "fallback_url": service.fallback_url,
        "fallback_method": service.fallback_method,
        "status_callback": service.status_callback,
        "sticky_sender": service.sticky_sender,
        "mms_converter": service.mms_converter,
        "smart_encoding": service.smart_encoding,
        "scan_message_content": service.scan_message_content.value,
        "fallback_to_long_code": service.fallback_to_long_code,
        "area_code_geomatch": service.area_code_geomatch,
        "synchronous_validation": service.synchronous_validation,
        "validity_period": service.validity_seconds,
        "url": url,
        "links": {name: f"{url}/{path}" for name, path in _LINKS.items()},
        "usecase": service.usecase.value,
        "us_app_to_person_registered": registered,
        "use_inbound_webhook_on_number": service.use_inbound_webhook_on_number,
    }
