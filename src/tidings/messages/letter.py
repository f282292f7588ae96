"""A message on its way out: what the dispatcher holds between the claim and the carrier's answer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tidings.carriers.connector import Handover
from tidings.lanes.caps import HeldCap
from tidings.lanes.lane import Lane, Ticket


@dataclass(slots=True)
class HeldLane:
    """A lane as its owner holds it in memory.

    `more[p]`: the queue may have tickets of priority `p` beyond those held. `stale`: tickets came that may go first.
    `idle_since`, `asked_at` and `read_at` are in epoch seconds; a lane that stays empty is forgotten.
    `caps`: what it shares with lanes of other dispatchers.
    """

    bucket: int
    id: int
    account: UUID
    lane: Lane
    more: list[bool]
    stale: bool
    idle_since: float = 0.0
    asked_at: float = 0.0
    read_at: float = 0.0
    caps: tuple[HeldCap, ...] = ()


@dataclass(slots=True)
class Letter:
    """A claimed ticket with what it carries. `leaves_at` is in epoch seconds; the order breaks ties."""

    ticket: Ticket
    held: HeldLane
    handover: Handover
    account: UUID
    attempt: int
    expires_at: datetime
    leaves_at: float
    order: int
