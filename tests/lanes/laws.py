"""The laws of pacing as functions over leavings: (moment in epoch seconds, segments), in order of time."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tidings.lanes.lane import Lane, Leaving, Ticket

Left = tuple[float, int]
FOREVER = 1e12
ULP_SECONDS = 1e-6  # what a double can tell apart at today's epoch seconds, and some rounding


def worst_second(left: Sequence[Left]) -> float:
    """The most segments before the last message in any half-open second; with one-segment messages that is
    one less than the second holds."""
    worst, start, inside = 0, 0, 0
    for end, (at, segments) in enumerate(left):
        inside += segments
        while left[start][0] <= at - 1.0 + ULP_SECONDS and start < end:
            inside -= left[start][1]
            start += 1
        worst = max(worst, inside - segments)
    return worst


def assert_no_second_holds_more(left: Sequence[Left], *, mps: float) -> None:
    assert worst_second(left) < max(mps, 1e-9) or len(left) < 2, f"{worst_second(left)} before the last one"


def assert_no_window_of_any_length_holds_more(left: Sequence[Left], *, mps: float) -> None:
    """Every window of T seconds holds at most MPS x T segments before its last message."""
    lowest = None  # least slack of (time x mps - segments before it)
    before = 0
    for at, segments in left:
        level = at * mps - before
        if lowest is not None:
            assert level >= lowest - ULP_SECONDS * mps - 1e-6, (
                f"{(lowest - level):.4f} segments too many at {at}"
            )
        lowest = level if lowest is None else max(lowest, level)
        before += segments


def ticket(
    number: int, *, priority: int = 2, turn: int = 0, segments: int = 1, expires_at: float = FOREVER
) -> Ticket:
    return Ticket(UUID(int=number), priority, turn, segments, expires_at)


def backlog(lane: Lane, count: int, *, priority: int = 2, segments: int = 1, first: int = 0) -> None:
    for number in range(first, first + count):
        lane.hold(ticket(number, priority=priority, turn=number, segments=segments))


def planned(leaving: Sequence[Leaving]) -> list[Left]:
    return [(one.at, one.ticket.segments) for one in leaving]
