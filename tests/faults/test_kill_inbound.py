"""kill -9 while people write: every message is kept once, told, and answered once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from tests.faults.town import Town
from tests.faults.town import town as build

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PER_SECOND = 60.0
MESSAGES = 400


@pytest.fixture
async def town(roomy_folder: Path) -> AsyncIterator[Town]:
    async with build(roomy_folder) as built:
        await built.up()
        await built.tidings("lanes", "set", "55501", "--mps", "2000")
        await built.listen_to_people()
        yield built


async def test_what_people_write_while_who_hears_and_who_tells_are_killed_is_kept_told_and_answered_once(
    town: Town,
) -> None:
    """The dispatcher hears what people write: what it had not acknowledged when it died, the carrier sends again."""
    chance = Random("inbound")
    people = [f"+1415555{3000 + n}" for n in range(MESSAGES)]
    load = asyncio.create_task(write_all(town, people))
    for role in ("work", "dispatch", "work", "dispatch", "dispatch"):
        await asyncio.sleep(chance.uniform(0.5, 1.5))
        town.kill(role)
    await load
    await answered(town, people)
    kept = await town.count("select count(*) from messages where direction = 'inbound'")
    assert kept == len(people)
    assert sorted(town.endpoint.heard) == people, "everybody was told of"
    replies = await town.arrivals()
    assert set(replies) == set(people), "everybody got a reply"
    doubted = await town.count("select count(*) from facts where kind = 'message.doubted'")
    assert replies.total() - len(people) <= doubted, "a second one came of a reply that was in doubt alone"
    assert await town.count("select count(*) from messages where direction <> 'inbound'") == len(people)
    assert await town.count("select count(*) from replies") == 0
    assert await town.count("select count(*) from alerts") == 0


async def write_all(town: Town, people: list[str]) -> None:
    """At a steady rate."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    for n, person in enumerate(people):
        await asyncio.sleep(max(0.0, start + n / PER_SECOND - loop.time()))
        await town.write(person, f"Question {n}")


async def answered(town: Town, people: list[str]) -> None:
    """Wait until a reply has reached each phone, and a moment for those that should not come."""
    with suppress(TimeoutError):
        async with asyncio.timeout(90):
            while set(await town.arrivals()) != set(people):
                await asyncio.sleep(0.2)
    await asyncio.sleep(1)
