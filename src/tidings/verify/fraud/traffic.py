"""Codes and those that came back, counted by minute for the range and the country of each number."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements
from tidings.verify.fraud.judge import range_of

SQL = Statements.beside(__file__)
SLOT = timedelta(minutes=1)


class Counted(msgspec.Struct, frozen=True):
    """A code by SMS: `converted` says that it came back, else that it was sent."""

    account: UUID
    recipient: str
    country: str
    sent_at: Instant
    converted: bool


async def count_traffic(connection: Connection, codes: Iterable[Counted]) -> None:
    """In the transaction that writes what is counted, at its end: rows of busy ranges are wanted by many."""
    sent: Counter[tuple[UUID, str, Instant]] = Counter()
    back: Counter[tuple[UUID, str, Instant]] = Counter()
    for one in codes:
        if not one.recipient.startswith("+"):
            continue
        slot = one.sent_at.replace(second=0, microsecond=0)
        for scope in (range_of(one.recipient), one.country):
            (back if one.converted else sent)[one.account, scope, slot] += 1
    keys = sorted({*sent, *back})
    if keys:
        accounts, scopes, slots = (list(column) for column in zip(*keys, strict=True))
        counts = [sent[key] for key in keys], [back[key] for key in keys]
        await SQL.run(connection, "count_traffic", accounts, scopes, slots, *counts)


async def forget(connection: Connection, *, before: Instant) -> None:
    """Minutes and stops that are past anybody's interest."""
    await SQL.run(connection, "forget_traffic", before)
    await SQL.run(connection, "forget_stops", before)
