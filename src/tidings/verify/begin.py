"""Begin a verification: a code is drawn, or the same one is sent again, and given to its channel.

What counts codes and tries stands in the database, so that it holds for all processes. The verification is written
before its code leaves: whoever has a code can say it.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import msgspec

from tidings.kernel.codes import CODES, Code
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import bucket_for, instant_of, lowest_at, mint
from tidings.runtime.clock import Entropy
from tidings.runtime.database import Connection, Database, Record, with_retries
from tidings.runtime.group_commit import GroupCommit
from tidings.runtime.statements import Statements
from tidings.verify.asked import Asked
from tidings.verify.code import SEED_BYTES, CodeKey
from tidings.verify.fallback.keep import Awaited, keep
from tidings.verify.fallback.plan import Fallback
from tidings.verify.fraud.traffic import Counted, count_traffic
from tidings.verify.settings import VerifyService, invalid
from tidings.verify.verification import MOST_CHECKS, MOST_SENDS, Channel, SendAttempt, Status, Verification
from tidings.verify.webhooks.event import verification_event
from tidings.verify.webhooks.tell import tell

SQL = Statements.beside(__file__)

TOO_MANY_CHECKS = CODES[60202]
TOO_MANY_SENDS = CODES[60203]
TOO_MANY_AT_ONCE = CODES[60212]


class Sent(msgspec.Struct, frozen=True):
    """A code was given to its channel. `code`: it is known already that it will not arrive."""

    message: UUID | None = None
    code: Code | None = None


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A code that is to be brought to somebody."""

    service: VerifyService
    asked: Asked
    code: str
    bucket: int
    attempt: UUID
    expires_at: Instant


class Bring(Protocol):
    """A channel: gives a code away, once. Refused: nothing left, and nothing will."""

    async def __call__(self, letter: Letter, *, now: Instant) -> Sent | Refused: ...


