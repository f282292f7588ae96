"""`/verify/v2/Services/{ServiceSid}/RateLimits` and their `Buckets`."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from tidings.kernel.codes import CODES
from tidings.kernel.instant import iso8601
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, mint
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.statements import Statements
from tidings.senders.listing import Listing
from tidings.verify.configure import service_with
from tidings.verify.limits.limit import (
    MOST_BUCKETS,
    MOST_LIMITS,
    RateBucket,
    RateLimit,
    description_of,
    name_of,
    room_of,
)
from tidings.verify.settings_api import SERVICES, absent, service_id
from tidings.web.api.errors import refusal
from tidings.web.api.meta import meta_envelope
from tidings.web.api.paging import page_of
from tidings.web.api.products import own_url
from tidings.web.api.request import Request, Response
from tidings.web.api.routes import Route

SQL = Statements.beside(__file__)
LIMITS = Listing(SQL, "limits_page", "limits_page_before")
BUCKETS = Listing(SQL, "buckets_page", "buckets_page_before")
TOO_MANY_LIMITS, NAME_TAKEN = CODES[60207], CODES[60208]
TOO_MANY_BUCKETS, INTERVAL_TAKEN = CODES[60210], CODES[60211]

_encode = msgspec.json.Encoder().encode


def routes(*, db: Database, clock: Clock, entropy: Entropy) -> list[Route]:
    limits = _Limits(db, clock, entropy)
    all_ = SERVICES + "/{ServiceSid}/RateLimits"
    buckets = all_ + "/{RateLimitSid}/Buckets"
    return [
        Route("POST", all_, limits.create),
        Route("GET", all_, limits.list),
        Route("GET", all_ + "/{Sid}", limits.fetch),
        Route("POST", all_ + "/{Sid}", limits.update),
        Route("DELETE", all_ + "/{Sid}", limits.delete),
        Route("POST", buckets, limits.create_bucket),
        Route("GET", buckets, limits.list_buckets),
        Route("GET", buckets + "/{Sid}", limits.fetch_bucket),
        Route("POST", buckets + "/{Sid}", limits.update_bucket),
        Route("DELETE", buckets + "/{Sid}", limits.delete_bucket),
    ]


@dataclass(frozen=True, slots=True)
class _Limits:
    db: Database
    clock: Clock
    entropy: Entropy

    async def create(self, request: Request) -> Response:
        service, account = service_id(request), request.caller.account
        async with self.db.transaction() as connection:
            if service is None or await SQL.value(connection, "lock_service", account, service) is None:
                return absent(request)
            name = name_of(request.form)
            description = description_of(request.form, None)
            for one in (name, description):
                if isinstance(one, Refused):
                    return refusal(one)
            if await SQL.value(connection, "count_limits", account, service) >= MOST_LIMITS:
                return refusal(Refused.because(TOO_MANY_LIMITS))
            now = self.clock()
            id = mint(now, self.entropy(10), 0)
            row = await SQL.one(connection, "add_limit", account, service, id, name, description, now)
        if row is None:
            return refusal(Refused.because(NAME_TAKEN))
        return Response(201, _encode(_limit_view(request, _limit(row))))

    async def fetch(self, request: Request) -> Response:
        async with self.db.connection() as connection:
            found = await self._limit(connection, request, "Sid")
        return absent(request) if found is None else Response(200, _encode(_limit_view(request, found)))

    async def update(self, request: Request) -> Response:
        async with self.db.transaction() as connection:
            found = await self._limit(connection, request, "Sid")
            if found is None:
                return absent(request)
            description = description_of(request.form, found.description)
            if isinstance(description, Refused):
                return refusal(description)
            row = await SQL.one(
                connection,
                "describe_limit",
                found.account,
                found.service,
                found.id,
                description,
                self.clock(),
            )
        return absent(request) if row is None else Response(200, _encode(_limit_view(request, _limit(row))))

    async def delete(self, request: Request) -> Response:
        async with self.db.transaction() as connection:
            found = await self._limit(connection, request, "Sid")
            if found is not None and await SQL.run(
                connection, "remove_limit", found.account, found.service, found.id
            ):
                return Response(204)
        return absent(request)

    async def list(self, request: Request) -> Response:
        page, service = page_of(request.query, prefix="RK"), service_id(request)
        if isinstance(page, Refused):
            return refusal(page)
        async with self.db.connection() as connection:
            account = request.caller.account
            if service is None or await service_with(connection, account, service) is None:
                return absent(request)
            rows, further = await LIMITS.rows(connection, page, account, service)
        entries = [_limit_view(request, _limit(row)) for row in rows]
        ids = [row["id"] for row in rows]
        return meta_envelope(request, page, entries, key="rate_limits", prefix="RK", ids=ids, further=further)

    async def create_bucket(self, request: Request) -> Response:
        async with self.db.transaction() as connection:
            limit = await self._limit(connection, request, "RateLimitSid", held=True)
            if limit is None:
                return absent(request)
            room = room_of(request.form, None, None)
            if isinstance(room, Refused):
                return refusal(room)
            if await SQL.value(connection, "count_buckets", limit.account, limit.id) >= MOST_BUCKETS:
                return refusal(Refused.because(TOO_MANY_BUCKETS))
            now = self.clock()
            id = mint(now, self.entropy(10), 0)
            row = await SQL.one(
                connection, "add_bucket", limit.account, limit.service, limit.id, id, *room, now
            )
        if row is None:
            return refusal(Refused.because(INTERVAL_TAKEN))
        return Response(201, _encode(_bucket_view(request, _bucket(row))))

    async def fetch_bucket(self, request: Request) -> Response:
        async with self.db.connection() as connection:
            found = await self._bucket(connection, request)
        return absent(request) if found is None else Response(200, _encode(_bucket_view(request, found)))

    async def update_bucket(self, request: Request) -> Response:
        async with self.db.transaction() as connection:
            found = await self._bucket(connection, request)
            if found is None:
                return absent(request)
            room = room_of(request.form, found.most, found.interval_seconds)
            if isinstance(room, Refused):
                return refusal(room)
            row = await SQL.one(
                connection, "change_bucket", found.account, found.rate_limit, found.id, *room, self.clock()
            )
        if row is None:
            return refusal(Refused.because(INTERVAL_TAKEN))
        return Response(200, _encode(_bucket_view(request, _bucket(row))))

    async def delete_bucket(self, request: Request) -> Response:
        async with self.db.transaction() as connection:
            found = await self._bucket(connection, request)
            if found is not None and await SQL.run(
                connection, "remove_bucket", found.account, found.rate_limit, found.id
            ):
                return Response(204)
        return absent(request)

    async def list_buckets(self, request: Request) -> Response:
        page = page_of(request.query, prefix="BL")
        if isinstance(page, Refused):
            return refusal(page)
        async with self.db.connection() as connection:
            limit = await self._limit(connection, request, "RateLimitSid")
            if limit is None:
                return absent(request)
            rows, further = await BUCKETS.rows(connection, page, limit.account, limit.id)
        entries = [_bucket_view(request, _bucket(row)) for row in rows]
        ids = [row["id"] for row in rows]
        return meta_envelope(request, page, entries, key="buckets", prefix="BL", ids=ids, further=further)

    async def _limit(
        self, connection: Connection, request: Request, param: str, *, held: bool = False
    ) -> RateLimit | None:
        """By SID or unique name. `held`: its service's limits change only here until the transaction ends."""
        service, account, text = service_id(request), request.caller.account, request.params[param]
        if service is None:
            return None
        if held and await SQL.value(connection, "lock_service", account, service) is None:
            return None
        sid = Sid.parse(text, "RK")
        row = await SQL.one(connection, "limit", account, service, None if sid is None else sid.uuid, text)
        return None if row is None else _limit(row)

    async def _bucket(self, connection: Connection, request: Request) -> RateBucket | None:
        limit, sid = (
            await self._limit(connection, request, "RateLimitSid"),
            Sid.parse(request.params["Sid"], "BL"),
        )
        if limit is None or sid is None:
            return None
        row = await SQL.one(connection, "bucket", limit.account, limit.id, sid.uuid)
        return None if row is None else _bucket(row)


