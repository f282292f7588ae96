"""What a text says and from whom it comes, held against what carriers and countries let through."""

from tidings.compliance.content.decide import Lint, applied_of, decide
from tidings.compliance.content.envelope import BadField, Envelope, envelope_of
from tidings.compliance.content.finding import Finding, Severity
from tidings.compliance.content.linter import Linter
from tidings.compliance.content.snowshoe import snowshoeing

__all__ = [
    "BadField",
    "Envelope",
    "Finding",
    "Lint",
    "Linter",
    "Severity",
    "applied_of",
    "decide",
    "envelope_of",
    "snowshoeing",
]
