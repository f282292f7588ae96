"""Quiet hours: when a person may be written to, by the clocks and the law of wherever they may be.

`decide(shipped(), place_of("+14155552671"), Traffic.MARKETING, at=now, mode=Mode.CAREFUL)` is the whole of it.
"""

from tidings.compliance.quiet_hours.decide import HORIZON_DAYS, decide
from tidings.compliance.quiet_hours.hours import BadHours, Hours, parse_hours
from tidings.compliance.quiet_hours.place import BadField, Place, place_of
from tidings.compliance.quiet_hours.rules import Mode, Rules, rules_of, shipped

__all__ = [
    "HORIZON_DAYS",
    "BadField",
    "BadHours",
    "Hours",
    "Mode",
    "Place",
    "Rules",
    "decide",
    "parse_hours",
    "place_of",
    "rules_of",
    "shipped",
]
