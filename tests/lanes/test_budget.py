"""Budgets beside the lane's own: a message leaves when all allow it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lanes.laws import (
    assert_no_second_holds_more,
    assert_no_window_of_any_length_holds_more,
    backlog,
    planned,
    ticket,
)

from tidings.lanes.budget import DailyCap, RateBudget, midnights
from tidings.lanes.lane import Lane, Leaving

NOW = 1_790_000_000.0


def lane(mps: float, *budgets: RateBudget | DailyCap) -> Lane:
    return Lane(mps=mps, queue_limit_seconds=36_000, budgets=budgets)


def drive(lanes: list[Lane], *, seconds: float) -> list[list[tuple[float, int]]]:
    """What a dispatcher that owns all of `lanes` hands over, lane by lane, with real times."""
    now = NOW
    ready: list[list[Leaving]] = [[] for _ in lanes]
    left: list[list[tuple[float, int]]] = [[] for _ in lanes]
    asked_at = 0.0
    while now < NOW + seconds:
        if now >= asked_at + 0.025:
            asked_at = now
            for index in sorted(range(len(lanes)), key=lambda index: lanes[index].next_at() or 0):
                ready[index] += lanes[index].release(now=now, until=now + 0.05).leaving
        for lane, waiting, mine in zip(lanes, ready, left, strict=True):
            while waiting and lane.may_leave_at(waiting[0].at) <= now:
                one = waiting.pop(0)
                lane.left(one.ticket, at=now)
                mine.append((now, one.ticket.segments))
        due = [one.may_leave_at(waiting[0].at) for one, waiting in zip(lanes, ready, strict=True) if waiting]
        now = max(now + 1e-6, min([*due, asked_at + 0.025]))
    return left


def test_a_lane_goes_no_faster_than_its_connection() -> None:
    it = lane(100, RateBudget(mps=10))
    backlog(it, 500)
    (left,) = drive([it], seconds=20)
    assert_no_second_holds_more(left, mps=10)
    assert len(left) >= 0.995 * 10 * 20


@settings(max_examples=25)
@given(
    rates=st.lists(st.sampled_from([3, 10, 80, 200]), min_size=2, max_size=5),
    shared=st.sampled_from([20, 90]),
)
def test_lanes_that_share_a_connection_together_keep_its_rate_and_use_it(
    rates: list[int], shared: int
) -> None:
    connection = RateBudget(mps=shared)
    lanes = [lane(rate, connection) for rate in rates]
    for number, one in enumerate(lanes):
        backlog(one, 2_000, first=number * 10_000)
    left = drive(lanes, seconds=10)
    together = sorted(one for mine in left for one in mine)
    assert_no_second_holds_more(together, mps=shared)
    for mine, rate in zip(left, rates, strict=True):
        assert_no_second_holds_more(mine, mps=rate)
    # A fast lane beside slow ones may take what they leave; the whole of the connection is used when they
    # want it.
    assert len(together) >= 0.98 * 10 * min(shared, sum(rates))


def test_what_one_lane_hands_over_late_holds_back_the_others_on_its_connection() -> None:
    connection = RateBudget(mps=10)
    one, other = lane(10, connection), lane(10, connection)
    for number in range(10):
        one.left(ticket(number), at=NOW)
    assert other.may_leave_at(NOW) > NOW + 1


def test_a_daily_cap_stops_the_lane_until_the_reset_and_then_lets_it_go_on_without_a_burst() -> None:
    reset = NOW + 60
    cap = DailyCap(cap=50, used=20, resets_at=reset, next_reset=lambda at: at + 86_400)
    it = lane(10, cap)
    backlog(it, 100)
    assert len(it.release(now=NOW, until=NOW + 30).leaving) == 30
    assert cap.used == 50
    assert it.next_at() == reset
    left = planned(it.release(now=NOW + 30, until=NOW + 62).leaving)
    assert left[0][0] == reset
    assert_no_window_of_any_length_holds_more(left, mps=10)
    assert cap.used == len(left)
    assert cap.resets_at == reset + 86_400


def test_a_message_the_carrier_did_not_take_does_not_count_against_the_day() -> None:
    cap = DailyCap(cap=5, resets_at=NOW + 1_000, next_reset=lambda at: at + 86_400)
    it = lane(10, cap)
    it.hold(ticket(1, segments=3))
    (one,) = it.release(now=NOW, until=NOW).leaving
    it.put_back(one.ticket)
    assert cap.used == 0
    assert len(it.release(now=NOW + 1, until=NOW + 1).leaving) == 1


def test_a_message_larger_than_the_whole_cap_waits_until_it_expires() -> None:
    it = lane(10, DailyCap(cap=2, resets_at=NOW + 5, next_reset=lambda at: at + 5))
    it.hold(ticket(1, segments=3, expires_at=NOW + 100))
    assert it.release(now=NOW, until=NOW + 50).leaving == []
    assert len(it.release(now=NOW + 100, until=NOW + 100).expired) == 1


def test_the_cap_of_a_brand_resets_at_midnight_in_los_angeles_also_when_the_clocks_change() -> None:
    next_midnight = midnights("America/Los_Angeles")

    def after(*moment: int) -> datetime:
        return datetime.fromtimestamp(next_midnight(datetime(*moment, tzinfo=UTC).timestamp()), UTC)

    assert after(2026, 7, 1, 12) == datetime(2026, 7, 2, 7, tzinfo=UTC)
    assert after(2026, 10, 31, 12) == datetime(2026, 11, 1, 7, tzinfo=UTC)
    assert after(2026, 11, 1, 7) == datetime(2026, 11, 2, 8, tzinfo=UTC)  # a day of 25 hours


@pytest.mark.parametrize(("cap", "used"), [(-1, 0), (1, -1)])
def test_a_cap_below_zero_is_refused(cap: int, used: int) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        DailyCap(cap=cap, used=used, resets_at=NOW, next_reset=lambda at: at + 1)
