"""Reading an account's messages: one, or a page of a list."""

from collections.abc import Sequence
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.kernel.sid import bucket_of, lowest_at
from tidings.messages.listing import Filters, id_bounds
from tidings.messages.message import Message
from tidings.messages.states import STATUS_FACTS, State
from tidings.runtime.database import Connection, Record
from tidings.runtime.statements import Statements
from tidings.web.api.paging import Page

SQL = Statements.beside(__file__)

# Which statement reads a page: by whether a recipient is named, and whether it is the page before a token.
_PAGES = {
    (False, False): "messages_page",
    (False, True): "messages_page_before",
    (True, False): "messages_to_page",
    (True, True): "messages_to_page_before",
}


async def message(db: Connection, account: UUID, id: UUID) -> Message | None:
    row = await SQL.one(db, "message", account, id, STATUS_FACTS)
    return None if row is None else _message(row)


async def page_of_messages(db: Connection, account: UUID, *, filters: Filters, page: Page) -> list[Message]:
    """One message more than the page shows, if there is one: newest first, oldest first before a token."""
    above, below = id_bounds(filters, page)
    statement = _PAGES[filters.recipient is not None, page.before is not None]
    values = (
        account,
        above,
        below,
        filters.sender,
        filters.sent_from,
        filters.sent_before,
        page.fetch,
        STATUS_FACTS,
    )
    if filters.recipient is not None:
        values = (*values, filters.recipient)  # type: ignore[assignment]  # one value more
    return [_message(row) for row in await SQL.many(db, statement, *values)]


async def texts(db: Connection, account: UUID, ids: Sequence[UUID]) -> dict[UUID, str]:
    """What these messages say; those that were deleted or emptied are left out."""
    buckets = [bucket_of(id) for id in ids]
    return {
        row["id"]: row["body"]
        for row in await SQL.many(db, "texts", account, buckets, list(ids))
        if row["body"]
    }


async def recent_texts(
    db: Connection, account: UUID, service: UUID, since: Instant, most: int
) -> Sequence[str]:
    """What an account sent through a service, or by one of its senders, since then, newest first. Texts that are not
    kept are left out, and so is what is older than the account's last 20,000 messages."""
    rows = await SQL.many(db, "recent_texts", account, service, lowest_at(since), most)
    return [row["body"] for row in rows]


async def recent_wordings(
    db: Connection, account: UUID, since: Instant, most: int
) -> Sequence[tuple[str, str]]:
    """The different texts that an account sent since then, each with the address that it came from, newest first. Texts
    that are not kept are left out, and so is what is older than the account's last 20,000 messages."""
    rows = await SQL.many(db, "recent_wordings", account, lowest_at(since), most)
    return [(row["body"], row["sender"]) for row in rows]


def _message(row: Record) -> Message:
    """A message without facts (they are kept as long as it is) would be one that was only just accepted."""
    kind: str = row["kind"] or State.QUEUED.fact
    code = (row["detail"] or {}).get("code")
    return Message(
        id=row["id"],
        bucket=row["bucket"],
        account=row["account"],
        direction=row["direction"],
        sender=row["sender"],
        recipient=row["recipient"],
        body=row["body"],
        segments=row["segments"],
        state=State(kind.removeprefix("message.")),
        error_code=code,
        created_at=row["created_at"],
        updated_at=row["updated_at"] or row["created_at"],
        sent_at=row["sent_at"],
        service=row["service"],
        tags=row["tags"],
    )
