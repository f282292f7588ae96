"""Receipts: what carriers say became of messages, stored before it is acknowledged.

They may be early (their submit is not stored yet: they wait), late, doubled or out of order (the first that ends a
message counts), and about one part of several (a long message is delivered when all parts are).
"""

from collections.abc import Sequence

from tidings.carriers.connector import Receipt, ReceiptState
from tidings.messages.states import RECEIPT_FROM, STATUS_FACTS
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


async def receive(connection: Connection, receipts: Sequence[Receipt]) -> set[int]:
    """Store a batch inside the caller's transaction. Returns the buckets whose readers have news.

    A report that a part is still on its way says nothing about the message's state and is passed over.
    """
    final = [receipt for receipt in receipts if receipt.state is not ReceiptState.PENDING]
    if not final:
        return set()
    return await _settle(
        connection,
        [receipt.carrier for receipt in final],
        [receipt.provider_id for receipt in final],
        [receipt.state is ReceiptState.DELIVERED for receipt in final],
        [receipt.code for receipt in final],
        [receipt.done_date for receipt in final],
        [receipt.at for receipt in final],
    )


async def match_waiting(connection: Connection) -> set[int]:
    """Settle the receipts that came before the answer to their submit was stored, as far as it is by now."""
    rows = await SQL.many(connection, "receipts_due")
    if not rows:
        return set()
    columns = ("carrier", "provider_id", "delivered", "code", "done_date", "at")
    return await _settle(connection, *([row[column] for row in rows] for column in columns))


async def _settle(connection: Connection, *columns: list[object]) -> set[int]:
    rows = await SQL.many(connection, "receipts", *columns, STATUS_FACTS, RECEIPT_FROM)
    told = {row["bucket"] for row in rows if row["message"] is None}
    parts = [row for row in rows if row["message"] is not None]
    if parts:
        names = ("bucket", "message", "account", "part", "delivered", "code", "done_date", "at", "sent_at")
        settled = await SQL.many(
            connection,
            "settle_parts",
            *([row[name] for row in parts] for name in names),
            STATUS_FACTS,
            RECEIPT_FROM,
        )
        told |= {row["bucket"] for row in settled}
    return told
