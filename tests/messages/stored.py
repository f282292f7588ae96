"""Messages put straight into the database, for tests of what is read."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tidings.kernel.sid import bucket_of, mint
from tidings.runtime.database import Database


async def store_message(
    db: Database,
    account: UUID,
    *,
    at: datetime,
    facts: Sequence[str] = ("message.queued",),
    bucket: int = 7,
    **columns: Any,
) -> UUID:
    """The id of a new message, with a second between its facts. What is scheduled waits among the later ones."""
    id = mint(at, secrets.token_bytes(10), bucket)
    values = {
        "id": id,
        "bucket": bucket,
        "account": account,
        "direction": "outbound-api",
        "sender": "+14155550100",
        "recipient": "+14155550199",
        "body": "Hello",
        "ucs2": False,
        "segments": 1,
        "priority": 1,
        "lane": 71,
        "flow": 0,
        "resend": True,
        "created_at": at,
        "expires_at": at + timedelta(hours=10),
        **columns,
    }
    if "message.scheduled" in facts:
        values.setdefault("send_at", at + timedelta(hours=1))
    names = ", ".join(values)
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    async with db.transaction() as connection:
        await connection.execute(f"insert into messages ({names}) values ({places})", *values.values())
        if list(facts) == ["message.scheduled"]:
            await connection.execute(
                "insert into later"
                " (bucket, due, id, account, scheduled, pending, lane, priority, flow, turn, segments, expires_at)"
                " values ($1, $2, $3, $4, true, true, 71, 1, 0, 0, 1, $5)",
                bucket,
                values["send_at"],
                id,
                account,
                values["expires_at"],
            )
    for number, kind in enumerate(facts):
        await tell(db, account, id, kind, at=at + timedelta(seconds=number))
    return id


async def tell(
    db: Database, account: UUID, id: UUID, kind: str, *, at: datetime, code: int | None = None
) -> None:
    async with db.connection() as connection:
        await connection.execute(
            "insert into facts (bucket, at, account, subject, kind, detail) values ($1, $2, $3, $4, $5, $6)",
            bucket_of(id),
            at,
            account,
            id,
            kind,
            None if code is None else {"code": code},
        )
