"""`/tidings/v1/geo-permissions`: where an account may write to, why, and who said so."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from tidings.compliance.geo.permission import OTHERS, Permissions, decided_of, parse_destination
from tidings.compliance.geo.permissions_of import Line, history, permissions_of, permit
from tidings.compliance.geo.rows import Destinations
from tidings.compliance.packs.pack import Pack
from tidings.compliance.verdict import Refused as NotAllowed
from tidings.kernel.codes import INVALID_PARAMETER
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.runtime.clock import Clock
from tidings.runtime.database import Connection, Database
from tidings.web.api.request import Caller
from tidings.web.frame import Asking, Denied

PATH = "/tidings/v1/geo-permissions"
MOST_DESTINATIONS = 500
DEFAULT_LIMIT, LARGEST_LIMIT = 50, 1000

Reason = Annotated[str, Meta(min_length=1, max_length=500)]
Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_LIMIT, description="How many at most.")]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    destinations: Annotated[list[str], Meta(min_length=1, max_length=MOST_DESTINATIONS)]
    """ISO 3166 codes of countries, + and a calling code of no country, or * for all others."""
    allowed: bool | None
    """Null: back to the default."""
    reason: Reason


class Shown(msgspec.Struct, frozen=True):
    """A destination that somebody named, or that is marked as of high risk."""

    destination: str
    allowed: bool
    risk: str | None
    """`high` for a network that must be allowed by name."""
    reason: str
    changed_by: str


class ShownPermissions(msgspec.Struct, frozen=True):
    others_allowed: bool
    """Whether the account may write to destinations that are not listed."""
    destinations: list[Shown]


class ShownDecision(msgspec.Struct, frozen=True):
    destination: str
    allowed: bool
    code: int | None
    """How a message there is refused."""
    rule: str
    version: str
    source: str
    text: str


class ShownLine(msgspec.Struct, frozen=True):
    destination: str
    allowed: bool | None
    reason: str
    changed_by: str
    at: Instant


class Told(msgspec.Struct, frozen=True):
    history: list[ShownLine]


def handlers(
    *, db: Database, clock: Clock, pack_at: Callable[[Instant], Awaitable[Pack]]
) -> list[ControllerRouterHandler]:
    """`pack_at` gives the rule pack that holds at a moment."""

    async def marked() -> Destinations:
        return (await pack_at(clock())).destinations

    @get(PATH, tags=["Geo permissions"], summary="Where the account may write to")
    async def read(caller: Asking) -> ShownPermissions:
        marks = await marked()
        async with db.connection() as connection:
            return shown_permissions(await permissions_of(connection, caller.account, marks))

    @post(PATH, tags=["Geo permissions"], summary="Allow or deny destinations", status_code=200)
    async def change(caller: Asking, data: JSONBody[Asked]) -> ShownPermissions:
        """With the reason, which the history keeps. It holds within five seconds."""
        wanted = [_destination(one) for one in data.destinations]
        if not data.reason.strip():
            raise _invalid("reason", "must say why")
        marks = await marked()
        async with db.transaction() as connection:
            await permit(
                connection,
                caller.account,
                wanted,
                allowed=data.allowed,
                reason=data.reason.strip(),
                changed_by=_name(caller),
                now=clock(),
            )
            return shown_permissions(await permissions_of(connection, caller.account, marks))

    @get(f"{PATH}/history", tags=["Geo permissions"], summary="Who allowed and denied what")
    async def look_back(caller: Asking, limit: Limit = DEFAULT_LIMIT) -> Told:
        """Newest first; kept for good."""
        async with db.connection() as connection:
            return Told([shown_line(one) for one in await history(connection, caller.account, most=limit)])

    @get(
        f"{PATH}/{{destination:str}}", tags=["Geo permissions"], summary="Whether one destination is allowed"
    )
    async def decide_one(caller: Asking, destination: FromPath[str]) -> ShownDecision:
        """With the rule that decides."""
        wanted, marks = _destination(destination), await marked()
        async with db.connection() as connection:
            return await decision_of(connection, caller.account, wanted, marks)

    return [read, change, look_back, decide_one]


async def decision_of(
    connection: Connection, account: UUID, destination: str, marked: Destinations
) -> ShownDecision:
    permissions = await permissions_of(connection, account, marked)
    verdict = decided_of(permissions, destination)
    refused = isinstance(verdict, NotAllowed)
    rule = verdict.applied.rule if isinstance(verdict, NotAllowed) else verdict.rule
    code = verdict.code.number if isinstance(verdict, NotAllowed) else None
    return ShownDecision(destination, not refused, code, rule.id, rule.version, rule.source, rule.text)


def shown_permissions(permissions: Permissions) -> ShownPermissions:
    said, risky = permissions.by_destination, permissions.marked.risky
    shown = [
        Shown(name, one.allowed, "high" if name in risky else None, one.reason, one.changed_by)
        for name, one in said.items()
    ]
    shown += [
        Shown(name, False, "high", f"{one.name}: {one.why}", "Tidings")
        for name, one in risky.items()
        if name not in said
    ]
    return ShownPermissions(permissions.allows(OTHERS), sorted(shown, key=lambda one: one.destination))


def shown_line(line: Line) -> ShownLine:
    return ShownLine(line.destination, line.allowed, line.reason, line.changed_by, line.at)


def _destination(text: str) -> str:
    destination = parse_destination(text)
    if destination is None:
        raise _invalid("destinations", f"{text[:40]!r} is no country such as US, no +881, and not *")
    return destination


def _name(caller: Caller) -> str:
    owner = Sid("AC", caller.owner)
    return f"API key of {owner}" if caller.by_key else f"API, {owner}"


def _invalid(field: str, problem: str) -> Denied:
    return Denied(Refused(INVALID_PARAMETER, f"Invalid Parameter: {field}: {problem}."))
