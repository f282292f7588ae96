"""How often an account's applications may ask for a package.

A bucket that is named for a country binds its numbers, the one named `default` all of them.
"""

from dataclasses import dataclass
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in any window of `ttl_seconds` that begins with the first of them."""

    field: str
    bucket: str
    calls: int
    ttl_seconds: int


async def limits_of(connection: Connection, account: UUID) -> list[Limit]:
    rows = await SQL.many(connection, "limits", account)
    return [Limit(row["field"], row["bucket_name"], row["calls"], row["ttl_seconds"]) for row in rows]


async def set_limit(connection: Connection, account: UUID, limit: Limit, *, now: Instant) -> None:
    await SQL.run(
        connection, "limit", account, limit.field, limit.bucket, limit.calls, limit.ttl_seconds, now
    )


async def unset_limit(connection: Connection, account: UUID, field: str, bucket: str) -> None:
    await SQL.run(connection, "unlimit", account, field, bucket)
