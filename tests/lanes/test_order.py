"""Who leaves next: shares of the priorities, turns of the flows, expiry, and nothing lost or doubled."""

from __future__ import annotations

import random
from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lanes.laws import FOREVER, backlog, ticket

from tidings.lanes.lane import Lane, Overflow, Queued, Ticket
from tidings.lanes.turn import finish_of, segments_ahead, turn_of

NOW = 1_790_000_000.0


def lane(mps: float = 100, **changes: object) -> Lane:
    return Lane(mps=mps, queue_limit_seconds=36_000, **changes)  # type: ignore[arg-type]


def release(it: Lane, seconds: float, *, now: float = NOW) -> list[Ticket]:
    return [one.ticket for one in it.release(now=now, until=now + seconds).leaving]


@settings(max_examples=40)
@given(
    sizes=st.tuples(st.integers(1, 10), st.integers(1, 10), st.integers(1, 10)),
    shares=st.sampled_from([(0.5, 0.3, 0.2), (1, 1, 1), (0.9, 0.05, 0.05)]),
)
def test_while_all_are_busy_each_priority_gets_its_share_of_segments(
    sizes: tuple[int, int, int], shares: tuple[float, float, float]
) -> None:
    it = lane(1_000, shares=shares)
    for priority, size in enumerate(sizes):
        backlog(it, 12_000 // size, priority=priority, segments=size, first=priority * 100_000)
    spent = Counter[int]()
    for one in release(it, 10):
        spent[one.priority] += one.segments
    total = sum(spent.values())
    for priority in range(3):
        assert spent[priority] == pytest.approx(total * shares[priority] / sum(shares), abs=25)


@given(
    busy=st.sets(st.integers(0, 2), min_size=1, max_size=2),
)
def test_a_share_that_is_not_used_goes_to_the_others(busy: set[int]) -> None:
    it = lane(100)
    for priority in busy:
        backlog(it, 2_000, priority=priority, first=priority * 100_000)
    left = release(it, 10)
    assert len(left) >= 995
    weight = {0: 0.5, 1: 0.3, 2: 0.2}
    total = sum(weight[priority] for priority in busy)
    counts = Counter(one.priority for one in left)
    for priority in busy:
        assert counts[priority] == pytest.approx(len(left) * weight[priority] / total, abs=3)


def test_a_one_time_code_leaves_next_however_long_the_marketing_queue_is() -> None:
    it = lane(100)
    backlog(it, 5_000)
    release(it, 5)
    it.hold(ticket(999_999, priority=0, turn=7))
    assert release(it, 0.05, now=NOW + 5.05)[0].priority == 0


def test_a_priority_that_was_idle_gets_no_credit_for_it() -> None:
    it = lane(100)
    backlog(it, 5_000, priority=2)
    release(it, 10)
    backlog(it, 5_000, priority=1, first=100_000)
    counts = Counter(one.priority for one in release(it, 10, now=NOW + 10.01))
    assert counts[2] == pytest.approx(400, abs=5)
    assert counts[1] == pytest.approx(600, abs=5)


@given(
    turns=st.lists(st.tuples(st.integers(0, 50), st.integers(1, 3)), min_size=1, max_size=200),
    seed=st.integers(0, 2**32),
)
def test_inside_a_priority_messages_leave_by_turn_and_then_by_id(
    turns: list[tuple[int, int]], seed: int
) -> None:
    tickets = [ticket(number, turn=turn, segments=size) for number, (turn, size) in enumerate(turns)]
    random.Random(seed).shuffle(tickets)
    it = lane(1_000)
    for one in tickets:
        it.hold(one)
    left = release(it, 10)
    assert left == sorted(tickets, key=lambda one: (one.turn, one.id))
    assert it.turns == (0, 0, max(turn for turn, _ in turns))


@settings(max_examples=60)
@given(
    flows=st.lists(st.integers(1, 4), min_size=2, max_size=4),
    late=st.integers(0, 300),
)
def test_flows_of_one_priority_share_it_evenly_whoever_came_first(flows: list[int], late: int) -> None:
    """Each flow offers 400 messages of its own size; the last flow comes when `late` messages have left."""
    it = lane(1_000)
    finish: dict[int, int] = {}
    number = 0

    def accept(flow: int) -> None:
        nonlocal number
        for _ in range(400):
            turn = turn_of(it.turns[2], finish.get(flow))
            finish[flow] = finish_of(turn, flows[flow])
            it.hold(Ticket(ticket(flow << 64 | number).id, 2, turn, flows[flow], FOREVER))
            number += 1

    for flow in range(len(flows) - 1):
        accept(flow)
    now = NOW
    while late > 0:
        late -= len(it.release(now=now, until=now + 0.002).leaving)
        now += 0.002
        if not it.held:
            break
    accept(len(flows) - 1)
    spent = Counter[int]()
    for one in it.release(now=now, until=now + 0.6).leaving:
        flow = one.ticket.id.int >> 64
        spent[flow] += one.ticket.segments
        busy = [f for f in range(len(flows)) if spent[f] + flows[f] * 2 < 100]
        if len(busy) < len(flows):
            break
    assert max(spent.values()) - min(spent[flow] for flow in range(len(flows))) <= 2 * max(flows) + 4


@given(
    lane_turn=st.integers(0, 10**12),
    finish=st.one_of(st.none(), st.integers(0, 10**12)),
    segments=st.integers(1, 10),
)
def test_a_turn_is_never_before_the_lanes_nor_before_the_flows_own_finish(
    lane_turn: int, finish: int | None, segments: int
) -> None:
    turn = turn_of(lane_turn, finish)
    assert turn == max(lane_turn, finish or 0)
    assert finish_of(turn, segments) == turn + segments


@settings(max_examples=60)
@given(
    flows=st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=60), min_size=1, max_size=5),
    own=st.integers(0, 5),
    gone=st.integers(0, 40),
)
def test_what_leaves_before_a_flows_next_message_is_known_when_it_is_accepted(
    flows: list[list[int]], own: int, gone: int
) -> None:
    it = lane(1_000)
    finish: dict[int, int] = {}

    def accept(flow: int, size: int, number: int) -> int:
        turn = turn_of(it.turns[2], finish.get(flow))
        finish[flow] = finish_of(turn, size)
        it.hold(Ticket(UUID(int=number), 2, turn, size, FOREVER))
        return number

    number = 0
    for flow, sizes in enumerate(flows):
        for size in sizes:
            number = accept(flow, size, number + 1)
    now = NOW
    for _ in range(gone):
        it.release(now=now, until=now)
        now += 0.01
    waiting = [one for one in finish.values() if one > it.turns[2]]
    ahead = segments_ahead(it.turns[2], flow_finish=finish.get(own), finishes=waiting)
    last = accept(own, 1, number + 1)
    before = 0
    for one in release(it, 100, now=now):
        if one.id.int == last:
            break
        before += one.segments
    # exact but for one message of each flow that straddles the turn
    assert abs(before - ahead) <= 5 * len(flows)


