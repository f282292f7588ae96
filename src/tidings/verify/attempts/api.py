"""`/verify/v2/Attempts`: what became of codes, and the rate at which they come back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant, iso8601
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, bucket_of, lowest_at
from tidings.messages.states import STATUS_FACTS
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.statements import Statements
from tidings.senders.listing import Listing
from tidings.verify.attempts.filters import filters_of
from tidings.verify.attempts.view import percentage
from tidings.verify.settings_api import absent
from tidings.web.api.errors import refusal
from tidings.web.api.meta import meta_envelope
from tidings.web.api.paging import HIGHEST, LOWEST, page_of
from tidings.web.api.products import own_url
from tidings.web.api.request import Request, Response
from tidings.web.api.routes import Route

ATTEMPTS = "/verify/v2/Attempts"
SQL = Statements.beside(__file__)
LISTING = Listing(SQL, "attempts_page", "attempts_page_before")

_encode = msgspec.json.Encoder().encode


class MessageState(msgspec.Struct, frozen=True):
    status: str
    code: int | None


def routes(*, db: Database) -> list[Route]:
    attempts = _Attempts(db)
    return [
        Route("GET", ATTEMPTS, attempts.list),
        Route("GET", ATTEMPTS + "/Summary", attempts.summary),
        Route("GET", ATTEMPTS + "/{Sid}", attempts.fetch),
    ]


@dataclass(frozen=True, slots=True)
class _Attempts:
    db: Database

    async def list(self, request: Request) -> Response:
        page, filters = page_of(request.query, prefix="VL"), filters_of(request.query)
        if isinstance(page, Refused):
            return refusal(page)
        if isinstance(filters, Refused):
            return refusal(filters)
        async with self.db.connection() as connection:
            rows, further = await LISTING.rows(connection, page, request.caller.account, *filters.values)
            states = await message_states(connection, request.caller.account, rows)
        entries = [_view(request, row, states) for row in rows]
        ids = [row["id"] for row in rows]
        return meta_envelope(request, page, entries, key="attempts", prefix="VL", ids=ids, further=further)

    async def fetch(self, request: Request) -> Response:
        sid, account = Sid.parse(request.params["Sid"], "VL"), request.caller.account
        if sid is not None:
            async with self.db.connection() as connection:
                row = await SQL.one(connection, "attempt", bucket_of(sid.uuid), account, sid.uuid)
                if row is not None:
                    states = await message_states(connection, account, [row])
                    return Response(200, _encode(_view(request, row, states)))
        return absent(request)

    async def summary(self, request: Request) -> Response:
        filters = filters_of(request.query)
        if isinstance(filters, Refused):
            return refusal(filters)
        low = LOWEST if filters.after is None else lowest_at(filters.after)
        async with self.db.connection() as connection:
            row = await SQL.one(connection, "summary", request.caller.account, low, HIGHEST, *filters.values)
        assert row is not None, "a count gives one row"
        total, converted = row["attempts"], row["converted"]
        view = {
            "total_attempts": total,
            "total_converted": converted,
            "total_unconverted": total - converted,
            "conversion_rate_percentage": percentage(converted, total),
            "url": own_url(request, request.path),
        }
        return Response(200, _encode(view))


async def message_states(
    connection: Connection, account: UUID, attempts: Sequence[Record]
) -> Mapping[UUID, MessageState]:
    """What became of the messages of some attempts, by the id of the message."""
    ids = [row["message"] for row in attempts if row["message"] is not None]
    if not ids:
        return {}
    oldest: Instant = min(row["created_at"] for row in attempts)
    rows = await SQL.many(connection, "message_states", account, ids, STATUS_FACTS, oldest)
    return {row["id"]: MessageState(row["kind"].removeprefix("message."), row["code"]) for row in rows}


def _view(request: Request, row: Record, states: Mapping[UUID, MessageState]) -> dict[str, Any]:
    sid = str(Sid("VL", row["id"]))
    state = states.get(row["message"]) if row["message"] is not None else None
    code = row["code"] if state is None or state.code is None else state.code
    return {
        "sid": sid,
        "account_sid": str(Sid("AC", row["account"])),
        "service_sid": str(Sid("VA", row["service"])),
        "verification_sid": str(Sid("VE", row["verification"])),
        "date_created": iso8601(row["created_at"]),
        "date_updated": iso8601(row["updated_at"]),
        "conversion_status": "converted" if row["converted"] else "unconverted",
        "channel": row["channel"],
        "price": None,
        "channel_data": {
            "verification_sid": str(Sid("VE", row["verification"])),
            "to": row["recipient"],
            "status": "confirmed" if row["converted"] else "unconfirmed",
            "message_status": _status(row, state),
            "error_code": None if code is None else str(code),
            "country": row["country"] or None,
            "code_length": row["length"],
            "locale": row["locale"],
            "mcc": None,
            "mnc": None,
            "carrier": None,
        },
        "url": own_url(request, f"{ATTEMPTS}/{sid}"),
    }


def _status(row: Record, state: MessageState | None) -> str | None:
    if state is not None:
        return state.status
    return "failed" if row["code"] is not None else None
