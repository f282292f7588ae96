"""`/tidings/v1/webhooks`: the log of an account's callbacks, and telling them again."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec

from tidings.kernel.codes import CODES, NOT_FOUND
from tidings.kernel.instant import EPOCH, Instant, parse_instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.web.api.errors import refusal
from tidings.web.api.forms import integer, invalid
from tidings.web.api.request import Form, Request, Response, last
from tidings.web.api.routes import Route
from tidings.webhooks import store
from tidings.webhooks.callback import TOLD
from tidings.webhooks.clicks import TOLD as CLICKS
from tidings.webhooks.events import TOLD as EVENTS
from tidings.webhooks.events import subject_prefix
from tidings.webhooks.inbound.form import RECEIVED
from tidings.webhooks.replay import Replayed, entry_id, replay_failed, replay_one
from tidings.webhooks.store import Entry

PATH = "/tidings/v1/webhooks"
DEFAULT_LIMIT = 50
LARGEST_LIMIT = 1000

STATUSES = (*TOLD.values(), RECEIVED, *CLICKS, *EVENTS)
_OUTCOMES = {"delivered": False, "failed": True}
_encode = msgspec.json.Encoder().encode


def routes(*, db: Database, clock: Clock) -> list[Route]:
    webhooks = _Webhooks(db, clock)
    return [Route("GET", PATH, webhooks.list), Route("POST", f"{PATH}/replay", webhooks.replay)]


@dataclass(frozen=True, slots=True)
class _Asked:
    since: Instant
    before: Instant
    limit: int
    message: Sid | None
    failed: bool | None
    status: str | None


@dataclass(frozen=True, slots=True)
class _Webhooks:
    db: Database
    clock: Clock

    async def list(self, request: Request) -> Response:
        asked = _asked(request.query, now=self.clock())
        if isinstance(asked, Refused):
            return refusal(asked)
        async with self.db.connection() as connection:
            entries = await store.entries(
                connection,
                request.caller.account,
                before=asked.before,
                since=asked.since,
                most=asked.limit,
                message=asked.message.uuid if asked.message else None,
                failed=asked.failed,
                status=asked.status,
            )
        following = None
        if len(entries) == asked.limit:
            kept = {key: values[-1] for key, values in request.query.items()}
            following = f"{PATH}?{urlencode(kept | {'before': entries[-1].at.isoformat()})}"
        return Response(200, _encode({"webhooks": [told(entry) for entry in entries], "next": following}))

    async def replay(self, request: Request) -> Response:
        id, since = last(request.form, "id"), _instant(request.form, "since")
        if isinstance(since, Refused):
            return refusal(since)
        if (id is None) == (since is None):
            return refusal(invalid("id", "or since is required, and not both"))
        account, now = request.caller.account, self.clock()
        result: Replayed | None
        async with self.db.transaction() as connection:
            if id is not None:
                result = await replay_one(connection, account, id, now=now)
            else:
                assert since is not None
                result = await replay_failed(connection, account, since=since, now=now)
        if result is None:
            return refusal(Refused(NOT_FOUND, f"The log has no callback {id}"))
        return Response(200, _encode({"replayed": result.replayed, "gone": result.gone, "more": result.more}))


def _asked(query: Form, *, now: Instant) -> _Asked | Refused:
    since, before = _instant(query, "since"), _instant(query, "before")
    limit = integer(query, "limit")
    for value in (since, before, limit):
        if isinstance(value, Refused):
            return value
    message, outcome, status = last(query, "message"), last(query, "outcome"), last(query, "status")
    sid = Sid.parse(message, "SM") if message else None
    if message and sid is None:
        return invalid("message", "must be the SID of a message")
    if outcome is not None and outcome not in _OUTCOMES:
        return invalid("outcome", "must be delivered or failed")
    if status is not None and status not in STATUSES:
        return invalid("status", f"must be one of {', '.join(STATUSES)}")
    if isinstance(limit, int) and not 1 <= limit <= LARGEST_LIMIT:
        return invalid("limit", f"must be 1 to {LARGEST_LIMIT}")
    return _Asked(
        since=since if isinstance(since, Instant) else EPOCH,
        # What ends while the list is made belongs to the next one.
        before=before if isinstance(before, Instant) else now + timedelta(days=1),
        limit=limit if isinstance(limit, int) else DEFAULT_LIMIT,
        message=sid,
        failed=None if outcome is None else _OUTCOMES[outcome],
        status=status,
    )


def _instant(form: Form, key: str) -> Instant | Refused | None:
    text = last(form, key)
    if text is None:
        return None
    return parse_instant(text) or invalid(key, "must be a time such as 2026-11-24T08:00:00Z")


def told(entry: Entry) -> dict[str, Any]:
    """An entry as the API and the command line write it."""
    return {
        "id": entry_id(entry),
        "at": entry.at.isoformat().replace("+00:00", "Z"),
        "message": str(Sid(subject_prefix(entry.status), entry.message)),
        "status": entry.status,
        "url": entry.url,
        "outcome": "delivered" if entry.code is None else "failed",
        "attempts": entry.attempts,
        "answer_status": entry.answer_status,
        "code": entry.code,
        "error": CODES[entry.code].text if entry.code is not None else None,
        "duration_ms": entry.duration_ms,
        "token": entry.token,
    }
