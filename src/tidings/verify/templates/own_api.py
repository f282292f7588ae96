"""`/tidings/v1/verify/templates`: texts of an account's own that bring codes."""

from typing import Any

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from tidings.kernel.codes import INVALID_PARAMETER, NOT_FOUND
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, mint
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Database
from tidings.verify.templates.keep import (
    Text,
    fault_of,
    own_templates,
    put_template,
    remove_template,
    template_with,
)
from tidings.verify.wording import shipped, template_view
from tidings.web.frame import Asking, Denied

PATH = "/tidings/v1/verify/templates"


def handlers(*, db: Database, clock: Clock, entropy: Entropy) -> list[ControllerRouterHandler]:
    @get(PATH, tags=["Verify"], summary="The texts that bring codes")
    async def read(caller: Asking) -> list[dict[str, Any]]:
        """The account's own first, then those that ship."""
        async with db.connection() as connection:
            found = [*await own_templates(connection, caller.account), *shipped().values()]
        return [template_view(one, account=caller.sid) for one in found]

    @post(PATH, tags=["Verify"], summary="Make a template")
    async def make(caller: Asking, data: JSONBody[Text]) -> dict[str, Any]:
        """Each text has `{{code}}` once, and may have `{{friendly_name}}`, `{{amount}}`, `{{payee}}` and places of its
        own, which requests fill by `TemplateCustomSubstitutions`."""
        now = clock()
        return await kept(caller, Sid("HJ", mint(now, entropy(10), 0)), data)

    @put(f"{PATH}/{{sid:str}}", tags=["Verify"], summary="Change a template")
    async def change(caller: Asking, sid: FromPath[str], data: JSONBody[Text]) -> dict[str, Any]:
        """It holds within five seconds."""
        return await kept(caller, await known(caller, sid), data)

    @delete(f"{PATH}/{{sid:str}}", tags=["Verify"], summary="Take a template away")
    async def take_away(caller: Asking, sid: FromPath[str]) -> None:
        one = await known(caller, sid)
        async with db.connection() as connection:
            await remove_template(connection, caller.account, one.uuid)

    async def known(caller: Asking, sid: str) -> Sid:
        """The SID of a template of the account's own."""
        parsed = Sid.parse(sid, "HJ")
        if parsed is not None and str(parsed) not in shipped():
            async with db.connection() as connection:
                if await template_with(connection, caller.account, str(parsed)) is not None:
                    return parsed
        raise Denied(Refused.because(NOT_FOUND, resource=f"{PATH}/{sid}"))

    async def kept(caller: Asking, sid: Sid, data: Text) -> dict[str, Any]:
        template = data.template(str(sid))
        fault = fault_of(template)
        if fault is not None:
            raise Denied(Refused(INVALID_PARAMETER, f"Invalid Parameter: {fault}."))
        async with db.connection() as connection:
            found = await put_template(connection, caller.account, sid.uuid, template, now=clock())
        if found is None:
            raise Denied(Refused.because(NOT_FOUND, resource=f"{PATH}/{sid}"))
        return template_view(found, account=caller.sid)

    return [read, make, change, take_away]
