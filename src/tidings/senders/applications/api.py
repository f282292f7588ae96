"""Applications of the 2010-04-01 API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from tidings.kernel.instant import rfc2822
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, mint
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Database
from tidings.runtime.statements import Statements
from tidings.senders.applications.application import Application, Settings
from tidings.senders.applications.directory import application_of, read
from tidings.senders.fields import ApiVersion, Fields
from tidings.senders.listing import Listing
from tidings.web.api.errors import absent, refusal
from tidings.web.api.paging import envelope, page_of
from tidings.web.api.request import Form, Request, Response, last
from tidings.web.api.routes import Route

SQL = Statements.beside(__file__)
LISTING = Listing(SQL, "applications_page", "applications_page_before")

PREFIX = "AP"
APPLICATIONS = "/2010-04-01/Accounts/{AccountSid}/Applications"
_encode = msgspec.json.Encoder().encode


def routes(*, db: Database, clock: Clock, entropy: Entropy) -> list[Route]:
    applications = _Applications(db, clock, entropy)
    one = APPLICATIONS + "/{Sid}.json"
    return [
        Route("GET", APPLICATIONS + ".json", applications.list),
        Route("POST", APPLICATIONS + ".json", applications.create),
        Route("GET", one, applications.fetch),
        Route("POST", one, applications.update),
        Route("DELETE", one, applications.delete),
    ]


@dataclass(frozen=True, slots=True)
class _Applications:
    db: Database
    clock: Clock
    entropy: Entropy

    async def list(self, request: Request) -> Response:
        page = page_of(request.query, prefix=PREFIX)
        if isinstance(page, Refused):
            return refusal(page)
        name = last(request.query, "FriendlyName")
        async with self.db.connection() as connection:
            rows, further = await LISTING.rows(connection, page, request.caller.account, name)
        entries = [application_view(read(row)) for row in rows]
        ids = [row["id"] for row in rows]
        return envelope(request, page, entries, key="applications", prefix=PREFIX, ids=ids, further=further)

    async def create(self, request: Request) -> Response:
        settings = changed(Settings(), request.form)
        if isinstance(settings, Refused):
            return refusal(settings)
        now = self.clock()
        id = mint(now, self.entropy(10), 0)
        async with self.db.connection() as connection:
            row = await SQL.one(
                connection, "create_application", request.caller.account, id, now, *_columns(settings)
            )
        assert row is not None, "it is new"
        return Response(201, _encode(application_view(read(row))))

    async def fetch(self, request: Request) -> Response:
        sid = Sid.parse(request.params["Sid"], PREFIX)
        if sid is not None:
            async with self.db.connection() as connection:
                found = await application_of(connection, request.caller.account, sid.uuid)
            if found is not None:
                return Response(200, _encode(application_view(found)))
        return absent(request)

    async def update(self, request: Request) -> Response:
        sid = Sid.parse(request.params["Sid"], PREFIX)
        account = request.caller.account
        if sid is None:
            return absent(request)
        async with self.db.transaction() as connection:
            row = await SQL.one(connection, "application_to_change", account, sid.uuid)
            if row is None:
                return absent(request)
            settings = changed(read(row), request.form)
            if isinstance(settings, Refused):
                return refusal(settings)
            row = await SQL.one(
                connection, "change_application", account, sid.uuid, self.clock(), *_columns(settings)
            )
        assert row is not None, "its row is locked"
        return Response(200, _encode(application_view(read(row))))

    async def delete(self, request: Request) -> Response:
        """Numbers that name it go back to their own addresses."""
        sid = Sid.parse(request.params["Sid"], PREFIX)
        account = request.caller.account
        if sid is not None:
            async with self.db.transaction() as connection:
                await SQL.run(connection, "leave_numbers", account, sid.uuid)
                if await SQL.value(connection, "delete_application", account, sid.uuid) is not None:
                    return Response(204)
        return absent(request)


def _columns(settings: Settings) -> tuple[object, ...]:
    """What is kept of the settings, in the order of the statements."""
    return (
        settings.friendly_name,
        settings.sms_url,
        settings.sms_method,
        settings.sms_fallback_url,
        settings.sms_fallback_method,
        settings.message_status_callback,
        dict(settings.kept),
    )


def changed(settings: Settings, form: Form) -> Settings | Refused:
    """The settings with what a form says of them, or the refusal of its first fault. `SmsStatusCallback` is an older
    name of `MessageStatusCallback`."""
    fields = Fields(form)
    callback = fields.address("SmsStatusCallback", settings.message_status_callback)
    wanted = Settings(
        friendly_name=fields.name(settings.friendly_name),
        sms_url=fields.address("SmsUrl", settings.sms_url),
        sms_method=fields.method("SmsMethod", settings.sms_method),
        sms_fallback_url=fields.address("SmsFallbackUrl", settings.sms_fallback_url),
        sms_fallback_method=fields.method("SmsFallbackMethod", settings.sms_fallback_method),
        message_status_callback=fields.address("MessageStatusCallback", callback),
        kept=_kept(fields, settings.kept),
    )
    return fields.fault or wanted


_USUAL: Mapping[str, Any] = {
    "api_version": ApiVersion.PRESENT.value,
    "voice_url": None,
    "voice_method": "POST",
    "voice_fallback_url": None,
    "voice_fallback_method": "POST",
    "status_callback": None,
    "status_callback_method": "POST",
    "voice_caller_id_lookup": False,
    "public_application_connect_enabled": False,
}
"""What is said of calls, as it is where nothing was said."""


def _kept(fields: Fields, present: Mapping[str, Any]) -> dict[str, Any]:
    """Only what differs from the usual is kept."""
    now = {**_USUAL, **present}
    kept = {
        "api_version": fields.api_version(now["api_version"]),
        "voice_url": fields.address("VoiceUrl", now["voice_url"]),
        "voice_method": fields.method("VoiceMethod", now["voice_method"]),
        "voice_fallback_url": fields.address("VoiceFallbackUrl", now["voice_fallback_url"]),
        "voice_fallback_method": fields.method("VoiceFallbackMethod", now["voice_fallback_method"]),
        "status_callback": fields.address("StatusCallback", now["status_callback"]),
        "status_callback_method": fields.method("StatusCallbackMethod", now["status_callback_method"]),
        "voice_caller_id_lookup": fields.switch("VoiceCallerIdLookup", now["voice_caller_id_lookup"]),
        "public_application_connect_enabled": fields.switch(
            "PublicApplicationConnectEnabled", now["public_application_connect_enabled"]
        ),
    }
    return {name: value for name, value in kept.items() if value != _USUAL[name]}


def application_view(application: Application) -> dict[str, Any]:
    sid, account = str(Sid(PREFIX, application.id)), f"AC{application.account.hex}"
    return {
        "account_sid": account,
        "date_created": rfc2822(application.created_at),
        "date_updated": rfc2822(application.updated_at),
        "friendly_name": application.friendly_name,
        "message_status_callback": application.message_status_callback,
        "sid": sid,
        "sms_fallback_method": application.sms_fallback_method,
        "sms_fallback_url": application.sms_fallback_url,
        "sms_method": application.sms_method,
        "sms_status_callback": application.message_status_callback,
        "sms_url": application.sms_url,
        "uri": f"/2010-04-01/Accounts/{account}/Applications/{sid}.json",
        **_USUAL,
        **application.kept,
    }
