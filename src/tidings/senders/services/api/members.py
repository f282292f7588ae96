"""The PhoneNumbers and ShortCodes of a service: alike but for their words."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from tidings.kernel.codes import (
    ALREADY_IN_SERVICE,
    IN_ANOTHER_SERVICE,
    INVALID_SID,
    NOT_FOUND,
    NOT_IN_SERVICE,
    POOL_FULL,
)
from tidings.kernel.instant import iso8601
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.runtime.clock import Clock
from tidings.runtime.database import Connection, Database
from tidings.runtime.statements import Statements
from tidings.senders.listing import Listing
from tidings.senders.sender import Kind
from tidings.senders.services.api.paths import OF_SERVICE, SERVICES, service_in
from tidings.senders.services.membership import (
    CODES,
    NUMBERS,
    AlreadyIn,
    InAnother,
    Member,
    NoSuchSender,
    NoSuchService,
    PoolFull,
    add_member,
    member_of,
    remove_member,
)
from tidings.web.api.errors import absent, refusal
from tidings.web.api.forms import missing
from tidings.web.api.meta import meta_envelope
from tidings.web.api.paging import page_of
from tidings.web.api.products import own_url
from tidings.web.api.request import Request, Response, last
from tidings.web.api.routes import Route

SQL = Statements.beside(__file__)
LISTING = Listing(SQL, "members_page", "members_page_before")

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class _Words:
    """What one of the two collections calls things."""

    collection: str
    key: str
    prefix: str
    parameter: str
    address: str
    kinds: tuple[Kind, ...]


PHONE_NUMBERS = _Words("PhoneNumbers", "phone_numbers", "PN", "PhoneNumberSid", "phone_number", NUMBERS)
SHORT_CODES = _Words("ShortCodes", "short_codes", "SC", "ShortCodeSid", "short_code", CODES)


def routes(*, db: Database, clock: Clock) -> list[Route]:
    found = []
    for words in (PHONE_NUMBERS, SHORT_CODES):
        members = _Members(words, db, clock)
        path = f"{OF_SERVICE}/{words.collection}"
        found += [
            Route("GET", path, members.list),
            Route("POST", path, members.add),
            Route("GET", path + "/{Sid}", members.fetch),
            Route("DELETE", path + "/{Sid}", members.remove),
        ]
    return found


@dataclass(frozen=True, slots=True)
class _Members:
    words: _Words
    db: Database
    clock: Clock

    async def add(self, request: Request) -> Response:
        service, account = service_in(request), request.caller.account
        if service is None:
            return absent(request)
        asked = last(request.form, self.words.parameter)
        sid = Sid.parse(asked or "", self.words.prefix)
        async with self.db.transaction() as connection:
            if sid is None:
                return await self._without_sid(connection, request, service, asked)
            outcome = await add_member(
                connection, account, service, sid.uuid, kinds=self.words.kinds, now=self.clock()
            )
        match outcome:
            case Member():
                return Response(201, _encode(self._view(request, service, outcome)))
            case NoSuchService():
                return absent(request)
            case NoSuchSender():
                return refusal(Refused.because(NOT_FOUND, resource=str(sid)))
            case AlreadyIn():
                return refusal(Refused.because(ALREADY_IN_SERVICE))
            case InAnother():
                return refusal(Refused.because(IN_ANOTHER_SERVICE))
            case PoolFull():
                return refusal(Refused.because(POOL_FULL))

    async def list(self, request: Request) -> Response:
        service, account = service_in(request), request.caller.account
        page = page_of(request.query, prefix=self.words.prefix)
        if isinstance(page, Refused):
            return refusal(page)
        async with self.db.connection() as connection:
            if service is None or not await SQL.value(connection, "service_exists", account, service):
                return absent(request)
            kinds = [kind.value for kind in self.words.kinds]
            rows, further = await LISTING.rows(connection, page, account, service, kinds)
        return meta_envelope(
            request,
            page,
            [self._view(request, service, member_of(row)) for row in rows],
            key=self.words.key,
            prefix=self.words.prefix,
            ids=[row["id"] for row in rows],
            further=further,
        )

    async def fetch(self, request: Request) -> Response:
        service, sid = service_in(request), Sid.parse(request.params["Sid"], self.words.prefix)
        if service is None or sid is None:
            return absent(request)
        kinds = [kind.value for kind in self.words.kinds]
        async with self.db.connection() as connection:
            row = await SQL.one(connection, "one_member", request.caller.account, service, sid.uuid, kinds)
            if row is None:
                return await self._not_there(connection, request, service, sid.uuid)
        return Response(200, _encode(self._view(request, service, member_of(row))))

    async def remove(self, request: Request) -> Response:
        service, sid = service_in(request), Sid.parse(request.params["Sid"], self.words.prefix)
        if service is None or sid is None:
            return absent(request)
        account = request.caller.account
        async with self.db.transaction() as connection:
            if await remove_member(connection, account, service, sid.uuid, kinds=self.words.kinds):
                return Response(204)
            return await self._not_there(connection, request, service, sid.uuid)

    async def _without_sid(
        self, connection: Connection, request: Request, service: UUID, asked: str | None
    ) -> Response:
        """Why a request that names no number cannot be granted; a service that is not there comes first."""
        if not await SQL.value(connection, "service_exists", request.caller.account, service):
            return absent(request)
        if asked is None:
            return refusal(missing(self.words.parameter))
        return refusal(Refused.because(INVALID_SID, sid=asked))

    async def _not_there(
        self, connection: Connection, request: Request, service: UUID, sender: UUID
    ) -> Response:
        """21711 for a number of the account that is not in this service of it; otherwise it is not found."""
        if await SQL.value(connection, "both_exist", request.caller.account, service, sender):
            return refusal(Refused.because(NOT_IN_SERVICE))
        return absent(request)

    def _view(self, request: Request, service: UUID, member: Member) -> dict[str, Any]:
        sid = str(Sid(self.words.prefix, member.sender.id))
        service_sid = str(Sid("MG", service))
        added = iso8601(member.added_at)
        can = {"SMS": member.sender.sms, "MMS": member.mms, "Voice": member.voice}
        return {
            "sid": sid,
            "account_sid": str(Sid("AC", member.sender.account)),
            "service_sid": service_sid,
            "date_created": added,
            "date_updated": added,
            self.words.address: member.sender.address,
            "country_code": member.sender.country,
            "capabilities": [capability for capability, has in can.items() if has],
            "url": own_url(request, f"{SERVICES}/{service_sid}/{self.words.collection}/{sid}"),
        }
