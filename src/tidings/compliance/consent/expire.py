"""Consents whose time is over: the ledger says so, soon after. The gate needs no entry to know it."""

from tidings.compliance.consent.entry import Deed, Said
from tidings.compliance.consent.record import append
from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

AT_ONCE = 2_000


async def expire(connection: Connection, *, now: Instant) -> int:
    """Enters the end of so many consents at most; how many there were. Needs an open transaction."""
    rows = await SQL.many(connection, "overdue", now, AT_ONCE)
    said = [
        (row["account"], Said(Deed.EXPIRE, row["recipient"], row["scope"], row["method"], row["expires_at"]))
        for row in rows
    ]
    await append(connection, said, now=now)
    return len(said)
