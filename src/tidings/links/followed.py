"""Whether the links of messages were followed."""

from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.kernel.sid import lowest_at
from tidings.links.minted import LIFE
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


async def followed(
    connection: Connection, *, since: Instant, until: Instant, most_links: int
) -> dict[UUID, bool]:
    """The messages with links that might leave from `since` on, before `until`, each with whether anybody has asked for
    one of its links: a person or a preview. Of more than `most_links` the first ones. Over all accounts."""
    rows = await SQL.many(connection, "followed", since + LIFE, until + LIFE, most_links, lowest_at(since))
    return {row["message"]: row["followed"] for row in rows}
