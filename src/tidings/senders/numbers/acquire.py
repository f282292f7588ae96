"""Ordering a number from the carrier's stock, and giving it up."""

from dataclasses import dataclass
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.kernel.phone_number import PhoneNumber
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements
from tidings.senders.directory import own
from tidings.senders.sender import Capabilities, Kind
from tidings.senders.stock import Stock

SQL = Statements.beside(__file__)

NUMBERS = (Kind.LONG_CODE, Kind.TOLL_FREE)


@dataclass(frozen=True, slots=True)
class NotAvailable:
    """Somebody has the number, or the stock has not."""


async def order(
    db: Connection, account: UUID, number: PhoneNumber, *, stock: Stock, id: UUID, now: Instant
) -> UUID | NotAvailable:
    """Gives an account a number out of the stock. Needs an open transaction, which is to be rolled back when it
    answers NotAvailable: the number is reserved here first, so that of two who want it one gets it, and ordered
    from the carrier then. Raises StockUnavailable."""
    if await SQL.value(db, "is_taken", number.e164):
        return NotAvailable()
    if not await own(db, account, number, id=id, now=now, friendly_name=number.e164, from_stock=True):
        return NotAvailable()
    offer = await stock.order(number.e164)
    if offer is None:
        return NotAvailable()
    can = Capabilities(sms=offer.sms, mms=offer.mms, voice=offer.voice)
    await SQL.run(
        db, "can", account, id, can.sms, can.mms, can.voice, offer.country, offer.line.value, offer.carrier
    )
    return id


async def give_up(
    db: Connection, account: UUID, id: UUID, *, stock: Stock, kinds: tuple[Kind, ...] = NUMBERS
) -> bool:
    """Takes a sender of one of these kinds from an account and out of its services, and gives a number back to the
    stock that it came from. What was accepted under it still leaves. Needs an open transaction. Raises
    StockUnavailable, and then the transaction is to be rolled back."""
    row = await SQL.one(db, "give_up", account, id, [kind.value for kind in kinds])
    if row is None:
        return False
    await SQL.run(db, "forget", account, row["address"])
    if row["kind"] == Kind.ALPHANUMERIC:
        await SQL.run(db, "leave_pools", account, row["address"])
    if row["origin"] == "twilio":
        await stock.give_back(row["address"])
    return True
