"""Envelopes for tests: a US campaign's long code unless a test says otherwise."""

from typing import Any

from tidings.compliance.content import Envelope, Linter, Severity
from tidings.compliance.countries import shipped
from tidings.compliance.verdict import Traffic
from tidings.senders.sender import Kind

LINTER = Linter(shipped())


def envelope(**given: Any) -> Envelope:
    usual = Envelope(
        country="US",
        traffic=Traffic.MARKETING,
        sender="+14155550100",
        sender_kind=Kind.LONG_CODE,
        sender_country="US",
        brands=("Acme",),
    )
    return usual._replace(**given)


def short_code(country: str, **given: Any) -> Envelope:
    return envelope(
        country=country, sender="36111", sender_kind=Kind.SHORT_CODE, sender_country=country, **given
    )


def sender_id(name: str, country: str, **given: Any) -> Envelope:
    return envelope(country=country, sender=name, sender_kind=Kind.ALPHANUMERIC, sender_country="", **given)


def found(text: str, of: Envelope) -> dict[str, Severity]:
    """Rules that a text breaks, and how badly."""
    return {finding.rule: finding.severity for finding in LINTER.lint(text, of)}
