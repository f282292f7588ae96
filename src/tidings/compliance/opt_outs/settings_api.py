"""`/tidings/v1/services/{Sid}/opt-out`: Advanced Opt-Out of one service."""

import msgspec
from litestar import delete, get, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from tidings.compliance.opt_outs.settings import LanguageSettings, OptOutSettings, faults_of
from tidings.compliance.opt_outs.settings_of import Kept, drop_settings, keep_settings, settings_of
from tidings.kernel.codes import INVALID_PARAMETER, SERVICE_NOT_FOUND
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.web.frame import Asking, Denied

PATH = "/tidings/v1/services/{sid:str}/opt-out"


class ShownSettings(msgspec.Struct, frozen=True):
    service_sid: str
    enabled: bool
    languages: list[LanguageSettings]
    date_updated: Instant | None
    """Null while the defaults hold."""


def handlers(*, db: Database, clock: Clock) -> list[ControllerRouterHandler]:
    @get(PATH, tags=["Opt-outs"], summary="A service's keywords and replies")
    async def read(caller: Asking, sid: FromPath[str]) -> ShownSettings:
        """Those of the defaults while it has none of its own."""
        service = _service(sid)
        async with db.connection() as connection:
            kept = await settings_of(connection, caller.account, service.uuid)
        if kept is None:
            raise _unknown(sid)
        return shown_settings(service, kept)

    @put(PATH, tags=["Opt-outs"], summary="Set a service's keywords and replies")
    async def keep(caller: Asking, sid: FromPath[str], data: JSONBody[OptOutSettings]) -> ShownSettings:
        """All at once: what is not among them is gone. They hold from the next text that comes in."""
        service = _service(sid)
        faults = faults_of(data)
        if faults:
            raise Denied(Refused(INVALID_PARAMETER, " ".join(faults)))
        now = clock()
        async with db.transaction() as connection:
            if not await keep_settings(connection, caller.account, service.uuid, data, now=now):
                raise _unknown(sid)
        return shown_settings(service, Kept(data, now))

    @delete(PATH, tags=["Opt-outs"], summary="Go back to the default keywords and replies")
    async def drop(caller: Asking, sid: FromPath[str]) -> None:
        service = _service(sid)
        async with db.transaction() as connection:
            if await settings_of(connection, caller.account, service.uuid) is None:
                raise _unknown(sid)
            await drop_settings(connection, caller.account, service.uuid)

    return [read, keep, drop]


def shown_settings(service: Sid, kept: Kept) -> ShownSettings:
    return ShownSettings(str(service), kept.settings.enabled, kept.settings.languages, kept.updated_at)


def _service(text: str) -> Sid:
    sid = Sid.parse(text, "MG")
    if sid is None:
        raise _unknown(text)
    return sid


def _unknown(sid: str) -> Denied:
    return Denied(Refused.because(SERVICE_NOT_FOUND, service=sid))
