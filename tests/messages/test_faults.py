"""What goes wrong on the road out: nothing is lost, and only what was in doubt can arrive twice."""

import asyncio
from collections import Counter

import pytest
from tests.messages.world import World

pytestmark = pytest.mark.slow

BUSY = 1000.0


async def arrivals(world: World) -> Counter[str]:
    return Counter(one["destination"] for one in await world.received())


async def doubted(world: World) -> int:
    async with world.db.connection() as connection:
        return int(await connection.fetchval("select count(*) from facts where kind = 'message.doubted'"))


async def test_a_dispatcher_that_vanishes_loses_nothing_and_doubles_only_what_was_marked(
    world: World,
) -> None:
    sent = await world.send_many(300, sender_mps=150.0)
    first = await world.dispatch("one")
    await world.until(lambda states: Counter(states.values())["delivered"] > 60)
    await first.vanish()
    marked = await world.count("inflight")
    await world.dispatch("one")
    await world.settled()
    seen = await arrivals(world)
    assert set(seen) == {one.draft.recipient for one in sent}
    assert await doubted(world) == marked
    assert sum(seen.values()) - len(seen) <= marked


async def test_what_may_not_be_sent_twice_is_given_up_when_in_doubt(world: World) -> None:
    first = await world.dispatch("one")
    await world.send()
    await world.settled()
    await world.fault(kind="stop_answering", seconds=60)
    accepted = await world.send(resend=False, priority=2, recipient="+14155554444")
    await world.until(
        lambda _: len(first.dispatcher.departures) == 0 and first.dispatcher.counts.handed_over == 2
    )
    await asyncio.sleep(0.2)
    await first.vanish()
    await world.fault(kind="clear")
    second = await world.dispatch("one")
    await world.settled()
    assert second.dispatcher.counts.left_behind == 1
    facts = await world.facts(accepted)
    assert ("message.doubted", {"rule": "give_up"}) in facts
    assert ("message.failed", {"code": 30410}) in facts
    assert (await arrivals(world))["+14155554444"] <= 1


async def test_a_connection_dropped_in_mid_window_loses_nothing(world: World) -> None:
    sent = await world.send_many(300, sender_mps=BUSY)
    await world.dispatch()
    await world.until(lambda states: Counter(states.values())["delivered"] > 30)
    await world.fault(kind="drop")
    await world.settled(seconds=30)
    seen = await arrivals(world)
    assert set(seen) == {one.draft.recipient for one in sent}
    assert sum(seen.values()) - len(seen) <= await doubted(world)


async def test_a_carrier_that_refuses_binds_is_waited_for(world: World) -> None:
    await world.fault(kind="refuse_binds", seconds=3)
    await world.fault(kind="drop")
    sent = await world.send_many(20, sender_mps=BUSY)
    await world.dispatch()
    await world.settled(seconds=30)
    assert await arrivals(world) == Counter(one.draft.recipient for one in sent)
    assert await doubted(world) == 0


async def test_a_throttling_carrier_gets_everything_in_the_end_and_once(world: World) -> None:
    await world.fault(kind="throttle", count=6)
    sent = await world.send_many(60, sender_mps=BUSY)
    await world.dispatch()
    await world.settled(seconds=40)
    assert await arrivals(world) == Counter(one.draft.recipient for one in sent)


async def test_a_graceful_stop_gives_back_what_has_not_left(world: World) -> None:
    sent = await world.send_many(200, sender_mps=100.0)
    first = await world.dispatch("one")
    await world.until(lambda states: Counter(states.values())["delivered"] > 20)
    await first.stop()
    assert await world.count("inflight") == 0
    await world.dispatch("two")
    await world.settled()
    assert await arrivals(world) == Counter(one.draft.recipient for one in sent)
    assert await doubted(world) == 0


async def test_two_dispatchers_share_the_lanes_and_send_everything_once(world: World) -> None:
    first = await world.dispatch("one", lease_seconds=1.5)
    second = await world.dispatch("two", lease_seconds=1.5)
    senders = [f"+1415555{n:04d}" for n in range(100, 140)]
    sent = []
    for sender in senders:
        sent += await world.send_many(10, sender=sender, sender_kind="long_code", sender_mps=10.0)
    await world.settled(seconds=30)
    assert sum((await arrivals(world)).values()) == len(sent)
    assert first.dispatcher.counts.handed_over > 0
    assert second.dispatcher.counts.handed_over > 0
    assert await doubted(world) == 0


async def test_connections_that_postgresql_ends_are_made_anew(world: World) -> None:
    sent = await world.send_many(300, sender_mps=150.0)
    await world.dispatch()
    await world.until(lambda states: Counter(states.values())["delivered"] > 30)
    async with world.db.connection() as connection:
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
    await world.settled(seconds=30)
    seen = await arrivals(world)
    assert set(seen) == {one.draft.recipient for one in sent}
    assert sum(seen.values()) - len(seen) <= await doubted(world)
