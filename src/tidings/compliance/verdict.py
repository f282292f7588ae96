"""What the gate says of a message, and what each of its rules says before: the words that all of them share.

Structs: several are made for each message that any rule has a say in.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

import msgspec

from tidings.kernel.codes import Code
from tidings.kernel.instant import Instant


class Traffic(StrEnum):
    """What a message is to the person who gets it; laws and caps differ by it."""

    MARKETING = "marketing"
    TRANSACTIONAL = "transactional"
    ESSENTIAL = "essential"
    """What a person waits for or must know at once: one-time codes, fraud alerts, answers to their own words."""


class Rule(msgspec.Struct, frozen=True):
    """One rule as it stood when it was applied.

    `id` is its path, such as `quiet_hours/US-TX/marketing`; `version` that of the pack or settings it came from;
    `source` the law, agreement or person behind it; `text` what it says in plain words.
    """

    id: str
    version: str
    source: str
    text: str


class Applied(msgspec.Struct, frozen=True):
    """A rule with the values it saw, as text, such as `{"zones": "America/Chicago", "local_time": "21:07"}`."""

    rule: Rule
    saw: Mapping[str, str] = {}


class Allowed(msgspec.Struct, frozen=True):
    """It may leave now, and until `closes_at`, when a rule that binds it shuts; None when none will.

    `applied`: the rules that were asked and let it pass, warnings among them.
    """

    closes_at: Instant | None = None
    applied: tuple[Applied, ...] = ()


class Held(msgspec.Struct, frozen=True):
    """It may not leave before `until`, and is judged anew then."""

    until: Instant
    applied: Applied


class Refused(msgspec.Struct, frozen=True):
    """It may never leave."""

    code: Code
    applied: Applied


Verdict: TypeAlias = Allowed | Held | Refused
