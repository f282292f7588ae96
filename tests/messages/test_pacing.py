"""Pacing as the carrier measures it: by the arrival times that the simulator notes.

A meter has an error: on a machine that is busy with other work its process may read what arrived some milliseconds
late, and so closer to what follows. It keeps account of how late it was; arrivals are judged by windows that are
shorter by that, and a measurement that was disturbed is repeated.
"""

import asyncio
import gc
from collections.abc import Iterator
from itertools import pairwise

import pytest
from tests.messages.builders import ACCOUNT
from tests.messages.world import World

from tidings.cli.supervised import GARBAGE_THRESHOLDS
from tidings.lanes.allowance import Network, Rates, Registered
from tidings.lanes.grant import keep_rates
from tidings.lanes.networks import learn_networks
from tidings.lanes.operate import change_sender

pytestmark = [pytest.mark.slow, pytest.mark.alone]

DISTURBED_SECONDS = 0.003
MEASUREMENTS = 3


@pytest.fixture(autouse=True)
def collected_as_in_the_product() -> Iterator[None]:
    """A supervised process keeps its modules out of collections (cli/supervised.py); those of a test are many more."""
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    yield
    gc.set_threshold(*usual)
    gc.unfreeze()


def worst_second(arrivals: list[tuple[float, int]], *, error_seconds: float) -> int:
    """The most segments that arrived in any half-open window of one second, less the meter's error."""
    worst = held = first = 0
    for at, segments in arrivals:
        held += segments
        while arrivals[first][0] <= at - (1.0 - error_seconds):
            held -= arrivals[first][1]
            first += 1
        worst = max(worst, held)
    return worst


async def arrivals_at(world: World, sender: str | None = None) -> list[tuple[float, int]]:
    """Of one sender, or of all."""
    received = await world.received()
    return sorted((one["at"], one["parts"]) for one in received if sender in (None, one["source"]))


@pytest.mark.parametrize(("mps", "count"), [(10.0, 60), (100.0, 800)])
async def test_no_second_holds_more_than_mps_and_almost_all_of_it_is_used(
    world: World, mps: float, count: int
) -> None:
    for measurement in range(MEASUREMENTS):
        sender = f"5550{measurement}"
        await world.send_many(count, sender=sender, sender_mps=mps)
        await world.meter.error_seconds()
        dispatcher = await world.dispatch()
        await world.settled(seconds=60)
        error_seconds = await world.meter.error_seconds()
        await dispatcher.stop()
        if error_seconds < DISTURBED_SECONDS:
            break
    arrived = await arrivals_at(world, sender)
    assert len(arrived) == count
    assert worst_second(arrived, error_seconds=error_seconds) <= mps
    used = (count - 1) / (arrived[-1][0] - arrived[0][0]) / mps
    assert used >= 0.995 - error_seconds / (count / mps)
    gaps = [later - sooner for (sooner, _), (later, _) in pairwise(arrived)]
    assert max(gaps) < 10 / mps


async def test_a_message_of_three_segments_spends_three(world: World) -> None:
    body = "Every word counts, and there are many of them here. " * 8
    await world.send_many(50, body=body, segments=3, sender_mps=30.0)
    await world.dispatch()
    await world.settled(seconds=30)
    arrived = await arrivals_at(world)
    assert sum(parts for _, parts in arrived) == 150
    assert worst_second(arrived, error_seconds=await world.meter.error_seconds()) <= 30 + 2
    assert (150 - 3) / (arrived[-1][0] - arrived[0][0]) / 30.0 >= 0.99


async def test_a_hand_over_to_another_dispatcher_never_doubles_the_rate(world: World) -> None:
    await world.send_many(200, sender_mps=40.0)
    first = await world.dispatch("one")
    await asyncio.sleep(1.5)
    await first.stop()
    second = await world.dispatch("two")
    await asyncio.sleep(1.0)
    await second.vanish()
    await world.dispatch("two")
    await world.settled(seconds=30)
    error_seconds = await world.meter.error_seconds()
    assert worst_second(await arrivals_at(world), error_seconds=error_seconds) <= 40


async def test_a_connections_own_limit_holds_over_all_its_senders(world: World) -> None:
    for sender in ("55501", "55502", "55503"):
        await world.send_many(50, sender=sender, sender_mps=100.0)
    await world.dispatch(carrier_mps=40.0)
    await world.settled(seconds=30)
    arrived = await arrivals_at(world)
    assert len(arrived) == 150
    assert worst_second(arrived, error_seconds=await world.meter.error_seconds()) <= 40


async def test_each_network_of_a_campaign_and_all_together_keep_their_mps_over_its_numbers(
    world: World,
) -> None:
    people = {
        network: [f"+1415555{number}{n:03d}" for n in range(2, 26)]
        for number, network in enumerate((Network.ATT, Network.TMOBILE, Network.VERIZON), start=2)
    }
    async with world.db.connection() as connection:
        for network, numbers in people.items():
            await learn_networks(connection, dict.fromkeys(numbers, network), source="test")
    registered = Registered(campaign="CM1", brand="BN1", brand_type="sole_proprietor")
    for rank in zip(*people.values(), strict=True):
        for number, person in enumerate(rank):
            await world.send(
                sender=f"+1415555010{number}",
                sender_kind="long_code",
                country="US",
                registered=registered,
                recipient=person,
            )
    rates = Rates(att=5, tmobile=10, verizon=10, other=1, total=20)
    async with world.db.connection() as connection:
        await keep_rates(connection, ACCOUNT, "CM1", rates, granted=True)
    await world.meter.error_seconds()
    await world.dispatch()
    await world.settled(seconds=40)
    error_seconds = await world.meter.error_seconds()
    received = await world.received()
    assert len(received) == 72
    for network, mps in ((Network.ATT, 5), (Network.TMOBILE, 10), (Network.VERIZON, 10)):
        mine = sorted((one["at"], one["parts"]) for one in received if one["destination"] in people[network])
        assert len(mine) == 24
        assert worst_second(mine, error_seconds=error_seconds) <= mps
    assert worst_second(await arrivals_at(world), error_seconds=error_seconds) <= 20


async def test_an_idle_spell_or_a_pause_is_not_made_up_for_by_a_burst(world: World) -> None:
    await world.dispatch()
    [first] = await world.send_many(1, sender_mps=20.0)
    async with world.db.connection() as connection:
        await connection.execute(
            "insert into accounts (id, friendly_name, created_at, updated_at) values ($1, 'Shop', now(), now())",
            first.draft.account,
        )
        await connection.execute(
            "insert into senders (id, account, address, kind, mps, created_at, updated_at) "
            "values (gen_random_uuid(), $1, '55501', 'short_code', 20, now(), now())",
            first.draft.account,
        )
    await asyncio.sleep(1.5)
    await world.send_many(60, sender_mps=20.0)
    await asyncio.sleep(0.7)
    await change_sender(world.db, first.draft.account, "55501", paused=True)
    await asyncio.sleep(1.2)
    await change_sender(world.db, first.draft.account, "55501", paused=False)
    await world.settled(seconds=30)
    error_seconds = await world.meter.error_seconds()
    assert worst_second(await arrivals_at(world), error_seconds=error_seconds) <= 20
