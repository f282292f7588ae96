"""Report a conversion: keep it once, lay it to the person's last click, and count it where that message is counted."""

from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant
from tidings.kernel.sid import Sid, instant_of, lowest_at
from tidings.links.believe.count import count_conversion
from tidings.links.conversions.conversion import Conversion
from tidings.links.minted import LIFE
from tidings.links.month import month_of_code
from tidings.links.shorten import is_code
from tidings.runtime.database import Connection, Record
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


class KeptConversion(msgspec.Struct, frozen=True):
    """`click` and `message` are null where no click of the person was found within the window."""

    key: str
    event: str
    at: Instant
    reported_at: Instant
    value: str | None
    currency: str | None
    click: UUID | None
    message: UUID | None


async def report(
    db: Connection, account: UUID, told: Conversion, *, now: Instant
) -> tuple[KeptConversion, bool]:
    """The conversion as it is kept, and whether it is new: one that was reported before stays as it was.

    Needs the caller's transaction."""
    found = await _last_click(db, account, told, now=now)
    click, message = (None, None) if found is None else (found["id"], found["message"])
    new = await SQL.run(
        db,
        "add_conversion",
        account,
        told.key,
        told.event,
        told.at,
        now,
        told.value,
        told.currency,
        click,
        message,
    )
    if new and message is not None:
        await count_conversion(db, account, message, at=instant_of(message))
    row = await SQL.one(db, "conversion", account, told.key)
    assert row is not None, "it is there, from now or from before"
    return _kept(row), new > 0


async def conversions_of(db: Connection, account: UUID, *, since: Instant, most: int) -> list[KeptConversion]:
    """Newest first."""
    return [_kept(row) for row in await SQL.many(db, "conversions", account, since, most)]


async def _last_click(db: Connection, account: UUID, told: Conversion, *, now: Instant) -> Record | None:
    # A click is kept a moment before its conversion by whichever clock; clocks differ by less than a second.
    until, since = told.at, told.at - told.window
    if told.code is not None:
        if not is_code(told.code):
            return None
        month = month_of_code(told.code, now)
        return await SQL.one(db, "last_click_on_code", account, told.code, until, since, month)
    if told.recipient is not None:
        oldest = lowest_at(since - LIFE)
        return await SQL.one(db, "last_click_of_person", account, told.recipient, until, since, oldest)
    sid = Sid.parse(told.message or "")
    if sid is None:
        return None
    return await SQL.one(db, "last_click_on_message", account, sid.uuid, until, since)


def _kept(row: Record) -> KeptConversion:
    return KeptConversion(
        key=row["key"],
        event=row["event"],
        at=row["at"],
        reported_at=row["reported_at"],
        value=None if row["value"] is None else str(row["value"]),
        currency=row["currency"],
        click=row["click"],
        message=row["message"],
    )
