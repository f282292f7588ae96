"""`/messaging/v1/LinkShortening`: what an account chooses for its domains, and which services have one."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from tidings.kernel.callback_url import is_callback_url
from tidings.kernel.codes import CODES, NOT_FOUND
from tidings.kernel.instant import Instant, iso8601
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, mint
from tidings.links.domain import Domain
from tidings.links.domains import configure, domain_of_service, domain_with, join_service, part_service
from tidings.links.shorten import Unfit, destination_of
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Database
from tidings.web.api.errors import refusal
from tidings.web.api.forms import boolean, invalid
from tidings.web.api.products import own_url
from tidings.web.api.request import Form, Request, Response, last
from tidings.web.api.routes import Route

ROOT = "/messaging/v1/LinkShortening"
_INVALID_CALLBACK = CODES[30109]

_encode = msgspec.json.Encoder().encode


def routes(*, db: Database, clock: Clock, entropy: Entropy) -> list[Route]:
    domains = _Domains(db, clock, entropy)
    one = ROOT + "/Domains/{DomainSid}"
    service = one + "/MessagingServices/{MessagingServiceSid}"
    return [
        Route("POST", one + "/Config", domains.configure),
        Route("GET", one + "/Config", domains.config),
        Route("POST", service, domains.join),
        Route("DELETE", service, domains.part),
        Route("GET", ROOT + "/MessagingServices/{MessagingServiceSid}/Domain", domains.of_service),
        Route(
            "GET", ROOT + "/MessagingService/{MessagingServiceSid}/DomainConfig", domains.config_of_service
        ),
    ]


@dataclass(frozen=True, slots=True)
class _Domains:
    db: Database
    clock: Clock
    entropy: Entropy

    async def configure(self, request: Request) -> Response:
        """201 for a first choice, 200 for a later one. What the request does not say stays."""
        domain = await self._domain(request)
        if domain is None:
            return _absent(request)
        chosen = changed(domain, request.form)
        if isinstance(chosen, Refused):
            return refusal(chosen)
        now = self.clock()
        async with self.db.connection() as connection:
            kept = await configure(connection, chosen, id=mint(now, self.entropy(10), 0), now=now)
        if kept is None:
            return _absent(request)
        return Response(201 if domain.config is None else 200, _encode(config_view(request, kept)))

    async def config(self, request: Request) -> Response:
        domain = await self._domain(request)
        if domain is None or domain.config is None:
            return _absent(request)
        return Response(200, _encode(config_view(request, domain)))

    async def join(self, request: Request) -> Response:
        """A service that had another domain has this one from now on."""
        domain, service = _uuid(request, "DomainSid", "DN"), _uuid(request, "MessagingServiceSid", "MG")
        if domain is not None and service is not None:
            async with self.db.connection() as connection:
                account = request.caller.account
                if await join_service(connection, account, domain, service, now=self.clock()):
                    return Response(201, _encode(_association(request, domain, service)))
        return _absent(request)

    async def part(self, request: Request) -> Response:
        domain, service = _uuid(request, "DomainSid", "DN"), _uuid(request, "MessagingServiceSid", "MG")
        if domain is not None and service is not None:
            async with self.db.connection() as connection:
                if await part_service(connection, request.caller.account, domain, service):
                    return Response(204)
        return _absent(request)

    async def of_service(self, request: Request) -> Response:
        service = _uuid(request, "MessagingServiceSid", "MG")
        domain = await self._of(request, service)
        if domain is None or service is None:
            return _absent(request)
        return Response(200, _encode(_association(request, domain.id, service)))

    async def config_of_service(self, request: Request) -> Response:
        service = _uuid(request, "MessagingServiceSid", "MG")
        domain = await self._of(request, service)
        if domain is None or service is None or domain.config is None:
            return _absent(request)
        view = config_view(request, domain)
        del view["disable_https"]
        return Response(200, _encode(view | {"messaging_service_sid": str(Sid("MG", service))}))

    async def _domain(self, request: Request) -> Domain | None:
        id = _uuid(request, "DomainSid", "DN")
        if id is None:
            return None
        async with self.db.connection() as connection:
            return await domain_with(connection, request.caller.account, id)

    async def _of(self, request: Request, service: UUID | None) -> Domain | None:
        if service is None:
            return None
        async with self.db.connection() as connection:
            return await domain_of_service(connection, request.caller.account, service)


def changed(domain: Domain, form: Form) -> Domain | Refused:
    """The domain with what the form chooses; an empty URL takes one away."""
    chosen: dict[str, Any] = {}
    for parameter, field in (("FallbackUrl", "fallback_url"), ("CallbackUrl", "callback_url")):
        if parameter not in form:
            continue
        url = last(form, parameter)
        if field == "callback_url":
            if url is not None and not is_callback_url(url):
                return Refused.because(_INVALID_CALLBACK)
            chosen[field] = url
            continue
        known = None if url is None else destination_of(url)
        if isinstance(known, Unfit):
            return invalid(parameter, known.why)
        chosen[field] = known
    for parameter, field in (
        ("ContinueOnFailure", "continue_on_failure"),
        ("DisableHttps", "disable_https"),
    ):
        value = boolean(form, parameter, default=getattr(domain, field))
        if isinstance(value, Refused):
            return value
        chosen[field] = value
    return msgspec.structs.replace(domain, **chosen)


def config_view(request: Request, domain: Domain) -> dict[str, Any]:
    assert domain.config is not None
    return {
        "domain_sid": str(Sid("DN", domain.id)),
        "config_sid": str(Sid("ZK", domain.config)),
        "fallback_url": domain.fallback_url,
        "callback_url": domain.callback_url,
        "continue_on_failure": domain.continue_on_failure,
        "disable_https": domain.disable_https,
        "date_created": _date(domain.config_created_at),
        "date_updated": _date(domain.config_updated_at),
        "url": own_url(request, request.path),
    }


def _association(request: Request, domain: UUID, service: UUID) -> dict[str, str]:
    return {
        "domain_sid": str(Sid("DN", domain)),
        "messaging_service_sid": str(Sid("MG", service)),
        "url": own_url(request, request.path),
    }


def _date(at: Instant | None) -> str | None:
    return None if at is None else iso8601(at)


def _uuid(request: Request, param: str, prefix: str) -> UUID | None:
    sid = Sid.parse(request.params[param], prefix)
    return None if sid is None else sid.uuid


def _absent(request: Request) -> Response:
    return refusal(Refused.because(NOT_FOUND, resource=request.path))
