"""Who may join a lane's queue."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lanes.laws import ticket

from tidings.config import QUEUE_LIMIT_SECONDS, QueueProfile
from tidings.lanes.admission import (
    Admission,
    Admitted,
    CannotLeaveInTime,
    Full,
    Overflowed,
    admit,
)
from tidings.lanes.lane import Lane, Overflow
from tidings.lanes.shares import seconds_until_served


def ask(depth: int = 0, **changes: object) -> Admission:
    facts: dict[str, object] = {
        "sender": "55501",
        "segments": 1,
        "priority": 2,
        "depth_segments": depth,
        "ahead_segments": (0, 0, depth),
        "mps": 100,
        "queue_limit_seconds": QUEUE_LIMIT_SECONDS[QueueProfile.TWILIO],
        "validity_seconds": 36_000,
        "via_service": False,
    }
    return admit(**(facts | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("profile", "mps", "capacity"),
    [
        (QueueProfile.TWILIO, 1, 36_000),
        (QueueProfile.TWILIO, 3, 108_000),
        (QueueProfile.TWILIO, 10, 360_000),
        (QueueProfile.TWILIO, 100, 3_600_000),
        (QueueProfile.TWILIO, 3.75, 135_000),
        (QueueProfile.GUIDE, 3, 43_200),
        (QueueProfile.GUIDE, 100, 1_440_000),
    ],
)
def test_a_queue_holds_mps_times_the_profiles_seconds(
    profile: QueueProfile, mps: float, capacity: int
) -> None:
    limit = QUEUE_LIMIT_SECONDS[profile]
    assert isinstance(ask(capacity - 1, mps=mps, queue_limit_seconds=limit), Admitted)
    assert isinstance(ask(capacity, mps=mps, queue_limit_seconds=limit), Full)


def test_a_sender_named_by_the_caller_is_refused_with_21611_in_twilios_words() -> None:
    verdict = ask(3_599_999, segments=3)
    assert isinstance(verdict, Full)
    assert verdict.refused.code.number == 21611
    assert verdict.refused.status == 400
    assert (
        verdict.refused.message
        == "The 'From' number 55501 has exceeded the maximum number of queued messages."
    )
    assert verdict.over_segments == 2


def test_through_a_service_the_message_is_accepted_and_fails_with_30001() -> None:
    verdict = ask(3_600_000, via_service=True)
    assert isinstance(verdict, Overflowed)
    assert (verdict.code.number, verdict.over_segments) == (30001, 1)


@pytest.mark.parametrize("via_service", [False, True])
def test_a_message_that_would_expire_in_the_queue_is_refused_and_told_how_long_it_would_wait(
    via_service: bool,
) -> None:
    verdict = ask(600_000, validity_seconds=600, via_service=via_service)
    assert isinstance(verdict, CannotLeaveInTime)
    assert verdict.refused.code.number == 30036
    assert "6,000 seconds" in verdict.refused.message
    assert "600 seconds" in verdict.refused.message


def test_a_message_that_leaves_just_in_time_is_admitted() -> None:
    assert ask(60_000, validity_seconds=600) == Admitted(pytest.approx(600))
    assert isinstance(ask(60_001, validity_seconds=600), CannotLeaveInTime)


def test_a_one_time_code_is_not_refused_for_the_marketing_queue_that_it_passes() -> None:
    assert ask(600_000, priority=0, validity_seconds=60) == Admitted(0)


def test_a_throttled_lane_counts_its_wait() -> None:
    assert isinstance(ask(0, validity_seconds=60, busy_seconds=61), CannotLeaveInTime)


@given(
    depths=st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6)),
    priority=st.integers(0, 2),
    rate=st.floats(0.5, 10_000),
)
def test_a_priority_waits_no_longer_than_for_the_whole_queue_and_no_shorter_than_for_its_own(
    depths: tuple[int, int, int], priority: int, rate: float
) -> None:
    wait = seconds_until_served(depths, priority=priority, rate=rate)
    assert depths[priority] / rate * (1 - 1e-9) <= wait <= sum(depths) / rate * (1 + 1e-9)


@given(
    depths=st.tuples(st.integers(1, 60), st.integers(1, 60), st.integers(1, 60)), priority=st.integers(0, 2)
)
def test_the_wait_that_is_told_is_the_one_the_lane_keeps(depths: tuple[int, int, int], priority: int) -> None:
    lane = Lane(mps=10, queue_limit_seconds=36_000)
    for each, depth in enumerate(depths):
        for number in range(depth):
            lane.hold(ticket(each * 1_000 + number, priority=each, turn=number))
    left = lane.release(now=0.0, until=1_000.0).leaving
    last = max(one.at for one in left if one.ticket.priority == priority)
    wait = seconds_until_served(depths, priority=priority, rate=10 * 0.9965)
    assert math.isclose(last, wait, abs_tol=0.7)


@given(sizes=st.lists(st.integers(1, 10), min_size=1, max_size=60), mps=st.sampled_from([1, 1.25, 3]))
def test_admission_and_the_scheduler_agree_on_what_overflows(sizes: list[int], mps: float) -> None:
    lane = Lane(mps=mps, queue_limit_seconds=20)
    for number, segments in enumerate(sizes):
        verdict = ask(
            lane.held_segments, segments=segments, mps=mps, queue_limit_seconds=20, validity_seconds=36_000
        )
        offered = lane.offer(ticket(number, segments=segments), now=0.0)
        assert isinstance(offered, Overflow) == isinstance(verdict, Full)
        if isinstance(offered, Overflow) and isinstance(verdict, Full):
            assert offered.by_segments == verdict.over_segments
