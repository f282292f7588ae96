"""A day's cap that many dispatchers share: never over it, whatever happens to them, and at most a block unused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.lanes.laws import backlog, ticket

from tidings.lanes.budget import Day, SharedCap, days_of
from tidings.lanes.lane import Lane, Leaving

NOW = 1_790_000_000.0
DAY_SECONDS = 60.0
AHEAD_SECONDS = 0.5
BLOCK = 10


def short_day(at: float) -> Day:
    """Days of a minute, so that tests see many midnights."""
    number = int((at - NOW) // DAY_SECONDS)
    begins = NOW + number * DAY_SECONDS
    return Day(date(2026, 1, 1) + timedelta(days=number), begins, begins + DAY_SECONDS)


@dataclass
class Counted:
    """The common counter."""

    limit: int
    day: date = date.min
    reserved: int = 0

    def reserve(self, day: date, asked: int) -> int:
        if day < self.day:
            return 0
        if day > self.day:
            self.day, self.reserved = day, 0
        granted = max(0, min(asked, self.limit - self.reserved))
        self.reserved += granted
        return granted


@dataclass
class Owner:
    """A dispatcher with one lane of the brand."""

    counter: Counted
    number: int
    now: float
    mps: float = 5.0
    out: list[Leaving] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.start(self.now)

    def start(self, now: float) -> None:
        self.cap = SharedCap(block=BLOCK, calendar=short_day, at=now)
        self.lane = Lane(mps=self.mps, queue_limit_seconds=36_000, budgets=(self.cap,), free_at=now)
        backlog(self.lane, 700, first=self.number * 100_000)
        self.out.clear()

    def look(self, now: float) -> None:
        until = now + AHEAD_SECONDS
        self.cap.roll(now=now, until=until)
        asked = self.cap.wanted()
        if asked:
            granted = self.counter.reserve(self.cap.day.date, asked)
            self.cap.take(granted, asked=asked, now=now)
        self.out += self.lane.release(now=now, until=until).leaving

    def leave(self, now: float) -> int:
        gone = 0
        while self.out and self.out[0].at <= now:
            one = self.out.pop(0)
            self.lane.left(one.ticket, at=now)
            gone += one.ticket.segments
        return gone


@settings(max_examples=40, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    limit=st.integers(0, 400),
    owners=st.integers(1, 3),
    seed=st.integers(0, 1_000_000),
    crashes=st.booleans(),
    late=st.sampled_from([0.0, 0.01, 3.0]),
)
def test_no_day_holds_more_than_the_cap_whatever_dies_and_however_late_letters_leave(
    limit: int, owners: int, seed: int, crashes: bool, late: float
) -> None:
    chance = Random(seed)
    counter = Counted(limit)
    crew = [Owner(counter, number, NOW) for number in range(owners)]
    left: Counter[date] = Counter()
    died: Counter[date] = Counter()
    now = NOW
    while now < NOW + 2 * DAY_SECONDS:
        now += chance.choice([0.1, 0.2, 0.45])
        for owner in crew:
            owner.look(now)
            if chance.random() >= late / 4:
                left[short_day(now).date] += owner.leave(now)
            if crashes and chance.random() < 0.005:
                died[short_day(now).date] += 1
                owner.start(now)
    assert all(count <= limit for count in left.values()), left
    # Work is always waiting: each owner uses what it can in a minute but for a block, and one more for each death.
    possible = min(limit, owners * 5 * DAY_SECONDS * 0.9)
    if not late:
        for day in (short_day(NOW).date, short_day(NOW + DAY_SECONDS).date):
            count = left[day]
            assert count >= possible - BLOCK * 1.5 * (owners + died[day]) - owners * 5 * died[day], (
                day,
                left,
            )


def cap_of(given: int, *, asked: int | None = None) -> SharedCap:
    cap = SharedCap(block=BLOCK, calendar=short_day, at=NOW)
    cap.take(given, asked=given if asked is None else asked, now=NOW)
    return cap


def lane_with(cap: SharedCap) -> Lane:
    return Lane(mps=100, queue_limit_seconds=36_000, budgets=(cap,))


def test_when_the_cap_is_spent_the_rest_waits_for_midnight() -> None:
    cap = cap_of(3, asked=10)
    it = lane_with(cap)
    assert cap.shut_until(1) < NOW < cap.shut_until(4)
    backlog(it, 6)
    released = it.release(now=NOW, until=NOW + 0.5)
    assert [one.ticket.id.int for one in released.leaving] == [0, 1, 2]
    assert it.next_at() == NOW + DAY_SECONDS
    assert cap.shut_until(1) == NOW + DAY_SECONDS


def test_what_the_carrier_never_got_counts_again_and_what_it_refused_does_not() -> None:
    cap = cap_of(2)
    it = lane_with(cap)
    backlog(it, 2)
    first, second = it.release(now=NOW, until=NOW + 0.5).leaving
    assert cap.available == 0
    it.put_back(first.ticket)
    assert cap.available == 1
    it.left(second.ticket, at=NOW)
    it.put_back(second.ticket)  # throttled: the carrier may have counted it
    assert cap.available == 1


def test_a_message_longer_than_what_is_left_of_a_block_asks_for_the_next() -> None:
    cap = cap_of(2)
    it = lane_with(cap)
    it.hold(ticket(1, segments=4))
    assert it.release(now=NOW, until=NOW + 0.5).leaving == []
    assert cap.is_short
    asked = cap.wanted()
    assert asked >= 2
    cap.take(asked, asked=asked, now=NOW)
    assert not cap.is_short
    assert len(it.release(now=NOW + 0.1, until=NOW + 0.6).leaving) == 1


def test_what_is_on_its_way_out_at_midnight_counts_to_the_new_day_too() -> None:
    cap = cap_of(10)
    it = lane_with(cap)
    backlog(it, 4)
    released = it.release(now=NOW + 59, until=NOW + 59.5)
    assert len(released.leaving) == 4
    cap.roll(now=NOW + 59.6, until=NOW + 60.1)
    assert cap.available == -4
    assert cap.day.begins_at == NOW + DAY_SECONDS
    it.hold(ticket(9))
    cap.take(10, asked=10, now=NOW + 59.6)
    assert it.release(now=NOW + 59.6, until=NOW + 59.9).leaving == []


def test_a_spent_cap_is_asked_for_again_after_a_minute_since_others_may_have_given_back() -> None:
    cap = SharedCap(block=BLOCK, calendar=days_of("America/Los_Angeles"), at=NOW)
    cap.take(0, asked=BLOCK, now=NOW)
    cap.roll(now=NOW + 59, until=NOW + 59)
    assert cap.wanted() == 0
    cap.roll(now=NOW + 60, until=NOW + 60)
    assert cap.wanted() == BLOCK


@pytest.mark.parametrize(
    ("moment", "hours"),
    [
        (datetime(2026, 3, 8, 12, tzinfo=UTC), 23),
        (datetime(2026, 7, 4, 12, tzinfo=UTC), 24),
        (datetime(2026, 11, 1, 12, tzinfo=UTC), 25),
    ],
)
def test_a_day_in_los_angeles_has_23_or_25_hours_when_the_clocks_change(moment: datetime, hours: int) -> None:
    day = days_of("America/Los_Angeles")(moment.timestamp())
    assert (day.ends_at - day.begins_at) / 3600 == hours
    assert day.date == moment.date()
    assert days_of("America/Los_Angeles")(day.ends_at).date == day.date + timedelta(days=1)
