"""An account's senders by address, remembered for a few seconds so that a send costs no query."""

from collections.abc import Callable
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.kernel.phone_number import Address, AlphaSender, PhoneNumber, ShortCode
from tidings.runtime.database import Connection, Database, Record
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


class Directory:
    """`monotonic` is a clock in seconds. A change takes effect after `trust_seconds` at most; that an
    address is nobody's is not remembered, so that a new sender works at once."""

    def __init__(self, db: Database, *, monotonic: Callable[[], float], trust_seconds: float = 5.0) -> None:
        self._db = db
        self._monotonic = monotonic
        self._trust_seconds = trust_seconds
        self._known: dict[tuple[UUID, str], tuple[Sender, float]] = {}

    def recall(self, account: UUID, address: str) -> Sender | None:
        """The sender, if it was looked up a moment ago."""
        known = self._known.get((account, address))
        return known[0] if known is not None and known[1] > self._monotonic() else None

    async def find(self, account: UUID, address: str) -> Sender | None:
        """The account's sender with this address; None when it has none."""
        sender = self.recall(account, address)
        if sender is not None:
            return sender
        async with self._db.connection() as connection:
            row = await SQL.one(connection, "sender", account, address)
        if row is None:
            self._known.pop((account, address), None)
            return None
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        sender = sender_of(row)
        self._known[(account, address)] = (sender, self._monotonic() + self._trust_seconds)
        return sender


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
