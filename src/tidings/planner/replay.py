"""What would have become of messages that were sent, had other rules, caps or lanes held. Pure.

Messages are judged one by one in the order in which they were wanted: quiet hours first, then caps, and again quiet
hours at the moment that a cap holds them to. What is allowed passes its sender's lane, first come, first served.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TypeAlias

from tidings.compliance.caps import Cap, Over, Send, Wish
from tidings.compliance.caps import decide as caps
from tidings.compliance.caps.cap import LATER
from tidings.compliance.packs.pack import Pack
from tidings.compliance.quiet_hours import Mode, place_of
from tidings.compliance.quiet_hours import decide as quiet_hours
from tidings.compliance.verdict import Allowed, Applied, Held, Traffic
from tidings.kernel.instant import Instant, epoch_seconds, from_epoch

MOST_ROUNDS = 16
"""How often quiet hours and caps may send a message back and forth before it counts as never allowed."""


@dataclass(frozen=True, slots=True)
class Past:
    """A message as it was wanted: at the time of its acceptance, or that for which it was scheduled."""

    at: Instant
    expires_at: Instant
    recipient: str
    traffic: Traffic
    segments: int
    sender: str
    service: str
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """What senders' lanes would take. Those without an MPS of their own have that of `otherwise`; None for no limit."""

    mps: Mapping[str, float] = field(default_factory=dict)
    otherwise: float | None = None
    queue_limit_seconds: float = 36_000.0

    def of(self, sender: str) -> float | None:
        return self.mps.get(sender, self.otherwise)


@dataclass(frozen=True, slots=True)
class Setting:
    """Rules that are tried. `modes` by traffic; `caps` bind beside the pack's; `over`: for what is over one."""

    pack: Pack
    modes: Mapping[Traffic, Mode]
    caps: tuple[Cap, ...] = ()
    over: Over = LATER
    layout: Layout = Layout()


class Fate(StrEnum):
    AT_ONCE = "sent_at_once"
    LATER = "sent_later"
    """It would have been held, by quiet hours or a cap, and have left then."""
    REFUSED = "refused"
    """Over a cap, and not wanted later."""
    EXPIRED = "expired"
    """Its validity would have ended before anything let it leave."""
    OVERFLOWED = "overflowed"
    """Its lane would have had more waiting than its queue limit."""


@dataclass(frozen=True, slots=True)
class Result:
    """`at`: when it would have left; None when it would not. `by`: the rule that held or refused it."""

    fate: Fate
    at: Instant | None
    by: Applied | None
    waited: timedelta = timedelta(0)
    """How long it would have waited, in its lane included."""


_Judged: TypeAlias = tuple[Fate, Instant, Applied | None]


class Replay:
    """One setting on its way through the past. Feed it with messages in the order of their times."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._sends: defaultdict[str, list[Send]] = defaultdict(list)

    def judge(self, past: Past) -> _Judged:
        """What the rules say: when it might leave, or when it was given up."""
        setting, place = self._setting, place_of(past.recipient)
        binding = tuple(
            one
            for one in (*setting.pack.caps, *setting.caps)
            if one.binds(past.traffic, frozenset(place.states))
        )
        wish = Wish(
            caps=binding,
            traffic=past.traffic,
            topic=past.tags.get("topic", ""),
            campaign=past.tags.get("campaign", ""),
            asked_at=past.at,
            over=setting.over,
        )
        at, by = past.at, None
        for _ in range(MOST_ROUNDS):
            open_ = quiet_hours(
                setting.pack.quiet_hours,
                place,
                past.traffic,
                at=at,
                mode=setting.modes[past.traffic],
                expires=past.expires_at,
            )
            if isinstance(open_, Held):
                at, by = open_.until, open_.applied
            elif binding:
                capped = caps(wish, self._sends[past.recipient], at=at)
                if isinstance(capped, Allowed):
                    return self._leaves(past, wish, at, by)
                if not isinstance(capped, Held):
                    return Fate.REFUSED, at, capped.applied
                at, by = max(capped.until, at + timedelta(milliseconds=1)), capped.applied
            else:
                return self._leaves(past, None, at, by)
            if at >= past.expires_at:
                break
        return Fate.EXPIRED, past.expires_at, by

    def _leaves(self, past: Past, wish: Wish | None, at: Instant, by: Applied | None) -> _Judged:
        if wish is not None:
            self._sends[past.recipient].append(wish.send(at))
        return (Fate.AT_ONCE if by is None else Fate.LATER), at, by


def replay(setting: Setting, pasts: Sequence[Past]) -> list[Result]:
    """What becomes of each, in their order; they come in the order of their times."""
    judging = Replay(setting)
    judged = [judging.judge(one) for one in pasts]
    results: list[Result | None] = [None] * len(pasts)
    free_at: dict[str, float] = {}
    for place in sorted(range(len(pasts)), key=lambda place: judged[place][1]):
        results[place] = _through_lane(pasts[place], judged[place], setting.layout, free_at)
    return [one for one in results if one is not None]


def _through_lane(past: Past, judged: _Judged, layout: Layout, free_at: dict[str, float]) -> Result:
    fate, at, by = judged
    if fate in (Fate.REFUSED, Fate.EXPIRED):
        return Result(fate, None, by)
    mps = layout.of(past.sender)
    if mps is None:
        return Result(fate, at, by, at - past.at)
    arrives = epoch_seconds(at)
    leaves = max(arrives, free_at.get(past.sender, 0.0))
    if leaves - arrives > layout.queue_limit_seconds:
        return Result(Fate.OVERFLOWED, None, by)
    if leaves >= epoch_seconds(past.expires_at):
        return Result(Fate.EXPIRED, None, by)
    free_at[past.sender] = leaves + past.segments / mps
    left = max(at, from_epoch(leaves))
    return Result(fate, left, by, left - past.at)


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of all. `by_rule`: how many each rule held or refused; waits in seconds, of those that left."""

    messages: int
    fates: Mapping[str, int]
    by_rule: Mapping[str, int]
    rule_texts: Mapping[str, str]
    by_day: Mapping[str, int]
    """How many would have left on each day (UTC)."""
    median_wait_seconds: float
    longest_wait_seconds: float


def summary(results: Sequence[Result]) -> Summary:
    fates = Counter(one.fate.value for one in results)
    held = [one.by.rule for one in results if one.by is not None]
    counted = Counter(rule.id for rule in held)
    waits = sorted(one.waited.total_seconds() for one in results if one.at is not None)
    return Summary(
        messages=len(results),
        fates={fate.value: fates[fate.value] for fate in Fate},
        by_rule=dict(counted.most_common()),
        rule_texts={rule.id: rule.text for rule in held},
        by_day=dict(sorted(Counter(f"{one.at:%Y-%m-%d}" for one in results if one.at is not None).items())),
        median_wait_seconds=waits[len(waits) // 2] if waits else 0.0,
        longest_wait_seconds=waits[-1] if waits else 0.0,
    )
