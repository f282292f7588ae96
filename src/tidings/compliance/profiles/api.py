"""`/tidings/v1/profiles`: what is known of where recipients are, and the hours that they asked for."""

from typing import Annotated
from urllib.parse import urlencode

import msgspec
from litestar import delete, get, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from tidings.compliance.profiles.profile import Profile, faults_of
from tidings.compliance.profiles.register import drop, keep, known, page
from tidings.compliance.quiet_hours import Place
from tidings.kernel.codes import INVALID_PARAMETER, NOT_FOUND
from tidings.kernel.outcomes import Refused
from tidings.kernel.phone_number import PhoneNumber
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.web.frame import Asking, Denied

PATH = "/tidings/v1/profiles"
Limit = Annotated[int, QueryParameter(ge=1, le=1000, description="How many at most.")]


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known; what is left out is not known."""

    zone: str | None = None
    postal_code: str | None = None
    state: str | None = None
    hours: str | None = None


class Shown(msgspec.Struct, frozen=True):
    """A profile, and the zones and states that follow from it and from the number."""

    recipient: str
    zone: str | None
    postal_code: str | None
    state: str | None
    hours: str | None
    zones: list[str]
    states: list[str]


class Listed(msgspec.Struct, frozen=True):
    profiles: list[Shown]
    next: str | None
    """Where the list goes on; null at its end."""


def handlers(*, db: Database, clock: Clock) -> list[ControllerRouterHandler]:
    @get(PATH, tags=["Profiles"], summary="What is known of recipients")
    async def listed(caller: Asking, after: FromQuery[str] = "", limit: Limit = 50) -> Listed:
        """By number."""
        async with db.connection() as connection:
            found = await page(connection, caller.account, after=after, most=limit)
        more = (
            f"{PATH}?{urlencode({'after': found[-1].recipient, 'limit': limit})}"
            if len(found) == limit
            else None
        )
        return Listed([shown(one) for one in found], more)

    @get(f"{PATH}/{{recipient:str}}", tags=["Profiles"], summary="What is known of one recipient")
    async def read(caller: Asking, recipient: FromPath[str]) -> Shown:
        async with db.connection() as connection:
            found = await known(connection, [(caller.account, recipient)])
        if not found:
            raise _unknown(recipient)
        return shown(found[caller.account, recipient])

    @put(f"{PATH}/{{recipient:str}}", tags=["Profiles"], summary="Say what is known of a recipient")
    async def say(caller: Asking, recipient: FromPath[str], data: JSONBody[Said]) -> Shown:
        """All at once: what is not said is no longer known. It holds for whatever is judged from then on."""
        profile = Profile(recipient, data.zone, data.postal_code, data.state, data.hours)
        faults = faults_of(profile)
        if faults:
            raise Denied(Refused(INVALID_PARAMETER, " ".join(f"{field}: {text}" for field, text in faults)))
        async with db.transaction() as connection:
            await keep(connection, caller.account, [profile], now=clock())
        return shown(profile)

    @delete(f"{PATH}/{{recipient:str}}", tags=["Profiles"], summary="Forget what is known of a recipient")
    async def forget(caller: Asking, recipient: FromPath[str]) -> None:
        async with db.transaction() as connection:
            if not await drop(connection, caller.account, recipient):
                raise _unknown(recipient)

    return [listed, read, say, forget]


def shown(profile: Profile) -> Shown:
    place: Place = profile.place()
    return Shown(
        profile.recipient,
        profile.zone,
        profile.postal_code,
        profile.state,
        profile.hours,
        list(place.zones),
        list(place.states),
    )


def _unknown(recipient: str) -> Denied:
    what = "no number" if PhoneNumber.parse(recipient) is None else "a recipient of whom nothing is known"
    return Denied(Refused(NOT_FOUND, f"{recipient} is {what}."))
