"""The throughput calculator: does a bulk send fit the sender's queue, and what would make it fit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from tidings.kernel.codes import Code
from tidings.lanes.allowance import DailyLimit

# The guide asks for "a small margin of additional throughput on top of what you need at peak times".
MARGIN = Fraction(20, 100)


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of `messages` of `segments` each that are all sent at one moment.

    The queue takes `capacity_segments`; all segments together need `drain_seconds` at this MPS. A message
    that does not fit whole is in overflow. `required_mps` is the least whole MPS at which nothing is;
    `recommended_mps` has `MARGIN` on top.
    """

    messages: int
    segments: int
    mps: float
    queue_seconds: float
    total_segments: int
    capacity_segments: int
    drain_seconds: float
    overflow_segments: int
    overflow_messages: int
    required_mps: int
    recommended_mps: int
    advice: tuple[str, ...]


def plan(
    messages: int,
    *,
    segments: int,
    mps: float,
    queue_seconds: float,
    daily: Sequence[DailyLimit] = (),
    blocked: Code | None = None,
) -> Plan:
    """Reckon a send of `messages` at one moment; ValueError for a number that is not above 0.

    `daily` are caps that some or all of the messages spend, `blocked` is the code with which carriers end them.
    """
    numbers = {"messages": messages, "segments": segments, "mps": mps, "queue_seconds": queue_seconds}
    for name, number in numbers.items():
        if not (math.isfinite(number) and number > 0):
            raise ValueError(f"{name} must be a number above 0, not {number}")
    rate, limit = _exact(mps), _exact(queue_seconds)
    total = messages * segments
    capacity = math.floor(rate * limit)
    overflow = max(0, total - capacity)
    required = max(1, math.ceil(total / limit))
    unadvised = Plan(
        messages=messages,
        segments=segments,
        mps=mps,
        queue_seconds=queue_seconds,
        total_segments=total,
        capacity_segments=capacity,
        drain_seconds=float(total / rate),
        overflow_segments=overflow,
        overflow_messages=_messages_in(overflow, segments),
        required_mps=required,
        recommended_mps=math.ceil(total / limit * (1 + MARGIN)),
        advice=(),
    )
    told = (*_when_blocked(blocked), *_when_capped(daily, total), *_advice(unadvised))
    return replace(unadvised, advice=told)


def duration(seconds: float) -> str:
    """`2 h 5 min`: a length of time for people, in its two largest units."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.3g} s" if seconds < 10 else f"{whole} s"
    parts = [(whole // 86_400, "d"), (whole // 3_600 % 24, "h"), (whole // 60 % 60, "min"), (whole % 60, "s")]
    first = next(index for index, (amount, _) in enumerate(parts) if amount)
    return " ".join(f"{amount} {unit}" for amount, unit in parts[first : first + 2] if amount)


def _exact(number: float) -> Fraction:
    """The decimal that was written: 3.3 MPS x 36,000 s must be 118,800 segments, not a hair less."""
    return Fraction(Decimal(repr(number)))


def _messages_in(overflow_segments: int, segments: int) -> int:
    return -(-overflow_segments // segments)


def _advice(plan: Plan) -> tuple[str, ...]:
    """What changes the outcome, most telling first."""
    told = list(_when_it_overflows(plan) if plan.overflow_segments else _when_it_fits(plan))
    if plan.segments > 1:
        told.append(_shorter(plan))
    told.append("A message whose validity period is shorter than its wait expires in the queue (30036).")
    return tuple(told)


def _when_blocked(blocked: Code | None) -> tuple[str, ...]:
    if blocked is None:
        return ()
    return (f"As it stands carriers end these messages with {blocked.number}: {blocked.text}.",)


def _when_capped(daily: Sequence[DailyLimit], total: int) -> tuple[str, ...]:
    return tuple(
        f"{limit.title} takes {limit.segments:,} segments a day (midnight in {limit.zone}): if all of these went "
        f"there it would take {math.ceil(total / limit.segments):,} days."
        for limit in daily
        if limit.segments < total
    )


def _when_it_overflows(plan: Plan) -> tuple[str, ...]:
    spread = plan.drain_seconds - plan.queue_seconds
    senders = math.ceil(plan.required_mps / plan.mps)
    return (
        f"Raise the sender to {plan.required_mps:,} MPS and everything fits; with a margin of "
        f"{float(MARGIN):.0%} that is {plan.recommended_mps:,} MPS.",
        f"Or spread the send over at least {duration(spread)} instead of one moment.",
        f"Or share it between {senders:,} senders of {plan.mps:g} MPS each.",
    )


def _when_it_fits(plan: Plan) -> tuple[str, ...]:
    waits = f"The last message waits about {duration(plan.drain_seconds)}; twice the MPS halves that."
    if plan.recommended_mps > plan.mps:
        margin = f"{plan.recommended_mps:,} MPS would leave a margin of {float(MARGIN):.0%}."
        return (waits, margin)
    return (waits,)


def _shorter(plan: Plan) -> str:
    fewer = plan.segments - 1
    total = plan.messages * fewer
    overflow = max(0, total - plan.capacity_segments)
    outcome = (
        f"{_messages_in(overflow, fewer):,} messages would still overflow"
        if overflow
        else "everything would fit"
    )
    return (
        f"With {fewer} segment{'s' if fewer > 1 else ''} a message it takes "
        f"{duration(total / plan.mps)}, and {outcome}."
    )
