"""What the linter finds in a text, and what surrounds a text that it looks at."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from tidings.compliance.verdict import Traffic
from tidings.senders.sender import Kind


class Severity(StrEnum):
    ERROR = "error"
    """Carriers block it, or a rule forbids it: refused where the account asks for that."""
    WARNING = "warning"
    """Often filtered, or allowed only to those with leave."""
    NOTICE = "notice"
    """Costs money or looks, and nothing else."""


class Envelope(NamedTuple):
    """What surrounds a text; whatever is empty is not known, and its rules are not asked."""

    country: str = ""
    """ISO 3166 code of where it goes."""
    traffic: Traffic = Traffic.TRANSACTIONAL
    sender: str = ""
    """The address that it comes from."""
    sender_kind: Kind | None = None
    sender_country: str = ""
    """ISO 3166 code of the sender's number or code; empty for a sender id."""
    brands: tuple[str, ...] = ()
    """Names under which people know who writes; one of them must stand in the text."""


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
