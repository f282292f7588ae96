"""`/monitor/v1/Alerts`: an account's alerts, newest first, or one with its request and answer."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec

from tidings.kernel.codes import CODES, NOT_FOUND
from tidings.kernel.instant import Instant, iso8601, parse_day, parse_instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, lowest_at
from tidings.monitor.alert import ERROR, WARNING
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.statements import Statements
from tidings.web.api.errors import refusal
from tidings.web.api.forms import invalid
from tidings.web.api.meta import meta_envelope
from tidings.web.api.paging import HIGHEST, LOWEST, Page, cut, page_of
from tidings.web.api.products import own_url
from tidings.web.api.request import Form, Request, Response, last
from tidings.web.api.routes import Route

SQL = Statements.beside(__file__)

PATH = "/monitor/v1/Alerts"
PREFIX = "NO"
_LEVELS = (ERROR, WARNING, "notice", "debug")
_encode = msgspec.json.Encoder().encode


def routes(*, db: Database) -> list[Route]:
    alerts = _Alerts(db)
    return [Route("GET", PATH, alerts.list), Route("GET", f"{PATH}/{{Sid}}", alerts.fetch)]


@dataclass(frozen=True, slots=True)
class _Filters:
    level: str | None
    since: Instant | None
    until: Instant | None
    """Exclusive."""


@dataclass(frozen=True, slots=True)
class _Alerts:
    db: Database

    async def list(self, request: Request) -> Response:
        page, filters = page_of(request.query, prefix=PREFIX), _filters(request.query)
        if isinstance(page, Refused):
            return refusal(page)
        if isinstance(filters, Refused):
            return refusal(filters)
        async with self.db.connection() as connection:
            rows = await _page(connection, request.caller.account, filters=filters, page=page)
        shown, further = cut(page, rows)
        return meta_envelope(
            request,
            page,
            [_view(request, row) for row in shown],
            key="alerts",
            prefix=PREFIX,
            ids=[row["id"] for row in shown],
            further=further,
        )

    async def fetch(self, request: Request) -> Response:
        sid = Sid.parse(request.params["Sid"], PREFIX)
        row = None
        if sid is not None:
            async with self.db.connection() as connection:
                row = await SQL.one(connection, "alert", request.caller.account, sid.uuid)
        if row is None:
            return refusal(Refused(NOT_FOUND, f"The requested resource {request.path} was not found"))
        return Response(200, _encode(_view(request, row) | _exchange(row)))


async def _page(db: Connection, account: UUID, *, filters: _Filters, page: Page) -> list[Record]:
    above = LOWEST if page.before is None else page.before
    below = HIGHEST if page.after is None else page.after
    if filters.since is not None:
        # The bound is exclusive; no alert has the very lowest id of a millisecond.
        above = max(above, lowest_at(filters.since))
    if filters.until is not None:
        below = min(below, lowest_at(filters.until))
    name = "alerts_page" if page.before is None else "alerts_page_before"
    return await SQL.many(db, name, account, above, below, filters.level, page.fetch)


def _filters(query: Form) -> _Filters | Refused:
    level = last(query, "LogLevel")
    if level is not None and level.lower() not in _LEVELS:
        return invalid("LogLevel", f"must be one of {', '.join(_LEVELS)}")
    since, until = _bound(query, "StartDate", end=False), _bound(query, "EndDate", end=True)
    if isinstance(since, Refused):
        return since
    if isinstance(until, Refused):
        return until
    return _Filters(level.lower() if level else None, since, until)


def _bound(query: Form, key: str, *, end: bool) -> Instant | Refused | None:
    """A day or an instant; an end includes the whole of the day, or of the second, that it names."""
    text = last(query, key)
    if text is None:
        return None
    day = parse_day(text)
    instant = datetime.combine(day, time(), UTC) if day is not None else parse_instant(text)
    if instant is None or not 1970 <= instant.year < 9999:
        return invalid(key, "must be a date or a time in ISO 8601")
    if not end:
        return instant
    return (
        instant + timedelta(days=1)
        if day is not None
        else instant.replace(microsecond=0) + timedelta(seconds=1)
    )


def _view(request: Request, row: Record) -> dict[str, Any]:
    sid = str(Sid(PREFIX, row["id"]))
    at = iso8601(row["at"])
    known = CODES.get(row["code"])
    return {
        "account_sid": str(Sid("AC", row["account"])),
        "alert_text": row["text"],
        "api_version": "2010-04-01",
        "date_created": at,
        "date_generated": at,
        "date_updated": at,
        "error_code": str(row["code"]),
        "log_level": row["level"],
        "more_info": known.more_info if known is not None else None,
        "request_method": row["request_method"] or None,
        "request_url": row["request_url"] or None,
        "resource_sid": row["resource"],
        "service_sid": str(Sid("MG", row["service"])) if row["service"] else None,
        "sid": sid,
        "url": own_url(request, f"{PATH}/{sid}"),
    }


def _exchange(row: Record) -> dict[str, Any]:
    """What only the resource itself shows, not a list. A request's headers hold its signature and are not kept."""
    return {
        "request_headers": None,
        "request_variables": row["request_variables"],
        "response_body": row["response_body"],
        "response_headers": row["response_headers"],
    }
