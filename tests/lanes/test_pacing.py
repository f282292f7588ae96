"""A lane's pace: what the carrier's meter would see."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lanes.clockwork import Clockwork
from tests.lanes.laws import (
    assert_no_second_holds_more,
    assert_no_window_of_any_length_holds_more,
    backlog,
    planned,
    ticket,
    worst_second,
)

from tidings.lanes.lane import Lane

NOW = 1_790_000_000.0
ON_TIME = itertools.repeat(0.0)


def lane(mps: float = 100, **changes: object) -> Lane:
    return Lane(mps=mps, queue_limit_seconds=36_000, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("mps", [1, 1.25, 3, 3.75, 10, 100, 999, 10_000])
def test_with_work_waiting_a_lane_uses_995_permille_of_its_mps_and_no_second_holds_more(mps: float) -> None:
    it = lane(mps)
    seconds = 100 if mps < 1000 else 5
    backlog(it, int(mps * seconds) + 10)
    left = planned(it.release(now=NOW, until=NOW + seconds).leaving)
    assert sum(segments for _, segments in left) >= 0.995 * mps * seconds
    assert_no_second_holds_more(left, mps=mps)
    assert_no_window_of_any_length_holds_more(left, mps=mps)


def test_a_lane_of_a_million_segments_a_second_keeps_its_pace() -> None:
    it = lane(1_000_000)
    backlog(it, 60_000)
    left = planned(it.release(now=NOW, until=NOW + 0.05).leaving)
    assert 0.995 * 50_000 <= len(left) <= 50_000


@given(
    mps=st.sampled_from([0.5, 1, 1.25, 3, 25, 100, 640]),
    sizes=st.lists(st.integers(1, 10), min_size=2, max_size=300),
    steps=st.lists(st.floats(0.001, 3), min_size=1, max_size=20),
)
def test_a_message_of_many_segments_is_one_hand_over_followed_by_its_pause(
    mps: float, sizes: list[int], steps: list[float]
) -> None:
    it = lane(mps)
    for number, size in enumerate(sizes):
        it.hold(ticket(number, turn=number, segments=size))
    left: list[tuple[float, int]] = []
    now = NOW
    for step in itertools.cycle(steps):
        left += planned(it.release(now=now, until=now + step).leaving)
        now += step
        if not it.held:
            break
    assert [segments for _, segments in left] == sizes
    assert_no_window_of_any_length_holds_more(left, mps=mps)
    span = left[-1][0] - left[0][0]
    assert sum(sizes[:-1]) >= 0.995 * mps * span


def test_the_gaps_are_even() -> None:
    it = lane(500)
    backlog(it, 2_000)
    at = [moment for moment, _ in planned(it.release(now=NOW, until=NOW + 3).leaving)]
    gaps = [after - before for before, after in itertools.pairwise(at)]
    assert max(gaps) - min(gaps) < 2e-6


def test_an_idle_spell_is_not_followed_by_a_burst() -> None:
    it = lane(10)
    backlog(it, 5)
    it.release(now=NOW, until=NOW + 1)
    later = NOW + 3_600
    backlog(it, 100, first=100)
    left = planned(it.release(now=later, until=later + 2).leaving)
    assert left[0][0] == later
    assert_no_window_of_any_length_holds_more(left, mps=10)


def test_without_a_now_an_idle_lane_starts_where_it_is_asked_and_then_keeps_its_schedule() -> None:
    it = lane(10)
    backlog(it, 100)
    assert [one.at for one in it.release(until=NOW).leaving] == [NOW]
    assert len(it.release(until=NOW + 5).leaving) in (49, 50)


@settings(max_examples=40)
@given(
    mps=st.sampled_from([1, 3, 10, 75, 100, 500, 2_000]),
    seed=st.integers(0, 2**32),
    worst_ms=st.sampled_from([1, 5, 20, 200]),
    longest=st.sampled_from([1, 1, 4, 10]),
)
def test_a_late_event_loop_never_makes_a_second_hold_more_than_mps(
    mps: int, seed: int, worst_ms: int, longest: int
) -> None:
    chance = random.Random(seed)
    late_by = iter(lambda: chance.random() ** 4 * worst_ms / 1000, None)
    it = lane(mps)
    for number in range(int(mps * 12)):
        it.hold(ticket(number, turn=number, segments=chance.randint(1, longest)))
    clock = Clockwork(it, now=NOW, late_by=late_by)
    clock.run(NOW + 8)
    assert_no_second_holds_more(clock.left, mps=mps)
    assert [one.id.int for _, one in clock.handed] == list(range(len(clock.handed)))


@settings(max_examples=25)
@given(mps=st.sampled_from([3, 75, 500]), seed=st.integers(0, 2**32), longest=st.sampled_from([1, 4]))
def test_a_process_that_does_not_run_while_it_hands_over_never_makes_a_second_hold_more_than_mps(
    mps: int, seed: int, longest: int
) -> None:
    chance = random.Random(seed)
    late_by = iter(lambda: chance.random() ** 4 * 0.005, None)
    stuck_for = iter(lambda: 0.012 if chance.random() < 0.02 else 0.0, None)
    it = lane(mps)
    for number in range(int(mps * 6)):
        it.hold(ticket(number, turn=number, segments=chance.randint(1, longest)))
    clock = Clockwork(it, now=NOW, late_by=late_by, stuck_for=stuck_for)
    clock.run(NOW + 4)
    assert_no_second_holds_more(clock.left, mps=mps)


@pytest.mark.parametrize("mps", [3, 100, 500, 2_000])
def test_with_an_event_loop_late_by_some_milliseconds_995_permille_of_mps_are_still_used(mps: int) -> None:
    chance = random.Random(7)
    # late by up to 1 ms as a rule, and by 15 ms once in a while
    late_by = iter(lambda: 0.015 if chance.random() < 0.01 else chance.random() * 0.001, None)
    it = lane(mps)
    seconds = 60 if mps < 1000 else 10
    backlog(it, mps * (seconds + 2))
    clock = Clockwork(it, now=NOW, late_by=late_by)
    clock.run(NOW + seconds)
    assert_no_second_holds_more(clock.left, mps=mps)
    span = clock.left[-1][0] - clock.left[0][0]
    assert len(clock.left) - 1 >= 0.995 * mps * span


def test_after_a_stall_the_lane_catches_up_gently() -> None:
    it = lane(100)
    backlog(it, 2_000)
    stalls = itertools.chain([0.0] * 200, [0.5], itertools.repeat(0.0))
    clock = Clockwork(it, now=NOW, late_by=stalls)
    clock.run(NOW + 10)
    assert_no_second_holds_more(clock.left, mps=100)
    moments = [at for at, _ in clock.left]
    most_in_50_ms = max(sum(1 for other in moments if at <= other < at + 0.05) for at in moments)
    assert most_in_50_ms <= 2 * 100 * 0.05 + 5


def test_a_paused_lane_releases_nothing_and_resumes_without_a_burst() -> None:
    it = lane(100)
    backlog(it, 1_000)
    clock = Clockwork(it, now=NOW, late_by=ON_TIME)
    clock.run(NOW + 2)
    it.pause()
    clock.put_back_all()
    assert it.next_at() is None
    before = len(clock.handed)
    clock.run(NOW + 5)
    assert len(clock.handed) == before
    it.resume(clock.now)
    resumed_at = clock.now
    clock.run(resumed_at + 2)
    after = clock.left[before:]
    assert after[0][0] >= resumed_at
    assert_no_window_of_any_length_holds_more(after, mps=100)
    assert len(after) >= 0.99 * 200
    assert [one.id.int for _, one in clock.handed] == list(range(len(clock.handed)))


def test_a_throttled_message_is_kept_waits_as_told_and_leaves_first() -> None:
    it = lane(10)
    backlog(it, 10)
    first, second = it.release(now=NOW, until=NOW + 0.15).leaving
    it.left(first.ticket, at=first.at)
    it.put_back(second.ticket)
    it.put_back(first.ticket)
    it.slow(now=NOW + 0.15, wait=2.0)
    assert it.release(now=NOW + 0.15, until=NOW + 2.1).leaving == []
    left = it.release(now=NOW + 2.1, until=NOW + 3).leaving
    assert [one.ticket.id.int for one in left[:3]] == [0, 1, 2]
    assert left[0].at >= NOW + 2.15
    assert_no_window_of_any_length_holds_more(planned(left), mps=10)


def test_a_slowed_lane_holds_back_what_was_released_already() -> None:
    it = lane(10)
    backlog(it, 3)
    released = it.release(now=NOW, until=NOW + 0.3).leaving
    it.slow(now=NOW, wait=5)
    assert it.may_leave_at(released[0].at) == NOW + 5


def test_what_was_released_before_a_throttled_spell_or_a_pause_leaves_one_by_one_after_it() -> None:
    it = lane(100)
    backlog(it, 10)
    released = it.release(now=NOW, until=NOW + 0.1).leaving
    it.slow(now=NOW, wait=5)
    at: list[float] = []
    for one in released[:5]:
        at.append(it.may_leave_at(one.at))
        it.left(one.ticket, at=at[-1])
    it.pause()
    it.resume(NOW + 20)
    for one in released[5:]:
        at.append(max(NOW + 20, it.may_leave_at(one.at)))
        it.left(one.ticket, at=at[-1])
    assert (at[0], at[5]) == (NOW + 5, NOW + 20)
    gaps = [after - before for before, after in itertools.pairwise(at)]
    assert min(gaps) >= 0.005 - 1e-6


@settings(max_examples=40)
@given(
    rates=st.lists(st.sampled_from([1, 3, 20, 100, 400]), min_size=2, max_size=5),
    each=st.sampled_from([0.3, 1.0, 2.5]),
    seed=st.integers(0, 2**32),
)
def test_changing_mps_never_lets_a_second_exceed_the_larger_of_old_and_new(
    rates: list[int], each: float, seed: int
) -> None:
    chance = random.Random(seed)
    late_by = iter(lambda: chance.random() ** 3 * 0.01, None)
    it = lane(rates[0])
    backlog(it, 4_000)
    clock = Clockwork(it, now=NOW, late_by=late_by)
    changed_at = [NOW]
    for before, rate in zip([rates[0], *rates], rates, strict=False):
        if rate != before:
            it.set_mps(rate, clock.now)
        clock.run(clock.now + each)
        changed_at.append(clock.now)
    moments = [at for at, _ in clock.left]
    for first in moments:
        inside = sum(1 for at in moments if first <= at < first + 1.0 - 1e-6)
        # the rates that were in force at some time in this second, and those of the second before it
        ruling = [
            rate
            for rate, begin, end in zip(rates, changed_at, changed_at[1:], strict=False)
            if begin < first + 1.0 and end > first
        ]
        assert inside <= max(ruling)


def test_raising_mps_takes_effect_at_once() -> None:
    it = lane(1)
    backlog(it, 2_000)
    it.release(now=NOW, until=NOW)
    it.set_mps(100, NOW + 0.1)
    assert len(it.release(now=NOW + 0.1, until=NOW + 1.1).leaving) >= 99


@pytest.mark.parametrize("mps", [0, -1, float("nan"), float("inf")])
def test_a_lane_needs_a_rate_above_zero(mps: float) -> None:
    with pytest.raises(ValueError, match="MPS"):
        lane(mps)
    it = lane(5)
    with pytest.raises(ValueError, match="MPS"):
        it.set_mps(mps, NOW)
    assert it.mps == 5


@settings(max_examples=40)
@given(
    mps=st.sampled_from([1, 3, 50, 300]), seed=st.integers(0, 2**32), worst_ms=st.sampled_from([1, 30, 300])
)
def test_a_new_owner_that_starts_at_free_at_never_doubles_the_rate(
    mps: int, seed: int, worst_ms: int
) -> None:
    chance = random.Random(seed)
    late_by = iter(lambda: chance.random() ** 3 * worst_ms / 1000, None)
    old = lane(mps)
    backlog(old, mps * 10)
    before = Clockwork(old, now=NOW, late_by=late_by)
    before.run(NOW + 3)
    before.finish()
    new = lane(mps, free_at=old.free_at, turns=old.turns)
    for number in range(len(before.handed), mps * 10):
        new.hold(ticket(number, turn=number))
    after = Clockwork(new, now=before.now, late_by=late_by)
    after.run(before.now + 3)
    both = before.left + after.left
    assert_no_second_holds_more(both, mps=mps)
    assert new.turns[2] > old.turns[2]


def test_an_owner_that_died_with_released_tickets_has_reserved_their_time() -> None:
    old = lane(10)
    backlog(old, 100)
    released = old.release(now=NOW, until=NOW + 2).leaving
    assert old.free_at > released[-1].at
    new = lane(10, free_at=old.free_at)
    backlog(new, 10, first=100)
    left = planned(released) + planned(new.release(now=NOW + 0.5, until=NOW + 3).leaving)
    assert_no_window_of_any_length_holds_more(left, mps=10)


def test_the_log_of_leavings_stays_small_at_any_rate() -> None:
    it = lane(1_000_000)
    backlog(it, 300_000)
    for step in range(6):
        now = NOW + step * 0.5
        for one in it.release(now=now, until=now + 0.05).leaving:
            it.left(one.ticket, at=one.at)
    assert it._guard.entries <= 1_003
    assert worst_second([(0.0, 1), (0.5, 1), (1.0, 1)]) == 1
