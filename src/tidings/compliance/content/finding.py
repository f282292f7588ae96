"""What the linter finds in a text. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    """Carriers block it, or a rule forbids it: refused where the account asks for that."""
    WARNING = "warning"
    """Often filtered, or allowed only to those with leave."""
    NOTICE = "notice"
    """Costs money or looks, and nothing else."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`rule` is its path, such as `topic/gambling`; `country` whose rule it is, empty for all countries."""

    rule: str
    severity: Severity
    says: str
    """What is wrong, a sentence."""
    remedy: str
    """What to do about it, a sentence."""
    saw: str = ""
    """The part of the text or the sender that it is about; empty where it is about what is missing."""
    country: str = ""
    source: str = ""
