"""A brand's day over several campaigns, dispatchers and a crash, counted at the simulated carrier."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from tests.messages.builders import ACCOUNT
from tests.messages.world import World

from tidings.lanes.allowance import DailyLimit, Network, Registered
from tidings.lanes.grant import keep_caps
from tidings.lanes.key import campaign_bucket
from tidings.lanes.networks import learn_networks
from tidings.messages.accept import Accepted

NUMBERS = ("+14155550100", "+14155550101")
ONE, OTHER = (Registered(campaign=f"CM{number}", brand="BN1", trust_score=60) for number in (1, 2))
BLOCK = 10
TEN_HOURS = 36_000


async def send(world: World, count: int, *, of: Registered, **changes: Any) -> list[Accepted]:
    """To people at T-Mobile, from the numbers of a campaign in turn."""
    people = [f"+1415555{2000 + n:04d}" for n in range(count)]
    async with world.db.connection() as connection:
        await learn_networks(connection, dict.fromkeys(people, Network.TMOBILE), source="test")
    return [
        await world.send(
            recipient=person,
            sender=NUMBERS[number % 2],
            sender_kind="long_code",
            country="US",
            registered=of,
            **changes,
        )
        for number, person in enumerate(people)
    ]


def zone_where_it_is(hour: int) -> str:
    """A time zone in which the day has just come to this hour."""
    ahead = (hour - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}"


async def limit_day(world: World, segments: int, *, zone: str) -> None:
    async with world.db.connection() as connection:
        await keep_caps(connection, ACCOUNT, [DailyLimit("tmobile>BN1", segments, zone)])


async def test_campaigns_of_a_brand_stay_under_its_cap_over_two_dispatchers_one_of_which_dies(
    world: World,
) -> None:
    assert campaign_bucket(ACCOUNT, "CM1") != campaign_bucket(ACCOUNT, "CM2")
    cap = 60
    sent = [*await send(world, 60, of=ONE), *await send(world, 60, of=OTHER)]
    await limit_day(world, cap, zone=zone_where_it_is(20))
    first = await world.dispatch("one", lease_seconds=1.0)
    await world.dispatch("two", lease_seconds=1.0)
    await world.until(lambda states: Counter(states.values())["delivered"] >= 10)
    await first.vanish()
    await world.dispatch("one", lease_seconds=1.0)
    # Four blocks may be lost or spent twice: what the dead one had at hand, and what was in doubt and is sent again.
    await world.until(lambda states: Counter(states.values())["delivered"] >= cap - 4 * BLOCK)
    states = Counter((await world.states()).values())
    assert states["queued"] + states["sent"] + states["delivered"] == len(sent)
    await world.dispatchers["one"].stop()
    await world.dispatchers["two"].stop()
    assert len(await world.received()) <= cap


async def test_when_the_day_is_spent_messages_wait_for_the_next_if_they_are_valid_so_long(
    world: World,
) -> None:
    sent = await send(world, 30, of=ONE)
    await limit_day(world, 20, zone=zone_where_it_is(20))
    await world.dispatch()
    await world.until(lambda states: Counter(states.values())["delivered"] == 20)
    hours = await send(world, 1, of=ONE, validity_seconds=3600)
    states = await world.until(lambda states: states[hours[0].id] == "undelivered")
    assert (await world.facts(hours[0]))[-1] == ("message.undelivered", {"code": 30027})
    assert Counter(states[one.id] for one in sent) == {"delivered": 20, "queued": 10}


async def test_when_the_day_is_spent_early_messages_that_cannot_wait_are_undelivered_with_30027(
    world: World,
) -> None:
    sent = await send(world, 30, of=ONE, validity_seconds=TEN_HOURS)
    await limit_day(world, 20, zone=zone_where_it_is(2))
    await world.dispatch()
    states = await world.settled()
    assert Counter(states.values()) == {"delivered": 20, "undelivered": 10}
    assert len(await world.received()) == 20
    assert (await world.facts(sent[-1]))[-1] == ("message.undelivered", {"code": 30027})


async def test_an_orderly_stop_leaves_the_rest_of_the_day_to_the_next_dispatcher(world: World) -> None:
    await send(world, 15, of=ONE)
    await limit_day(world, 40, zone=zone_where_it_is(2))
    first = await world.dispatch("one")
    await world.settled()
    await first.stop()
    await send(world, 40, of=ONE)
    await world.dispatch("two")
    states = await world.settled()
    assert Counter(states.values()) == {"delivered": 40, "undelivered": 15}
