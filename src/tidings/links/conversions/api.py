"""`/tidings/v1/links/conversions`: reported by a server with the account's credentials, or by a signed postback."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.params import FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from tidings.kernel.codes import INVALID_PARAMETER, NOT_AUTHENTICATED
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.links.conversions.conversion import conversion_of, is_signed
from tidings.links.conversions.report import KeptConversion, conversions_of, report
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.runtime.secrets import Sealer
from tidings.web.frame import Asking, Denied

PATH = "/tidings/v1/links/conversions"
DEFAULT_LIMIT, LARGEST_LIMIT = 50, 1000
USUAL_SPAN = timedelta(days=30)
MOST_FIELDS, LONGEST_FIELD = 20, 2000

Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_LIMIT, description="How many at most.")]


class ShownConversion(msgspec.Struct, frozen=True):
    id: str
    event: str
    at: Instant
    date_reported: Instant
    value: str | None
    currency: str | None
    message: str | None
    """The message whose link the person had followed; null where no click was found within the window."""


class Conversions(msgspec.Struct, frozen=True):
    conversions: list[ShownConversion]


def postback_key(sealer: Sealer, account: Sid) -> bytes:
    """The key that an account's postbacks are signed with: its own, and no other secret follows from it."""
    return sealer.key_for(f"postbacks of {account}").hex().encode()


def handlers(*, db: Database, sealer: Sealer, clock: Clock) -> list[ControllerRouterHandler]:
    @post(PATH, tags=["Links"], summary="Report what somebody did after a click", status_code=200)
    async def tell(caller: Asking, request: Request[Any, Any, Any]) -> ShownConversion:
        """JSON: `id`, `event`, one of `code`, `message`, `recipient`; `at`, `value` with `currency`, `window_days`.
        The same `id` again changes nothing, and is answered with what is kept."""
        try:
            told = msgspec.json.decode(await request.body(), type=dict[str, str | int | float])
        except (msgspec.DecodeError, UnicodeError) as error:
            raise _invalid(f"The body cannot be read: {error}.") from None
        return await _keep(
            db, Sid("AC", caller.account), {name: str(value) for name, value in told.items()}, clock
        )

    @get(f"{PATH}/postback", tags=["Links"], summary="Report it by a signed postback")
    async def postback(request: Request[Any, Any, Any]) -> ShownConversion:
        """The same fields in the query, with `account` and `signature`: HMAC-SHA256 in hexadecimal digits, with the
        key of `tidings links postback-key`, over the query of all other fields in the order of their names."""
        told = {name: value for name, value in request.query_params.items() if isinstance(value, str)}
        account = Sid.parse(told.get("account", ""), "AC")
        if account is None or not is_signed(told, key=postback_key(sealer, account)):
            raise Denied(Refused.because(NOT_AUTHENTICATED))
        return await _keep(db, account, told, clock)

    @get(PATH, tags=["Links"], summary="What people did after clicks")
    async def read(
        caller: Asking, since: FromQuery[datetime | None] = None, limit: Limit = DEFAULT_LIMIT
    ) -> Conversions:
        """Newest first, of the last 30 days or since a time."""
        if since is not None and since.tzinfo is None:
            raise _invalid("since: say the zone, such as 2026-01-31T09:00:00Z.")
        async with db.connection() as connection:
            found = await conversions_of(
                connection, caller.account, since=since or clock() - USUAL_SPAN, most=limit
            )
        return Conversions([shown_conversion(one) for one in found])

    return [tell, postback, read]


async def _keep(db: Database, account: Sid, told: dict[str, str], clock: Clock) -> ShownConversion:
    if len(told) > MOST_FIELDS or any(len(value) > LONGEST_FIELD for value in told.values()):
        raise _invalid("There are too many fields, or one is too long.")
    now = clock()
    conversion = conversion_of(told, now=now)
    if isinstance(conversion, list):
        raise _invalid(" ".join(conversion))
    async with db.transaction() as connection:
        kept, _new = await report(connection, account.uuid, conversion, now=now)
    return shown_conversion(kept)


def shown_conversion(kept: KeptConversion) -> ShownConversion:
    return ShownConversion(
        id=kept.key,
        event=kept.event,
        at=kept.at,
        date_reported=kept.reported_at,
        value=kept.value,
        currency=kept.currency,
        message=None if kept.message is None else str(Sid("SM", kept.message)),
    )


def _invalid(text: str) -> Denied:
    return Denied(Refused(INVALID_PARAMETER, f"Invalid Parameter: {text}"))
