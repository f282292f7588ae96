"""`GET /tidings/v1/messages/{Sid}/path`: the whole path of one message, in plain words."""

from litestar import get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from tidings.kernel.codes import NOT_FOUND
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.messages.path import Path, path_of
from tidings.runtime.database import Database
from tidings.web.frame import Asking, Denied

PATH = "/tidings/v1/messages/{sid:str}/path"


def handlers(*, db: Database) -> list[ControllerRouterHandler]:
    @get(PATH, tags=["Messages"], summary="Why a message left, waits or did not leave")
    async def read(caller: Asking, sid: FromPath[str]) -> Path:
        """Every step with its time; where the gate said something, its rules with the values that they saw."""
        message = Sid.parse(sid, "SM") or Sid.parse(sid, "MM")
        found = None
        if message is not None:
            async with db.connection() as connection:
                found = await path_of(connection, caller.account, message.uuid)
        if found is None:
            raise Denied(Refused.because(NOT_FOUND, resource=PATH.replace("{sid:str}", sid)))
        return found

    return [read]
