"""Keep what a call would say, until the code has arrived or its time has come."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements
from tidings.verify.fallback.plan import Fallback, row_of

SQL = Statements.beside(__file__)


class Awaited(msgspec.Struct, frozen=True, kw_only=True):
    """A code by SMS, its attempt and its message, and when a call is due. `sends`: codes of the verification so far."""

    bucket: int
    attempt: UUID
    account: UUID
    service: UUID
    verification: UUID
    recipient: str
    country: str
    message: UUID | None
    sends: int
    fallback: Fallback
    due_at: Instant


async def keep(connection: Connection, awaited: Sequence[Awaited]) -> None:
    rows = [
        (
            one.bucket,
            one.attempt,
            one.account,
            one.service,
            one.verification,
            one.recipient,
            one.country,
            one.message,
            one.sends,
            row_of(one.fallback),
            one.due_at,
        )
        for one in awaited
    ]
    if rows:
        await SQL.run(connection, "await_arrival", *(list(column) for column in zip(*rows, strict=True)))
