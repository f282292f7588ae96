"""The forecast against the scheduler, stepped as the dispatcher steps it."""

from __future__ import annotations

import itertools
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lanes.clockwork import Clockwork

from tidings.lanes.budget import DailyCap, RateBudget
from tidings.lanes.lane import Lane, Overflow, Ticket
from tidings.lanes.turn import finish_of, turn_of
from tidings.planner.forecast import Batch, forecast
from tidings.planner.throughput import plan

NOW = 1_790_000_000.0


@pytest.mark.parametrize(("segments", "mps", "hours"), [(1, 3, 4), (2, 100, 4), (1, 100, 10)])
def test_the_forecast_of_a_bulk_send_agrees_with_the_calculator(segments: int, mps: int, hours: int) -> None:
    reckoned = plan(750_000, segments=segments, mps=mps, queue_seconds=hours * 3_600)
    batch = Batch(count=750_000, sizes=(segments,), offered_at=NOW, validity_seconds=1e9)
    foreseen = forecast([batch], mps=mps, queue_limit_seconds=hours * 3_600).total
    assert foreseen.overflow_messages == reckoned.overflow_messages
    assert foreseen.left_messages == 750_000 - reckoned.overflow_messages
    assert foreseen.first_at == NOW
    assert foreseen.last_at is not None
    queued_seconds = min(reckoned.drain_seconds, hours * 3_600)
    assert foreseen.last_at - NOW == pytest.approx(queued_seconds / 0.9965, rel=1e-4)


@settings(max_examples=60)
@given(
    count=st.integers(1, 3_000),
    size=st.integers(1, 10),
    mps=st.sampled_from([0.5, 1, 3.75, 40]),
    limit=st.sampled_from([10, 100, 1_000]),
    validity=st.sampled_from([0.5, 30, 36_000]),
    busy=st.sampled_from([-5, 0, 7]),
)
def test_the_short_cut_for_one_flow_of_one_size_tells_what_the_scheduler_does(
    count: int, size: int, mps: float, limit: int, validity: float, busy: float
) -> None:
    batch = Batch(count=count, sizes=(size,), offered_at=NOW, validity_seconds=validity)
    short = forecast([batch], mps=mps, queue_limit_seconds=limit, free_at=NOW + busy)
    # a budget that never binds makes the forecast take the long way
    idle = DailyCap(cap=10**9, resets_at=NOW + 10**9, next_reset=lambda at: at + 1)
    long = forecast([batch], mps=mps, queue_limit_seconds=limit, free_at=NOW + busy, budgets=[idle])
    assert short.total.first_at == pytest.approx(long.total.first_at, abs=1e-5)
    assert short.total.last_at == pytest.approx(long.total.last_at, abs=1e-5)
    for name in (
        "left_messages",
        "left_segments",
        "overflow_messages",
        "overflow_segments",
        "expired_messages",
    ):
        assert getattr(short.total, name) == getattr(long.total, name), name


@settings(max_examples=30)
@given(data=st.data(), mps=st.sampled_from([3, 20, 100]), limit=st.sampled_from([5, 60, 36_000]))
def test_the_forecast_is_what_the_dispatcher_does(data: st.DataObject, mps: int, limit: int) -> None:
    batches = [
        Batch(
            count=data.draw(st.integers(1, mps * 10)),
            sizes=data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=4)),
            priority=data.draw(st.integers(0, 2)),
            offered_at=NOW,
            validity_seconds=data.draw(st.sampled_from([8, 36_000])),
        )
        for _ in range(data.draw(st.integers(1, 3)))
    ]
    foreseen = forecast(batches, mps=mps, queue_limit_seconds=limit)

    lane = Lane(mps=mps, queue_limit_seconds=limit)
    overflow = [0] * len(batches)
    for index, batch in enumerate(batches):
        finish: int | None = None
        for number, size in enumerate(itertools.islice(itertools.cycle(batch.sizes), batch.count)):
            turn = turn_of(0, finish)
            key = UUID(int=index << 48 | number)
            offered = lane.offer(
                Ticket(key, batch.priority, turn, size, NOW + batch.validity_seconds), now=NOW
            )
            if isinstance(offered, Overflow):
                overflow[index] += 1
            else:
                finish = finish_of(turn, size)
    clock = Clockwork(lane, now=NOW, late_by=itertools.repeat(0.0))
    while lane.held:
        clock.run(clock.now + 20)
    clock.run(clock.now + 20)

    for index, outcome in enumerate(foreseen.batches):
        times = [at for at, ticket in clock.handed if ticket.id.int >> 48 == index]
        expired = [ticket for ticket in clock.expired if ticket.id.int >> 48 == index]
        assert outcome.overflow_messages == overflow[index]
        assert outcome.left_messages == pytest.approx(len(times), abs=1)
        assert outcome.left_messages + outcome.expired_messages == len(times) + len(expired)
        if times and outcome.left_messages == len(times):
            assert outcome.first_at == pytest.approx(times[0], abs=0.01)
            assert outcome.last_at == pytest.approx(times[-1], abs=0.01)


def test_a_send_that_is_spread_out_leaves_as_it_comes_and_does_not_overflow() -> None:
    at_once = Batch(count=5_000, offered_at=NOW)
    spread = Batch(count=5_000, offered_at=NOW, over_seconds=600)
    assert forecast([at_once], mps=10, queue_limit_seconds=60).total.overflow_messages == 4_400
    gentle = forecast([spread], mps=10, queue_limit_seconds=60).total
    assert gentle.overflow_messages == 0
    assert gentle.last_at == pytest.approx(NOW + 600, abs=3)


def test_one_time_codes_that_come_during_a_blast_leave_at_once() -> None:
    blast = Batch(count=50_000, sizes=(1, 2), offered_at=NOW)
    codes = Batch(count=100, priority=0, offered_at=NOW + 100)
    foreseen = forecast([blast, codes], mps=100, queue_limit_seconds=36_000)
    last = foreseen.batches[1].last_at
    assert last is not None
    assert last - (NOW + 100) < 100 / 50 + 0.5  # 100 codes at half of 100 MPS or more


def test_a_daily_cap_carries_the_rest_over_to_the_next_day() -> None:
    cap = DailyCap(cap=2_000, resets_at=NOW + 3_600, next_reset=lambda at: at + 86_400)
    batch = Batch(count=5_000, offered_at=NOW, validity_seconds=200_000)
    foreseen = forecast([batch], mps=10, queue_limit_seconds=36_000, budgets=[cap]).total
    assert foreseen.left_messages == 5_000
    assert foreseen.last_at == pytest.approx(NOW + 3_600 + 86_400 + 100, abs=1)


def test_what_no_budget_will_ever_let_pass_expires() -> None:
    cap = DailyCap(cap=1, resets_at=NOW + 60, next_reset=lambda at: at + 60)
    batch = Batch(count=9_000, sizes=(2,), offered_at=NOW)
    foreseen = forecast([batch], mps=10, queue_limit_seconds=36_000, budgets=[cap, RateBudget(mps=5)]).total
    assert (foreseen.left_messages, foreseen.expired_messages) == (0, 9_000)
    assert foreseen.first_at is None


@pytest.mark.parametrize("batch", [Batch(count=0), Batch(count=1, sizes=()), Batch(count=1, sizes=(0,))])
def test_a_batch_without_messages_is_refused(batch: Batch) -> None:
    with pytest.raises(ValueError, match="a batch needs"):
        forecast([batch], mps=1, queue_limit_seconds=1)
