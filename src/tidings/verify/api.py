"""`/verify/v2/Services/{ServiceSid}/Verifications` and `VerificationCheck`."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec

from tidings.kernel.codes import NOT_FOUND, Code
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, bucket_of
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.runtime.statements import Statements
from tidings.verify.asked import code_of, payment_of, recipient_of
from tidings.verify.begin import attempts_of, bucket_of_person, floor_of, verification_of
from tidings.verify.check import Checking, Said, approve
from tidings.verify.configure import VerifyServices
from tidings.verify.fraud.traffic import count_traffic
from tidings.verify.limits.count import TOO_MANY
from tidings.verify.limits.polling import polled_too_often
from tidings.verify.settings import VerifyService, invalid
from tidings.verify.settings_api import SERVICES, absent, service_id
from tidings.verify.start import Start
from tidings.verify.verification import Status, Verification
from tidings.verify.view import check_view, verification_view
from tidings.verify.webhooks.event import verification_event
from tidings.verify.webhooks.tell import tell
from tidings.web.api.errors import refusal
from tidings.web.api.products import own_url
from tidings.web.api.request import Request, Response, last
from tidings.web.api.routes import Route

SQL = Statements.beside(__file__)
PREFIX = "VE"

_encode = msgspec.json.Encoder().encode


def routes(
    *, db: Database, known: VerifyServices, start_one: Start, checking: Checking, clock: Clock
) -> list[Route]:
    """`start_one` starts verifications, `checking` looks at codes."""
    verifications = _Verifications(db, known, start_one, checking, clock)
    all_ = SERVICES + "/{ServiceSid}/Verifications"
    return [
        Route("POST", all_, verifications.start),
        Route("GET", all_ + "/{Sid}", verifications.fetch),
        Route("POST", all_ + "/{Sid}", verifications.decide),
        Route("POST", SERVICES + "/{ServiceSid}/VerificationCheck", verifications.check),
    ]


@dataclass(frozen=True, slots=True)
class _Verifications:
    db: Database
    known: VerifyServices
    start_one: Start
    checking: Checking
    clock: Clock

    async def start(self, request: Request) -> Response:
        service = await self._service(request)
        if service is None:
            return absent(request)
        now = self.clock()
        started = await self.start_one.start(service, request.form, now=now)
        if isinstance(started, Refused):
            return refusal(started)
        return _shown(request, started, now, 201)

    async def fetch(self, request: Request) -> Response:
        service = await self._service(request)
        if service is None:
            return absent(request)
        now = self.clock()
        found = await self._find(request, service, now)
        if found is None:
            return absent(request)
        async with self.db.transaction() as connection:
            if await polled_too_often(connection, service.account, found.id, now=now):
                return refusal(TOO_MANY)
        return _shown(request, found, now)

    async def decide(self, request: Request) -> Response:
        """The owner approves or cancels; what is over already is not found."""
        service = await self._service(request)
        if service is None:
            return absent(request)
        status = (last(request.form, "Status") or "").lower()
        if status not in (Status.CANCELED, Status.APPROVED):
            return refusal(invalid("Status", "is canceled or approved"))
        place = self._place(request, service)
        if place is None:
            return absent(request)
        bucket, id, recipient = place
        now = self.clock()
        async with self.db.transaction() as connection:
            row = await SQL.one(
                connection, "decide", bucket, service.account, service.id, id, recipient, status, now
            )
            if row is None:
                return absent(request)
            floor = floor_of(row["id"])
            if status == Status.APPROVED:
                await count_traffic(
                    connection, await approve(connection, [(bucket, row["id"], service.account, now, floor)])
                )
            attempts = await attempts_of(connection, bucket, service.account, row["id"])
            decided = verification_of(row, attempts)
            if service.told:
                await tell(connection, [verification_event(decided, Status(status), at=now)])
        return _shown(request, decided, now)

    async def check(self, request: Request) -> Response:
        service = await self._service(request)
        if service is None:
            return absent(request)
        said = self._said(request, service)
        if isinstance(said, Refused):
            return refusal(said)
        found = await self.checking.check(said)
        if isinstance(found, Code):
            return absent(request) if found is NOT_FOUND else refusal(Refused.because(found))
        return Response(201, _encode(_told(found, now=said.now)))

    def _said(self, request: Request, service: VerifyService) -> Said | Refused:
        form = request.form
        code = code_of(form)
        if isinstance(code, Refused):
            return code
        payment = payment_of(form)
        if isinstance(payment, Refused):
            return payment
        sid, verification, recipient = last(form, "VerificationSid"), None, None
        if sid is not None:
            parsed = Sid.parse(sid, PREFIX)
            if parsed is None:
                return invalid("VerificationSid", f"is a SID that begins with {PREFIX}")
            verification = parsed.uuid
        else:
            to = recipient_of(form, None)
            if isinstance(to, Refused):
                return to
            recipient = str(to)
        return Said(
            account=service.account,
            service=service.id,
            verification=verification,
            recipient=recipient,
            code=code,
            amount=payment[0],
            payee=payment[1],
            now=self.clock(),
            told=service.told,
        )

    async def _find(self, request: Request, service: VerifyService, now: Instant) -> Verification | None:
        place = self._place(request, service)
        if place is None:
            return None
        bucket, id, recipient = place
        async with self.db.connection() as connection:
            if id is not None:
                row = await SQL.one(
                    connection, "under_way_by_id", bucket, service.account, service.id, id, now
                )
            else:
                row = await SQL.one(
                    connection, "under_way", bucket, service.account, service.id, recipient, now
                )
            if row is None:
                return None
            attempts = await attempts_of(connection, bucket, service.account, row["id"])
        return verification_of(row, attempts)

    def _place(self, request: Request, service: VerifyService) -> tuple[int, UUID | None, str | None] | None:
        """Bucket, and the id or the person, that the path names: a SID, a phone number or an address."""
        text = request.params["Sid"]
        sid = Sid.parse(text, PREFIX)
        if sid is not None:
            return bucket_of(sid.uuid), sid.uuid, None
        to = recipient_of({"To": [text]}, None)
        if isinstance(to, Refused):
            return None
        return bucket_of_person(service.id, str(to)), None, str(to)

    async def _service(self, request: Request) -> VerifyService | None:
        id = service_id(request)
        return None if id is None else await self.known.find(request.caller.account, id)


def _told(found: Verification, *, now: Instant) -> dict[str, Any]:
    """A wrong code leaves it pending, the last one too: that no more are looked at is said to the next."""
    return check_view(found, now=now) | {"status": found.status.value}


def _shown(request: Request, found: Verification, now: Instant, status: int = 200) -> Response:
    path = f"{SERVICES}/{Sid('VA', found.service)}/Verifications/{quote(str(Sid(PREFIX, found.id)))}"
    return Response(status, _encode(verification_view(found, url=own_url(request, path), now=now)))
