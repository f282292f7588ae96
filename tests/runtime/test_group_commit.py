"""What arrives while a write is under way shares the next one, and everybody gets an answer of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidings.runtime.group_commit import Closed, GroupCommit


class Slow:
    """A write that takes its time, and remembers its batches."""

    def __init__(self, seconds: float = 0.01) -> None:
        self.batches: list[list[int]] = []
        self.seconds = seconds

    async def __call__(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        await asyncio.sleep(self.seconds)
        return [item * 10 for item in items]


async def test_a_lone_item_is_written_at_once() -> None:
    write = Slow(0)
    assert await GroupCommit(write).submit(1) == 10
    assert write.batches == [[1]]


async def test_a_burst_is_one_batch_and_what_comes_meanwhile_is_the_next() -> None:
    write = Slow()
    group = GroupCommit(write)
    first = [group.submit(number) for number in range(3)]
    await asyncio.sleep(0.002)
    second = [group.submit(number) for number in range(3, 8)]
    assert await asyncio.gather(*first, *second) == [number * 10 for number in range(8)]
    assert write.batches == [[0, 1, 2], [3, 4, 5, 6, 7]]


async def test_no_batch_is_larger_than_allowed() -> None:
    write = Slow(0)
    group = GroupCommit(write, largest=4)
    await asyncio.gather(*(group.submit(number) for number in range(10)))
    assert [len(batch) for batch in write.batches] == [4, 4, 2]


async def test_a_failed_write_fails_its_own_batch_only() -> None:
    async def write(items: Sequence[int]) -> list[int]:
        await asyncio.sleep(0.005)
        if 0 in items:
            raise ConnectionError("the server went away")
        return list(items)

    group = GroupCommit(write)
    bad = [group.submit(0), group.submit(1)]
    await asyncio.sleep(0.001)
    good = group.submit(2)
    answers = await asyncio.gather(*bad, return_exceptions=True)
    assert [type(answer) for answer in answers] == [ConnectionError, ConnectionError]
    assert await good == 2


async def test_a_write_that_gives_too_few_results_fails_its_batch() -> None:
    async def write(items: Sequence[int]) -> list[int]:
        return list(items)[1:]

    group = GroupCommit(write)
    answers = await asyncio.gather(group.submit(1), group.submit(2), return_exceptions=True)
    assert all(isinstance(answer, RuntimeError) for answer in answers)


async def test_a_waiter_that_gives_up_disturbs_nobody() -> None:
    write = Slow()
    group = GroupCommit(write)
    gone, stays = group.submit(1), group.submit(2)
    gone.cancel()
    assert await stays == 20


async def test_closing_waits_for_the_last_write_and_takes_no_more() -> None:
    write = Slow()
    group = GroupCommit(write)
    answer = group.submit(1)
    await group.close()
    assert answer.result() == 10
    with pytest.raises(Closed):
        group.submit(2)


async def test_several_batches_may_be_under_way_at_once() -> None:
    write = Slow(0.05)
    group = GroupCommit(write, largest=1, writers=3)
    answers = [group.submit(number) for number in range(3)]
    await asyncio.sleep(0.02)
    assert len(write.batches) == 3
    await asyncio.gather(*answers)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.integers(1, 7), st.integers(1, 3))
def test_every_item_is_written_once_and_gets_its_own_result(
    pauses: list[int], largest: int, writers: int
) -> None:
    """`pauses` are loop turns between submits, so that items fall on every step of a writer's life."""

    async def scenario() -> None:
        written: list[int] = []

        async def write(items: Sequence[int]) -> list[int]:
            assert len(items) <= largest
            written.extend(items)
            for _ in range(items[0] % 3):
                await asyncio.sleep(0)
            return [item * 10 for item in items]

        group = GroupCommit(write, largest=largest, writers=writers)
        answers = []
        for number, turns in enumerate(pauses):
            answers.append(group.submit(number))
            for _ in range(turns):
                await asyncio.sleep(0)
        async with asyncio.timeout(5):
            results = await asyncio.gather(*answers)
        assert results == [number * 10 for number in range(len(pauses))]
        assert sorted(written) == list(range(len(pauses)))

    asyncio.run(scenario())
