"""What would have become of messages that were sent, had other rules, caps or lanes held. Pure.

Messages are judged one by one, in the order in which they were wanted, by the gate's own `judge`: geo permissions,
consents, content, quiet hours and caps. What is held is judged anew when its time has come. What is allowed passes its
sender's lane: the scheduler that paces live traffic, on a virtual clock, with its priorities and its turns.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import TypeAlias
from uuid import UUID

from tidings.compliance.caps import Cap, Over, Send, Wish
from tidings.compliance.caps import decide as caps
from tidings.compliance.caps.cap import LATER
from tidings.compliance.consent import ConsentSetting, Outgoing, Standing
from tidings.compliance.consent import decide as consent
from tidings.compliance.content.decide import Lint
from tidings.compliance.content.decide import decide as content
from tidings.compliance.content.envelope import envelope_of
from tidings.compliance.content.linter import Linter
from tidings.compliance.gate import GateSettings
from tidings.compliance.geo import Permissions
from tidings.compliance.geo import decide as geo
from tidings.compliance.judge import Decider, Question, judge, quiet_hours_by, rejudged
from tidings.compliance.packs.pack import Pack
from tidings.compliance.quiet_hours import Hours, Mode, Place, place_of
from tidings.compliance.verdict import Allowed, Applied, Refused, Rule, Traffic, Verdict
from tidings.kernel.codes import Code
from tidings.kernel.instant import Instant, epoch_seconds, from_epoch
from tidings.lanes.lane import Lane, Overflow, Released, Ticket
from tidings.lanes.turn import finish_of, turn_of

MOST_ROUNDS = 16
"""How often rules may hold a message anew before it counts as never allowed."""
_NOBODY = UUID(int=0)
_PRIORITIES = {Traffic.ESSENTIAL: 0, Traffic.TRANSACTIONAL: 1, Traffic.MARKETING: 2}


@dataclass(frozen=True, slots=True)
class Past:
    """A message as it was wanted: at the time of its acceptance, or that for which it was scheduled."""

    at: Instant
    expires_at: Instant
    recipient: str
    traffic: Traffic
    segments: int
    sender: str
    service: UUID | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    """Empty where it was redacted: then content is not looked at."""
    country: str = ""
    calling_code: str = ""
    flow: int = 0
    """Its campaign, or what else gets an equal part of its priority."""
    standing: Standing | None = None
    """What is known of the person's consent; None where nobody asked."""
    barred: Code | None = None
    """With what carriers would block it for want of a registration of its sender; None for nothing."""
    place: Place | None = None
    """Where they may be, by what is known of them; None for what their number tells."""
    preferred: Hours | None = None


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
    """Rules that are tried. `modes` by traffic; `caps` bind beside those that law sets by the pack, unless `law` is
    false; `over`: for what is over one. `consent`, `lint` and `permissions`: None where they are not asked."""

    pack: Pack
    modes: Mapping[Traffic, Mode]
    caps: tuple[Cap, ...] = ()
    over: Over = LATER
    layout: Layout = Layout()
    law: bool = True
    consent: ConsentSetting | None = None
    lint: Lint | None = None
    permissions: Permissions | None = None
    gate: GateSettings = field(default_factory=GateSettings)
    """The account's other choices of the gate: its own hours and brands."""
    registration: bool = False
    """Whether what is not registered is refused, as carriers do."""


class Fate(StrEnum):
    AT_ONCE = "sent_at_once"
    LATER = "sent_later"
    """It would have been held, by quiet hours or a cap, and have left then."""
    REFUSED = "refused"
    """By a country, a consent or a text; or over a cap, and not wanted later."""
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
        self._settings = replace(
            setting.gate,
            marketing=setting.modes[Traffic.MARKETING],
            other=setting.modes[Traffic.TRANSACTIONAL],
        )
        self._quiet_hours = quiet_hours_by(setting.pack.quiet_hours)
        self._linter = Linter(setting.pack.countries)
        self._caps = (*(setting.pack.caps if setting.law else ()), *setting.caps)
        self._sends: defaultdict[str, list[Send]] = defaultdict(list)

    def judge(self, past: Past) -> _Judged:
        """What the rules say: when it might leave, or when it was given up."""
        question, wish = self._question(past), self._wish(past)
        deciders = self._deciders(past, wish)
        by: Applied | None = None
        for _ in range(MOST_ROUNDS):
            verdict = judge(question, deciders)
            if isinstance(verdict, Refused):
                return Fate.REFUSED, question.at, verdict.applied
            if isinstance(verdict, Allowed):
                if wish is not None:
                    self._sends[past.recipient].append(wish.send(question.at))
                return (Fate.AT_ONCE if by is None else Fate.LATER), question.at, by
            by = verdict.applied
            question = rejudged(question, max(verdict.until, question.at + timedelta(milliseconds=1)))
            if question.at >= past.expires_at:
                break
        return Fate.EXPIRED, past.expires_at, by

    def _question(self, past: Past) -> Question:
        return Question(
            account=_NOBODY,
            sender=past.sender or None,
            sender_kind="",
            service=past.service,
            recipient=past.recipient,
            country=past.country,
            traffic=past.traffic,
            body=past.body,
            at=past.at,
            place=past.place or place_of(past.recipient),
            preferred=past.preferred,
            settings=self._settings,
        )

    def _wish(self, past: Past) -> Wish | None:
        """None where no cap binds it."""
        states = frozenset((past.place or place_of(past.recipient)).states)
        binding = tuple(one for one in self._caps if one.binds(past.traffic, states))
        if not binding:
            return None
        return Wish(
            caps=binding,
            traffic=past.traffic,
            topic=past.tags.get("topic", ""),
            campaign=past.tags.get("campaign", ""),
            asked_at=past.at,
            over=self._setting.over,
        )

    def _deciders(self, past: Past, wish: Wish | None) -> tuple[Decider, ...]:
        setting = self._setting
        found: list[Decider] = []
        permissions, asked, lint = setting.permissions, setting.consent, setting.lint
        if setting.registration and past.barred is not None:
            barred = Refused(past.barred, Applied(_registration_rule(past.barred), {"sender": past.sender}))
            found.append(lambda _: barred)
        if permissions is not None:
            where = geo(permissions, country=past.country, calling_code=past.calling_code)
            found.append(lambda _: _verdict(where))
        if asked is not None and past.standing is not None:
            standing = past.standing
            outgoing = Outgoing(past.traffic, past.country, past.service, past.sender, past.tags.get("topic"))
            laws = setting.pack.consent
            found.append(lambda question: _verdict(consent(standing, outgoing, asked, laws, at=question.at)))
        if lint is not None and past.body:
            envelope = envelope_of(
                country=past.country,
                to=past.recipient,
                traffic=past.traffic,
                sender=past.sender,
                brands=self._settings.brands_of(past.service),
            )
            said = content(self._linter.lint(past.body, envelope), lint, version=setting.pack.version)
            found.append(lambda _: said if isinstance(said, Refused) else Allowed(applied=said))
        found.append(self._quiet_hours)
        if wish is not None:
            sends = self._sends[past.recipient]
            found.append(lambda question: caps(wish, sends, at=question.at))
        return tuple(found)


