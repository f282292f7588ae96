"""How often a person may be written to: one cap, and what it makes of the sends there were. Pure.

A send whose topic or campaign nobody named may have any: it counts against every topic, and as a campaign of its own.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from functools import lru_cache
from hashlib import blake2b
from itertools import starmap
from typing import NamedTuple

import msgspec

from tidings.compliance.verdict import Allowed, Applied, Held, Refused, Rule, Traffic
from tidings.kernel.codes import CODES
from tidings.kernel.instant import EPOCH, Instant, epoch_milliseconds

OVER_CAP = CODES[30454]
"""How a message ends that was over a cap, and that nobody wanted to be sent later."""
LONGEST_WINDOW = timedelta(days=31)
MOST_SENDS = 200
"""The largest cap; so many sends of each traffic are kept of a person at most."""
SPREAD = timedelta(seconds=60)
"""Those who wait for the same moment come up within this time after it, the one that is worth most first."""

_NUMBERS: Mapping[Traffic, int] = {Traffic.MARKETING: 0, Traffic.TRANSACTIONAL: 1, Traffic.ESSENTIAL: 2}
_TRAFFIC = {number: traffic for traffic, number in _NUMBERS.items()}
_SEND = struct.Struct(">qIIB")
SEND_BYTES = _SEND.size
_LONGEST_WINDOW_MS = LONGEST_WINDOW // timedelta(milliseconds=1)


class Counting(Enum):
    """Which of a person's sends a cap counts, besides that they are of its traffic."""

    ALL = "all"
    TOPIC = "topic"
    """Those on the same topic."""
    OTHER_CAMPAIGNS = "other_campaigns"
    """Those of any campaign but the message's own: the space between campaigns."""


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `most` sends of some traffic in any `window`. `states`: it binds only people who may be there, as US-FL;
    empty for all."""

    rule: Rule
    most: int
    window: timedelta
    traffic: frozenset[Traffic]
    counting: Counting = Counting.ALL
    states: frozenset[str] = frozenset()
    passed: Applied = field(init=False, compare=False, repr=False)
    """What is told when it lets a message pass."""
    window_ms: int = field(init=False)
    numbers: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "passed", Applied(self.rule))
        object.__setattr__(self, "window_ms", int(self.window.total_seconds() * 1000))
        object.__setattr__(self, "numbers", frozenset(_NUMBERS[one] for one in self.traffic))

    def binds(self, traffic: Traffic, states: frozenset[str]) -> bool:
        return traffic in self.traffic and (not self.states or not self.states.isdisjoint(states))


class Send(NamedTuple):
    """A message that left or is about to. `topic`, `campaign`: numbers of their names, 0 for none."""

    at_ms: int
    topic: int
    campaign: int
    traffic: int


class Over(msgspec.Struct, frozen=True, kw_only=True):
    """What an account wants for a message that is over a cap. `skip`: not sent at all, rather than later.

    The `worth` of a message, 1 unless its sender says less, halves with every `half_life`; below `least_worth` it is
    not sent any more. By default that never happens.
    """

    skip: bool = False
    worth: float = 1.0
    half_life: timedelta = timedelta(days=1)
    least_worth: float = 0.0


LATER = Over()


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one person, and the caps that bind it. `asked_at`: since when it is wanted."""

    caps: tuple[Cap, ...]
    traffic: Traffic
    topic: str = ""
    campaign: str = ""
    asked_at: Instant | None = None
    over: Over = LATER

    def send(self, at: Instant) -> Send:
        """What is counted when it leaves."""
        return Send(
            epoch_milliseconds(at), number_of(self.topic), number_of(self.campaign), _NUMBERS[self.traffic]
        )


