"""`/verify/v2/Services/{ServiceSid}/Webhooks`."""

from dataclasses import dataclass
from typing import Any

import msgspec

from tidings.kernel.instant import iso8601
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, mint
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.statements import Statements
from tidings.senders.listing import Listing
from tidings.verify.configure import VerifyServices, service_with
from tidings.verify.settings import VerifyService, invalid
from tidings.verify.settings_api import SERVICES, absent, service_id
from tidings.verify.webhooks.asked import wanted_of
from tidings.verify.webhooks.event import EVERY
from tidings.web.api.errors import refusal
from tidings.web.api.meta import meta_envelope
from tidings.web.api.paging import page_of
from tidings.web.api.products import own_url
from tidings.web.api.request import Request, Response
from tidings.web.api.routes import Route

SQL = Statements.beside(__file__)
LISTING = Listing(SQL, "page", "page_before")
PREFIX = "YW"
MOST_WEBHOOKS = 10

_encode = msgspec.json.Encoder().encode


def routes(*, db: Database, known: VerifyServices, clock: Clock, entropy: Entropy) -> list[Route]:
    doors = _Webhooks(db, known, clock, entropy)
    all_ = SERVICES + "/{ServiceSid}/Webhooks"
    return [
        Route("GET", all_, doors.list),
        Route("POST", all_, doors.create),
        Route("GET", all_ + "/{Sid}", doors.fetch),
        Route("POST", all_ + "/{Sid}", doors.update),
        Route("DELETE", all_ + "/{Sid}", doors.delete),
    ]


@dataclass(frozen=True, slots=True)
class _Webhooks:
    db: Database
    known: VerifyServices
    clock: Clock
    entropy: Entropy

    async def create(self, request: Request) -> Response:
        async with self.db.transaction() as connection:
            service = await self._service(connection, request)
            if service is None:
                return absent(request)
            wanted = wanted_of(request.form, None)
            if isinstance(wanted, Refused):
                return refusal(wanted)
            if await SQL.value(connection, "count", service.account, service.id) >= MOST_WEBHOOKS:
                return refusal(invalid("WebhookUrl", f"would be the service's {MOST_WEBHOOKS + 1}th"))
            now = self.clock()
            id = mint(now, self.entropy(10), 0)
            values = msgspec.structs.astuple(wanted)
            row = await SQL.one(connection, "add", service.account, service.id, id, *values, now)
            assert row is not None, "an insert that returns"
        self.known.forget(service.account, service.id)
        return _shown(request, row, 201)

    async def fetch(self, request: Request) -> Response:
        async with self.db.connection() as connection:
            row = await self._webhook(connection, request)
        return absent(request) if row is None else _shown(request, row)

    async def update(self, request: Request) -> Response:
        async with self.db.transaction() as connection:
            row = await self._webhook(connection, request)
            if row is None:
                return absent(request)
            wanted = wanted_of(request.form, dict(row))
            if isinstance(wanted, Refused):
                return refusal(wanted)
            key = row["account"], row["service"], row["id"]
            values = msgspec.structs.astuple(wanted)
            row = await SQL.one(connection, "change", *key, *values, self.clock())
        self.known.forget(*key[:2])
        return absent(request) if row is None else _shown(request, row)

    async def delete(self, request: Request) -> Response:
        async with self.db.transaction() as connection:
            row = await self._webhook(connection, request)
            if row is None:
                return absent(request)
            await SQL.run(connection, "remove", row["account"], row["service"], row["id"])
        self.known.forget(row["account"], row["service"])
        return Response(204)

    async def list(self, request: Request) -> Response:
        page = page_of(request.query, prefix=PREFIX)
        if isinstance(page, Refused):
            return refusal(page)
        async with self.db.connection() as connection:
            service = await self._service(connection, request)
            if service is None:
                return absent(request)
            rows, further = await LISTING.rows(connection, page, service.account, service.id)
        entries = [_view(request, row) for row in rows]
        ids = [row["id"] for row in rows]
        return meta_envelope(request, page, entries, key="webhooks", prefix=PREFIX, ids=ids, further=further)

    async def _service(self, connection: Connection, request: Request) -> VerifyService | None:
        id = service_id(request)
        return None if id is None else await service_with(connection, request.caller.account, id)

    async def _webhook(self, connection: Connection, request: Request) -> Record | None:
        service, sid = service_id(request), Sid.parse(request.params["Sid"], PREFIX)
        if service is None or sid is None:
            return None
        return await SQL.one(connection, "webhook", request.caller.account, service, sid.uuid)


def _view(request: Request, row: Record) -> dict[str, Any]:
    service, sid = str(Sid("VA", row["service"])), str(Sid(PREFIX, row["id"]))
    return {
        "sid": sid,
        "service_sid": service,
        "account_sid": str(Sid("AC", row["account"])),
        "friendly_name": row["friendly_name"],
        "event_types": [EVERY] if row["every"] else row["event_types"],
        "status": "enabled" if row["enabled"] else "disabled",
        "version": row["version"],
        "webhook_url": row["url"],
        "webhook_method": "POST",
        "date_created": iso8601(row["created_at"]),
        "date_updated": iso8601(row["updated_at"]),
        "url": own_url(request, f"{SERVICES}/{service}/Webhooks/{sid}"),
    }


def _shown(request: Request, row: Record, status: int = 200) -> Response:
    return Response(status, _encode(_view(request, row)))
