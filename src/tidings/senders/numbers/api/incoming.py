"""IncomingPhoneNumbers, and its Local, Mobile and TollFree parts."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from phonenumbers import PhoneNumberFormat, format_number, parse

from tidings.kernel.codes import (
    AREA_CODE_IS_EMPTY,
    INVALID_APPLICATION,
    INVALID_AREA_CODE,
    INVALID_NUMBER,
    NUMBER_NOT_AVAILABLE,
    NUMBER_OF_ANOTHER_KIND,
    SERVICE_UNAVAILABLE,
)
from tidings.kernel.instant import rfc2822
from tidings.kernel.outcomes import Refused
from tidings.kernel.phone_number import PhoneNumber
from tidings.kernel.sid import Sid, mint
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.statements import Statements
from tidings.senders.applications import application_of
from tidings.senders.listing import Listing
from tidings.senders.numbers.acquire import NotAvailable, give_up, order
from tidings.senders.numbers.api.matching import like
from tidings.senders.numbers.api.settings import NumberSettings, changed, settings_of
from tidings.senders.numbers.api.transfer import family_of
from tidings.senders.sender import line_of
from tidings.senders.stock import Line, Stock, StockUnavailable, Wanted
from tidings.web.api.errors import absent, refusal
from tidings.web.api.forms import boolean, invalid
from tidings.web.api.paging import envelope, page_of
from tidings.web.api.request import Form, Request, Response, last
from tidings.web.api.routes import Route

SQL = Statements.beside(__file__)
LISTING = Listing(SQL, "numbers_page", "numbers_page_before")

NUMBERS = "/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers"
LINES = {"Local": "local", "Mobile": "mobile", "TollFree": "toll_free"}
ORIGINS = ("twilio", "hosted")
AREA_CODE_COUNTRIES = ("US", "CA")
_encode = msgspec.json.Encoder().encode


Carry = Callable[..., Awaitable[None]]
"""`carry(connection, account, address, to=, now=)`: takes along to another account who wants nothing from a number."""


def routes(*, db: Database, stock: Stock, clock: Clock, entropy: Entropy, carry: Carry) -> list[Route]:
    one = _Number(db, stock, clock, carry)
    found = [
        Route("GET", NUMBERS + "/{Sid}.json", one.fetch),
        Route("POST", NUMBERS + "/{Sid}.json", one.update),
        Route("DELETE", NUMBERS + "/{Sid}.json", one.delete),
    ]
    for path, line in {"": None, **{f"/{name}": line for name, line in LINES.items()}}.items():
        numbers = _Numbers(line, db, stock, clock, entropy)
        found += [
            Route("GET", f"{NUMBERS}{path}.json", numbers.list),
            Route("POST", f"{NUMBERS}{path}.json", numbers.create),
        ]
    return found


@dataclass(frozen=True, slots=True)
class _Numbers:
    line: str | None
    """The kind that the path names; None for all."""
    db: Database
    stock: Stock
    clock: Clock
    entropy: Entropy

    async def list(self, request: Request) -> Response:
        page = page_of(request.query, prefix="PN")
        if isinstance(page, Refused):
            return refusal(page)
        beta = boolean(request.query, "Beta", default=True)
        if isinstance(beta, Refused):
            return refusal(beta)
        pattern = like(last(request.query, "PhoneNumber"))
        if isinstance(pattern, Refused):
            return refusal(pattern)
        origin = last(request.query, "Origin")
        if origin is not None and origin not in ORIGINS:
            return refusal(invalid("Origin", "must be twilio or hosted"))
        name = last(request.query, "FriendlyName")
        async with self.db.connection() as connection:
            rows, further = await LISTING.rows(
                connection, page, request.caller.account, self.line, name, pattern, origin
            )
        entries = [number_view(row) for row in rows]
        ids = [row["id"] for row in rows]
        return envelope(
            request, page, entries, key="incoming_phone_numbers", prefix="PN", ids=ids, further=further
        )

    async def create(self, request: Request) -> Response:
        """Orders a number from the stock: the one that is named, or one of an area code."""
        account = request.caller.account
        try:
            number = await self._wanted(request)
            if isinstance(number, Refused):
                return refusal(number)
            now = self.clock()
            id = mint(now, self.entropy(10), 0)
            async with self.db.connection() as connection:
                transaction = connection.transaction()
                await transaction.start()
                try:
                    made = await self._made(connection, request, number, id)
                except BaseException:
                    await transaction.rollback()
                    raise
                if isinstance(made, Refused):
                    await transaction.rollback()
                    return refusal(made)
                await transaction.commit()
                row = await SQL.one(connection, "number", account, id)
        except StockUnavailable:
            return unavailable()
        assert row is not None, "it was just made"
        return Response(201, _encode(number_view(row)))

    async def _made(
        self, connection: Connection, request: Request, number: PhoneNumber, id: UUID
    ) -> Refused | None:
        account = request.caller.account
        settings = await settled(connection, account, _usual(friendly(number.e164)), request.form)
        if isinstance(settings, Refused):
            return settings
        ordered = await order(connection, account, number, stock=self.stock, id=id, now=self.clock())
        if isinstance(ordered, NotAvailable):
            return Refused.because(NUMBER_NOT_AVAILABLE, number=number.e164)
        await write(connection, account, id, settings, self.clock)
        return None

    async def _wanted(self, request: Request) -> PhoneNumber | Refused:
        text = last(request.form, "PhoneNumber")
        if text is not None:
            number = PhoneNumber.parse(text)
            if number is None:
                return Refused.because(INVALID_NUMBER, number=text)
            if self.line is not None and line_of(number) != self.line:
                return Refused.because(NUMBER_OF_ANOTHER_KIND)
            return number
        area_code = last(request.form, "AreaCode") if self.line is None else None
        if area_code is None:
            return Refused(INVALID_NUMBER, "PhoneNumber must be provided")
        if len(area_code) != 3 or not (area_code.isascii() and area_code.isdecimal()):
            return Refused.because(INVALID_AREA_CODE)
        for country in AREA_CODE_COUNTRIES:
            wanted = Wanted(country=country, line=Line.LOCAL, area_code=area_code, sms=True)
            offers = [offer.number for offer in await self.stock.search(wanted) if wanted.admits(offer)]
            async with self.db.connection() as connection:
                taken = {row["address"] for row in await SQL.many(connection, "taken_among", offers)}
            free = [found for offer in offers if offer not in taken and (found := PhoneNumber.parse(offer))]
            if free:
                return free[0]
        return Refused.because(AREA_CODE_IS_EMPTY, area_code=area_code)


@dataclass(frozen=True, slots=True)
class _Number:
    db: Database
    stock: Stock
    clock: Clock
    carry: Carry

    async def fetch(self, request: Request) -> Response:
        sid = Sid.parse(request.params["Sid"], "PN")
        if sid is not None:
            async with self.db.connection() as connection:
                row = await SQL.one(connection, "number", request.caller.account, sid.uuid)
            if row is not None:
                return Response(200, _encode(number_view(row)))
        return absent(request)

    async def update(self, request: Request) -> Response:
        sid = Sid.parse(request.params["Sid"], "PN")
        account = request.caller.account
        if sid is None:
            return absent(request)
        async with self.db.transaction() as connection:
            row = await SQL.one(connection, "number_to_change", account, sid.uuid)
            if row is None:
                return absent(request)
            settings = await settled(connection, account, settings_of(row), request.form)
            if isinstance(settings, Refused):
                return refusal(settings)
            to = await family_of(connection, request)
            if isinstance(to, Refused):
                return refusal(to)
            await write(connection, account, sid.uuid, settings, self.clock)
            if to != account:
                await SQL.run(connection, "leave_service", account, sid.uuid)
                await SQL.run(connection, "hand_to", account, sid.uuid, to)
                await self.carry(connection, account, row["address"], to=to, now=self.clock())
            row = await SQL.one(connection, "number", to, sid.uuid)
        assert row is not None, "its row is locked"
        return Response(200, _encode(number_view(row)))

    async def delete(self, request: Request) -> Response:
        sid = Sid.parse(request.params["Sid"], "PN")
        if sid is None:
            return absent(request)
        try:
            async with self.db.transaction() as connection:
                if await give_up(connection, request.caller.account, sid.uuid, stock=self.stock):
                    return Response(204)
        except StockUnavailable:
            return unavailable()
        return absent(request)


async def settled(
    connection: Connection, account: UUID, settings: NumberSettings, form: Form
) -> NumberSettings | Refused:
    """The settings with what a form says of them. An application must be the account's own."""
    wanted = changed(settings, form)
    if isinstance(wanted, Refused) or wanted.sms_application_sid in (None, settings.sms_application_sid):
        return wanted
    application = UUID(hex=wanted.sms_application_sid[2:])
    if await application_of(connection, account, application) is None:
        return Refused.because(INVALID_APPLICATION)
    return wanted


