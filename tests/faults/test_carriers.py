"""Two carriers, one of which dies, hangs, or is taken out of use in mid-blast: their arrival lists are compared.

Nothing is lost, and nothing arrives twice but what was in doubt and may be sent again.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.faults.frail_carrier import Arrival, FrailCarrier, frail_carrier
from tests.messages.world import World
from tests.messages.world import world as build

from tidings.carriers.book import (
    Book,
    CarrierEntry,
    CarrierState,
    add_route,
    put_carrier,
    read_book,
    set_state,
    swap_routes,
)
from tidings.carriers.routes import Match
from tidings.messages.accept import Accepted
from tidings.runtime.database import Connection, Database
from tidings.runtime.secrets import Sealer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

MPS = 200.0
SEALER = Sealer(bytes(range(32)))


@pytest.fixture
async def world(db: Database, db_url: str) -> AsyncIterator[World]:
    async with build(db, db_url) as built:
        yield built


async def blast(world: World, count: int) -> list[Accepted]:
    """Half of them may be sent again when they are in doubt."""
    return list(
        await asyncio.gather(
            *(
                world.send(recipient=f"+1415{2_000_000 + n}", sender_mps=MPS, resend=bool(n % 2))
                for n in range(count)
            )
        )
    )


async def write_down(world: World, *entries: CarrierEntry) -> None:
    async with world.db.transaction() as connection:
        for entry in entries:
            await put_carrier(connection, entry, sealer=SEALER, now=datetime.now(UTC))


async def read(connection: Connection) -> Book:
    return await read_book(connection, sealer=SEALER)


async def until_arrived(carrier: FrailCarrier, count: int) -> None:
    async with asyncio.timeout(60):
        while len(carrier.arrivals()) < count:
            await asyncio.sleep(0.05)


async def doubts(world: World) -> dict[str, str]:
    """The rule by which each recipient's message in doubt was treated."""
    query = """select m.recipient, f.detail ->> 'rule' as rule from facts f join messages m on m.id = f.subject
               where f.kind = 'message.doubted'"""
    async with world.db.connection() as connection:
        return {row["recipient"]: row["rule"] for row in await connection.fetch(query)}


async def check_nothing_lost_nothing_twice(
    world: World, sent: Sequence[Accepted], *arrivals: Sequence[Arrival]
) -> None:
    seen = Counter(one.destination for each in arrivals for one in each)
    doubted = await doubts(world)
    states = await world.states()
    given_up = {recipient for recipient, rule in doubted.items() if rule == "give_up"}
    lost = [
        one.draft.recipient
        for one in sent
        if not seen[one.draft.recipient] and one.draft.recipient not in given_up
    ]
    assert not lost, f"{len(lost)} messages arrived nowhere"
    twice = {recipient for recipient, times in seen.items() if times > 1}
    assert twice <= doubted.keys() - given_up, "a message arrived twice that was not to be sent again"
    for one in sent:
        expected = {"failed"} if one.draft.recipient in given_up else {"sent", "delivered"}
        assert states[one.id] in expected


@pytest.mark.alone
async def test_a_carrier_that_is_killed_in_mid_blast_hands_its_throughput_to_the_other(
    world: World, tmp_path: Path
) -> None:
    async with frail_carrier(tmp_path, "alpha") as alpha, frail_carrier(tmp_path, "beta") as beta:
        await write_down(world, alpha.entry(binds=2), beta.entry(binds=1))
        await world.dispatch(read=read)
        sent = await blast(world, 2_000)
        await until_arrived(alpha, 300)
        await until_arrived(beta, 100)
        alpha.kill()
        killed_at = time.time()
        before = len(beta.arrivals())
        await until_arrived(beta, before + int(5 * MPS))
        moved = [one for one in beta.arrivals() if killed_at + 3 <= one.at < killed_at + 5]
        assert len(moved) >= 2 * MPS * 0.7, f"{len(moved)} in two seconds, three seconds after the kill"
        ends = {"sent", "delivered", "failed"}
        await world.until(lambda states: set(states.values()) <= ends, seconds=60)
        await check_nothing_lost_nothing_twice(world, sent, alpha.arrivals(), beta.arrivals())
        assert len(await doubts(world)) <= 2 * 2 * 32, "more was in doubt than two windows hold"


async def test_a_carrier_that_hangs_gets_nothing_more_and_its_window_alone_is_in_doubt(
    world: World, tmp_path: Path
) -> None:
    async with frail_carrier(tmp_path, "alpha") as alpha, frail_carrier(tmp_path, "beta") as beta:
        await write_down(world, alpha.entry(response_timeout=3.0), beta.entry())
        await world.dispatch(read=read)
        sent = await blast(world, 1_200)
        await until_arrived(alpha, 100)
        alpha.stop()
        stopped_at = time.time()
        await until_arrived(beta, 1_000 - len(alpha.arrivals()))
        alpha.go_on()
        ends = {"sent", "delivered", "failed"}
        await world.until(lambda states: set(states.values()) <= ends, seconds=60)
        assert any(one.at > stopped_at for one in beta.arrivals())
        await check_nothing_lost_nothing_twice(world, sent, alpha.arrivals(), beta.arrivals())
        assert await doubts(world)


async def test_a_carrier_is_drained_and_its_routes_swapped_under_load_without_a_doubt(
    world: World, tmp_path: Path
) -> None:
    async with (
        frail_carrier(tmp_path, "alpha", receipt_seconds=2.0) as alpha,
        frail_carrier(tmp_path, "beta") as beta,
    ):
        await write_down(world, alpha.entry(), beta.entry())
        async with world.db.transaction() as connection:
            now = datetime.now(UTC)
            await add_route(
                connection, place=1, match=Match(), carrier="alpha", weight=None, price=None, now=now
            )
        running = await world.dispatch(read=read)
        sent = await blast(world, 1_200)
        await until_arrived(alpha, 300)
        assert beta.arrivals() == []
        async with world.db.transaction() as connection:
            assert await swap_routes(connection, "alpha", "beta") == 1
            await set_state(connection, "alpha", CarrierState.DRAINING, now=datetime.now(UTC))
        await until_arrived(beta, 1)
        at_alpha = len(alpha.arrivals())
        await world.settled(seconds=60)
        assert len(alpha.arrivals()) == at_alpha, "a drained carrier got something new"
        seen = Counter(one.destination for one in [*alpha.arrivals(), *beta.arrivals()])
        assert seen == Counter(one.draft.recipient for one in sent)
        assert set((await world.states()).values()) == {"delivered"}
        assert await doubts(world) == {}
        async with world.db.transaction() as connection:
            await set_state(connection, "alpha", CarrierState.OFF, now=datetime.now(UTC))
        async with asyncio.timeout(20):
            while "alpha" in {line.name for line in running.switchboard.lines}:
                await asyncio.sleep(0.05)
