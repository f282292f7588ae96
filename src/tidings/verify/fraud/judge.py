"""Whether a code is worth sending: what is known of its number, its range and who asks, and the first rule that minds.

Pure.
"""

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from tidings.kernel.phone_number import LineType
from tidings.verify.fraud.level import LEVELS, FraudGuard, Level
from tidings.verify.fraud.posterior import USUAL_RATE, doubt

RANGE_DIGITS = 4
"""The last digits of a number; those before them are its range."""
MOST_GAP = 2
"""Numbers that lie so near to one another are in a row."""
FEWEST_FOR_A_BASELINE = 30
LONGEST_STEP_SECONDS = 900
PAID_LINES = frozenset(
    {
        LineType.PREMIUM_RATE,
        LineType.SHARED_COST,
        LineType.PAGER,
        LineType.UAN,
        LineType.VOICEMAIL,
        LineType.TOLL_FREE,
    }
)
"""Lines whose owner is paid for what they get, or which no person reads."""


class Rate(msgspec.Struct, frozen=True):
    """Codes that had their time, and how many came back."""

    matured: int = 0
    converted: int = 0

    @property
    def value(self) -> float:
        return self.converted / self.matured if self.matured else 0.0


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What is known when somebody asks for a code."""

    is_trusted: bool = False
    """A code to this number came back within a month, or the account vouches for it."""
    is_resend: bool = False
    """A code is under way: the same is asked for again."""
    range: Rate = Rate()
    country: Rate = Rate()
    """Within the window."""
    baseline: Rate = Rate()
    """Of the country, or else of the whole account, in the week before the window."""
    neighbours: tuple[int, ...] = ()
    """The last digits of numbers of the range that were asked for within the hour and have not come back."""
    since_last_seconds: float | None = None
    """Since a code was last sent to the range; None where none was."""
    by_address: int = 0
    by_device: int = 0
    by_user: int = 0
    """Codes that were asked for in ten minutes, this one included; 0 where the request does not say who asks."""


class Passed(msgspec.Struct, frozen=True):
    pass


class Slowed(msgspec.Struct, frozen=True):
    """Not now: the range is in doubt, and codes to it are spaced out, each time longer."""

    rule: str
    why: str
    seconds: int


class Blocked(msgspec.Struct, frozen=True):
    rule: str
    why: str


Verdict: TypeAlias = Passed | Slowed | Blocked
PASSED = Passed()


def judge(guard: FraudGuard, *, number: str, line: LineType, seen: Evidence) -> Verdict:
    """The rules in order: what is paid for getting texts; then whom we know; then runs, ranges, countries, bursts."""
    level = LEVELS.get(guard)
    if level is None:
        return PASSED
    if line in PAID_LINES:
        return Blocked(
            "fraud/paid-line", f"the number is of a kind that no person verifies: {line.name.lower()}"
        )
    if seen.is_trusted:
        return PASSED
    return (
        _run(level, number, seen)
        or _range(level, seen)
        or _country(level, seen)
        or _burst(level, seen)
        or _step(level, seen)
        or PASSED
    )


def range_of(number: str) -> str:
    return number[:-RANGE_DIGITS]


def last_digits(number: str) -> int:
    return int(number[-RANGE_DIGITS:])


def longest_run(numbers: Iterable[int], around: int) -> int:
    """How many of the numbers stand in a row with `around`, itself included: each no further than `MOST_GAP` from the
    next."""
    known = sorted({*numbers, around})
    at = known.index(around)
    first = last = at
    while first > 0 and known[first] - known[first - 1] <= MOST_GAP:
        first -= 1
    while last + 1 < len(known) and known[last + 1] - known[last] <= MOST_GAP:
        last += 1
    return last - first + 1


def baseline_of(seen: Evidence) -> float:
    return seen.baseline.value if seen.baseline.matured >= FEWEST_FOR_A_BASELINE else USUAL_RATE


def _run(level: Level, number: str, seen: Evidence) -> Blocked | None:
    if len(seen.neighbours) + 1 < level.run:
        return None
    length = longest_run(seen.neighbours, last_digits(number))
    if length < level.run:
        return None
    return Blocked(
        "fraud/run", f"{length} numbers in a row were asked for within the hour, and none came back"
    )


def _range(level: Level, seen: Evidence) -> Blocked | None:
    rate, usual = seen.range, baseline_of(seen)
    if rate.matured < level.matured:
        return None
    sure = doubt(matured=rate.matured, converted=rate.converted, baseline=usual)
    if sure < level.certainty:
        return None
    return Blocked(
        "fraud/range",
        f"of {rate.matured} codes to its range {rate.converted} came back, where {usual:.0%} are usual "
        f"(probability {sure:.3f})",
    )


def _country(level: Level, seen: Evidence) -> Blocked | None:
    """Of a country where hardly anybody ever answered; one with honest traffic is left to its ranges."""
    rate, usual = seen.country, baseline_of(seen)
    if not level.country or rate.matured < 10 * level.matured:
        return None
    sure = doubt(matured=rate.matured, converted=rate.converted, baseline=usual)
    if sure < 0.999 or rate.value > 0.02:
        return None
    return Blocked(
        "fraud/country",
        f"of {rate.matured} codes to its country {rate.converted} came back, where {usual:.0%} are usual",
    )


def _burst(level: Level, seen: Evidence) -> Blocked | None:
    if seen.is_resend:
        return None
    for name, count, most in (
        ("address", seen.by_address, level.burst),
        ("device", seen.by_device, max(level.burst // 3, 3)),
        ("user", seen.by_user, max(level.burst // 3, 3)),
    ):
        if count > most:
            return Blocked(f"fraud/{name}", f"{count} codes were asked for from one {name} in ten minutes")
    return None


def _step(level: Level, seen: Evidence) -> Slowed | None:
    """Twice the pause for each further code that did not come back."""
    rate = seen.range
    missing = rate.matured - rate.converted
    if missing < 3 or seen.since_last_seconds is None:
        return None
    sure = doubt(matured=rate.matured, converted=rate.converted, baseline=baseline_of(seen))
    if sure < level.suspicion:
        return None
    pause = min(2 ** (missing - 2), LONGEST_STEP_SECONDS)
    if seen.since_last_seconds >= pause:
        return None
    left = max(1, round(pause - seen.since_last_seconds))
    return Slowed(
        "fraud/step-up", f"{missing} codes to its range did not come back; the next in {left} s", left
    )
