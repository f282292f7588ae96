"""What many ask for at the same moment is made once."""

import asyncio

import pytest

from tidings.runtime.single_flight import SingleFlight


async def test_those_who_ask_at_the_same_moment_share_one_answer() -> None:
    made = 0

    async def make() -> int:
        nonlocal made
        made += 1
        await asyncio.sleep(0)
        return made

    flight = SingleFlight[str, int]()
    assert await asyncio.gather(*(flight.share("a", make) for _ in range(100))) == [1] * 100
    assert await flight.share("a", make) == 2


async def test_a_failure_goes_to_all_who_wait_and_to_nobody_later() -> None:
    async def fail() -> int:
        await asyncio.sleep(0)
        raise LookupError

    async def succeed() -> int:
        return 7

    flight = SingleFlight[str, int]()
    answers = await asyncio.gather(*(flight.share("a", fail) for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [LookupError] * 3
    assert await flight.share("a", succeed) == 7


async def test_who_gives_up_waiting_takes_the_answer_from_nobody() -> None:
    gate = asyncio.Event()

    async def make() -> int:
        await gate.wait()
        return 1

    flight = SingleFlight[str, int]()
    impatient = asyncio.create_task(flight.share("a", make))
    patient = asyncio.create_task(flight.share("a", make))
    await asyncio.sleep(0)
    impatient.cancel()
    gate.set()
    assert await patient == 1
    with pytest.raises(asyncio.CancelledError):
        await impatient
