"""How many tickets a second go through the scheduler alone: one deep lane, ten thousand lanes, a forecast.

Rates are per second of CPU time on one core. No database, no socket.
"""

import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "src")]

from tidings.lanes.lane import Lane, Ticket  # noqa: E402
from tidings.planner.forecast import Batch, forecast  # noqa: E402

ROUNDS = 3
NOW = 1_790_000_000.0
FOREVER = 1e12
DEEP = 50_000
MANY_LANES = 10_000
HELD_EACH = 8
STEP_SECONDS = 0.05


def one_lane() -> dict[str, float]:
    """A lane of 1,000,000 MPS with tens of thousands held: hold, release, left."""
    tickets = [_ticket(number) for number in range(DEEP)]
    lane = Lane(mps=1_000_000, queue_limit_seconds=36_000)

    def hold() -> None:
        for ticket in tickets:
            lane.hold(ticket)

    def leave() -> None:
        for one in leaving:
            lane.left(one.ticket, at=one.at)

    held = _cpu(hold)
    leaving: list[Any] = []
    released = _cpu(lambda: leaving.extend(lane.release(now=NOW, until=NOW + 1).leaving))
    left = _cpu(leave)
    assert len(leaving) == DEEP
    return {
        "hold_us": held / DEEP * 1e6,
        "release_us": released / DEEP * 1e6,
        "left_us": left / DEEP * 1e6,
        "release_per_second": DEEP / released,
    }


def many_lanes() -> dict[str, float]:
    """10,000 busy lanes of 10 MPS, asked every 50 ms for what is due, as a dispatcher asks them."""
    lanes = [Lane(mps=10, queue_limit_seconds=36_000) for _ in range(MANY_LANES)]
    for index, lane in enumerate(lanes):
        for number in range(HELD_EACH):
            lane.hold(_ticket(index * HELD_EACH + number))
    left = asked = 0

    def second() -> None:
        nonlocal left, asked
        for step in range(round(0.5 / STEP_SECONDS)):
            now = NOW + step * STEP_SECONDS
            for lane in lanes:
                due = lane.next_at()
                if due is None or due > now + STEP_SECONDS:
                    continue
                asked += 1
                for one in lane.release(now=now, until=now + STEP_SECONDS).leaving:
                    lane.left(one.ticket, at=one.at)
                    left += 1

    spent = _cpu(second)
    return {
        "lanes": MANY_LANES,
        "tickets": left,
        "whole_us_per_ticket": spent / left * 1e6,
        "tickets_per_second": left / spent,
    }


def memory() -> dict[str, float]:
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    lanes = [Lane(mps=10, queue_limit_seconds=36_000) for _ in range(1_000)]
    idle = tracemalloc.get_traced_memory()[0]
    for number in range(20_000):
        lanes[0].hold(_ticket(number))
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return {"bytes_per_idle_lane": (idle - before) / 1_000, "bytes_per_held_ticket": (held - idle) / 20_000}


def forecasts() -> dict[str, float]:
    """750,000 messages of mixed length, and as many of one length."""
    mixed = Batch(count=750_000, sizes=(1, 2, 1, 1, 3), validity_seconds=1e6)
    alike = Batch(count=750_000, validity_seconds=1e6)
    return {
        "mixed_750k_seconds": _cpu(lambda: forecast([mixed], mps=100, queue_limit_seconds=36_000)),
        "alike_750k_seconds": _cpu(lambda: forecast([alike], mps=100, queue_limit_seconds=36_000)),
    }


def _ticket(number: int) -> Ticket:
    return Ticket(UUID(int=number << 64 | number), number % 3, number, 1, FOREVER)


def _cpu(deed: Callable[[], object]) -> float:
    began = time.process_time()
    deed()
    return time.process_time() - began


def _median(measure: Callable[[], dict[str, float]]) -> dict[str, float]:
    rounds = [measure() for _ in range(ROUNDS)]
    return {name: round(statistics.median(one[name] for one in rounds), 3) for name in rounds[0]}


if __name__ == "__main__":
    print(
        json.dumps(
            {
                "bench": "lanes",
                "rounds": ROUNDS,
                "one_lane": _median(one_lane),
                "ten_thousand_lanes": _median(many_lanes),
                "memory": {name: round(value) for name, value in memory().items()},
                "forecast": {name: round(value, 3) for name, value in forecasts().items()},
            }
        )
    )
