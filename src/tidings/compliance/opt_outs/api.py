"""`/tidings/v1/opt-outs`: the register of opt-outs, what waits for a human, and lists that come and go."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from tidings.compliance.opt_outs import register, sheet
from tidings.compliance.opt_outs.register import Author, Decision, Line, OptOut
from tidings.compliance.opt_outs.scope import known, parse_recipient, parse_scope, written
from tidings.compliance.opt_outs.verdict import Block, Change, Source
from tidings.compliance.opt_outs.withdrawal import Withdraw
from tidings.kernel.codes import INVALID_PARAMETER, NOT_FOUND
from tidings.kernel.instant import EPOCH, Instant
from tidings.kernel.outcomes import Refused
from tidings.runtime.clock import Clock
from tidings.runtime.database import Connection, Database
from tidings.web.api.request import Caller
from tidings.web.frame import Asking, Denied

PATH = "/tidings/v1/opt-outs"
DEFAULT_LIMIT = 50
LARGEST_LIMIT = 1000
EXPORT_PAGE = 5_000
MOST_FAULTS_TOLD = 20
NETWORK_HOLDS = (
    "{0} said STOP to the toll-free number {1}, whose network lifts its block only when {0} texts START or "
    "UNSTOP to it."
)

Texts = Callable[[Connection, UUID, Sequence[UUID]], Awaitable[Mapping[UUID, str]]]
"""What these messages of an account say, as far as it is still kept."""
StateQuery = Annotated[
    Literal["opted_out", "review"] | None, QueryParameter(name="state", description="Only these.")
]
ScopeQuery = Annotated[
    str | None, QueryParameter(name="scope", description="A service's SID, or a sender's address.")
]
ReasonQuery = Annotated[str, QueryParameter(min_length=1, max_length=500)]
Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_LIMIT, description="How many at most.")]
Reason = Annotated[str, Meta(min_length=1, max_length=500)]


class Shown(msgspec.Struct, frozen=True):
    """A person's standing in a scope."""

    recipient: str
    scope: str
    state: str
    source: str
    keyword: str | None
    message_sid: str | None
    since: Instant
    text: str | None = None
    """What the person said; only where it waits for a human and is still kept."""


class Listed(msgspec.Struct, frozen=True):
    opt_outs: list[Shown]
    next: str | None
    """Where the list goes on; null at its end."""


class ShownLine(msgspec.Struct, frozen=True):
    """One change of a person's standing."""

    id: int
    scope: str
    change: str
    source: str
    keyword: str | None
    message_sid: str | None
    reason: str | None
    changed_by: str | None
    at: Instant


class Told(msgspec.Struct, frozen=True):
    recipient: str
    history: list[ShownLine]
    next: str | None


class Adding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    recipient: str
    scope: str
    reason: Reason


class Deciding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    decision: Literal["opt_out", "keep"]
    reason: Reason


class Changed(msgspec.Struct, frozen=True):
    changed: bool
    """False when it was so already."""


class Imported(msgspec.Struct, frozen=True):
    rows: int
    """People and scopes in the sheet, each counted once."""
    changed: int


def handlers(
    *, db: Database, clock: Clock, texts: Texts, withdraw: Withdraw
) -> list[ControllerRouterHandler]:
    return [*_reading(db, texts), *_changing(db, clock, withdraw), *_sheets(db, clock, withdraw)]


