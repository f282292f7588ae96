"""The throughput calculator, held against the guide's two examples."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.config import QUEUE_LIMIT_SECONDS, QueueProfile
from tidings.planner.throughput import duration, plan

GUIDE = QUEUE_LIMIT_SECONDS[QueueProfile.GUIDE]
TWILIO = QUEUE_LIMIT_SECONDS[QueueProfile.TWILIO]


def test_the_guides_first_example_a_toll_free_number_at_3_mps_overflows_by_706_800() -> None:
    it = plan(750_000, segments=1, mps=3, queue_seconds=GUIDE)
    assert it.drain_seconds == 250_000
    assert it.capacity_segments == 43_200
    assert (it.overflow_segments, it.overflow_messages) == (706_800, 706_800)
    assert it.required_mps == 53


def test_the_guides_first_example_at_100_mps_fits() -> None:
    it = plan(750_000, segments=1, mps=100, queue_seconds=GUIDE)
    assert it.drain_seconds == 7_500
    assert (it.overflow_segments, it.overflow_messages) == (0, 0)


def test_the_guides_second_example_slips_600_are_seconds_which_is_30_000_messages() -> None:
    it = plan(750_000, segments=2, mps=100, queue_seconds=GUIDE)
    assert it.drain_seconds - GUIDE == 600
    assert (it.overflow_segments, it.overflow_messages) == (60_000, 30_000)
    assert it.required_mps == 105
    assert it.recommended_mps == 125


def test_with_the_queue_of_ten_hours_the_first_example_overflows_by_642_000_and_the_second_fits() -> None:
    assert plan(750_000, segments=1, mps=3, queue_seconds=TWILIO).overflow_messages == 642_000
    assert plan(750_000, segments=2, mps=100, queue_seconds=TWILIO).overflow_messages == 0


def test_a_message_that_fits_only_in_part_overflows_whole() -> None:
    it = plan(3, segments=3, mps=1, queue_seconds=8)
    assert (it.overflow_segments, it.overflow_messages) == (1, 1)


def test_the_capacity_of_a_fractional_rate_is_not_a_segment_short() -> None:
    assert plan(1, segments=1, mps=3.3, queue_seconds=36_000).capacity_segments == 118_800
    assert plan(1, segments=1, mps=0.1, queue_seconds=30).capacity_segments == 3


@given(
    messages=st.integers(1, 10**9),
    segments=st.integers(1, 10),
    mps=st.integers(1, 10_000),
    queue=st.integers(1, 100_000),
)
def test_the_mps_it_asks_for_is_the_least_at_which_nothing_overflows(
    messages: int, segments: int, mps: int, queue: int
) -> None:
    it = plan(messages, segments=segments, mps=mps, queue_seconds=queue)
    assert plan(messages, segments=segments, mps=it.required_mps, queue_seconds=queue).overflow_segments == 0
    if it.required_mps > 1:
        less = plan(messages, segments=segments, mps=it.required_mps - 1, queue_seconds=queue)
        assert less.overflow_segments > 0
    assert it.recommended_mps >= it.required_mps
    assert it.overflow_messages == messages - min(messages, it.capacity_segments // segments)
    assert it.advice


def test_the_advice_says_what_would_make_it_fit() -> None:
    told = " ".join(plan(750_000, segments=2, mps=100, queue_seconds=GUIDE).advice)
    assert "105 MPS" in told
    assert "margin of 20%" in told
    assert "With 1 segment a message it takes 2 h 5 min, and everything would fit." in told
    assert "spread the send over at least 10 min" in told


@pytest.mark.parametrize("bad", [0, -1, math.nan, math.inf])
@pytest.mark.parametrize("name", ["segments", "mps", "queue_seconds"])
def test_a_number_that_is_not_above_zero_is_refused_by_name(name: str, bad: float) -> None:
    numbers: dict[str, float] = {"segments": 1, "mps": 1, "queue_seconds": 1, name: bad}
    with pytest.raises(ValueError, match=name):
        plan(1, **numbers)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.01, "0.01 s"),
        (59, "59 s"),
        (60, "1 min"),
        (7_500, "2 h 5 min"),
        (250_000, "2 d 21 h"),
        (3_600, "1 h"),
    ],
)
def test_a_duration_is_told_in_its_two_largest_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text
