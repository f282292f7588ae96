"""An account's senders by address, remembered for a few seconds so that a send costs no query."""

from collections.abc import Callable
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.kernel.phone_number import Address, AlphaSender, PhoneNumber, ShortCode
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.remembered import Remembered
from tidings.runtime.statements import Statements
from tidings.senders.sender import (
    TEXTS_ONLY,
    USUAL_MPS,
    Capabilities,
    Kind,
    Sender,
    country_of,
    kind_of,
    line_of,
)

SQL = Statements.beside(__file__)

MOST_REMEMBERED = 100_000


async def accounts_of_many_senders(connection: Connection, *, more_than: int) -> list[UUID]:
    """Those with more senders than so many."""
    return [row["account"] for row in await SQL.many(connection, "accounts_of_many_senders", more_than)]


class Directory:
    """`monotonic` is a clock in seconds. A change takes effect after `trust_seconds` at most; that an
    address is nobody's is not remembered, so that a new sender works at once."""

    def __init__(self, db: Database, *, monotonic: Callable[[], float], trust_seconds: float = 5.0) -> None:
        self._db = db
        self._known = Remembered[tuple[UUID, str], Sender](
            monotonic=monotonic, trust_seconds=trust_seconds, most=MOST_REMEMBERED
        )

    def recall(self, account: UUID, address: str) -> Sender | None:
        """The sender, if it was looked up a moment ago."""
        return self._known.recall((account, address))

    async def find(self, account: UUID, address: str) -> Sender | None:
        """The account's sender with this address; None when it has none."""
        return await self._known.find((account, address), lambda: self._read(account, address))

    async def _read(self, account: UUID, address: str) -> Sender | None:
        async with self._db.connection() as connection:
            row = await SQL.one(connection, "sender", account, address)
        return None if row is None else sender_of(row)


async def own(
    db: Connection,
    account: UUID,
    address: PhoneNumber | ShortCode | AlphaSender,
    *,
    id: UUID,
    now: Instant,
    mps: float | None = None,
    queue_limit_seconds: int | None = None,
    friendly_name: str = "",
    country: str | None = None,
    can: Capabilities = TEXTS_ONLY,
    carrier: str | None = None,
    from_stock: bool = False,
) -> bool:
    """Give an account a sender, or change the one it has. `mps` is by default what its kind usually has, and
    `country` the number's own, or the one where short codes are most at home.
    `carrier` is the one that its messages must leave by; `from_stock` says that it goes back there at the end.
    Of a sender that the account has already, only rate and limit are changed.
    False, and nothing is changed, when the address is another account's."""
    kind = kind_of(address)
    rate = USUAL_MPS[kind] if mps is None else mps
    owned = await SQL.value(
        db,
        "own_sender",
        account,
        id,
        str(address),
        kind.value,
        rate,
        queue_limit_seconds,
        friendly_name,
        now,
        country_of(address) if country is None else country,
        line_of(address),
        can.sms,
        can.mms,
        can.voice,
        carrier,
        "twilio" if from_stock else "hosted",
    )
    if owned is None:
        return False
    await SQL.run(db, "say_granted", account, str(address), mps is not None)
    return True


async def sender_by_id(db: Connection, account: UUID, id: UUID) -> Sender | None:
    """The account's sender with this id; None when it has none."""
    row = await SQL.one(db, "sender_by_id", account, id)
    return None if row is None else sender_of(row)


async def senders_of(db: Connection, account: UUID) -> list[Sender]:
    return [sender_of(row) for row in await SQL.many(db, "senders_of", account)]


def sender_of(row: Record) -> Sender:
    """The sender of a row of `senders` or of a join with it."""
    return Sender(
        id=row["id"],
        account=row["account"],
        address=row["address"],
        kind=Kind(row["kind"]),
        mps=row["mps"],
        queue_limit_seconds=row["queue_limit_seconds"],
        country=row["country"] or _country_of(row["address"]),
        carrier=row["carrier"],
        sms=row["sms"],
        mps_granted=row["mps_granted"],
    )


def _country_of(address: str) -> str:
    """For senders that were there before their country was kept."""
    parsed = Address.parse(address)
    return "" if parsed is None else country_of(parsed)
