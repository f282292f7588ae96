"""`/messaging/v1/LinkShortening/Domains/{DomainSid}`: its certificate, and whether its name leads here."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from tidings.kernel.codes import INVALID_PARAMETER, NOT_FOUND
from tidings.kernel.instant import Instant, iso8601
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, mint
from tidings.links.certificate import Unusable, read_certificate
from tidings.links.certificates import (
    KeptCertificate,
    certificate_of,
    drop_certificate,
    keep_certificate,
    request_certificate,
)
from tidings.links.dns import Resolve, dns_standing, system_resolve
from tidings.links.domain import Domain
from tidings.links.domains import domain_with
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Database
from tidings.runtime.secrets import Sealer
from tidings.web.api.errors import refusal
from tidings.web.api.forms import invalid
from tidings.web.api.products import own_url
from tidings.web.api.request import Request, Response, last
from tidings.web.api.routes import Route

_ONE = "/messaging/v1/LinkShortening/Domains/{DomainSid}"
_encode = msgspec.json.Encoder().encode


def routes(
    *,
    db: Database,
    sealer: Sealer,
    issuer: str | None,
    target: str | None,
    clock: Clock,
    entropy: Entropy,
    resolve: Resolve = system_resolve,
) -> list[Route]:
    """`issuer`: where certificates are got, if anywhere; `target`: the name to which those of domains shall lead."""
    one = _Certificates(db, sealer, issuer, target, clock, entropy, resolve)
    return [
        Route("POST", _ONE + "/Certificate", one.upload),
        Route("GET", _ONE + "/Certificate", one.show),
        Route("DELETE", _ONE + "/Certificate", one.drop),
        Route("POST", _ONE + "/RequestManagedCert", one.request),
        Route("GET", _ONE + "/RequestManagedCert", one.show_request),
        Route("GET", _ONE + "/ValidateDns", one.validate_dns),
    ]


@dataclass(frozen=True, slots=True)
class _Certificates:
    db: Database
    sealer: Sealer
    issuer: str | None
    target: str | None
    clock: Clock
    entropy: Entropy
    resolve: Resolve

    async def upload(self, request: Request) -> Response:
        """201 for a first certificate, 200 for one in the place of another."""
        found = await self._found(request)
        if found is None:
            return _absent(request)
        domain, before = found
        now = self.clock()
        pem = last(request.form, "TlsCert")
        if pem is None:
            return refusal(
                invalid("TlsCert", "must be the certificate, its chain and its private key in PEM")
            )
        read = read_certificate(pem, name=domain.name, now=now)
        if isinstance(read, Unusable):
            return refusal(invalid("TlsCert", read.why))
        async with self.db.connection() as connection:
            kept = await keep_certificate(
                connection, domain.account, domain.id, read, id=self._id(now), sealer=self.sealer, now=now
            )
        if kept is None:
            return _absent(request)
        return Response(201 if before is None else 200, _encode(certificate_view(request, domain, kept)))

    async def show(self, request: Request) -> Response:
        found = await self._found(request)
        if found is None or found[1] is None or found[1].expires_at is None:
            return _absent(request)
        return Response(200, _encode(certificate_view(request, found[0], found[1])))

    async def drop(self, request: Request) -> Response:
        found = await self._found(request)
        if found is not None:
            async with self.db.connection() as connection:
                if await drop_certificate(connection, found[0].account, found[0].id):
                    return Response(204)
        return _absent(request)

    async def request(self, request: Request) -> Response:
        """201 where the issuer is asked for the first time."""
        found = await self._found(request)
        if found is None:
            return _absent(request)
        domain, before = found
        if self.issuer is None:
            text = "No issuer of certificates is set up: upload one, or ask the operator for TIDINGS_ACME_DIRECTORY"
            return refusal(Refused(INVALID_PARAMETER, f"Invalid Parameter: {text}"))
        now = self.clock()
        async with self.db.connection() as connection:
            kept = await request_certificate(connection, domain.account, domain.id, id=self._id(now), now=now)
        if kept is None:
            return _absent(request)
        return Response(
            200 if before and before.managed else 201, _encode(request_view(request, domain, kept))
        )

    async def show_request(self, request: Request) -> Response:
        found = await self._found(request)
        if found is None or found[1] is None:
            return _absent(request)
        return Response(200, _encode(request_view(request, found[0], found[1])))

    async def validate_dns(self, request: Request) -> Response:
        found = await self._found(request)
        if found is None:
            return _absent(request)
        standing = await dns_standing(found[0].name, target=self.target, resolve=self.resolve)
        view = {
            "domain_sid": str(Sid("DN", found[0].id)),
            "is_valid": standing.valid,
            "reason": standing.reason,
            "url": own_url(request, request.path),
        }
        return Response(200, _encode(view))

    async def _found(self, request: Request) -> tuple[Domain, KeptCertificate | None] | None:
        sid = Sid.parse(request.params["DomainSid"], "DN")
        if sid is None:
            return None
        account = request.caller.account
        async with self.db.connection() as connection:
            domain = await domain_with(connection, account, sid.uuid)
            if domain is None:
                return None
            return domain, await certificate_of(connection, account, sid.uuid)

    def _id(self, now: Instant) -> UUID:
        return mint(now, self.entropy(10), 0)


def certificate_view(request: Request, domain: Domain, kept: KeptCertificate) -> dict[str, Any]:
    return {
        "domain_sid": str(Sid("DN", domain.id)),
        "certificate_sid": str(Sid("CW", kept.id)),
        "domain_name": domain.name,
        "date_created": iso8601(kept.created_at),
        "date_updated": iso8601(kept.updated_at),
        "date_expires": None if kept.expires_at is None else iso8601(kept.expires_at),
        "cert_in_validation": None,
        "url": own_url(request, request.path),
    }


def request_view(request: Request, domain: Domain, kept: KeptCertificate) -> dict[str, Any]:
    view = certificate_view(request, domain, kept)
    del view["cert_in_validation"]
    return view | {"managed": kept.managed, "requesting": kept.requesting}


def _absent(request: Request) -> Response:
    return refusal(Refused.because(NOT_FOUND, resource=request.path))
