"""A message on its way out: what the dispatcher holds between the claim and the carrier's answer."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tidings.carriers.connector import Handover
from tidings.lanes.caps import HeldCap
from tidings.lanes.lane import Lane, Ticket

WALK_PAGE = 500
WALK_SECONDS = 2.0
_FIRST = (-1, -(1 << 62), UUID(int=0))


@dataclass(slots=True)
class Walk:
    """How far through all waiting tickets of a lane a search has come, page by page. Instants are epoch seconds."""

    beyond: tuple[int, int, UUID] = _FIRST
    """Priority, turn and id of the last ticket seen."""
    began_at: float = -math.inf
    next_at: float = -math.inf

    def is_due(self, now: float) -> bool:
        return now >= self.next_at

    def went_to(self, seen: Sequence[tuple[int, int, UUID]], *, now: float) -> None:
        """A page was read; after the last one the next walk waits ten times as long as this one took."""
        if self.beyond == _FIRST:
            self.began_at = now
        if len(seen) < WALK_PAGE:
            self.beyond = _FIRST
            self.next_at = now + max(WALK_SECONDS, 10 * (now - self.began_at))
        else:
            self.beyond = seen[-1]

    def end(self) -> None:
        """Nothing is searched for, until `is_due` is asked again."""
        self.beyond, self.next_at = _FIRST, -math.inf


@dataclass(slots=True)
class HeldLane:
    """A lane as its owner holds it in memory.

    `more[p]`: the queue may have tickets of priority `p` beyond those held. `stale`: tickets came that may go first.
    `idle_since`, `asked_at` and `read_at` are in epoch seconds; a lane that stays empty is forgotten.
    `caps`: what it shares with lanes of other dispatchers; `walk`: the search for tickets that a spent cap keeps too
    long.
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
    walk: Walk = field(default_factory=Walk)

    @property
    def has_spent_cap(self) -> bool:
        return any(one.cap.drained for one in self.caps)


@dataclass(slots=True)
class Letter:
    """A claimed ticket with what it carries. `leaves_at` is in epoch seconds; the order breaks ties. `opted_out`: the
    person wants no more, so it does not leave. From `shuts_at` (epoch seconds) on the gate does not let it leave."""

    ticket: Ticket
    held: HeldLane
    handover: Handover
    account: UUID
    attempt: int
    expires_at: datetime
    leaves_at: float
    order: int
    opted_out: bool = False
    shuts_at: float = math.inf