def decide(wish: Wish, sends: Sequence[Send], *, at: Instant) -> Allowed | Held | Refused:
    """Whether the person may get it at a time, after these sends.

    Held until the first moment at which no cap is in its way, if nothing else is sent meanwhile: a moment later the
    less it is worth, so that what is worth most comes up first.
    """
    send = wish.send(at)
    latest: tuple[int, Cap, int] | None = None
    for cap in wish.caps:
        counted = _counted(cap, send, sends)
        if len(counted) >= cap.most:
            free_ms = sorted(counted)[-cap.most] + cap.window_ms
            if latest is None or free_ms > latest[0]:
                latest = (free_ms, cap, len(counted))
    if latest is None:
        return Allowed(applied=tuple([cap.passed for cap in wish.caps]))
    free_ms, cap, there_were = latest
    free_at = EPOCH + timedelta(milliseconds=free_ms)
    worth = worth_at(wish, at)
    saw = {
        "sends": str(there_were),
        "most": str(cap.most),
        "window": f"{cap.window}",
        "topic": wish.topic or "any",
        "free_at": free_at.isoformat(),
        "worth": f"{worth:.3g}",
    }
    applied = Applied(cap.rule, saw)
    if wish.over.skip or worth < wish.over.least_worth:
        return Refused(OVER_CAP, applied)
    return Held(free_at + SPREAD * (1 - worth), applied)


def worth_at(wish: Wish, at: Instant) -> float:
    """What it is still worth, from 0 to 1."""
    if wish.asked_at is None or at <= wish.asked_at:
        return wish.over.worth
    halvings: float = (at - wish.asked_at) / wish.over.half_life
    return float(wish.over.worth * 0.5**halvings)


@lru_cache(maxsize=10_000)
def number_of(name: str) -> int:
    """32 bits of a name, the same in every process and never 0; 0 for no name."""
    if not name:
        return 0
    return int.from_bytes(blake2b(name.encode(), digest_size=4).digest(), "big") or 1


def traffic_of(send: Send) -> Traffic:
    return _TRAFFIC[send.traffic]


def is_clear(caps: Iterable[Cap], kept: bytes, *, at_ms: int) -> bool:
    """Whether there were so few sends of whatever kind that none of these caps is in the way at a time. A look at
    packed sends that costs little and spares `decide` for most people; False says nothing."""
    count = len(kept) // SEND_BYTES
    for cap in caps:
        if count >= cap.most:
            start = len(kept) - cap.most * SEND_BYTES
            if int.from_bytes(kept[start : start + 8], "big") > at_ms - cap.window_ms:
                return False
    return True


def with_one_more(kept: bytes, send: Send) -> bytes:
    """Packed sends, and one more, as far back from this as any cap looks."""
    last = packed(send)
    if not kept:
        return last
    oldest_ms = send.at_ms - _LONGEST_WINDOW_MS
    is_next = kept[-SEND_BYTES:] <= last and len(kept) < MOST_SENDS * SEND_BYTES
    if is_next and int.from_bytes(kept[:8], "big") > oldest_ms:
        return kept + last
    return pack([*unpack(kept), send], now=EPOCH + timedelta(milliseconds=send.at_ms))


def packed(send: Send) -> bytes:
    return _SEND.pack(*send)


def unpack(kept: bytes | None) -> list[Send]:
    """The sends of a person, as they are kept: 17 bytes each, in their order (so are their bytes), the oldest first."""
    return [] if not kept else list(map(Send._make, _SEND.iter_unpack(kept)))


def pack(sends: Iterable[Send], *, now: Instant) -> bytes:
    """What is to be kept of them, as far back as any cap looks: the latest of each traffic."""
    oldest = epoch_milliseconds(now - LONGEST_WINDOW)
    latest = [one for one in sorted(sends) if one[0] > oldest]
    if len(latest) > MOST_SENDS:
        of_each = [[one for one in latest if one.traffic == number] for number in _NUMBERS.values()]
        latest = sorted(one for some in of_each for one in some[-MOST_SENDS:])
    return b"".join(starmap(_SEND.pack, latest))


def _counted(cap: Cap, send: Send, sends: Sequence[Send]) -> list[int]:
    """When the sends were that the cap counts; those of a time to come are among them. Where so many were kept that
    others may have been forgotten, all count."""
    since = send.at_ms - cap.window_ms
    numbers = cap.numbers
    within = [one for one in sends if one[0] > since and one[3] in numbers]
    if cap.counting is Counting.ALL or not within or len(within) >= MOST_SENDS:
        return [one[0] for one in within]
    if cap.counting is Counting.TOPIC:
        topic = send.topic
        return [one[0] for one in within if not (topic and one.topic) or one.topic == topic]
    return [one[0] for one in within if not one.campaign or one.campaign != send.campaign]
