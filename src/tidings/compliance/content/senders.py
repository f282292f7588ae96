"""Which senders a country takes: their kind, what has to be registered, and sender ids that it refuses. Pure."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from tidings.compliance.content.envelope import Envelope
from tidings.compliance.content.finding import Finding, Severity
from tidings.compliance.content.words import GENERIC_SENDERS
from tidings.compliance.countries.rows import CountryRules, Forbidden, Generic
from tidings.compliance.verdict import Traffic
from tidings.senders.sender import Kind

_SPOKEN = {
    Kind.LONG_CODE: "long codes",
    Kind.TOLL_FREE: "toll-free numbers",
    Kind.SHORT_CODE: "short codes",
    Kind.ALPHANUMERIC: "sender ids",
}


def sender_findings(envelope: Envelope, rules: CountryRules | None) -> Iterator[Finding]:
    """What is wrong with the sender, whatever the text; nothing where either is unknown."""
    kind = envelope.sender_kind
    if rules is None or kind is None:
        return
    if rules.senders:
        yield from _kind(envelope, kind, rules)
    if kind is Kind.ALPHANUMERIC:
        yield from _sender_id(envelope, rules)
    if (
        kind is Kind.LONG_CODE
        and envelope.traffic is Traffic.MARKETING
        and envelope.sender_country in ("", rules.iso2)
        and Forbidden.MARKETING_BY_LONG_CODE in rules.forbids
    ):
        yield Finding(
            "sender/marketing",
            Severity.ERROR,
            f"Long codes of {rules.name} may not send marketing.",
            "Send it from a short code.",
            envelope.sender,
            rules.iso2,
            rules.source,
        )


def _kind(envelope: Envelope, kind: Kind, rules: CountryRules) -> Iterator[Finding]:
    taken = {name.removesuffix("_dynamic").removesuffix("_preregistered") for name in rules.senders}
    if kind.value not in taken:
        # A number of another country may still arrive: as it is, or with one of theirs shown in its place.
        foreign = kind in (Kind.LONG_CODE, Kind.TOLL_FREE) and envelope.sender_country not in ("", rules.iso2)
        yield Finding(
            "sender/kind",
            Severity.NOTICE if foreign else Severity.ERROR,
            f"{rules.name} takes no {_SPOKEN[kind]}"
            + (" of its own: those of other countries may be shown as another sender." if foreign else "."),
            f"Send from one of: {', '.join(sorted(name.replace('_', ' ') for name in rules.senders))}.",
            envelope.sender,
            rules.iso2,
            rules.source,
        )
    elif kind is Kind.ALPHANUMERIC and "alphanumeric_dynamic" not in rules.senders:
        yield Finding(
            "sender/registration",
            Severity.WARNING,
            f"{rules.name} takes only sender ids that were registered: {rules.registration or 'ask the carrier'}.",
            "Register the sender id with the carriers first.",
            envelope.sender,
            rules.iso2,
            rules.source,
        )


def _sender_id(envelope: Envelope, rules: CountryRules) -> Iterator[Finding]:
    sender = envelope.sender
    if rules.generic_senders and sender.upper() in GENERIC_SENDERS:
        barred = rules.generic_senders is Generic.BARRED
        yield Finding(
            "sender/generic",
            Severity.ERROR if barred else Severity.WARNING,
            f"{sender} names nobody: carriers of {rules.name} {'block' if barred else 'discourage'} such sender ids.",
            "Use the name of your company.",
            sender,
            rules.iso2,
            rules.source,
        )
    promotes = envelope.traffic is Traffic.MARKETING and sender and rules.promo_sender
    if promotes and not any(fnmatchcase(sender.upper(), pattern) for pattern in rules.promo_sender):
        yield Finding(
            "sender/promotion",
            Severity.ERROR,
            f"Sender ids of marketing to {rules.name} look like {' or '.join(rules.promo_sender)}.",
            "Register such a sender id, and send marketing from it.",
            sender,
            rules.iso2,
            rules.source,
        )
