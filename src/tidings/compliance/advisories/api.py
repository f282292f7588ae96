"""`/tidings/v1/advisories`: which rules change, what of the account they touch, and who is told by e-mail."""

import re
from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from tidings.compliance.advisories.advisory import Advisory, Touched
from tidings.compliance.advisories.outlook import advisories, advisories_of, flows, touching
from tidings.compliance.advisories.round import DAYS_AHEAD, subscribe, subscribers, unsubscribe
from tidings.compliance.packs.api import ShownChange, shown_change
from tidings.compliance.packs.faults import BadRows
from tidings.compliance.packs.shelf import find, first_moment
from tidings.kernel.codes import INVALID_PARAMETER, NOT_FOUND
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.web.frame import Asking, Denied

PATH = "/tidings/v1/advisories"
ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+", re.ASCII)

Days = Annotated[int, QueryParameter(ge=1, le=3650, description="How far ahead, and back.")]
All = Annotated[bool, QueryParameter(name="all", description="Also those that touch nothing of the account.")]
OfPack = Annotated[
    str | None,
    QueryParameter(description="What this installed pack would change: its version, or `shipped`."),
]


class ShownTouched(msgspec.Struct, frozen=True):
    services: list[str]
    """SIDs of messaging services."""
    senders: list[str]
    scheduled_messages: int
    """Those that are due when the rule has changed."""
    first_due: Instant | None
    sent_in_30_days: int


class ShownAdvisory(msgspec.Struct, frozen=True, rename={"from_at": "from"}):
    from_at: Instant
    because: str
    change: ShownChange
    touches: ShownTouched


class ShownAdvisories(msgspec.Struct, frozen=True):
    advisories: list[ShownAdvisory]


class Subscribing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    address: Annotated[str, Meta(max_length=254)]


class ShownSubscribers(msgspec.Struct, frozen=True):
    subscribers: list[str]


def handlers(*, db: Database, clock: Clock) -> list[ControllerRouterHandler]:
    @get(PATH, tags=["Advisories"], summary="Rules that change, and what they touch")
    async def read(
        caller: Asking, days: Days = DAYS_AHEAD, everything: All = False, pack: OfPack = None
    ) -> ShownAdvisories:
        """Earliest first: packs that begin to hold, and rules that begin or end by their own dates."""
        now = clock()
        try:
            async with db.connection() as connection:
                if pack is None:
                    found = await advisories(connection, now=now, days=days)
                else:
                    wanted = await find(connection, pack)
                    if wanted is None:
                        raise Denied(Refused(NOT_FOUND, f"There is no rule pack {pack[:64]}"))
                    from_at = first_moment(wanted, now=now)
                    found = await advisories_of(connection, wanted, now=now, from_at=from_at)
                told = touching(
                    found, await flows(connection, caller.account, now=now), all_of_them=everything
                )
        except BadRows as bad:
            raise _invalid("pack", f"it cannot be read by this release: {bad.faults[0]}") from None
        return ShownAdvisories([shown_advisory(one, touches) for one, touches in told])

    @get(f"{PATH}/subscribers", tags=["Advisories"], summary="Who is told by e-mail")
    async def read_subscribers(caller: Asking) -> ShownSubscribers:
        async with db.connection() as connection:
            return ShownSubscribers(await subscribers(connection, caller.account))

    @post(f"{PATH}/subscribers", tags=["Advisories"], summary="Tell an address", status_code=200)
    async def add(caller: Asking, data: JSONBody[Subscribing]) -> ShownSubscribers:
        """Once of each change that touches the account. TIDINGS_SMTP_URL says how letters go."""
        if ADDRESS.fullmatch(data.address) is None:
            raise _invalid("address", f"{data.address[:80]!r} is no e-mail address, such as kim@example.com")
        async with db.transaction() as connection:
            await subscribe(connection, caller.account, data.address, by=caller.sid, now=clock())
            return ShownSubscribers(await subscribers(connection, caller.account))

    @delete(
        f"{PATH}/subscribers/{{address:str}}", tags=["Advisories"], summary="Tell an address nothing more"
    )
    async def remove(caller: Asking, address: FromPath[str]) -> None:
        async with db.transaction() as connection:
            if not await unsubscribe(connection, caller.account, address):
                raise Denied(Refused(NOT_FOUND, f"{address[:254]} is no subscriber"))

    return [read, read_subscribers, add, remove]


def shown_advisory(one: Advisory, touches: Touched) -> ShownAdvisory:
    return ShownAdvisory(
        one.from_at,
        one.because,
        shown_change(one.change),
        ShownTouched(
            list(touches.services),
            list(touches.senders),
            touches.scheduled,
            touches.first_due,
            touches.sent_lately,
        ),
    )


def _invalid(field: str, problem: str) -> Denied:
    return Denied(Refused(INVALID_PARAMETER, f"Invalid Parameter: {field}: {problem}."))
