"""The rules of accounts: made, read, ended; and what they have set going."""

from collections.abc import Sequence
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.links.believe.tally import Standing
from tidings.links.rules.rule import FollowUp, Rule, State
from tidings.runtime.database import Connection, Record
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


async def add_rule(db: Connection, rule: Rule) -> Rule | None:
    """None where a service that it names is not the account's. The rule has no faults."""
    row = await SQL.one(
        db,
        "add_rule",
        rule.id,
        rule.account,
        rule.name,
        rule.service,
        dict(rule.tags),
        rule.body,
        rule.through,
        rule.intent,
        rule.shorten_urls,
        rule.delay_seconds,
        rule.cap,
        rule.created_at,
    )
    return None if row is None else _rule(row)


async def rules_of(db: Connection, account: UUID, *, most: int) -> list[Rule]:
    """Newest first."""
    return [_rule(row) for row in await SQL.many(db, "rules", account, most)]


async def rule_with(db: Connection, account: UUID, id: UUID) -> Rule | None:
    row = await SQL.one(db, "rule", account, id)
    return None if row is None else _rule(row)


async def cancel_rule(db: Connection, account: UUID, id: UUID, *, now: Instant) -> Rule | None:
    """Ends it for good; what waits because of it is not sent."""
    row = await SQL.one(db, "cancel_rule", account, id, now)
    return None if row is None else _rule(row)


async def follow_ups_of(db: Connection, account: UUID, rule: UUID, *, most: int) -> list[FollowUp]:
    return [_follow_up(row) for row in await SQL.many(db, "follow_ups", account, rule, most)]


async def cancel_follow_up(db: Connection, account: UUID, id: UUID) -> State | None:
    """Its state afterwards: only what waits can be canceled. None where there is none."""
    state = await SQL.value(db, "cancel_follow_up", account, id)
    return None if state is None else State(state)


async def set_going(db: Connection, clicked: Sequence[Standing], *, now: Instant) -> int:
    """What rules make of messages that a person has just followed for the first time. Needs the caller's
    transaction."""
    if not clicked:
        return 0
    rows = [(one.account, one.message, one.service, dict(one.tags)) for one in clicked]
    return await SQL.run(db, "set_going", now, *(list(column) for column in zip(*rows, strict=True)))


def _rule(row: Record) -> Rule:
    return Rule(**{name: row[name] for name in Rule.__struct_fields__})


def _follow_up(row: Record) -> FollowUp:
    return FollowUp(
        **{name: row[name] for name in FollowUp.__struct_fields__} | {"state": State(row["state"])}
    )
