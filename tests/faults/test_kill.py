"""kill -9 of each process, of PostgreSQL and of everything at once, at random moments under load.

Accepted means kept: every accepted message arrives, once but for those that were in doubt, and its callbacks come.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
from tests.faults.town import Town, check_promises
from tests.faults.town import town as build

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PER_SECOND = 80.0
MESSAGES = 800


@pytest.fixture
async def town(roomy_folder: Path) -> AsyncIterator[Town]:
    async with build(roomy_folder) as built:
        await built.up()
        await built.tidings("lanes", "set", "55501", "--mps", "2000")
        yield built


@pytest.mark.parametrize("role", ["dispatch", "work", "web", "postgres"])
async def test_a_role_that_is_killed_again_and_again_loses_nothing(town: Town, role: str) -> None:
    chance = Random(role)
    load = asyncio.create_task(town.send_many(range(MESSAGES), per_second=PER_SECOND))
    for _ in range(3):
        await asyncio.sleep(chance.uniform(1.0, 3.0))
        town.kill(role)
    await load
    assert len(town.accepted) > MESSAGES / 4
    await town.settled(seconds=60)
    await check_promises(town)


async def test_a_postgresql_that_is_killed_while_it_recovers_is_started_again(town: Town) -> None:
    load = asyncio.create_task(town.send_many(range(200), per_second=20))
    for _ in range(4):
        town.kill("postgres")
        async with asyncio.timeout(20):
            while not town.processes()["postgres"]:
                await asyncio.sleep(0.002)
    await load
    await town.send_many(range(200, 240), per_second=20)
    assert town.accepted
    await town.settled(seconds=60)
    await check_promises(town)


async def test_everything_killed_at_once_carries_on_with_the_next_start(town: Town) -> None:
    chance = Random(7)
    for life in range(3):
        numbers = range(life * 400, life * 400 + 400)
        load = asyncio.create_task(town.send_many(numbers, per_second=150))
        await asyncio.sleep(chance.uniform(1.0, 2.5))
        town.kill("supervisor", "web", "dispatch", "work", "postgres")
        await load
        await town.up()
    assert len(town.accepted) > 200
    await town.settled(seconds=60)
    await check_promises(town)
