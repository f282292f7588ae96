"""What clicks say of carriers: messages that truly arrived are followed, here and there."""

from datetime import timedelta

from tidings.carriers.record import keep_clicks
from tidings.kernel.instant import Instant
from tidings.links.followed import followed
from tidings.messages.metrics import FOLLOWED, LINKED
from tidings.runtime.database import Database
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

PATIENCE = timedelta(hours=6)
"""So long people have had to follow a link before it is looked at."""
MOST_LINKS = 20_000
"""An hour's sample: enough to see that nobody follows."""


async def weigh_clicks(db: Database, *, now: Instant) -> None:
    """Counts, for each carrier, the messages with links that left in the hour before `PATIENCE` began, that it says
    arrived, and those of them that were followed. May be done twice: of an hour the last count stands."""
    since, until = now - PATIENCE - timedelta(hours=1), now - PATIENCE
    found: dict[str, tuple[int, int]] = {}
    async with db.transaction() as connection:
        messages = await followed(connection, since=since, until=until, most_links=MOST_LINKS)
        # One that waited in its lane for long has not had its hours yet: it is left out.
        left_until = until + timedelta(hours=1)
        for row in await SQL.many(connection, "delivered_by", list(messages), since, left_until):
            linked, clicked = found.get(row["carrier"], (0, 0))
            found[row["carrier"]] = (linked + 1, clicked + messages[row["message"]])
        await keep_clicks(connection, found, now=now)
    for carrier, (linked, clicked) in found.items():
        LINKED.labels(carrier).inc(linked)
        FOLLOWED.labels(carrier).inc(clicked)
