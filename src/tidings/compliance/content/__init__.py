"""What a text says and from whom it comes, held against what carriers and countries let through."""

from tidings.compliance.content.decide import Lint, applied_of, decide
from tidings.compliance.content.finding import Envelope, Finding, Severity
from tidings.compliance.content.linter import Linter

__all__ = ["Envelope", "Finding", "Lint", "Linter", "Severity", "applied_of", "decide"]