async def write(
    connection: Connection, account: UUID, id: UUID, settings: NumberSettings, clock: Clock
) -> None:
    application = settings.sms_application_sid
    await SQL.run(
        connection,
        "change_number",
        account,
        id,
        clock(),
        settings.friendly_name,
        settings.sms_url,
        settings.sms_method,
        settings.sms_fallback_url,
        settings.sms_fallback_method,
        None if application is None else UUID(hex=application[2:]),
        settings.status_callback,
        settings.kept,
    )


def unavailable() -> Response:
    """The carrier's stock does not answer: nothing was changed, and trying again may help."""
    return refusal(Refused.because(SERVICE_UNAVAILABLE), headers=((b"retry-after", b"5"),))


def friendly(e164: str) -> str:
    """As the number is written in its own country: (415) 555-0100."""
    return format_number(parse(e164), PhoneNumberFormat.NATIONAL)


def _usual(name: str) -> NumberSettings:
    return NumberSettings(
        friendly_name=name,
        sms_url=None,
        sms_method="POST",
        sms_fallback_url=None,
        sms_fallback_method="POST",
        sms_application_sid=None,
        status_callback=None,
        kept={},
    )


def number_view(row: Record) -> dict[str, Any]:
    sid, account = f"PN{row['id'].hex}", f"AC{row['account'].hex}"
    settings = settings_of(row)
    kept = settings.kept
    return {
        "account_sid": account,
        "address_requirements": "none",
        "address_sid": kept.get("address_sid"),
        "api_version": kept.get("api_version", "2010-04-01"),
        "beta": False,
        "bundle_sid": kept.get("bundle_sid"),
        "capabilities": {"voice": row["voice"], "sms": row["sms"], "mms": row["mms"], "fax": False},
        "date_created": rfc2822(row["created_at"]),
        "date_updated": rfc2822(row["updated_at"]),
        "emergency_address_sid": kept.get("emergency_address_sid"),
        "emergency_address_status": "unregistered",
        "emergency_status": kept.get("emergency_status", "inactive").capitalize(),
        "friendly_name": settings.friendly_name or friendly(row["address"]),
        "identity_sid": kept.get("identity_sid"),
        "origin": row["origin"],
        "phone_number": row["address"],
        "sid": sid,
        "sms_application_sid": settings.sms_application_sid or "",
        "sms_fallback_method": settings.sms_fallback_method,
        "sms_fallback_url": settings.sms_fallback_url or "",
        "sms_method": settings.sms_method,
        "sms_url": settings.sms_url or "",
        "status": "in-use",
        "status_callback": settings.status_callback or "",
        "status_callback_method": kept.get("status_callback_method", "POST"),
        "trunk_sid": kept.get("trunk_sid"),
        "type": row["line"].replace("_", "-"),
        "uri": f"/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{sid}.json",
        "voice_application_sid": kept.get("voice_application_sid") or "",
        "voice_caller_id_lookup": kept.get("voice_caller_id_lookup", False),
        "voice_fallback_method": kept.get("voice_fallback_method", "POST"),
        "voice_fallback_url": kept.get("voice_fallback_url"),
        "voice_method": kept.get("voice_method", "POST"),
        "voice_receive_mode": kept.get("voice_receive_mode", "voice"),
        "voice_url": kept.get("voice_url"),
    }
