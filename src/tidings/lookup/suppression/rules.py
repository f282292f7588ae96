"""Which codes keep a number from being written to, after how many ends, and for how long. Pure.

The shipped table holds until an account says otherwise. A code that may go well later is never a rule: it teaches what
is known of a number, and nothing more.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

import msgspec

from tidings.data import tables
from tidings.kernel.codes import CODES, Lasting

TEACHING = frozenset({30003, 30004})
"""Codes that say something of a number without suppressing it."""
LONGEST_DAYS = 3650
MOST_ENDS = 100
SHIPPED_BY = "Tidings"


class Rule(msgspec.Struct, frozen=True):
    """After so many ends in a row with this code nothing is sent to the number for so many days; 0: never mind."""

    code: int
    days: int
    after: int
    why: str
    source: str
    """Who says so: the shipped table's source, or the person who changed it."""

    @property
    def id(self) -> str:
        return f"suppression/{self.code}"


@cache
def shipped() -> Mapping[int, Rule]:
    """By code."""
    return MappingProxyType(
        {
            int(row["code"]): Rule(
                int(row["code"]), int(row["days"]), int(row["after"]), row["why"], row["source"]
            )
            for row in tables.rows("suppression.csv")
        }
    )


def in_force(own: Iterable[Rule]) -> Mapping[int, Rule]:
    """What holds for an account that said these rules."""
    return {**shipped(), **{rule.code: rule for rule in own}}


def fault_of(code: int, *, days: int, after: int) -> str | None:
    """Why there can be no such rule; None where there can."""
    known = CODES.get(code)
    if known is None:
        return f"{code} is no code of the catalogue"
    if known.lasting is not Lasting.PERMANENT:
        return f"{code} ({known.text}) may go well later, so it suppresses nothing"
    if not 0 <= days <= LONGEST_DAYS or not 1 <= after <= MOST_ENDS:
        return f"days are 0 to {LONGEST_DAYS}, ends 1 to {MOST_ENDS}"
    return None