def _limit(row: Record) -> RateLimit:
    return RateLimit(
        row["id"],
        row["account"],
        row["service"],
        row["unique_name"],
        row["description"],
        row["created_at"],
        row["updated_at"],
    )


def _bucket(row: Record) -> RateBucket:
    return RateBucket(
        row["id"],
        row["account"],
        row["service"],
        row["rate_limit"],
        row["most"],
        row["interval_seconds"],
        row["created_at"],
        row["updated_at"],
    )


def _path(service: UUID, limit: UUID) -> str:
    return f"{SERVICES}/{Sid('VA', service)}/RateLimits/{Sid('RK', limit)}"


def _limit_view(request: Request, limit: RateLimit) -> dict[str, Any]:
    url = own_url(request, _path(limit.service, limit.id))
    return {
        "sid": str(Sid("RK", limit.id)),
        "service_sid": str(Sid("VA", limit.service)),
        "account_sid": str(Sid("AC", limit.account)),
        "unique_name": limit.unique_name,
        "description": limit.description,
        "date_created": iso8601(limit.created_at),
        "date_updated": iso8601(limit.updated_at),
        "url": url,
        "links": {"buckets": f"{url}/Buckets"},
    }


def _bucket_view(request: Request, bucket: RateBucket) -> dict[str, Any]:
    path = f"{_path(bucket.service, bucket.rate_limit)}/Buckets/{Sid('BL', bucket.id)}"
    return {
        "sid": str(Sid("BL", bucket.id)),
        "rate_limit_sid": str(Sid("RK", bucket.rate_limit)),
        "service_sid": str(Sid("VA", bucket.service)),
        "account_sid": str(Sid("AC", bucket.account)),
        "max": bucket.most,
        "interval": bucket.interval_seconds,
        "date_created": iso8601(bucket.created_at),
        "date_updated": iso8601(bucket.updated_at),
        "url": own_url(request, path),
    }
