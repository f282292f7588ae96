"""One carrier as the switchboard holds it: its connector, its breaker, its rate, and what it owes us."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from tidings.carriers.awaited import Awaited
from tidings.carriers.book import CarrierEntry, CarrierState
from tidings.carriers.breaker import Breaker
from tidings.carriers.connector import Connector, Handover, Outcome
from tidings.carriers.plausible import Tally
from tidings.carriers.rate import Rate

SOON_SECONDS = 0.25
"""So long a message waits for a carrier that is preferred and is only full at the moment."""
ALIVE_SECONDS = 5.0
"""A carrier without any room for so long counts as away."""

Done = Callable[[Handover, Outcome], None]


@dataclass(slots=True)
class Ended:
    """How many hand-overs ended in which way, since the start."""

    taken: int = 0
    throttled: int = 0
    rejected: int = 0
    unreachable: int = 0
    unknown: int = 0


@dataclass(slots=True, eq=False)
class Line:
    """`out`: messages handed over and not answered, with whom to tell. `out_alone`: how many
    more were handed over while it was the only carrier. `held`: senders that the carrier throttled, with
    when they may go on. `tally` is what is not yet kept, `shown` what is."""

    entry: CarrierEntry
    connector: Connector
    breaker: Breaker = field(default_factory=Breaker)
    rate: Rate | None = None
    awaited: Awaited = field(default_factory=Awaited)
    ended: Ended = field(default_factory=Ended)
    tally: Tally = field(default_factory=Tally)
    shown: Tally = field(default_factory=Tally)
    held: dict[str, float] = field(default_factory=dict)
    out: dict[UUID, tuple[Done, tuple["Line", ...], int]] = field(default_factory=dict)
    out_alone: int = 0
    answered: Done = field(init=False)
    failed_over: int = 0
    had_room_at: float = 0.0

    @property
    def name(self) -> str:
        return self.entry.name

    @property
    def unanswered(self) -> int:
        """Messages that the carrier has not answered yet."""
        return len(self.out) + self.out_alone

    @property
    def takes(self) -> bool:
        """Whether it is to be given anything new."""
        return self.entry.state is CarrierState.ACTIVE

    def room(self, now: float) -> int:
        """How many parts it would take now, its rate included; 0 while it is to take nothing."""
        if self.entry.state is not CarrierState.ACTIVE:
            return 0
        room = self.connector.room
        if room > 0:
            self.had_room_at = now
            if self.rate is not None:
                room = min(room, self.rate.parts(now))
        return room

    def may_take(self, sender: str, now: float) -> bool:
        """Whether a message of this sender may go there now."""
        return (
            self.room(now) > 0
            and self.breaker.admits(now)
            and (not self.held or self.held.get(sender, 0.0) <= now)
        )

    def has_room_soon(self, sender: str, now: float) -> bool:
        """Whether it is full only at the moment: it had room just now, and its rate opens again in no time."""
        if not self.breaker.is_closed or self.held.get(sender, 0.0) > now:
            return False
        self.room(now)
        return now - self.had_room_at < SOON_SECONDS and (
            self.rate is None or self.rate.next_at() - now < SOON_SECONDS
        )

    def is_alive(self, now: float) -> bool:
        """Whether waiting for it makes sense, even when it has no room this moment."""
        return self.takes and now - self.had_room_at < ALIVE_SECONDS and self.breaker.is_closed
