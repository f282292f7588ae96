"""What a carrier without ids of its own sends again, because its session ended first, is one message; what a person
says twice is two."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from tests.messages.test_receive import ANNA, SHOP, inbound, open_shop, rows, stored, take
from tests.messages.world import World

from tidings.carriers.connector import Inbound, InboundSession
from tidings.carriers.smpp.connector import SmppConnector
from tidings.carriers.smpp.settings import SmppSettings
from tidings.messages.receive import Reception, receive
from tidings.runtime.bell import Bell
from tidings.runtime.database import Database
from tidings.runtime.outbox import CHANNEL

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def session(*, minute: float = 0.0) -> InboundSession:
    return InboundSession(uuid4(), NOON + timedelta(minutes=minute))


def yes(session: InboundSession, *, minute: float = 0.0, **changes: object) -> Inbound:
    return inbound("YES", session=session, at=NOON + timedelta(minutes=minute), **changes)


async def doubts(db: Database) -> int:
    return len(await rows(db, "select * from inbound_doubts"))


async def read(db: Database, session: InboundSession, *, minute: float = 0.0) -> None:
    bell = Bell(db, CHANNEL, linger_seconds=0)
    reception = Reception(db, facts=bell, clock=lambda: NOON)
    await reception.doubt_no_more({session.id: NOON + timedelta(minutes=minute)})
    await bell.close()


async def test_what_comes_again_by_another_session_is_one_message(db: Database) -> None:
    await open_shop(db)
    await take(db, yes(session()))
    await take(db, yes(session(minute=1), minute=1))
    await take(db, yes(session(minute=2), minute=2))
    assert len(await stored(db)) == 1
    assert len(await rows(db, "select * from facts")) == 1


async def test_two_of_one_session_are_two_and_each_comes_again_as_itself(db: Database) -> None:
    await open_shop(db)
    first, second = session(), session(minute=1)
    await take(db, yes(first), yes(first))
    await take(db, yes(second, minute=1), yes(second, minute=1), yes(second, minute=1))
    assert len(await stored(db)) == 3, "two came again, and the third is new"


async def test_once_the_carrier_knows_that_we_have_it_the_same_words_are_another(db: Database) -> None:
    await open_shop(db)
    first = session()
    await take(db, yes(first))
    await read(db, first)
    await take(db, yes(session(minute=1), minute=1))
    assert len(await stored(db)) == 2
    assert await doubts(db) == 1


async def test_what_came_after_the_carrier_was_asked_stays_in_doubt(db: Database) -> None:
    await open_shop(db)
    first = session()
    await take(db, yes(first), yes(first, minute=1))
    await read(db, first, minute=0.5)
    assert await doubts(db) == 1


@pytest.mark.parametrize(
    "other",
    [{"source": "+14155550000"}, {"parts": 2}, {"carrier": "other"}, {"text": "YES "}],
    ids=lambda other: next(iter(other)),
)
async def test_whatever_differs_is_another_message(db: Database, other: dict[str, object]) -> None:
    await open_shop(db)
    await take(db, yes(session()))
    again = inbound(
        **{"text": "YES", "session": session(minute=1), "at": NOON + timedelta(minutes=1)} | other
    )  # type: ignore[arg-type]
    await take(db, again)
    assert len(await stored(db)) == 2


async def test_a_doubt_counts_for_ten_minutes_of_the_next_session_however_long_nobody_was_there(
    db: Database,
) -> None:
    await open_shop(db)
    await take(db, yes(session()))
    after_the_night = session(minute=600)
    await take(db, yes(after_the_night, minute=609))
    assert len(await stored(db)) == 1
    await take(db, yes(session(minute=610), minute=630))
    assert len(await stored(db)) == 2


async def test_a_batch_that_is_written_again_is_recognised_again(db: Database) -> None:
    await open_shop(db)
    await take(db, yes(session()))
    again = yes(session(minute=1), minute=1)
    async with db.transaction() as connection:
        for _ in range(2):
            await receive(connection, [again], now=NOON, entropy=lambda size: b"7" * size)
    assert len(await stored(db)) == 1


@asynccontextmanager
async def connected(world: World, *, loses: "asyncio.Event | None" = None) -> AsyncIterator[SmppConnector]:
    """A connector that stores what the simulated carrier brings. `loses`: once something is stored the carrier drops
    the connection, and the acknowledgement with it; the event is set then."""
    bell = Bell(world.db, CHANNEL, linger_seconds=0)
    reception = Reception(world.db, facts=bell, clock=lambda: datetime.now(UTC))

    async def on_inbound(batch: list[Inbound]) -> None:
        await reception.take(batch)
        if loses is not None and not loses.is_set():
            await world.fault(kind="drop")
            while connector.statistics.bound:
                await asyncio.sleep(0.005)
            loses.set()

    async def nothing(_: object) -> None:
        return

    settings = SmppSettings.parse(
        {
            "host": world.carrier.smpp_host,
            "port": world.carrier.smpp_port,
            "system_id": "tidings",
            "password": "secret",
            "reconnect_first": 0.05,
            "reconnect_most": 0.1,
        }
    )
    connector = SmppConnector(
        "simulator",
        settings,
        on_receipts=nothing,
        on_inbound=on_inbound,
        on_room=lambda: None,
        on_read=reception.doubt_no_more,
    )
    await connector.open()
    yield connector
    await connector.close()
    await bell.close()


async def says(world: World, text: str) -> None:
    told = {"from": ANNA, "to": SHOP, "body": text}
    async with world.session.post(f"{world.carrier.control_url}/inbound", json=told) as answer:
        assert answer.status == 200, await answer.text()


async def acknowledged(world: World, count: int) -> int:
    """Waits until the carrier has seen so many acknowledgements; gives how often it sent something again."""
    async with asyncio.timeout(20):
        while True:
            async with world.session.get(f"{world.carrier.control_url}/stats") as answer:
                inbound = (await answer.json())["inbound"]
            if inbound["acknowledged"] >= count:
                return int(inbound["repeated"])
            await asyncio.sleep(0.02)


async def no_doubts(db: Database) -> None:
    async with asyncio.timeout(20):
        while await doubts(db):
            await asyncio.sleep(0.02)


async def test_a_connection_that_drops_between_storing_and_acknowledging_doubles_nothing(
    world: World,
) -> None:
    account: UUID = await open_shop(world.db)
    lost = asyncio.Event()
    async with connected(world, loses=lost):
        await says(world, "YES")
        assert await acknowledged(world, 1) == 1
        assert lost.is_set()
        assert [message["account"] for message in await stored(world.db)] == [account]
        await no_doubts(world.db)
        await says(world, "YES")
        await says(world, "YES")
        assert await acknowledged(world, 3) == 1
        assert len(await stored(world.db)) == 3, "what the person says again is kept"
        await no_doubts(world.db)
