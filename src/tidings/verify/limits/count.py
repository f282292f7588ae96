"""Counting what a request says of who asks, and refusing what is too much."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from tidings.kernel.codes import TOO_MANY_REQUESTS
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.runtime.database import Connection, Database
from tidings.runtime.remembered import Remembered
from tidings.runtime.statements import Statements
from tidings.verify.code import CodeKey
from tidings.verify.settings import VerifyService, invalid

SQL = Statements.beside(__file__)

MOST_REMEMBERED = 10_000
TOO_MANY = Refused(TOO_MANY_REQUESTS, "Too many requests")


async def tally(
    connection: Connection,
    account: UUID,
    wanted: Sequence[tuple[UUID, bytes]],
    *,
    within: timedelta,
    now: Instant,
) -> list[int]:
    """Counts values of buckets that no account has made, and gives their counts in this order."""
    buckets, values = [bucket for bucket, _ in wanted], [value for _, value in wanted]
    seconds = [int(within.total_seconds())] * len(wanted)
    rows = await SQL.many(connection, "count", account, buckets, values, seconds, now)
    counts = {row["rate_bucket"]: row["count"] for row in rows}
    return [counts[bucket] for bucket in buckets]


async def forget_counts(connection: Connection, *, now: Instant) -> int:
    """Some of the windows that are over; how many."""
    return await SQL.run(connection, "forget_counts", now)


class _Room(msgspec.Struct, frozen=True):
    bucket: UUID
    most: int
    interval_seconds: int


class RateLimits:
    """`monotonic` is a clock in seconds. What is changed holds after `trust_seconds`."""

    def __init__(
        self, db: Database, *, key: CodeKey, monotonic: Callable[[], float], trust_seconds: float = 5.0
    ) -> None:
        self._db = db
        self._key = key
        self._known = Remembered[UUID, Mapping[str, Sequence[_Room]]](
            monotonic=monotonic, trust_seconds=trust_seconds, most=MOST_REMEMBERED
        )

    async def count(self, service: VerifyService, said: Mapping[str, str], *, now: Instant) -> Refused | None:
        """Counts every value in every bucket of its limit; none of them, and 20429, where one has no room."""
        if not said:
            return None
        rooms = await self._rooms(service)
        unknown = sorted(said.keys() - rooms.keys())
        if unknown:
            return invalid("RateLimits", "names a rate limit that the service does not have")
        wanted = [
            (room, self._key.fingerprint(value)) for name, value in said.items() for room in rooms[name]
        ]
        if not wanted:
            return None
        most = {room.bucket: room.most for room, _ in wanted}
        ids, values = [room.bucket for room, _ in wanted], [value for _, value in wanted]
        async with self._db.transaction() as connection:
            rows = await SQL.many(
                connection,
                "count",
                service.account,
                ids,
                values,
                [room.interval_seconds for room, _ in wanted],
                now,
            )
            if all(row["count"] <= most[row["rate_bucket"]] for row in rows):
                return None
            await SQL.run(connection, "uncount", service.account, ids, values)
        return TOO_MANY

    async def _rooms(self, service: VerifyService) -> Mapping[str, Sequence[_Room]]:
        async def read() -> Mapping[str, Sequence[_Room]]:
            found: dict[str, list[_Room]] = {}
            async with self._db.connection() as connection:
                rows = await SQL.many(connection, "buckets_of_service", service.account, service.id)
            for row in rows:
                rooms = found.setdefault(row["unique_name"], [])
                if row["id"] is not None:
                    rooms.append(_Room(row["id"], row["most"], row["interval_seconds"]))
            return found

        return await self._known.find(service.id, read) or {}
