"""What the gate makes of the linter's findings, by the account's setting. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from tidings.compliance.content.finding import Finding, Severity
from tidings.compliance.verdict import Applied, Refused, Rule
from tidings.kernel.codes import BODY_CANNOT_BE_SENT, FROM_NOT_CAPABLE


class Lint(StrEnum):
    """What an account wants of the linter."""

    OFF = "off"
    WARN = "warn"
    """Whatever it finds is written down with the message, which leaves."""
    REFUSE = "refuse"
    """What carriers block is refused; the rest is written down."""


def decide(findings: Iterable[Finding], setting: Lint, *, version: str) -> tuple[Applied, ...] | Refused:
    """`version`: of the rule pack. A refusal names the first error: 21606 for a sender, 21618 for a text."""
    if setting is Lint.OFF:
        return ()
    applied = []
    for finding in findings:
        one = applied_of(finding, version=version)
        if setting is Lint.REFUSE and finding.severity is Severity.ERROR:
            code = FROM_NOT_CAPABLE if finding.rule.startswith("sender/") else BODY_CANNOT_BE_SENT
            return Refused(code, one)
        applied.append(one)
    return tuple(applied)


def applied_of(finding: Finding, *, version: str) -> Applied:
    """A finding in the words of the gate. What it saw is named; the rest of the text is not repeated."""
    rule = Rule(
        id=f"content/{finding.country or '*'}/{finding.rule}",
        version=version,
        source=finding.source,
        text=f"{finding.says} {finding.remedy}",
    )
    saw = {"severity": finding.severity.value}
    if finding.saw:
        saw["saw"] = finding.saw
    return Applied(rule, saw)
