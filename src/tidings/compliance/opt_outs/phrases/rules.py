"""The shape of a language's rules.

A pattern reads a text made plain (`plain.py`) and is written with accents as the language has them: it is folded like the
text. Only lower-case escapes (`\\b`, `\\w`) may stand in it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from tidings.compliance.opt_outs.phrases.plain import folded

Patterns = Mapping[str, str]
"""Regular expressions, each under a few words that name what it finds; these stand in the history."""


@dataclass(frozen=True)
class Rules:
    """What one language's speakers write. They are tried in the order of the fields."""

    language: str
    triggers: str
    """One of these must be in a text, or no rule of this language is tried."""
    courtesies: Sequence[str] = ()
    """What may stand round a word without changing it: please, thanks."""
    insistent: Patterns = field(default_factory=dict)
    """Opt-outs whose words would be harmless by themselves: why don't you stop."""
    harmless: Patterns = field(default_factory=dict)
    """What is passed over, so that the following do not see it: bus stop, don't stop."""
    limited: Patterns = field(default_factory=dict)
    """Opt-outs of something less than everything, and questions how to: for a human."""
    stop: Patterns = field(default_factory=dict)
    """Opt-outs that leave no doubt."""
    unsure: Patterns = field(default_factory=dict)
    """What may be one: for a human."""

    @cached_property
    def trigger(self) -> re.Pattern[str]:
        return re.compile(folded(self.triggers))

    @cached_property
    def passed_over(self) -> re.Pattern[str] | None:
        patterns = [f"(?:{folded(pattern)})" for pattern in self.harmless.values()]
        return re.compile("|".join(patterns)) if patterns else None

    def find(self, group: str, text: str) -> str | None:
        """The name of the first rule of a group that finds something in the text."""
        for name, pattern in self._compiled[group]:
            if pattern.search(text) is not None:
                return name
        return None

    @cached_property
    def _compiled(self) -> Mapping[str, list[tuple[str, re.Pattern[str]]]]:
        groups = {
            "insistent": self.insistent,
            "limited": self.limited,
            "stop": self.stop,
            "unsure": self.unsure,
        }
        return {
            group: [(name, re.compile(folded(pattern))) for name, pattern in patterns.items()]
            for group, patterns in groups.items()
        }
