"""kill -9 while people write: every message is kept once, told, and answered once."""

import asyncio
from collections import Counter
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


async def test_a_work_process_that_is_killed_again_and_again_loses_and_doubles_nothing(town: Town) -> None:
    chance = Random("inbound")
    people = [f"+1415555{3000 + n}" for n in range(MESSAGES)]
    load = asyncio.create_task(write_all(town, people))
    for _ in range(4):
        await asyncio.sleep(chance.uniform(0.5, 2.0))
        town.kill("work")
    await load
    await answered(town, len(people))
    kept = await town.count("select count(*) from messages where direction = 'inbound'")
    assert kept == len(people)
    assert sorted(town.endpoint.heard) == people, "everybody was told of"
    replies = await town.arrivals()
    assert replies == Counter(people), "everybody got one reply"
    assert await town.count("select count(*) from replies") == 0
    assert await town.count("select count(*) from alerts") == 0


async def write_all(town: Town, people: list[str]) -> None:
    """At a steady rate."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    for n, person in enumerate(people):
        await asyncio.sleep(max(0.0, start + n / PER_SECOND - loop.time()))
        await town.write(person, f"Question {n}")


async def answered(town: Town, count: int) -> None:
    """Wait until so many replies have reached phones, and a moment for those that should not come."""
    with suppress(TimeoutError):
        async with asyncio.timeout(90):
            while (await town.arrivals()).total() < count:
                await asyncio.sleep(0.2)
    await asyncio.sleep(1)