@settings(max_examples=60)
@given(data=st.data())
def test_nothing_is_lost_or_doubled(data: st.DataObject) -> None:  # noqa: C901 - one case per kind of event
    """Random holds (also repeated ones), releases, throttles, pauses, cancels and MPS changes."""
    it = lane(data.draw(st.sampled_from([1, 20, 1_000])))
    now, number = NOW, 0
    held: dict[int, Ticket] = {}
    gone: list[int] = []
    withdrawn: set[int] = set()

    def note_expired(expired: list[Ticket]) -> None:
        gone.extend(one.id.int for one in expired)
        for one in expired:
            del held[one.id.int]

    for _ in range(data.draw(st.integers(1, 40))):
        now += data.draw(st.floats(0, 2))
        match data.draw(
            st.sampled_from(["hold", "hold", "again", "release", "release", "pause", "mps", "cancel"])
        ):
            case "hold":
                for _ in range(data.draw(st.integers(1, 30))):
                    one = ticket(
                        number,
                        priority=data.draw(st.integers(0, 2)),
                        turn=data.draw(st.integers(0, 99)),
                        segments=data.draw(st.integers(1, 10)),
                        expires_at=now + data.draw(st.sampled_from([0.5, 5, FOREVER])),
                    )
                    number += 1
                    held[one.id.int] = one
                    it.hold(one)
            case "again":
                for one in held.values():
                    it.hold(one)
            case "cancel":
                for key in list(held)[:2]:
                    assert it.withdraw(held[key].id) == held.pop(key)
                    withdrawn.add(key)
            case "pause":
                it.pause()
                released = it.release(now=now, until=now + 1)
                assert released.leaving == []
                note_expired(released.expired)
                it.resume(now)
            case "mps":
                it.set_mps(data.draw(st.sampled_from([1, 20, 1_000])), now)
            case "release":
                released = it.release(now=now, until=now + 0.5, room=data.draw(st.sampled_from([None, 0, 5])))
                note_expired(released.expired)
                for leaving in released.leaving:
                    assert leaving.at < leaving.ticket.expires_at
                    it.hold(leaving.ticket)  # a read that raced the claim
                    if data.draw(st.booleans()):
                        it.left(leaving.ticket, at=max(leaving.at, now))
                        gone.append(leaving.ticket.id.int)
                        del held[leaving.ticket.id.int]
                    else:
                        it.put_back(leaving.ticket)
        assert it.held == len(held)
        assert it.held_segments == sum(one.segments for one in held.values())
    it.set_mps(1_000, now)
    rest = it.release(now=now, until=now + 60)
    gone += [one.ticket.id.int for one in rest.leaving] + [one.id.int for one in rest.expired]
    assert sorted(gone) == sorted(set(range(number)) - withdrawn)


