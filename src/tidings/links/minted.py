"""Links of messages are kept in the transaction that keeps the messages."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant
from tidings.links.shorten import Minted
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
LIFE = timedelta(days=90)
"""How long a link leads anywhere, as Twilio's do."""


class CodeTaken(Exception):  # noqa: N818 - it names what happened
    """A new code is that of an older link: nothing may be written. By chance, once in 10**8 messages at 10**7 links."""


class Linked(msgspec.Struct, frozen=True, kw_only=True):
    """The links of one message."""

    account: UUID
    domain: UUID
    service: UUID
    message: UUID
    links: tuple[Minted, ...]
    now: Instant
    leaves_at: Instant
    """When it will be sent at the earliest: the life of its links begins then."""


async def keep_links(connection: Connection, batch: Sequence[Linked]) -> None:
    """Writes the links of messages. Raises CodeTaken, so that the transaction is given up: no link leads elsewhere."""
    rows = [
        (
            link.code,
            one.account,
            one.domain,
            one.service,
            one.message,
            link.destination,
            one.now,
            one.leaves_at + LIFE,
        )
        for one in batch
        for link in one.links
    ]
    if rows and await SQL.run(
        connection, "keep_links", *(list(column) for column in zip(*rows, strict=True))
    ) != len(rows):
        raise CodeTaken
