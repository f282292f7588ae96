"""Who is in a pool: numbers and short codes, which are in one service at most, and sender ids, which are in many."""

from dataclasses import dataclass
from uuid import UUID

from tidings.kernel import phone_number
from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection, Record
from tidings.runtime.statements import Statements
from tidings.senders.directory import own, sender_of
from tidings.senders.sender import Kind, Sender
from tidings.senders.services.news import tell_changed
from tidings.senders.services.pool import LARGEST_POOL, AlphaSender

SQL = Statements.beside(__file__)

NUMBERS = (Kind.LONG_CODE, Kind.TOLL_FREE)
CODES = (Kind.SHORT_CODE,)


@dataclass(frozen=True, slots=True)
class Member:
    """A number or a short code in a service."""

    sender: Sender
    added_at: Instant
    mms: bool
    voice: bool


@dataclass(frozen=True, slots=True)
class NoSuchService:
    pass


@dataclass(frozen=True, slots=True)
class NoSuchSender:
    pass


@dataclass(frozen=True, slots=True)
class AlreadyIn:
    """It is in this service."""


@dataclass(frozen=True, slots=True)
class InAnother:
    """It is in another service of the account."""


@dataclass(frozen=True, slots=True)
class PoolFull:
    """The service has as many senders as it may have."""


async def add_member(
    db: Connection, account: UUID, service: UUID, sender: UUID, *, kinds: tuple[Kind, ...], now: Instant
) -> Member | NoSuchService | NoSuchSender | AlreadyIn | InAnother | PoolFull:
    """Puts a sender of one of these kinds into a service. Needs an open transaction, which waits for others that
    change the same pool."""
    if await SQL.value(db, "lock_service", account, service) is None:
        return NoSuchService()
    found = await SQL.one(db, "sender_and_service", account, sender, [kind.value for kind in kinds])
    if found is None:
        return NoSuchSender()
    if found["service"] is not None:
        return AlreadyIn() if found["service"] == service else InAnother()
    if await SQL.value(db, "pool_size", account, service) >= LARGEST_POOL:
        return PoolFull()
    if not await SQL.run(db, "add_member", account, service, sender, now):
        return InAnother()  # another service took it a moment ago
    await tell_changed(db, account, service)
    row = await SQL.one(db, "member", account, service, sender, [kind.value for kind in kinds])
    assert row is not None, "it was just added"
    return member_of(row)


async def remove_member(
    db: Connection, account: UUID, service: UUID, sender: UUID, *, kinds: tuple[Kind, ...]
) -> bool:
    """Takes a sender out of a service; it stays the account's. People who have heard from it will hear from
    another. Needs an open transaction."""
    address = await SQL.value(db, "remove_member", account, service, sender, [kind.value for kind in kinds])
    if address is None:
        return False
    await SQL.run(db, "forget_sender", account, service, address)
    await tell_changed(db, account, service)
    return True


async def add_alpha_sender(
    db: Connection,
    account: UUID,
    service: UUID,
    name: phone_number.AlphaSender,
    *,
    country: str,
    id: UUID,
    sender_id: UUID,
    now: Instant,
) -> AlphaSender | NoSuchService | AlreadyIn | PoolFull:
    """Puts a sender id into a service, for a country or for all others. It becomes a sender of the account, under
    `sender_id`, unless it is one already. Needs an open transaction."""
    if await SQL.value(db, "lock_service", account, service) is None:
        return NoSuchService()
    if await SQL.value(db, "pool_size", account, service) >= LARGEST_POOL:
        return PoolFull()
    row = await SQL.one(db, "add_alpha_sender", account, service, id, name.name, country, now)
    if row is None:
        return AlreadyIn()
    if not await SQL.value(db, "owns", account, name.name):
        await own(db, account, name, id=sender_id, now=now)
    await tell_changed(db, account, service)
    return alpha_sender_of(row)


async def remove_alpha_sender(
    db: Connection, account: UUID, service: UUID, name: str, *, country: str
) -> bool:
    """Takes a sender id out of a service, for one country or for all others. It stays a sender of the account, so
    that messages that wait under it still leave."""
    if not await SQL.run(db, "remove_alpha_sender", account, service, name, country):
        return False
    await tell_changed(db, account, service)
    return True


def member_of(row: Record) -> Member:
    return Member(sender_of(row), row["added_at"], row["mms"], row["voice"])


def alpha_sender_of(row: Record) -> AlphaSender:
    return AlphaSender(row["id"], row["alpha_sender"], row["country"], row["created_at"], row["updated_at"])
