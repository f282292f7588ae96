"""`/tidings/v1/suppressions`: the numbers that nothing is sent to, why and until when; and the rules."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from tidings.kernel.codes import CODES, INVALID_PARAMETER, NOT_FOUND
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.lookup.suppression.register import Suppressed, lift, listed
from tidings.lookup.suppression.rules import Rule, fault_of, in_force
from tidings.lookup.suppression.rules_of import rules_of, say_rule
from tidings.runtime.clock import Clock
from tidings.runtime.database import Connection, Database
from tidings.web.api.request import Caller
from tidings.web.frame import Asking, Denied

PATH = "/tidings/v1/suppressions"
DEFAULT_LIMIT, LARGEST_LIMIT = 50, 1000

Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_LIMIT, description="How many at most.")]
ReasonQuery = Annotated[str, QueryParameter(min_length=1, max_length=500)]
Reason = Annotated[str, Meta(min_length=1, max_length=500)]


class Shown(msgspec.Struct, frozen=True):
    """A number that nothing is sent to."""

    recipient: str
    rule: str
    code: int
    text: str
    times: int
    message_sid: str | None
    since: Instant
    until: Instant


class Listed(msgspec.Struct, frozen=True):
    suppressions: list[Shown]
    next: str | None
    """The last number of the page, for `after`; null at the end."""


class ShownRule(msgspec.Struct, frozen=True):
    rule: str
    code: int
    text: str
    days: int
    after: int
    why: str
    source: str


class Rules(msgspec.Struct, frozen=True):
    rules: list[ShownRule]


class Saying(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    days: int | None
    """For how many days; 0: the code suppresses nothing; null: what is shipped holds again."""
    reason: Reason
    after: int = 1
    """After how many ends in a row."""


class Lifted(msgspec.Struct, frozen=True):
    lifted: bool


def handlers(*, db: Database, clock: Clock) -> list[ControllerRouterHandler]:
    @get(PATH, tags=["Suppressions"], summary="The numbers that nothing is sent to")
    async def read(caller: Asking, after: FromQuery[str] = "", limit: Limit = DEFAULT_LIMIT) -> Listed:
        """By number, each with the code that its last message ended with."""
        async with db.connection() as connection:
            found = await listed(connection, caller.account, now=clock(), after=after, most=limit)
        return Listed([shown(one) for one in found], found[-1].recipient if len(found) == limit else None)

    @delete(f"{PATH}/{{recipient:str}}", tags=["Suppressions"], summary="Take a number off", status_code=200)
    async def take_off(caller: Asking, recipient: FromPath[str], reason: ReasonQuery) -> Lifted:
        """With the reason, which is kept. The next end with such a code puts it on again."""
        async with db.transaction() as connection:
            done = await lift(
                connection, caller.account, recipient, reason=reason, lifted_by=_name(caller), now=clock()
            )
        if not done:
            raise Denied(Refused.because(NOT_FOUND, resource=f"{PATH}/{recipient}"))
        return Lifted(True)

    @get(f"{PATH}/rules", tags=["Suppressions"], summary="Which codes suppress, and for how long")
    async def read_rules(caller: Asking) -> Rules:
        async with db.connection() as connection:
            return await rules_in_force(connection, caller.account)

    @put(f"{PATH}/rules/{{code:int}}", tags=["Suppressions"], summary="Say how a code suppresses")
    async def say(caller: Asking, code: FromPath[int], data: JSONBody[Saying]) -> Rules:
        """It holds from the next end on. A code that may go well later can be no rule."""
        fault = fault_of(code, days=data.days or 0, after=data.after)
        if fault is not None:
            raise Denied(Refused(INVALID_PARAMETER, f"Invalid Parameter: {fault}."))
        async with db.transaction() as connection:
            await say_rule(
                connection,
                caller.account,
                code,
                days=data.days,
                after=data.after,
                reason=data.reason,
                changed_by=_name(caller),
                now=clock(),
            )
            return await rules_in_force(connection, caller.account)

    return [read, take_off, read_rules, say]


async def rules_in_force(connection: Connection, account: UUID) -> Rules:
    own = await rules_of(connection, [account])
    rules = in_force(own.get(account, ()))
    return Rules([shown_rule(rules[code]) for code in sorted(rules)])


def shown(one: Suppressed) -> Shown:
    sid = None if one.message is None else str(Sid("SM", one.message))
    text = CODES[one.code].text
    rule = f"suppression/{one.code}"
    return Shown(one.recipient, rule, one.code, text, one.times, sid, one.since, one.until)


def shown_rule(rule: Rule) -> ShownRule:
    return ShownRule(rule.id, rule.code, CODES[rule.code].text, rule.days, rule.after, rule.why, rule.source)


def _name(caller: Caller) -> str:
    owner = Sid("AC", caller.owner)
    return f"API key of {owner}" if caller.by_key else f"API, {owner}"
