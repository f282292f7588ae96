"""Publishable keys: what may stand in a web page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection, Database
from tidings.runtime.remembered import Remembered
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

PREFIX = "pk_"
KEY_BYTES = 18
ANY_ORIGIN = "*"
MOST_REMEMBERED = 10_000
MOST_PER_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class PublishableKey:
    """`origins`: of the pages that may use it, as a browser names them (https://shop.example); `*` for all."""

    key: str
    account: UUID
    origins: Sequence[str]
    per_minute: int
    note: str
    created_at: Instant

    def allows(self, origin: str | None) -> bool:
        """A request without an origin comes from no page of another site."""
        return origin is None or ANY_ORIGIN in self.origins or origin in self.origins


class Keys:
    """`monotonic` is a clock in seconds. A key that is revoked works for `trust_seconds` more at most."""

    def __init__(self, db: Database, *, monotonic: Callable[[], float], trust_seconds: float = 5.0) -> None:
        self._db = db
        self._known = Remembered[str, PublishableKey](
            monotonic=monotonic, trust_seconds=trust_seconds, most=MOST_REMEMBERED
        )

    async def find(self, key: str) -> PublishableKey | None:
        if not key.startswith(PREFIX) or len(key) > 100:
            return None
        return await self._known.find(key, lambda: self._read(key))

    async def _read(self, key: str) -> PublishableKey | None:
        async with self._db.connection() as connection:
            row = await SQL.one(connection, "key", key)
        return None if row is None else PublishableKey(**dict(row))


async def make_key(
    connection: Connection,
    account: UUID,
    *,
    origins: Sequence[str],
    per_minute: int,
    note: str,
    entropy: bytes,
    now: Instant,
) -> PublishableKey:
    """A new key of 18 random bytes."""
    made = PublishableKey(f"{PREFIX}{entropy.hex()}", account, list(origins), per_minute, note, now)
    await SQL.run(connection, "make", made.key, account, made.origins, per_minute, note, now)
    return made


async def keys_of(connection: Connection, account: UUID) -> list[PublishableKey]:
    return [PublishableKey(**dict(row)) for row in await SQL.many(connection, "keys", account)]


async def revoke_key(connection: Connection, account: UUID, key: str) -> bool:
    return await SQL.run(connection, "revoke", account, key) > 0
