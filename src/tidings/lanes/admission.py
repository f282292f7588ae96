"""May a message join its lane's queue: within the limit, and able to leave before it expires."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tidings.kernel.codes import QUEUE_FULL, QUEUE_OVERFLOW, VALIDITY_EXPIRED, Code
from tidings.kernel.outcomes import Refused
from tidings.lanes.shares import DEFAULT_SHARES, Shares, seconds_until_served


@dataclass(frozen=True, slots=True)
class Admitted:
    """The message joins the queue and should leave in about `wait_seconds`."""

    wait_seconds: float


@dataclass(frozen=True, slots=True)
class Full:
    """21611: a sender named by the caller has a full queue. Nothing is written."""

    refused: Refused
    over_segments: int


@dataclass(frozen=True, slots=True)
class Overflowed:
    """30001: through a messaging service the message is accepted, and then fails."""

    code: Code
    over_segments: int


@dataclass(frozen=True, slots=True)
class CannotLeaveInTime:
    """30036: the message would expire while it waits. Nothing is written."""

    refused: Refused
    wait_seconds: float


Admission = Admitted | Full | Overflowed | CannotLeaveInTime


def admit(
    *,
    sender: str,
    segments: int,
    priority: int,
    depth_segments: int,
    ahead_segments: Sequence[int],
    mps: float,
    queue_limit_seconds: float,
    validity_seconds: float,
    via_service: bool,
    busy_seconds: float = 0.0,
    shares: Shares = DEFAULT_SHARES,
) -> Admission:
    """The verdict for a message of `segments` in a lane whose queue holds `depth_segments`.

    `ahead_segments` are those that wait in each priority; of its own priority only those that leave before
    it. They decide the wait: a one-time code must not be refused for a long marketing queue that it passes.
    `busy_seconds` is how long the lane is spoken for already (its `free_at` less now).
    """
    over = math.ceil(depth_segments + segments - mps * queue_limit_seconds)
    if over > 0:
        if via_service:
            return Overflowed(QUEUE_OVERFLOW, over)
        return Full(Refused.because(QUEUE_FULL, sender=sender), over)
    wait = busy_seconds + seconds_until_served(ahead_segments, priority=priority, rate=mps, shares=shares)
    if wait > validity_seconds:
        message = (
            f"{VALIDITY_EXPIRED.text}: the message would wait about {wait:,.0f} seconds to leave "
            f"but is valid for {validity_seconds:,.0f} seconds."
        )
        return CannotLeaveInTime(Refused(VALIDITY_EXPIRED, message), wait)
    return Admitted(wait)
