"""How strictly codes are doubted. Pure.

Own values, after public accounts of SMS pumping: numbers in runs, ranges from which codes never come back, bursts from
one address. A step is stricter than the one before it in every column.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

import msgspec

WINDOW = timedelta(hours=6)
"""How far back a range and a country are looked at."""
RECENT = timedelta(hours=1)
"""How far back runs of numbers are looked for."""
BURST = timedelta(minutes=10)
"""In which the codes of one address, device or user are counted."""
PATIENCE = timedelta(minutes=2)
"""After which a code that has not come back counts as one that will not."""
BASELINE = timedelta(days=7)


class FraudGuard(StrEnum):
    OFF = "off"
    BASIC = "basic"
    STANDARD = "standard"
    MAX = "max"


class Level(msgspec.Struct, frozen=True, kw_only=True):
    certainty: float
    """How sure it must be that a range's codes come back far too seldom."""
    suspicion: float
    """From where on codes to a range are spaced out."""
    matured: int
    """How many codes to a range must be old enough before it is judged."""
    run: int
    """How many numbers in a row are too many."""
    burst: int
    """How many codes of one address in ten minutes are too many; of a device or a user a third of it."""
    country: bool
    """Whether a whole country may be judged."""


LEVELS: Mapping[FraudGuard, Level] = {
    FraudGuard.BASIC: Level(certainty=0.99, suspicion=0.95, matured=15, run=12, burst=90, country=False),
    FraudGuard.STANDARD: Level(certainty=0.95, suspicion=0.75, matured=8, run=6, burst=30, country=True),
    FraudGuard.MAX: Level(certainty=0.85, suspicion=0.6, matured=5, run=4, burst=12, country=True),
}
