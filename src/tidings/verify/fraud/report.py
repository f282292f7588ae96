"""What the guard stopped and what that saved, and what another level would have stopped of past traffic."""

from datetime import timedelta
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant
from tidings.kernel.sid import lowest_at
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements
from tidings.verify.fraud.level import FraudGuard
from tidings.verify.fraud.memory import Outcome, Past, replay

SQL = Statements.beside(__file__)
MOST_RANGES = 50


class Stops(msgspec.Struct, frozen=True):
    """What one rule stopped of one range."""

    rule: str
    country: str
    number_range: str
    blocked: int
    slowed: int
    first_at: Instant
    last_at: Instant
    why: str


class Report(msgspec.Struct, frozen=True):
    since: Instant
    sent: int
    converted: int
    blocked: int
    slowed: int
    price: float
    """Of a code, in whatever money it was given in."""
    saved: float
    """What the blocked codes would have cost; a slowed one may have been sent later."""
    stops: list[Stops]


class WhatIf(msgspec.Struct, frozen=True):
    guard: FraudGuard
    outcome: Outcome
    saved: float
    stopped_honest_share: float
    """Of the codes that came back."""


async def report(connection: Connection, account: UUID, *, since: Instant, price: float) -> Report:
    sent = await SQL.one(connection, "sent", account, lowest_at(since))
    stopped = await SQL.one(connection, "stops_in_all", account, since)
    assert sent is not None, "a count gives one row"
    assert stopped is not None, "a count gives one row"
    rows = await SQL.many(connection, "stops", account, since, MOST_RANGES)
    blocked = stopped["blocked"]
    return Report(
        since=since,
        sent=sent["attempts"],
        converted=sent["converted"],
        blocked=blocked,
        slowed=stopped["slowed"],
        price=price,
        saved=round(blocked * price, 4),
        stops=[Stops(**dict(row)) for row in rows],
    )


async def what_if(
    connection: Connection, account: UUID, guard: FraudGuard, *, since: Instant, price: float
) -> WhatIf:
    """Judges the codes that were sent since then as this level would have, in their order."""
    past: list[Past] = []
    place = lowest_at(since - timedelta(milliseconds=1))
    while rows := await SQL.many(connection, "past", account, place):
        past += [
            Past(row["created_at"], row["recipient"], row["converted_at"], row["device_ip"]) for row in rows
        ]
        place = rows[-1]["id"]
    outcome, _ = replay(past, guard)
    honest = outcome.attempts - outcome.unconverted
    return WhatIf(
        guard=guard,
        outcome=outcome,
        saved=round((outcome.stopped - outcome.stopped_honest) * price, 4),
        stopped_honest_share=outcome.stopped_honest / honest if honest else 0.0,
    )