@cache
def _registration_rule(code: Code) -> Rule:
    return Rule(f"registration/{code.number}", "1", "carriers' registries", f"{code.text.rstrip('.')}.")


def _verdict(said: Applied | Refused | None) -> Verdict:
    if isinstance(said, Refused):
        return said
    return Allowed() if said is None else Allowed(applied=(said,))


def replay(setting: Setting, pasts: Sequence[Past]) -> list[Result]:
    """What becomes of each, in their order; they come in the order of their times."""
    judging = Replay(setting)
    judged = [judging.judge(one) for one in pasts]
    results: dict[int, Result] = {}
    lanes: dict[str, _Lane] = {}
    for n in sorted(range(len(pasts)), key=lambda n: judged[n][1]):
        past, (fate, at, by) = pasts[n], judged[n]
        mps = setting.layout.of(past.sender)
        if fate in (Fate.REFUSED, Fate.EXPIRED):
            results[n] = Result(fate, None, by)
        elif mps is None:
            results[n] = Result(fate, at, by, at - past.at)
        else:
            lane = lanes.setdefault(past.sender, _Lane(mps, setting.layout.queue_limit_seconds))
            lane.take(n, past, at)
    for lane in lanes.values():
        for n, (lane_fate, left_at) in lane.ends().items():
            fate, at, by = judged[n]
            left = None if left_at is None else max(at, from_epoch(left_at))
            waited = timedelta(0) if left is None else left - pasts[n].at
            results[n] = Result(lane_fate or fate, left, by, waited)
    return [results[n] for n in range(len(pasts))]


class _Lane:
    """A sender's lane on a virtual clock: what comes to it, in the order of time, and what becomes of that."""

    def __init__(self, mps: float, queue_limit_seconds: float) -> None:
        self._lane = Lane(mps=mps, queue_limit_seconds=queue_limit_seconds)
        self._finishes: dict[tuple[int, int], int] = {}
        self._ends: dict[int, tuple[Fate | None, float | None]] = {}
        self._now = -math.inf
        self._last_expiry = -math.inf

    def take(self, n: int, past: Past, at: Instant) -> None:
        """Message number n comes to the lane."""
        arrives, expires = epoch_seconds(at), epoch_seconds(past.expires_at)
        self._release(arrives)
        priority = _PRIORITIES[past.traffic]
        flow = (priority, past.flow)
        turn = turn_of(self._lane.turns[priority], self._finishes.get(flow))
        ticket = Ticket(UUID(int=n), priority, turn, past.segments, expires)
        if isinstance(self._lane.offer(ticket, now=arrives), Overflow):
            self._ends[n] = (Fate.OVERFLOWED, None)
            return
        self._finishes[flow] = finish_of(turn, past.segments)
        self._last_expiry = max(self._last_expiry, expires)
        self._note(self._lane.release(now=arrives, until=arrives))

    def ends(self) -> Mapping[int, tuple[Fate | None, float | None]]:
        """By message: what ended it, or None and when it left."""
        if self._lane.held:
            self._release(self._last_expiry + 1.0)
            self._note(self._lane.release(now=self._now, until=self._now))
        return self._ends

    def _release(self, until: float) -> None:
        if self._lane.held:
            self._note(self._lane.release(now=self._now, until=until))
        self._now = until

    def _note(self, released: Released) -> None:
        self._lane.left_as_planned()
        for leaving in released.leaving:
            self._ends[leaving.ticket.id.int] = (None, leaving.at)
        for ticket in released.expired:
            self._ends[ticket.id.int] = (Fate.EXPIRED, None)


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