def _reading(db: Database, texts: Texts) -> list[ControllerRouterHandler]:
    @get(PATH, tags=["Opt-outs"], summary="Opt-outs, or what waits for a human")
    async def list_opt_outs(
        caller: Asking,
        in_state: StateQuery = None,
        of: ScopeQuery = None,
        recipient: FromQuery[str | None] = None,
        after: FromQuery[str | None] = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Listed:
        """By recipient and scope; with `state=review` the longest waiting first, each with what was said."""
        inside = _scope(of) if of else None
        person = _recipient(recipient) if recipient else None
        waiting_only = in_state == "review" and person is None
        asked = {"state": in_state, "scope": of, "recipient": recipient, "limit": limit}
        async with db.connection() as connection:
            if waiting_only:
                found = await register.to_review(
                    connection, caller.account, after=_place_in_reviews(after), most=limit, scope=inside
                )
            else:
                found = await register.listed(
                    connection,
                    caller.account,
                    after=_place(after),
                    most=limit,
                    state=Block(in_state) if in_state else None,
                    scope=inside,
                    recipient=person,
                )
            waiting = [one.message for one in found if one.state is Block.REVIEW and one.message is not None]
            said = await texts(connection, caller.account, waiting) if waiting else {}
        following = None
        if len(found) == limit:
            last = found[-1]
            place = [last.recipient, written(last.scope)]
            if waiting_only:
                place.insert(0, last.since.isoformat())
            asked = {key: value for key, value in asked.items() if value is not None}
            following = f"{PATH}?{urlencode({**asked, 'after': ','.join(place)})}"
        return Listed([shown(one, said) for one in found], following)

    @get(f"{PATH}/history", tags=["Opt-outs"], summary="What happened to one person")
    async def read_history(
        caller: Asking,
        recipient: FromQuery[str],
        before: FromQuery[int] = register.NEWEST,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Told:
        """Every change in every scope, newest first; kept for good."""
        person = _recipient(recipient)
        async with db.connection() as connection:
            found = await register.history(connection, caller.account, person, before=before, most=limit)
        following = None
        if len(found) == limit:
            asked = urlencode({"recipient": person, "limit": limit, "before": found[-1].id})
            following = f"{PATH}/history?{asked}"
        return Told(person, [shown_line(one) for one in found], following)

    return [list_opt_outs, read_history]


def _changing(db: Database, clock: Clock, withdraw: Withdraw) -> list[ControllerRouterHandler]:
    @post(PATH, tags=["Opt-outs"], summary="Opt a person out", status_code=200)
    async def add(caller: Asking, data: JSONBody[Adding]) -> Changed:
        """With the reason, which the history keeps."""
        person, scope, now = _recipient(data.recipient), _scope(data.scope), clock()
        async with db.transaction() as connection:
            await _owned(connection, caller, scope)
            by = _author(caller, data.reason)
            changed = await register.add(connection, caller.account, person, scope, by=by, now=now)
            await withdraw(connection, [(caller.account, person, scope)], now=now)
        return Changed(changed)

    @delete(f"{PATH}/{{recipient:str}}/{{of:str}}", tags=["Opt-outs"], summary="Lift an opt-out")
    async def remove(
        caller: Asking,
        recipient: FromPath[str],
        of: FromPath[str],
        reason: ReasonQuery,
    ) -> None:
        """Only on the person's own wish: the history keeps the reason."""
        person, inside = _recipient(recipient), _scope(of)
        async with db.transaction() as connection:
            by = _author(caller, reason)
            if not await register.remove(connection, caller.account, person, inside, by=by, now=clock()):
                if (person, inside) in await register.network_blocks(connection, caller.account, [person]):
                    raise Denied(Refused(INVALID_PARAMETER, NETWORK_HOLDS.format(person, written(inside))))
                raise Denied(Refused(NOT_FOUND, f"{person} has not opted out of {written(inside)}"))

    @post(
        f"{PATH}/{{recipient:str}}/{{of:str}}/decision",
        tags=["Opt-outs"],
        summary="Decide what a person meant",
        status_code=200,
    )
    async def decide(
        caller: Asking, recipient: FromPath[str], of: FromPath[str], data: JSONBody[Deciding]
    ) -> Changed:
        """`opt_out`: nothing leaves any more. `keep`: marketing goes on."""
        person, inside, now = _recipient(recipient), _scope(of), clock()
        decision, by = Decision(data.decision), _author(caller, data.reason)
        async with db.transaction() as connection:
            changed = await register.resolve(
                connection, caller.account, person, inside, decision, by=by, now=now
            )
            if changed and decision is Decision.OPT_OUT:
                await withdraw(connection, [(caller.account, person, inside)], now=now)
        if not changed:
            text = f"Nothing that {person} said to {written(inside)} waits for a decision"
            raise Denied(Refused(NOT_FOUND, text))
        return Changed(True)

    return [add, remove, decide]


def _sheets(db: Database, clock: Clock, withdraw: Withdraw) -> list[ControllerRouterHandler]:
    @post(f"{PATH}/import", tags=["Opt-outs"], summary="Take in a sheet of opt-outs", status_code=200)
    async def take_in(
        request: Request[Any, Any, Any], caller: Asking, reason: ReasonQuery, of: ScopeQuery = None
    ) -> Imported:
        """CSV in UTF-8: a header with `recipient` and `scope` (unless one is given for all), and if wanted
        `state`, `since`, `source`, `keyword`. One line that is wrong and nothing is taken in."""
        try:
            text = (await request.body()).decode()
        except UnicodeDecodeError as error:
            raise Denied(Refused(INVALID_PARAMETER, "The sheet is not UTF-8.")) from error
        asked = sheet.read(
            text,
            account=caller.account,
            scope=_scope(of) if of else None,
            reason=reason,
            changed_by=caller.sid,
        )
        async with db.transaction() as connection:
            faults = [*asked.faults, *await unknown_scopes(connection, caller.account, asked)]
            if faults:
                told = "; ".join(f"line {one.line}: {one.text}" for one in faults[:MOST_FAULTS_TOLD])
                more = (
                    f"; and {len(faults) - MOST_FAULTS_TOLD:,} more" if len(faults) > MOST_FAULTS_TOLD else ""
                )
                raise Denied(Refused(INVALID_PARAMETER, f"Nothing was taken in: {told}{more}."))
            now = clock()
            changed = await register.take_in(connection, asked.changes, now=now)
            stops = [
                (one.account, one.recipient, one.scope)
                for one in asked.changes
                if one.change is Change.OPTED_OUT
            ]
            await withdraw(connection, stops, now=now)
        return Imported(len(asked.changes), changed)

    @get(f"{PATH}/export", tags=["Opt-outs"], summary="All opt-outs as a sheet", media_type="text/csv")
    async def export(caller: Asking, in_state: StateQuery = None, of: ScopeQuery = None) -> Stream:
        """CSV in UTF-8, which an import takes as it is."""
        inside = _scope(of) if of else None
        wanted = Block(in_state) if in_state else None
        return Stream(
            pages(db, caller.account, state=wanted, scope=inside),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": 'attachment; filename="opt-outs.csv"'},
        )

    return [take_in, export]


async def pages(
    db: Database, account: UUID, *, state: Block | None = None, scope: str | None = None
) -> AsyncIterator[str]:
    """The whole sheet, piece by piece: the header, then a page of lines at a time."""
    yield sheet.header()
    after = ("", "")
    more = True
    while more:
        async with db.connection() as connection:
            found = await register.listed(
                connection, account, after=after, most=EXPORT_PAGE, state=state, scope=scope
            )
        if found:
            yield sheet.lines(found)
            after = (found[-1].recipient, found[-1].scope)
        more = len(found) == EXPORT_PAGE


async def unknown_scopes(connection: Connection, account: UUID, asked: sheet.Sheet) -> list[sheet.Fault]:
    """Lines about services and senders that are not the account's."""
    own = await known(connection, account, {one.scope for one in asked.changes})
    return [
        sheet.Fault(line, f"{written(one.scope)} is no service or sender of this account")
        for line, one in zip(asked.lines, asked.changes, strict=True)
        if one.scope not in own
    ]


def shown(one: OptOut, said: Mapping[UUID, str] | None = None) -> Shown:
    return Shown(
        one.recipient,
        written(one.scope),
        one.state.value,
        one.source,
        one.keyword,
        _message_sid(one.message),
        one.since,
        (said or {}).get(one.message) if one.message is not None else None,
    )


def shown_line(one: Line) -> ShownLine:
    return ShownLine(
        one.id,
        written(one.scope),
        one.change.value,
        one.source,
        one.keyword,
        _message_sid(one.message),
        one.reason,
        one.changed_by,
        one.at,
    )


def _message_sid(message: UUID | None) -> str | None:
    return None if message is None else f"SM{message.hex}"


def _author(caller: Asking, reason: str) -> Author:
    return Author(Source.API, caller.sid, reason)


def _recipient(text: str) -> str:
    person = parse_recipient(text)
    if person is None:
        raise _invalid("recipient", "must be a number in E.164, such as +14155552671")
    return person


def _scope(text: str) -> str:
    scope = parse_scope(text)
    if scope is None:
        raise _invalid("scope", "must be a service's SID (MG...), a number or a short code")
    return scope


async def _owned(connection: Connection, caller: Caller, scope: str) -> None:
    if scope not in await known(connection, caller.account, [scope]):
        raise _invalid("scope", f"{written(scope)} is no service or sender of this account")


def _place(after: str | None) -> tuple[str, str]:
    if after is None:
        return "", ""
    recipient, _, scope = after.partition(",")
    return _recipient(recipient), _scope(scope)


def _place_in_reviews(after: str | None) -> tuple[Instant, str, str]:
    if after is None:
        return EPOCH, "", ""
    since, _, place = after.partition(",")
    try:
        at = Instant.fromisoformat(since)
    except ValueError as error:
        raise _invalid("after", "is not one that this list gave out") from error
    if at.tzinfo is None:
        raise _invalid("after", "is not one that this list gave out")
    return at, *_place(place)


def _invalid(parameter: str, reason: str) -> Denied:
    return Denied(Refused(INVALID_PARAMETER, f"Invalid Parameter: {parameter} {reason}."))
