"""What the database knows of a number, its range, its country and who asks: `Evidence`, as the rules take it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant
from tidings.kernel.sid import lowest_at
from tidings.runtime.database import Database, Record
from tidings.runtime.group_commit import GroupCommit
from tidings.runtime.remembered import Remembered
from tidings.runtime.statements import Statements
from tidings.verify.asked import Asked
from tidings.verify.begin import bucket_of_person
from tidings.verify.code import CodeKey
from tidings.verify.fraud.judge import Evidence, Rate, range_of
from tidings.verify.fraud.level import BASELINE, BURST, PATIENCE, RECENT, WINDOW
from tidings.verify.fraud.memory import TRUSTED_FOR
from tidings.verify.limits.count import tally
from tidings.verify.settings import VerifyService

SQL = Statements.beside(__file__)
MOST_REMEMBERED = 50_000
BASELINE_TRUST = 60.0
"""Seconds: a week's rate hardly moves."""
ASKERS = ("address", "device", "user")


class _Person(msgspec.Struct, frozen=True):
    account: UUID
    service: UUID
    recipient: str
    now: Instant


class EvidenceOf:
    """`monotonic` is a clock in seconds. Rates of ranges and countries are believed for `trust_seconds`."""

    def __init__(
        self, db: Database, *, key: CodeKey, monotonic: Callable[[], float], trust_seconds: float = 2.0
    ) -> None:
        self._db = db
        self._key = key
        self._rates = Remembered[tuple[UUID, str], Rate](
            monotonic=monotonic, trust_seconds=trust_seconds, most=MOST_REMEMBERED
        )
        self._baselines = Remembered[tuple[UUID, str], Rate](
            monotonic=monotonic, trust_seconds=min(BASELINE_TRUST, trust_seconds * 30), most=MOST_REMEMBERED
        )
        self._persons = GroupCommit[_Person, Record](self._read)

    async def find(self, service: VerifyService, asked: Asked, *, now: Instant) -> Evidence:
        account, country = service.account, asked.country
        row = await self._persons.submit(_Person(account, service.id, asked.to, now))
        if row["trusted"]:
            return Evidence(is_trusted=True)
        in_range = await self._rate(account, range_of(asked.to), now)
        in_country = await self._rate(account, country, now)
        counts = await self._askers(service, asked, now=now)
        last_at: Instant | None = row["last_at"]
        return Evidence(
            is_resend=row["resend"],
            range=in_range,
            country=in_country,
            baseline=await self._baseline(account, country, now),
            neighbours=tuple(row["numbers"] or ()),
            since_last_seconds=None if last_at is None else (now - last_at).total_seconds(),
            by_address=counts[0],
            by_device=counts[1],
            by_user=counts[2],
        )

    async def _rate(self, account: UUID, scope: str, now: Instant) -> Rate:
        found = await self._rates.find(
            (account, scope),
            lambda: self._traffic(account, scope, now - WINDOW, now + timedelta(days=1), now),
        )
        return found or Rate()

    async def _baseline(self, account: UUID, country: str, now: Instant) -> Rate:
        start, end = now - WINDOW - BASELINE, now - WINDOW
        found = await self._baselines.find(
            (account, country), lambda: self._traffic(account, country, start, end, now)
        )
        return found or Rate()

    async def _traffic(self, account: UUID, scope: str, start: Instant, end: Instant, now: Instant) -> Rate:
        async with self._db.connection() as connection:
            row = await SQL.one(connection, "traffic", account, scope, start, end, now - PATIENCE)
        assert row is not None, "a sum gives one row"
        return Rate(row["matured"], row["converted"])

    async def _askers(self, service: VerifyService, asked: Asked, *, now: Instant) -> tuple[int, int, int]:
        """How many codes were asked for from where this one is, in ten minutes; 0 where that is not said."""
        said = [
            (name, value)
            for name, value in zip(ASKERS, (asked.device_ip, *_tagged(asked)), strict=True)
            if value
        ]
        if not said:
            return (0, 0, 0)
        wanted = [
            (UUID(bytes=self._key.fingerprint(f"{service.id.hex} {name}")), self._key.fingerprint(value))
            for name, value in said
        ]
        async with self._db.connection() as connection:
            counts = await tally(connection, service.account, wanted, within=BURST, now=now)
        by_name = dict(zip((name for name, _ in said), counts, strict=True))
        return (by_name.get("address", 0), by_name.get("device", 0), by_name.get("user", 0))

    async def _read(self, batch: Sequence[_Person]) -> Sequence[Record]:
        now = min(one.now for one in batch)
        async with self._db.transaction() as connection:
            await SQL.run(connection, "plan_once")
            rows = await SQL.many(
                connection,
                "persons",
                list(range(len(batch))),
                [bucket_of_person(one.service, one.recipient) for one in batch],
                [one.account for one in batch],
                [one.service for one in batch],
                [one.recipient for one in batch],
                lowest_at(now - TRUSTED_FOR),
                lowest_at(now - RECENT),
                now,
                now - RECENT,
            )
        by_place = {row["place"]: row for row in rows}
        return [by_place[place] for place in range(len(batch))]

    async def close(self) -> None:
        await self._persons.close()


def _tagged(asked: Asked) -> tuple[str | None, str | None]:
    """The device and the user that `Tags` name."""
    if asked.tags is None:
        return None, None
    tags = msgspec.json.decode(asked.tags, type=dict[str, str | int | float | bool])
    device, user = tags.get("device"), tags.get("user")
    return None if device is None else str(device), None if user is None else str(user)
