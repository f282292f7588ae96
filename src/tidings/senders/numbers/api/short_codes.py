"""SMS/ShortCodes: the account's short codes. They are given by carriers, on paper; the API changes where they lead."""

from dataclasses import dataclass
from typing import Any

import msgspec

from tidings.kernel.instant import rfc2822
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database, Record
from tidings.runtime.statements import Statements
from tidings.senders.listing import Listing
from tidings.senders.numbers.api.incoming import write
from tidings.senders.numbers.api.matching import like
from tidings.senders.numbers.api.settings import changed, settings_of
from tidings.web.api.errors import absent, refusal
from tidings.web.api.paging import envelope, page_of
from tidings.web.api.request import Request, Response, last
from tidings.web.api.routes import Route

SQL = Statements.beside(__file__)
LISTING = Listing(SQL, "codes_page", "codes_page_before")

CODES = "/2010-04-01/Accounts/{AccountSid}/SMS/ShortCodes"
SETTABLE = (
    "FriendlyName",
    "ApiVersion",
    "SmsUrl",
    "SmsMethod",
    "SmsFallbackUrl",
    "SmsFallbackMethod",
)
_encode = msgspec.json.Encoder().encode


def routes(*, db: Database, clock: Clock) -> list[Route]:
    codes = _ShortCodes(db, clock)
    return [
        Route("GET", CODES + ".json", codes.list),
        Route("GET", CODES + "/{Sid}.json", codes.fetch),
        Route("POST", CODES + "/{Sid}.json", codes.update),
    ]


@dataclass(frozen=True, slots=True)
class _ShortCodes:
    db: Database
    clock: Clock

    async def list(self, request: Request) -> Response:
        page = page_of(request.query, prefix="SC")
        if isinstance(page, Refused):
            return refusal(page)
        pattern = like(last(request.query, "ShortCode"))
        if isinstance(pattern, Refused):
            return refusal(pattern)
        name = last(request.query, "FriendlyName")
        async with self.db.connection() as connection:
            rows, further = await LISTING.rows(connection, page, request.caller.account, name, pattern)
        entries = [code_view(row) for row in rows]
        ids = [row["id"] for row in rows]
        return envelope(request, page, entries, key="short_codes", prefix="SC", ids=ids, further=further)

    async def fetch(self, request: Request) -> Response:
        sid = Sid.parse(request.params["Sid"], "SC")
        if sid is not None:
            async with self.db.connection() as connection:
                row = await SQL.one(connection, "short_code", request.caller.account, sid.uuid)
            if row is not None:
                return Response(200, _encode(code_view(row)))
        return absent(request)

    async def update(self, request: Request) -> Response:
        sid = Sid.parse(request.params["Sid"], "SC")
        account = request.caller.account
        if sid is None:
            return absent(request)
        async with self.db.transaction() as connection:
            row = await SQL.one(connection, "code_to_change", account, sid.uuid)
            if row is None:
                return absent(request)
            form = {key: values for key, values in request.form.items() if key in SETTABLE}
            settings = changed(settings_of(row), form)
            if isinstance(settings, Refused):
                return refusal(settings)
            await write(connection, account, sid.uuid, settings, self.clock)
            row = await SQL.one(connection, "short_code", account, sid.uuid)
        assert row is not None, "its row is locked"
        return Response(200, _encode(code_view(row)))


def code_view(row: Record) -> dict[str, Any]:
    sid, account = f"SC{row['id'].hex}", f"AC{row['account'].hex}"
    settings = settings_of(row)
    return {
        "account_sid": account,
        "api_version": settings.kept.get("api_version", "2010-04-01"),
        "date_created": rfc2822(row["created_at"]),
        "date_updated": rfc2822(row["updated_at"]),
        "friendly_name": settings.friendly_name or row["address"],
        "short_code": row["address"],
        "sid": sid,
        "sms_fallback_method": settings.sms_fallback_method,
        "sms_fallback_url": settings.sms_fallback_url,
        "sms_method": settings.sms_method,
        "sms_url": settings.sms_url,
        "uri": f"/2010-04-01/Accounts/{account}/SMS/ShortCodes/{sid}.json",
    }
