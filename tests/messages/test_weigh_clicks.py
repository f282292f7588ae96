"""Carriers that say that messages arrived are held against the clicks on these messages' links."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.messages.builders import ACCOUNT
from tests.messages.stored import store_message

from tidings.carriers.plausible import Tally
from tidings.carriers.record import keep_tallies, tallies_since
from tidings.kernel.sid import mint
from tidings.links.minted import LIFE
from tidings.messages.weigh_clicks import PATIENCE, weigh_clicks
from tidings.runtime.database import Connection, Database

NOON = datetime.now(UTC).replace(hour=12, minute=3, second=0, microsecond=0)
LOOKED_AT = NOON - PATIENCE - timedelta(minutes=30)


class Sent:
    """Messages with a link each, as they were left behind by those who sent and followed them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._count = 0

    async def message(
        self,
        carrier: str,
        *,
        at: datetime = LOOKED_AT,
        left_at: datetime | None = None,
        end: str = "message.delivered",
        clicks: int = 0,
    ) -> None:
        self._count += 1
        id = await store_message(self._db, ACCOUNT, at=at, facts=["message.queued", "message.sent", end])
        async with self._db.connection() as connection:
            for part in range(2):
                await connection.execute(
                    "insert into carrier_refs (carrier, provider_id, at, bucket, message, account, part, parts)"
                    " values ($1, $2, $3, 7, $4, $5, $6, 2)",
                    carrier,
                    f"{self._count}/{part}",
                    left_at or at,
                    id,
                    ACCOUNT,
                    part,
                )
            await self._links(connection, id, at, clicks)

    async def _links(self, connection: Connection, message: UUID, at: datetime, clicks: int) -> None:
        for link in range(2):
            await connection.execute(
                "insert into links (month, code, account, domain, service, message, destination, created_at,"
                " expires_at) values (0, $1, $2, $2, $2, $3, 'https://shop.example', $4, $5)",
                f"code{self._count}.{link}",
                ACCOUNT,
                message,
                at,
                at + LIFE,
            )
        for click in range(clicks):
            await connection.execute(
                "insert into clicks values ($1, $2, $3, $4, $5, $6, 'GET', '', '', '')",
                mint(at + timedelta(minutes=1), bytes([click]) * 10, 0),
                click,
                ACCOUNT,
                f"code{self._count}.0",
                message,
                at + timedelta(minutes=1),
            )


async def tallies(db: Database) -> dict[str, Tally]:
    async with db.connection() as connection:
        return await tallies_since(connection, NOON - timedelta(hours=1))


async def test_messages_that_are_said_to_have_arrived_are_counted_with_those_that_were_followed(
    db: Database,
) -> None:
    sent = Sent(db)
    for clicks in (0, 0, 3):
        await sent.message("honest", clicks=clicks)
    for _ in range(2):
        await sent.message("invents", clicks=0)
    await sent.message("honest", end="message.undelivered")
    async with db.transaction() as connection:
        await keep_tallies(connection, {"honest": Tally(taken=4, delivered=3, undelivered=1)}, now=NOON)
    for _ in range(2):  # done twice it is counted once
        await weigh_clicks(db, now=NOON)
    assert await tallies(db) == {
        "honest": Tally(taken=4, delivered=3, undelivered=1, linked=3, followed=1),
        "invents": Tally(linked=2),
    }


async def test_only_those_are_looked_at_that_people_have_had_hours_to_follow(db: Database) -> None:
    sent = Sent(db)
    await sent.message("late", at=NOON - timedelta(hours=5))
    await sent.message("waited", left_at=NOON - timedelta(hours=3))
    await sent.message("early", at=NOON - timedelta(hours=8))
    await weigh_clicks(db, now=NOON)
    assert await tallies(db) == {}
