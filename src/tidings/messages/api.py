"""The Messages resource of the 2010-04-01 API, with Feedback and Media."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import SystemRandom
from typing import Protocol
from uuid import UUID

import msgspec

from tidings.kernel.codes import (
    CODES,
    FROM_NOT_CAPABLE,
    INVALID_APPLICATION,
    NOT_CANCELABLE,
    NOT_COMPLETE,
    SERVICE_IS_EMPTY,
    SERVICE_NOT_FOUND,
)
from tidings.kernel.instant import Instant, iso8601
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, bucket_of
from tidings.links.domains import ServiceDomains
from tidings.messages.accept import Accepted
from tidings.messages.compose import Composed, compose
from tidings.messages.draft import Draft
from tidings.messages.listing import filters_of
from tidings.messages.message import Message
from tidings.messages.read import SQL, message, page_of_messages
from tidings.messages.schedule import WORKED_OUT
from tidings.messages.spread import Spread
from tidings.messages.states import State
from tidings.messages.view import message_view, wire_date
from tidings.runtime.clock import Clock, system_entropy
from tidings.runtime.database import Database
from tidings.senders import Directory
from tidings.senders.applications import Applications
from tidings.senders.services import Services
from tidings.web.api.errors import absent, refusal
from tidings.web.api.forms import invalid
from tidings.web.api.paging import cut, envelope, page_of
from tidings.web.api.request import Request, Response, last
from tidings.web.api.routes import Route

MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages"
PREFIX = "SM"
ON_ITS_WAY = frozenset({State.ACCEPTED, State.SCHEDULED, State.QUEUED, State.SENDING, State.RECEIVING})
"""States in which a message still needs its text, and so can be neither redacted nor deleted."""

_NOT_IN_SERVICE = CODES[21711]
_DOMAIN_UNVERIFIED = CODES[30101]

_encode = msgspec.json.Encoder().encode


class Accept(Protocol):
    async def __call__(self, draft: Draft, *, now: Instant) -> Accepted | Refused: ...


def routes(
    *,
    db: Database,
    senders: Directory,
    services: Services,
    applications: Applications,
    accept: Accept,
    clock: Clock,
    domains: ServiceDomains,
) -> list[Route]:
    """`accept` is the one road out; `clock` gives the time of a request; `domains` are where links are shortened."""
    messages = _Messages(
        db, senders, services, applications, accept, clock, Spread(SystemRandom().random), domains
    )
    one = MESSAGES + "/{Sid}.json"
    media = MESSAGES + "/{MessageSid}/Media"
    return [
        Route("POST", MESSAGES + ".json", messages.create),
        Route("GET", MESSAGES + ".json", messages.list),
        Route("GET", one, messages.fetch),
        Route("POST", one, messages.update),
        Route("DELETE", one, messages.delete),
        Route("POST", MESSAGES + "/{MessageSid}/Feedback.json", messages.judge),
        Route("GET", media + ".json", messages.list_media),
        Route("GET", media + "/{Sid}.json", messages.no_media),
        Route("DELETE", media + "/{Sid}.json", messages.no_media),
    ]


@dataclass(frozen=True, slots=True)
class _Messages:
    db: Database
    senders: Directory
    services: Services
    applications: Applications
    accept: Accept
    clock: Clock
    spread: Spread
    domains: ServiceDomains

    async def create(self, request: Request) -> Response:
        now = self.clock()
        composed = compose(request.form, now=now)
        if isinstance(composed, Refused):
            return refusal(composed)
        account = request.caller.account
        if composed.options.application is not None:
            application = await self.applications.find(account, composed.options.application)
            if application is None:
                return refusal(Refused.because(INVALID_APPLICATION))
            composed = composed.told_by(application.message_status_callback)
        if composed.options.service is not None:
            draft = await self._through_service(composed, account, composed.options.service)
        else:
            draft = await self._from_sender(composed, account)
        if isinstance(draft, Refused):
            return refusal(draft)
        if composed.options.spread_seconds:
            draft = self._spread_out(draft, composed.options.spread_seconds)
        outcome = await self.accept(draft, now=now)
        if isinstance(outcome, Refused):
            return refusal(outcome)
        view = message_view(_fresh(outcome, composed), created=True)
        if draft.send_at is not None and not WORKED_OUT.isdisjoint(request.form):
            view["send_at"] = iso8601(draft.send_at)
        return Response(201, _encode(view))

    def _spread_out(self, draft: Draft, seconds: int) -> Draft:
        assert draft.send_at is not None, "only what is scheduled is spread"
        window = (draft.account, draft.service, draft.flow, draft.send_at, seconds)
        return msgspec.structs.replace(
            draft, send_at=draft.send_at + self.spread.delay(window, seconds=seconds)
        )

    async def _from_sender(self, composed: Composed, account: UUID) -> Draft | Refused:
        assert composed.sender is not None, "compose refuses a form with neither"
        if composed.options.shorten_urls:
            return Refused.because(_DOMAIN_UNVERIFIED)
        sender = self.senders.recall(account, composed.sender) or await self.senders.find(
            account, composed.sender
        )
        if sender is None:
            return Refused.because(FROM_NOT_CAPABLE, sender=composed.sender)
        return composed.draft(account, sender=sender)

    async def _through_service(self, composed: Composed, account: UUID, service: UUID) -> Draft | Refused:
        """A sender that the caller names must be in the pool: 21711, or 21606 when it is not even the account's."""
        pool = self.services.recall(account, service) or await self.services.find(account, service)
        if pool is None:
            return Refused.because(SERVICE_NOT_FOUND, service=Sid("MG", service))
        if composed.options.shorten_urls:
            domain = await self.domains.find(account, service)
            if domain is None:
                return Refused.because(_DOMAIN_UNVERIFIED)
            shortened = composed.shortened(
                domain, service=str(Sid("MG", service)), entropy=system_entropy, now=self.clock()
            )
            if isinstance(shortened, Refused):
                return shortened
            composed = shortened
        composed = composed.through(pool.service)
        if composed.sender is None:
            if not pool.members and not pool.alpha:
                return Refused.because(SERVICE_IS_EMPTY)
            return composed.draft(account, sender=None)
        sender = await self.senders.find(account, composed.sender)
        if sender is None:
            return Refused.because(FROM_NOT_CAPABLE, sender=composed.sender)
        if not pool.has(sender.address):
            return Refused.because(_NOT_IN_SERVICE)
        return composed.draft(account, sender=sender)

    async def fetch(self, request: Request) -> Response:
        return await self._with_message(request, "Sid", _shown)

    async def list(self, request: Request) -> Response:
        page = page_of(request.query, prefix=PREFIX)
        if isinstance(page, Refused):
            return refusal(page)
        filters = filters_of(request.query)
        if isinstance(filters, Refused):
            return refusal(filters)
        async with self.db.connection() as connection:
            rows = await page_of_messages(connection, request.caller.account, filters=filters, page=page)
        shown, further = cut(page, rows)
        return envelope(
            request,
            page,
            [message_view(message) for message in shown],
            key="messages",
            prefix=PREFIX,
            ids=[message.id for message in shown],
            further=further,
        )

    async def update(self, request: Request) -> Response:
        """Redacts with an empty `Body`, cancels with `Status=canceled`; both at once is one composed too many."""
        bodies, status = request.form.get("Body"), last(request.form, "Status")
        if bodies is not None and any(bodies):
            return refusal(invalid("Body", "can only be emptied"))
        if status is not None and status.lower() != State.CANCELED:
            return refusal(invalid("Status", "can only be set to canceled"))
        if (bodies is None) == (status is None):
            return refusal(invalid("Body", "must be given empty, or else Status=canceled"))
        return await self._with_message(request, "Sid", self._redact if status is None else self._cancel)

    async def delete(self, request: Request) -> Response:
        return await self._with_message(request, "Sid", self._delete)

    async def judge(self, request: Request) -> Response:
        outcome = (last(request.form, "Outcome") or "unconfirmed").lower()
        if outcome not in ("confirmed", "unconfirmed"):
            return refusal(invalid("Outcome", "must be confirmed or unconfirmed"))
        id = _id(request, "MessageSid")
        if id is None:
            return absent(request)
        async with self.db.connection() as connection:
            row = await SQL.one(
                connection, "judge", request.caller.account, bucket_of(id), id, outcome, self.clock()
            )
        if row is None:
            return absent(request)
        view = {
            "account_sid": request.caller.sid,
            "date_created": wire_date(row["created_at"]),
            "date_updated": wire_date(row["updated_at"]),
            "message_sid": str(Sid(PREFIX, id)),
            "outcome": row["outcome"],
            "uri": request.path,
        }
        return Response(200, _encode(view))

    async def list_media(self, request: Request) -> Response:
        """No message has media; the list of one that exists is empty."""
        page = page_of(request.query, prefix="ME")
        if isinstance(page, Refused):
            return refusal(page)

        async def nothing(found: Message) -> Response:
            return envelope(request, page, [], key="media_list", prefix="ME", ids=[], further=False)

        return await self._with_message(request, "MessageSid", nothing)

    async def no_media(self, request: Request) -> Response:
        return absent(request)

    async def _with_message(
        self, request: Request, param: str, deed: Callable[[Message], Awaitable[Response]]
    ) -> Response:
        id = _id(request, param)
        if id is None:
            return absent(request)
        async with self.db.connection() as connection:
            found = await message(connection, request.caller.account, id)
        return absent(request) if found is None else await deed(found)

    async def _redact(self, found: Message) -> Response:
        if found.state in ON_ITS_WAY:
            return refusal(
                Refused(NOT_COMPLETE, "The body of a message cannot be removed before it is complete.")
            )
        await self._change("redact", found)
        return await self._shown_again(found)

    async def _cancel(self, found: Message) -> Response:
        changed = await self._change("cancel_scheduled", found)
        return await self._shown_again(found) if changed else refusal(Refused.because(NOT_CANCELABLE))

    async def _delete(self, found: Message) -> Response:
        if found.state in ON_ITS_WAY:
            return refusal(Refused.because(NOT_COMPLETE))
        await self._change("delete_message", found)
        return Response(204)

    async def _change(self, statement: str, found: Message) -> bool:
        """Whether there was still something to change."""
        async with self.db.transaction() as connection:
            row = await SQL.one(connection, statement, found.account, found.bucket, found.id, self.clock())
        return row is not None

    async def _shown_again(self, found: Message) -> Response:
        async with self.db.connection() as connection:
            now = await message(connection, found.account, found.id)
        return await _shown(now or found)


def _fresh(accepted: Accepted, composed: Composed) -> Message:
    """As the caller is shown it: a sender that was chosen is not told yet, nor are short links."""
    draft = accepted.draft
    return Message(
        id=accepted.id,
        bucket=accepted.bucket,
        account=draft.account,
        direction=draft.direction,
        sender=composed.sender,
        recipient=draft.recipient,
        body=draft.body if composed.as_written is None else composed.as_written,
        segments=draft.segments,
        state=accepted.state,
        error_code=None,
        created_at=accepted.created_at,
        updated_at=accepted.created_at,
        sent_at=None,
        service=draft.service,
        tags=None if draft.tags is None else dict(draft.tags),
    )


async def _shown(found: Message) -> Response:
    return Response(200, _encode(message_view(found)))


def _id(request: Request, param: str) -> UUID | None:
    text = request.params[param]
    sid = Sid.parse(text, PREFIX) or Sid.parse(text, "MM")
    return None if sid is None else sid.uuid
