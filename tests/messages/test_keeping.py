"""What is learnt of carriers: shared, kept over restarts, and asked for where no receipt was heard."""

from datetime import UTC, datetime, timedelta

from tests.messages.builders import SHOP
from tests.messages.world import Running, World, smpp_entry

from tidings.carriers.awaited import ASK_AFTER_SECONDS, MISSING_AFTER_SECONDS
from tidings.carriers.book import Book
from tidings.carriers.health import Health
from tidings.carriers.plausible import Tally
from tidings.carriers.record import beliefs, forget, standings, tallies_since
from tidings.lanes.allowance import Network
from tidings.lanes.networks import learn_networks
from tidings.runtime.database import Connection

BUSY = 1000.0
TO_THE_US = ("simulator", SHOP, "US")


async def believed(world: World) -> dict[tuple[str, str, str], Health]:
    async with world.db.connection() as connection:
        return await beliefs(connection, now=datetime.now(UTC))


async def tally(world: World) -> Tally:
    async with world.db.connection() as connection:
        known = await tallies_since(connection, datetime.now(UTC) - timedelta(hours=2))
    return known.get("simulator", Tally())


def an_hour_later(running: Running, seconds: float) -> None:
    """What this process awaits was sent so long ago."""
    [line] = running.switchboard.lines
    for waiting in (line.awaited._new, line.awaited._asked):
        for provider_id, sent in waiting.items():
            waiting[provider_id] = sent._replace(at=sent.at - seconds)


async def test_receipts_become_a_belief_that_the_next_dispatcher_begins_with(world: World) -> None:
    running = await world.dispatch()
    await world.send_many(60, sender_mps=BUSY)
    await world.send(recipient="+14155550007", sender_mps=BUSY)
    await world.settled()
    await running.stop()
    health = (await believed(world))[TO_THE_US]
    assert (round(health.good), round(health.bad)) == (60, 1)
    counted = await tally(world)
    assert (counted.taken, counted.delivered, counted.undelivered, counted.missing) == (61, 60, 1, 0)
    following = await world.dispatch("two")
    assert round(following.switchboard.beliefs.of(TO_THE_US).good) == 60


async def test_what_is_learnt_is_of_the_network_where_it_is_known(world: World) -> None:
    async with world.db.connection() as connection:
        await learn_networks(connection, {"+14155550007": Network.TMOBILE}, source="a test")
    running = await world.dispatch()
    await world.send(recipient="+14155550007", sender_mps=BUSY)
    await world.send(recipient="+14155550107", sender_mps=BUSY)
    await world.settled()
    await running.stop()
    places = {place: round(health.bad) for (_, _, place), health in (await believed(world)).items()}
    assert places == {"tmobile": 1, "US": 0}


async def test_dispatchers_add_up_what_they_learn(world: World) -> None:
    one, two = await world.dispatch("one"), await world.dispatch("two")
    for running in (one, two):
        running.switchboard.beliefs.put_back({TO_THE_US: (10.0, 2.0)})
        await running.keeper.save()
    health = (await believed(world))[TO_THE_US]
    assert (round(health.good), round(health.bad)) == (20, 4)
    assert round(two.switchboard.beliefs.of(TO_THE_US).good) == 20
    async with world.db.connection() as connection:
        held = await standings(connection, now=datetime.now(UTC))
    assert {(one.owner, one.carrier, one.breaker) for one in held} == {
        ("one", "simulator", "closed"),
        ("two", "simulator", "closed"),
    }


async def test_a_receipt_that_another_process_heard_is_found_in_the_history(world: World) -> None:
    running = await world.dispatch()
    running.switchboard.hear = lambda receipts: None  # type: ignore[method-assign]  # another session hears them
    await world.send_many(5, sender_mps=BUSY)
    await world.send(recipient="+14155550005", sender_mps=BUSY)
    await world.settled()
    del running.switchboard.hear
    [line] = running.switchboard.lines
    assert len(line.awaited) == 6
    an_hour_later(running, ASK_AFTER_SECONDS + 1)
    await running.keeper.ask()
    assert len(line.awaited) == 0
    assert (line.tally.delivered, line.tally.undelivered, line.tally.missing) == (5, 1, 0)


async def test_a_receipt_that_never_came_is_missing_after_an_hour(world: World) -> None:
    running = await world.dispatch()
    await world.send(recipient="+14155550010", sender_mps=BUSY)
    await world.until(lambda states: set(states.values()) == {"sent"})
    [line] = running.switchboard.lines
    an_hour_later(running, ASK_AFTER_SECONDS + 1)
    await running.keeper.ask()
    assert (len(line.awaited), line.tally.missing) == (1, 0)
    an_hour_later(running, MISSING_AFTER_SECONDS)
    await running.keeper.ask()
    assert (len(line.awaited), line.tally.missing) == (0, 1)
    await running.keeper.save()
    assert (await tally(world)).missing == 1


async def test_old_evidence_is_forgotten(world: World) -> None:
    running = await world.dispatch()
    running.switchboard.beliefs.put_back({TO_THE_US: (10.0, 2.0)})
    await running.keeper.save()
    async with world.db.transaction() as connection:
        await forget(connection, now=datetime.now(UTC) + timedelta(hours=4))
    assert await believed(world) == {}


async def test_a_sender_that_is_bound_to_a_carrier_leaves_by_it_alone(world: World) -> None:
    async def read(_: Connection) -> Book:
        return Book((smpp_entry("alpha", world.carrier), smpp_entry("beta", world.carrier)))

    async with world.db.connection() as connection:
        await connection.execute(
            "insert into accounts (id, friendly_name, created_at, updated_at) values ($1, 'Shop', now(), now())",
            (await world.send()).draft.account,
        )
        await connection.execute(
            "insert into senders (id, account, address, kind, mps, carrier, created_at, updated_at) "
            "select gen_random_uuid(), id, '55501', 'short_code', 100, 'beta', now(), now() from accounts"
        )
    running = await world.dispatch(read=read)
    await world.send_many(20, sender_mps=BUSY)
    await world.until(lambda states: set(states.values()) <= {"sent", "delivered"})
    taken = {line.name: line.ended.taken for line in running.switchboard.lines}
    assert taken == {"alpha": 0, "beta": 21}
