"""`/tidings/v1/links/rules`: on a person's first click send this message after this delay."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from tidings.kernel.codes import INVALID_PARAMETER, NOT_FOUND
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, mint
from tidings.links.rules.kept import (
    add_rule,
    cancel_follow_up,
    cancel_rule,
    follow_ups_of,
    rule_with,
    rules_of,
)
from tidings.links.rules.rule import FollowUp, Rule, State, faults_of
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Database
from tidings.web.frame import Asking, Denied

PATH = "/tidings/v1/links/rules"
DEFAULT_LIMIT, LARGEST_LIMIT = 50, 1000
DEFAULT_CAP = 1000
INTENTS = (
    "marketing",
    "announcements",
    "polling",
    "notifications",
    "customercare",
    "delivery",
    "education",
    "events",
)

Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_LIMIT, description="How many at most.")]


class AskedRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`service` and `tags`: on which messages clicks count, on all where there are neither. `through`: the service that
    the new message goes through, that of the clicked one where there is none."""

    name: str
    body: str
    delay_seconds: int = 0
    cap: int = DEFAULT_CAP
    """How many messages it may send in all."""
    service: str | None = None
    tags: dict[str, str] = {}
    through: str | None = None
    intent: str = "marketing"
    """By which the gate judges it."""
    shorten_urls: bool = False


class ShownRule(msgspec.Struct, frozen=True):
    id: str
    name: str
    service: str | None
    tags: dict[str, str]
    body: str
    through: str | None
    intent: str
    shorten_urls: bool
    delay_seconds: int
    cap: int
    fired: int
    """Messages sent so far."""
    date_created: Instant
    date_canceled: Instant | None


class ShownFollowUp(msgspec.Struct, frozen=True):
    id: str
    recipient: str
    clicked: str
    """The message whose link the person followed."""
    due: Instant
    state: State
    sent: str | None
    """The message that was sent."""
    reason: str | None


class Rules(msgspec.Struct, frozen=True):
    rules: list[ShownRule]


class FollowUps(msgspec.Struct, frozen=True):
    follow_ups: list[ShownFollowUp]


class Ended(msgspec.Struct, frozen=True):
    state: State


def handlers(*, db: Database, clock: Clock, entropy: Entropy) -> list[ControllerRouterHandler]:
    @post(PATH, tags=["Links"], summary="Send a message on a person's first click")
    async def make(caller: Asking, data: JSONBody[AskedRule]) -> ShownRule:
        """It holds for clicks from now on. Each person gets its message once, whichever of their messages they
        click."""
        now = clock()
        wanted = rule_of(data, caller.account, id=mint(now, entropy(10), 0), now=now)
        if isinstance(wanted, Refused):
            raise Denied(wanted)
        async with db.connection() as connection:
            kept = await add_rule(connection, wanted)
        if kept is None:
            raise _invalid("service, through: must be services of the account.")
        return shown_rule(kept)

    @get(PATH, tags=["Links"], summary="Rules that clicks set going")
    async def read(caller: Asking, limit: Limit = DEFAULT_LIMIT) -> Rules:
        """Newest first, canceled ones too."""
        async with db.connection() as connection:
            return Rules([shown_rule(one) for one in await rules_of(connection, caller.account, most=limit)])

    @delete(f"{PATH}/{{id:str}}", tags=["Links"], summary="Cancel a rule", status_code=200)
    async def cancel(caller: Asking, id: FromPath[str]) -> ShownRule:
        """For good; what waits because of it is not sent."""
        sid = Sid.parse(id, "LR")
        async with db.transaction() as connection:
            kept = None
            if sid is not None:
                kept = await cancel_rule(connection, caller.account, sid.uuid, now=clock())
        if kept is None:
            raise _absent(id)
        return shown_rule(kept)

    return [make, read, cancel, *_follow_up_handlers(db)]


def _follow_up_handlers(db: Database) -> list[ControllerRouterHandler]:
    @get(f"{PATH}/{{id:str}}/follow-ups", tags=["Links"], summary="What a rule has set going")
    async def read_follow_ups(caller: Asking, id: FromPath[str], limit: Limit = DEFAULT_LIMIT) -> FollowUps:
        """Newest first, with what became of each."""
        sid = Sid.parse(id, "LR")
        async with db.connection() as connection:
            if sid is None or await rule_with(connection, caller.account, sid.uuid) is None:
                raise _absent(id)
            found = await follow_ups_of(connection, caller.account, sid.uuid, most=limit)
        return FollowUps([shown_follow_up(one) for one in found])

    @delete(
        "/tidings/v1/links/follow-ups/{id:str}", tags=["Links"], summary="Cancel one message", status_code=200
    )
    async def cancel_one(caller: Asking, id: FromPath[str]) -> Ended:
        """Only what still waits is canceled; the answer says how it stands."""
        sid = Sid.parse(id, "LF")
        state = None
        if sid is not None:
            async with db.connection() as connection:
                state = await cancel_follow_up(connection, caller.account, sid.uuid)
        if state is None:
            raise _absent(id)
        return Ended(state)

    return [read_follow_ups, cancel_one]


def rule_of(asked: AskedRule, account: UUID, *, id: UUID, now: Instant) -> Rule | Refused:
    """The rule that is asked for, or what is wrong with it, by field."""
    faults, services = [], {}
    for name in ("service", "through"):
        text = getattr(asked, name)
        sid = None if text is None else Sid.parse(text, "MG")
        if text is not None and sid is None:
            faults.append(f"{name}: {text[:40]!r} is no SID of a service.")
        services[name] = None if sid is None else sid.uuid
    if asked.intent not in INTENTS:
        faults.append(f"intent: must be one of {', '.join(INTENTS)}.")
    rule = Rule(
        id=id,
        account=account,
        name=asked.name,
        service=services["service"],
        tags=asked.tags,
        body=asked.body,
        through=services["through"],
        intent=asked.intent,
        shorten_urls=asked.shorten_urls,
        delay_seconds=asked.delay_seconds,
        cap=asked.cap,
        fired=0,
        created_at=now,
        canceled_at=None,
    )
    faults += faults_of(rule)
    return Refused(INVALID_PARAMETER, f"Invalid Parameter: {' '.join(faults)}") if faults else rule


def shown_rule(rule: Rule) -> ShownRule:
    return ShownRule(
        id=str(Sid("LR", rule.id)),
        name=rule.name,
        service=None if rule.service is None else str(Sid("MG", rule.service)),
        tags=dict(rule.tags),
        body=rule.body,
        through=None if rule.through is None else str(Sid("MG", rule.through)),
        intent=rule.intent,
        shorten_urls=rule.shorten_urls,
        delay_seconds=rule.delay_seconds,
        cap=rule.cap,
        fired=rule.fired,
        date_created=rule.created_at,
        date_canceled=rule.canceled_at,
    )


def shown_follow_up(one: FollowUp) -> ShownFollowUp:
    return ShownFollowUp(
        id=str(Sid("LF", one.id)),
        recipient=one.recipient,
        clicked=str(Sid("SM", one.message)),
        due=one.due,
        state=one.state,
        sent=None if one.sent is None else str(Sid("SM", one.sent)),
        reason=one.reason,
    )


def _invalid(text: str) -> Denied:
    return Denied(Refused(INVALID_PARAMETER, f"Invalid Parameter: {text}"))


def _absent(id: str) -> Denied:
    return Denied(Refused.because(NOT_FOUND, resource=f"{PATH}/{id[:40]}"))
