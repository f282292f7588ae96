"""`/tidings/v1/caps`: how often people may be written to, who said so, and how one person stands."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, put
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from tidings.compliance.caps.cap import Cap, Send, Wish, decide, traffic_of
from tidings.compliance.caps.reserve import sends_abroad, sends_of
from tidings.compliance.caps.settings import CapSettings, faults_of
from tidings.compliance.caps.settings_of import Kept, caps_of, history, keep_settings, settings_of
from tidings.compliance.packs.pack import Pack
from tidings.compliance.verdict import Held, Traffic
from tidings.kernel.codes import INVALID_PARAMETER
from tidings.kernel.instant import EPOCH, Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.phone_number import PhoneNumber
from tidings.kernel.sid import Sid
from tidings.runtime.clock import Clock
from tidings.runtime.database import Connection, Database
from tidings.web.api.request import Caller
from tidings.web.frame import Asking, Denied

PATH = "/tidings/v1/caps"
DEFAULT_LIMIT, LARGEST_LIMIT = 50, 1000

Reason = Annotated[str, Meta(min_length=1, max_length=500)]
Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_LIMIT, description="How many at most.")]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    settings: CapSettings
    reason: Reason


class ShownRule(msgspec.Struct, frozen=True):
    id: str
    source: str
    text: str


class ShownCaps(msgspec.Struct, frozen=True):
    settings: CapSettings
    version: int
    """Grows with each change; 0 while the defaults hold."""
    reason: str
    changed_by: str
    date_updated: Instant | None
    rules: list[ShownRule]
    """Every cap that follows, law's among them, in plain words."""
    international_today: int
    """Messages to other countries that are counted today (UTC), while the account is new."""


class ShownVersion(msgspec.Struct, frozen=True):
    settings: CapSettings
    version: int
    reason: str
    changed_by: str
    date_updated: Instant | None


class Told(msgspec.Struct, frozen=True):
    history: list[ShownVersion]


class ShownSend(msgspec.Struct, frozen=True):
    at: Instant
    traffic: Traffic


class ShownStanding(msgspec.Struct, frozen=True):
    """One cap, and what it would make of a message to the person now."""

    rule: str
    text: str
    most: int
    counted: int
    free_at: Instant | None
    """When it lets the next message through; null for now."""


class ShownPerson(msgspec.Struct, frozen=True):
    recipient: str
    sends: list[ShownSend]
    """Those of the last 31 days that a cap bound, newest first."""
    caps: list[ShownStanding]


def handlers(
    *, db: Database, clock: Clock, pack_at: Callable[[Instant], Awaitable[Pack]]
) -> list[ControllerRouterHandler]:
    """`pack_at` gives the rule pack that holds at a moment."""

    @get(PATH, tags=["Caps"], summary="How often people may be written to")
    async def read(caller: Asking) -> ShownCaps:
        now = clock()
        pack = await pack_at(now)
        async with db.connection() as connection:
            return await shown_caps(connection, caller.account, laws=pack.caps, now=now)

    @put(PATH, tags=["Caps"], summary="Set how often people may be written to")
    async def keep(caller: Asking, data: JSONBody[Asked]) -> ShownCaps:
        """All at once: what is not among them is back to its default. They hold within five seconds; the reason is
        kept for good."""
        faults = faults_of(data.settings)
        if not data.reason.strip():
            faults.append("reason: must say why.")
        if faults:
            raise Denied(Refused(INVALID_PARAMETER, f"Invalid Parameter: {' '.join(faults)}"))
        now = clock()
        pack = await pack_at(now)
        async with db.transaction() as connection:
            await keep_settings(
                connection,
                caller.account,
                data.settings,
                reason=data.reason.strip(),
                changed_by=_name(caller),
                now=now,
            )
            return await shown_caps(connection, caller.account, laws=pack.caps, now=now)

    @get(f"{PATH}/history", tags=["Caps"], summary="Who set caps when, and why")
    async def look_back(caller: Asking, limit: Limit = DEFAULT_LIMIT) -> Told:
        """Newest first; kept for good."""
        async with db.connection() as connection:
            return Told([shown_version(one) for one in await history(connection, caller.account, most=limit)])

    @get(f"{PATH}/recipients/{{recipient:str}}", tags=["Caps"], summary="How one person stands")
    async def read_person(caller: Asking, recipient: FromPath[str]) -> ShownPerson:
        """What is counted of them, and when each cap lets the next message through."""
        number = PhoneNumber.parse(recipient)
        if number is None:
            text = f"Invalid Parameter: recipient: {recipient[:40]!r} is no number in E.164, such as +14155552671."
            raise Denied(Refused(INVALID_PARAMETER, text))
        now = clock()
        pack = await pack_at(now)
        async with db.connection() as connection:
            return await shown_person(connection, caller.account, str(number), laws=pack.caps, now=now)

    return [read, keep, look_back, read_person]


async def shown_caps(
    connection: Connection, account: UUID, *, laws: tuple[Cap, ...], now: Instant
) -> ShownCaps:
    kept = await settings_of(connection, account)
    caps = await caps_of(connection, account, laws)
    rules = {cap.rule.id: cap.rule for some in caps.by_traffic.values() for cap in some}
    if caps.international is not None:
        rules[caps.international.id] = caps.international
    return ShownCaps(
        kept.settings,
        kept.version,
        kept.reason,
        kept.changed_by,
        kept.at,
        [ShownRule(rule.id, rule.source, rule.text) for rule in rules.values()],
        await sends_abroad(connection, account, at=now),
    )


async def shown_person(
    connection: Connection, account: UUID, recipient: str, *, laws: tuple[Cap, ...], now: Instant
) -> ShownPerson:
    """The caps of law are those of every state: which of them bind depends on where the person may be."""
    caps = await caps_of(connection, account, laws)
    sends = await sends_of(connection, account, recipient)
    every = {cap.rule.id: (traffic, cap) for traffic, some in caps.by_traffic.items() for cap in some}
    return ShownPerson(
        recipient,
        [ShownSend(_at(one), traffic_of(one)) for one in reversed(sends)],
        [_standing(cap, traffic, sends, now) for traffic, cap in every.values()],
    )


def shown_version(kept: Kept) -> ShownVersion:
    return ShownVersion(kept.settings, kept.version, kept.reason, kept.changed_by, kept.at)


def _standing(cap: Cap, traffic: Traffic, sends: list[Send], now: Instant) -> ShownStanding:
    verdict = decide(Wish(caps=(cap,), traffic=traffic), sends, at=now)
    since = now - cap.window
    counted = sum(1 for one in sends if _at(one) > since and traffic_of(one) in cap.traffic)
    free_at = verdict.until if isinstance(verdict, Held) else None
    return ShownStanding(cap.rule.id, cap.rule.text, cap.most, counted, free_at)


def _at(send: Send) -> Instant:
    return EPOCH + timedelta(milliseconds=send.at_ms)


def _name(caller: Caller) -> str:
    owner = Sid("AC", caller.owner)
    return f"API key of {owner}" if caller.by_key else f"API, {owner}"
