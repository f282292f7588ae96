"""How good a sender's messages fare with a carrier in a place: a belief that grows with evidence and fades. Pure.

A Beta posterior per sender, carrier and place (a network, or a country while the network is unknown). Evidence halves
every ten minutes, so that a carrier that was avoided is believed to be usual again after a while and gets its chance.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tidings.carriers.connector import Receipt, ReceiptState

HALF_LIFE_SECONDS = 600.0
PRIOR_GOOD, PRIOR_BAD = 19.0, 1.0
"""What is believed of a carrier that nothing is known of: 95 in 100, as firmly as twenty messages would show."""
MARGIN = 0.05
"""Differences up to this are let be: routes are preferred for reasons of their own."""
CERTAIN = 2.33
"""Standard deviations that leave one in a hundred on the other side."""

SAYS_NOTHING = frozenset({30003, 30004, 30005, 30006, 21610, 21211, 21614})
"""Ends that are the recipient's doing: off, blocked, unknown, a landline, opted out."""


@dataclass(frozen=True, slots=True)
class Health:
    """Evidence as it was at `at`, in epoch seconds: messages that fared well, and badly."""

    good: float = 0.0
    bad: float = 0.0
    at: float = 0.0

    def faded(self, now: float) -> "Health":
        """The same evidence as it counts at `now`; of an earlier instant it is left as it is."""
        if now <= self.at:
            return self
        left = fading(now - self.at)
        return Health(self.good * left, self.bad * left, now)

    def told(self, *, good: float, bad: float, at: float) -> "Health":
        """With more evidence, of the instant `at`. In whatever order it is told, the belief is the same."""
        now = max(at, self.at)
        known, more = self.faded(now), fading(now - at)
        return Health(known.good + good * more, known.bad + bad * more, now)

    @property
    def mean(self) -> float:
        """The share of messages that is expected to fare well, between 0 and 1."""
        return (PRIOR_GOOD + self.good) / self._weight

    @property
    def variance(self) -> float:
        """How uncertain `mean` is, squared."""
        return self.mean * (1 - self.mean) / (self._weight + 1)

    @property
    def _weight(self) -> float:
        return PRIOR_GOOD + PRIOR_BAD + self.good + self.bad


def fading(seconds: float) -> float:
    """What is left of evidence after so long."""
    return float(0.5 ** (seconds / HALF_LIFE_SECONDS))


def clearly_worse(one: Health, other: Health) -> bool:
    """Whether `one` fares worse than `other` by more than the margin, almost certainly. Both of one instant."""
    gap = other.mean - one.mean - MARGIN
    return gap > 0 and gap > CERTAIN * math.sqrt(one.variance + other.variance)


def worse_ones(healths: Mapping[str, Health]) -> frozenset[str]:
    """The carriers that are clearly worse than another of them; never all."""
    if len(healths) < 2:
        return frozenset()
    best = max(healths.values(), key=lambda health: health.mean - math.sqrt(health.variance))
    return frozenset(name for name, health in healths.items() if clearly_worse(health, best))


def evidence(receipt: Receipt) -> tuple[int, int]:
    """What a receipt says of its carrier: good and bad, at most one of them 1."""
    match receipt.state:
        case ReceiptState.DELIVERED:
            return 1, 0
        case ReceiptState.UNDELIVERED if receipt.code not in SAYS_NOTHING:
            return 0, 1
        case _:
            return 0, 0