def test_what_was_put_back_leaves_first_in_its_priority_in_its_old_order() -> None:
    it = lane(10)
    backlog(it, 6)
    first, second, _ = it.release(now=NOW, until=NOW + 0.25).leaving
    it.put_back(second.ticket)
    it.put_back(first.ticket)
    assert [one.id.int for one in release(it, 1, now=NOW + 0.25)][:3] == [0, 1, 3]


def test_a_ticket_whose_time_is_over_is_reported_and_spends_nothing() -> None:
    it = lane(10)
    it.hold(ticket(1, turn=1, expires_at=NOW - 1))
    it.hold(ticket(2, turn=2))
    released = it.release(now=NOW, until=NOW)
    assert [one.id.int for one in released.expired] == [1]
    assert [(one.ticket.id.int, one.at) for one in released.leaving] == [(2, NOW)]


def test_a_ticket_far_back_in_the_line_is_reported_when_it_expires_not_when_its_turn_comes() -> None:
    it = lane(1)
    backlog(it, 500)
    it.hold(ticket(1_000, turn=1_000, expires_at=NOW + 10))
    assert it.release(now=NOW, until=NOW).expired == []
    assert [one.id.int for one in it.release(now=NOW + 10, until=NOW + 10).expired] == [1_000]
    assert it.held == 498


def test_a_paused_lane_still_reports_what_expires() -> None:
    it = lane(1)
    it.hold(ticket(1, expires_at=NOW + 10))
    it.pause()
    assert it.release(now=NOW + 11, until=NOW + 11).expired == [ticket(1, expires_at=NOW + 10)]


def test_the_queue_holds_mps_times_the_limit_in_segments() -> None:
    it = Lane(mps=3, queue_limit_seconds=10)
    assert all(isinstance(it.offer(ticket(number, segments=3), now=NOW), Queued) for number in range(10))
    assert it.offer(ticket(10, segments=1), now=NOW) == Overflow(by_segments=1)
    assert it.offer(ticket(11, segments=10), now=NOW) == Overflow(by_segments=10)
    assert it.held == 10


def test_queued_says_when_the_message_will_leave() -> None:
    it = lane(10)
    etas = []
    for number in range(50):
        match it.offer(ticket(number, turn=number), now=NOW):
            case Queued(eta):
                etas.append(eta)
            case Overflow():
                pytest.fail("there was room")
    left = [one.at for one in it.release(now=NOW, until=NOW + 10).leaving]
    assert left == pytest.approx(etas, abs=0.001)


def test_room_ends_a_release_and_a_long_message_may_overdraw_it() -> None:
    it = lane(1_000)
    backlog(it, 10, segments=4)
    assert it.release(now=NOW, until=NOW + 1, room=0).leaving == []
    assert len(it.release(now=NOW, until=NOW + 1, room=6).leaving) == 2
    assert len(it.release(now=NOW, until=NOW + 1).leaving) == 8


def test_next_at_names_the_moment_of_the_next_leaving() -> None:
    it = lane(10)
    assert it.next_at() is None
    backlog(it, 3)
    (first,) = it.release(now=NOW, until=NOW).leaving
    due = it.next_at()
    assert due is not None
    assert it.release(now=NOW, until=due - 0.001).leaving == []
    (second,) = it.release(now=NOW, until=due).leaving
    assert second.at == due > first.at


def test_a_dropped_ticket_leaves_no_trace_and_may_come_again() -> None:
    it = lane(10)
    it.hold(ticket(1))
    (one,) = it.release(now=NOW, until=NOW).leaving
    it.drop(one.ticket)
    it.hold(one.ticket)
    assert it.held == 1


@pytest.mark.parametrize(("priority", "segments"), [(3, 1), (-1, 1), (0, 0)])
def test_a_ticket_without_a_priority_or_a_segment_is_refused(priority: int, segments: int) -> None:
    it = lane()
    with pytest.raises(ValueError, match="no such ticket"):
        it.hold(ticket(1, priority=priority, segments=segments))
    assert it.held == 0


@pytest.mark.parametrize("shares", [(0.5, 0.5), (1, 0, 0), (1, 1, -1)])
def test_a_priority_without_a_share_is_refused(shares: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="starve"):
        lane(shares=shares)