class _Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A verification that somebody wants begun, with what it is given if there is none under way."""

    bucket: int
    id: UUID
    service: VerifyService
    asked: Asked
    channel: str
    seed: bytes
    code_hash: bytes
    lookup: str | None
    locale: str
    now: Instant
    attempt: UUID


class _Sent(msgspec.Struct, frozen=True):
    bucket: int
    attempt: UUID
    account: UUID
    sent: Sent
    now: Instant
    awaited: Awaited | None = None


class Beginning:
    """Begins verifications for all accounts of a process. `entropy(n)` gives n bytes of a secure source."""

    def __init__(self, db: Database, *, key: CodeKey, entropy: Entropy) -> None:
        self._db = db
        self._key = key
        self._entropy = entropy
        # One writer: all count the codes of their country in one row, and a second would only wait for it.
        self._begins = GroupCommit[_Wish, Record | None](self._write)
        self._notes = GroupCommit[_Sent, None](self._note)
        self._under_way: set[tuple[UUID, str]] = set()

    async def begin(
        self,
        service: VerifyService,
        asked: Asked,
        bring: Bring,
        *,
        locale: str,
        lookup: str | None,
        now: Instant,
        fallback: Fallback | None = None,
    ) -> Verification | Refused:
        """Returns once the verification and the message with its code are durable."""
        person = (service.id, asked.to)
        if person in self._under_way:
            return Refused.because(TOO_MANY_AT_ONCE)
        self._under_way.add(person)
        try:
            return await self._begin_one(
                service, asked, bring, locale=locale, lookup=lookup, now=now, fallback=fallback
            )
        finally:
            self._under_way.discard(person)

    async def _begin_one(
        self,
        service: VerifyService,
        asked: Asked,
        bring: Bring,
        *,
        locale: str,
        lookup: str | None,
        now: Instant,
        fallback: Fallback | None,
    ) -> Verification | Refused:
        bucket = bucket_of_person(service.id, asked.to)
        seed = self._entropy(SEED_BYTES)
        code = asked.custom_code or self._key.draw(seed, service.settings.code_length)
        wish = _Wish(
            bucket=bucket,
            id=mint(now, self._entropy(10), bucket),
            service=service,
            asked=asked,
            channel=asked.channel.value,
            seed=seed,
            code_hash=self._key.digest(code, account=service.account, service=service.id, recipient=asked.to),
            lookup=lookup,
            locale=locale,
            now=now,
            attempt=mint(now, self._entropy(10), bucket),
        )
        row = await self._begins.submit(wish)
        if row is None:
            return await self._why_not(wish)
        if asked.custom_code is None:
            code = self._key.draw(row["seed"], row["length"])
        letter = Letter(
            service=service,
            asked=asked,
            code=code,
            bucket=bucket,
            attempt=wish.attempt,
            expires_at=row["expires_at"],
        )
        sent = await bring(letter, now=now)
        if isinstance(sent, Refused):
            await self._take_back(wish, row["id"], sent.code)
            return sent
        awaited = None if fallback is None else _awaited(wish, row, sent, fallback)
        await self._notes.submit(_Sent(bucket, wish.attempt, service.account, sent, now, awaited))
        if row["sends"] == 1:
            return verification_of(row, (SendAttempt(wish.attempt, wish.channel, now),))
        async with self._db.connection() as connection:
            attempts = await attempts_of(connection, bucket, service.account, row["id"])
        return verification_of(row, attempts)

    async def _why_not(self, wish: _Wish) -> Refused:
        async with self._db.connection() as connection:
            row = await SQL.one(
                connection,
                "under_way",
                wish.bucket,
                wish.service.account,
                wish.service.id,
                wish.asked.to,
                wish.now,
            )
        if row is None:
            return Refused.because(TOO_MANY_AT_ONCE)  # it ended this moment
        if row["checks"] >= MOST_CHECKS:
            return Refused.because(TOO_MANY_CHECKS)
        if row["sends"] >= MOST_SENDS:
            return Refused.because(TOO_MANY_SENDS)
        return invalid("CustomCode", "is kept nowhere: say it again with each code that is to be sent")

    async def _take_back(self, wish: _Wish, id: UUID, code: Code) -> None:
        account = wish.service.account
        async with self._db.connection() as connection:
            await SQL.run(connection, "take_back", wish.bucket, account, id, wish.now)
        await self._notes.submit(_Sent(wish.bucket, wish.attempt, account, Sent(code=code), wish.now))

    async def _write(self, batch: Sequence[_Wish]) -> Sequence[Record | None]:
        found: dict[int, Record] = {}
        rows = [_row(place, one) for place, one in enumerate(batch)]
        columns = [list(column) for column in zip(*rows, strict=True)]
        now = max(one.now for one in batch)

        async def write() -> list[Record]:
            async with self._db.transaction() as connection:
                await SQL.run(connection, "expire", columns[0], columns[2], columns[3], columns[4], now)
                rows = await SQL.many(connection, "begin", *columns, MOST_SENDS, MOST_CHECKS)
                await count_traffic(
                    connection,
                    [
                        Counted(
                            row["account"], row["recipient"], batch[row["place"]].asked.country, now, False
                        )
                        for row in rows
                        if row["channel"] == Channel.SMS
                    ],
                )
                await tell(
                    connection,
                    [
                        verification_event(verification_of(row), Status.PENDING, at=now)
                        for row in rows
                        if row["sends"] == 1 and batch[row["place"]].service.told
                    ],
                )
                return rows

        for row in await with_retries(write):
            found[row["place"]] = row
        return [found.get(place) for place in range(len(batch))]

    async def _note(self, batch: Sequence[_Sent]) -> Sequence[None]:
        rows = [
            (
                one.bucket,
                one.attempt,
                one.account,
                one.sent.message,
                None if one.sent.code is None else one.sent.code.number,
                one.now,
            )
            for one in batch
        ]

        awaited = [one.awaited for one in batch if one.awaited is not None]

        async def write() -> None:
            async with self._db.connection() as connection:
                await SQL.run(connection, "note_sent", *(list(column) for column in zip(*rows, strict=True)))
                await keep(connection, awaited)

        await with_retries(write)
        return [None] * len(batch)

    async def close(self) -> None:
        await self._begins.close()
        await self._notes.close()


async def attempts_of(
    connection: Connection, bucket: int, account: UUID, verification: UUID
) -> tuple[SendAttempt, ...]:
    """The attempts of a verification, in their order."""
    rows = await SQL.many(connection, "attempts_of", bucket, account, verification, floor_of(verification))
    return tuple(SendAttempt(row["id"], row["channel"], row["created_at"]) for row in rows)


def floor_of(verification: UUID) -> UUID:
    """Below the ids of all its attempts: the first is of the same millisecond."""
    return lowest_at(instant_of(verification))


def bucket_of_person(service: UUID, recipient: str) -> int:
    """Where all that concerns a person at a service lies."""
    return bucket_for(f"{service.hex} {recipient}")


def verification_of(row: Record, attempts: Sequence[SendAttempt] = ()) -> Verification:
    return Verification(
        id=row["id"],
        bucket=row["bucket"],
        account=row["account"],
        service=row["service"],
        recipient=row["recipient"],
        channel=row["channel"],
        status=Status(row["status"]),
        sends=row["sends"],
        checks=row["checks"],
        amount=row["amount"],
        payee=row["payee"],
        lookup=row["lookup"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        expires_at=row["expires_at"],
        attempts=tuple(attempts),
    )


def _awaited(wish: _Wish, row: Record, sent: Sent, fallback: Fallback) -> Awaited:
    """A call is due at once for what is known already not to arrive."""
    seconds = fallback.after_seconds if sent.code is None else 0
    return Awaited(
        bucket=wish.bucket,
        attempt=wish.attempt,
        account=wish.service.account,
        service=wish.service.id,
        verification=row["id"],
        recipient=wish.asked.to,
        country=wish.asked.country,
        message=sent.message,
        sends=row["sends"],
        fallback=fallback,
        due_at=wish.now + timedelta(seconds=seconds),
    )


def _row(place: int, one: _Wish) -> tuple[object, ...]:
    settings, asked = one.service.settings, one.asked
    return (
        one.bucket,
        one.id,
        one.service.account,
        one.service.id,
        asked.to,
        one.channel,
        one.seed,
        one.code_hash,
        asked.custom_code is not None,
        settings.code_length,
        asked.amount,
        asked.payee,
        one.lookup,
        one.now,
        one.now + timedelta(seconds=settings.ttl_seconds),
        one.attempt,
        asked.country,
        one.locale,
        asked.device_ip,
        place,
    )
