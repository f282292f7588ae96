"""What the guard would have known at each moment of past traffic: for what-if, and for tests. Pure.

The same evidence as the database gives, from a list of attempts in their order.
"""

from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from heapq import heappop, heappush

import msgspec

from tidings.kernel.instant import Instant
from tidings.kernel.phone_number import LineType, PhoneNumber
from tidings.verify.fraud.judge import Blocked, Evidence, Rate, Slowed, Verdict, judge, last_digits, range_of
from tidings.verify.fraud.level import BASELINE, BURST, PATIENCE, RECENT, WINDOW, FraudGuard

TRUSTED_FOR = timedelta(days=30)
MOST_NEIGHBOURS = 500


class Past(msgspec.Struct, frozen=True):
    """A code that was asked for. `converted_at` None: it never came back."""

    at: Instant
    number: str
    converted_at: Instant | None
    address: str | None = None


class _Window:
    """Codes to a range or a country: the young ones, those of the window, and how many came before it."""

    def __init__(self, length: timedelta) -> None:
        self._length = length
        self.young: deque[Past] = deque()
        self.old: deque[Past] = deque()
        self._late: list[Instant] = []
        self._matured = self._converted = 0
        self.last: Instant | None = None

    def add(self, one: Past) -> None:
        self.young.append(one)
        self.last = one.at

    def rate(self, now: Instant) -> Rate:
        """Codes that came back, and those that had their time without doing so."""
        while self.young and self.young[0].at <= now - PATIENCE:
            one = self.young.popleft()
            self.old.append(one)
            self._matured += 1
            if one.converted_at is not None:
                heappush(self._late, one.converted_at)
        while self._late and self._late[0] <= now:
            heappop(self._late)
            self._converted += 1
        while self.old and self.old[0].at <= now - self._length:
            one = self.old.popleft()
            self._matured -= 1
            self._converted -= one.converted_at is not None
        early = sum(_came_back(one, now) for one in self.young)
        return Rate(self._matured + early, self._converted + early)


class Memory:
    """Attempts that were let pass, as they are added in the order of time."""

    def __init__(self) -> None:
        self._ranges: dict[str, _Window] = defaultdict(partial(_Window, WINDOW))
        self._countries: dict[str, _Window] = defaultdict(partial(_Window, WINDOW))
        self._weeks: dict[str, _Window] = defaultdict(partial(_Window, WINDOW + BASELINE))
        self._by_address: dict[str, deque[Instant]] = defaultdict(deque)
        self._blocked: dict[str, deque[Past]] = defaultdict(deque)
        self._converted: dict[str, Instant] = {}

    def block(self, one: Past) -> None:
        """It was asked for and did not leave; its number stays in the row that it is part of."""
        self._blocked[range_of(one.number)].append(one)

    def add(self, one: Past, country: str) -> None:
        self._ranges[range_of(one.number)].add(one)
        self._countries[country].add(one)
        self._weeks[country].add(one)
        if one.converted_at is not None:
            self._converted[one.number] = one.converted_at

    def evidence(self, one: Past, country: str) -> Evidence:
        now = one.at
        near = self._ranges[range_of(one.number)]
        in_range, in_country = near.rate(now), self._countries[country].rate(now)
        in_week = self._weeks[country].rate(now)
        trusted = self._converted.get(one.number)
        neighbours = {
            last_digits(past.number)
            for past in (*near.old, *near.young, *self._blocked[range_of(one.number)])
            if past.at > now - RECENT and not _came_back(past, now) and past.number != one.number
        }
        return Evidence(
            is_trusted=trusted is not None and now - TRUSTED_FOR < trusted <= now,
            range=in_range,
            country=in_country,
            baseline=Rate(in_week.matured - in_country.matured, in_week.converted - in_country.converted),
            neighbours=tuple(sorted(neighbours))[:MOST_NEIGHBOURS],
            since_last_seconds=None if near.last is None else (now - near.last).total_seconds(),
            by_address=self._asked(one, now),
        )

    def _asked(self, one: Past, now: Instant) -> int:
        if one.address is None:
            return 0
        times = self._by_address[one.address]
        while times and times[0] <= now - BURST:
            times.popleft()
        times.append(now)
        return len(times)


class Outcome(msgspec.Struct, frozen=True):
    """What a guard would have made of past traffic."""

    attempts: int
    stopped: int
    """Blocked or slowed."""
    stopped_honest: int
    """Of them, those whose code did come back."""
    unconverted: int
    by_rule: dict[str, int]


def replay(past: Iterable[Past], guard: FraudGuard) -> tuple[Outcome, list[Verdict]]:
    """Judge attempts in the order of time, each by what those that were let pass before it tell."""
    memory, verdicts = Memory(), list[Verdict]()
    by_rule: dict[str, int] = {}
    stopped = honest = unconverted = 0
    for one in past:
        number = PhoneNumber.parse(one.number)
        country = "" if number is None else number.region
        line = LineType.UNKNOWN if number is None else number.line_type
        verdict = judge(guard, number=one.number, line=line, seen=memory.evidence(one, country))
        verdicts.append(verdict)
        unconverted += one.converted_at is None
        if isinstance(verdict, Blocked | Slowed):
            stopped += 1
            honest += one.converted_at is not None
            by_rule[verdict.rule] = by_rule.get(verdict.rule, 0) + 1
            if isinstance(verdict, Blocked):
                memory.block(msgspec.structs.replace(one, converted_at=None))
        else:
            memory.add(one, country)
    return Outcome(len(verdicts), stopped, honest, unconverted, by_rule), verdicts


def _came_back(past: Past, now: Instant) -> bool:
    return past.converted_at is not None and past.converted_at <= now
