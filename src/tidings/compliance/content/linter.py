"""The linter: every rule of content and of a country's senders, over one text in its envelope. Pure."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from tidings.compliance.content import wording
from tidings.compliance.content.envelope import Envelope
from tidings.compliance.content.finding import Finding, Severity
from tidings.compliance.content.senders import sender_findings
from tidings.compliance.content.wording import Wording, wording_of
from tidings.compliance.countries.rows import (
    Begins,
    CountryRules,
    Forbidden,
    Links,
    Required,
    Unicode,
    shipped,
)
from tidings.compliance.topics import SHAFT
from tidings.compliance.verdict import Traffic
from tidings.kernel.segments import measure

CTIA = "CTIA Messaging Principles and Best Practices, May 2023"
CARRIERS = "what carriers publish of their filters"
GSM = "3GPP TS 23.038"
MOST_ENVELOPES = 16_384
MOST_REMEMBERED = 8_192
"""Texts that are remembered with what was found in them: campaigns repeat theirs."""


class Linter:
    """The rules of one pack. It remembers envelopes, of which a campaign has few, and the texts that it saw last."""

    def __init__(self, countries: Mapping[str, CountryRules]) -> None:
        self._countries = countries
        self._readers: dict[Envelope, _Reader] = {}
        self._remembered = 0

    def lint(self, text: str, envelope: Envelope) -> tuple[Finding, ...]:
        """What is wrong with a text, worst first; empty when nothing is."""
        reader = self._readers.get(envelope) or self._reader(envelope)
        found = reader.known.get(text)
        if found is None:
            self._remember()
            found = reader.known[text] = reader.findings(text)
        return found

    def lint_sender(self, envelope: Envelope) -> tuple[Finding, ...]:
        """What is wrong with the sender, whatever the text."""
        return (self._readers.get(envelope) or self._reader(envelope)).of_sender

    def reading(self, envelope: Envelope) -> Callable[[str], tuple[Finding, ...]]:
        """`lint` for texts of one envelope, for those who remember themselves."""
        return (self._readers.get(envelope) or self._reader(envelope)).findings

    def _remember(self) -> None:
        self._remembered += 1
        if self._remembered > MOST_REMEMBERED:
            self._remembered = 1
            for reader in self._readers.values():
                reader.known.clear()

    def _reader(self, envelope: Envelope) -> "_Reader":
        if len(self._readers) >= MOST_ENVELOPES:
            self._readers.clear()
        reader = self._readers[envelope] = _Reader(envelope, self._countries.get(envelope.country))
        return reader


@cache
def shipped_linter() -> Linter:
    """Of the rules that ship with Tidings."""
    return Linter(shipped())


class _Reader:
    """The rules of one envelope, with what follows from it alone."""

    def __init__(self, envelope: Envelope, rules: CountryRules | None) -> None:
        self.known: dict[str, tuple[Finding, ...]] = {}
        self._envelope, self._rules = envelope, rules
        self.of_sender = tuple(sender_findings(envelope, rules))
        self._sells = envelope.traffic is Traffic.MARKETING
        self._names = rules is not None and bool(envelope.brands) and Required.BRAND in rules.requires
        self._country = rules if rules is not None and _asks_of_texts(rules) else None

    def findings(self, text: str) -> tuple[Finding, ...]:
        wording, rules = wording_of(text), self._rules
        found = list(self.of_sender)
        if wording.topics:
            found += _topics(wording, rules)
        if wording.links:
            found += _links(wording, rules)
        if not wording.gsm:
            found += _encoding(wording, rules)
        if self._country is not None:
            found += _country(text, self._country, self._envelope)
        if self._sells:
            found += _marketing(text, rules, self._envelope)
        elif self._names:
            found += _brand(text, rules, self._envelope)
        if len(found) > 1:
            found.sort(key=_worst_first)
        return tuple(found)


def _asks_of_texts(rules: CountryRules) -> bool:
    return bool(
        rules.begins or rules.most_parts or rules.forbids & {Forbidden.PHONE_NUMBERS, Forbidden.MARKETING}
    )


_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTICE: 2}


def _worst_first(finding: Finding) -> int:
    return _ORDER[finding.severity]


def _topics(wording: Wording, rules: CountryRules | None) -> Iterator[Finding]:
    for topic, phrase in wording.topics:
        spoken = topic.replace("_", " ")
        if rules is not None and topic in rules.barred:
            yield Finding(
                f"topic/{topic}",
                Severity.ERROR,
                f"It is about {spoken}, which carriers of {rules.name} block.",
                "Leave the subject out, or reach these people another way.",
                phrase,
                rules.iso2,
                rules.source,
            )
        elif rules is not None and topic in rules.limited:
            yield Finding(
                f"topic/{topic}",
                Severity.WARNING,
                f"It is about {spoken}, which {rules.name} takes only from senders with leave for it.",
                "Register the subject (an age gate or a licence) before sending.",
                phrase,
                rules.iso2,
                rules.source,
            )
        elif topic in SHAFT:
            yield Finding(
                f"topic/{topic}",
                Severity.WARNING,
                f"It is about {spoken}, which carriers filter in most countries.",
                "Ask the carrier first, and write only to people whose age is known.",
                phrase,
                source=CTIA,
            )


def _links(wording: Wording, rules: CountryRules | None) -> Iterator[Finding]:
    country, source = ("", CARRIERS) if rules is None else (rules.iso2, rules.source)
    first = wording.links[0].text
    if rules is not None and rules.links is Links.FORBIDDEN:
        remedy = "Take the link out."
        yield Finding(
            "link/any", Severity.ERROR, f"{rules.name} lets no link through.", remedy, first, country, source
        )
        return
    short = next((link.text for link in wording.links if link.is_short), None)
    if short is not None:
        strict = rules is not None and (
            Forbidden.SHORT_LINKS in rules.forbids or rules.links in (Links.BRANDED, Links.REGISTERED)
        )
        yield Finding(
            "link/short",
            Severity.ERROR if strict else Severity.WARNING,
            "It has a link of a public shortener, which carriers filter.",
            "Link to your own domain, or shorten with a domain of your own.",
            short,
            country if strict else "",
            source if strict else CARRIERS,
        )
    chat = next((link.text for link in wording.links if link.is_chat), None)
    if chat is not None and rules is not None and Forbidden.CHAT_LINKS in rules.forbids:
        says = f"It leads into another messenger, which {rules.name} forbids."
        yield Finding("link/chat", Severity.ERROR, says, "Take the link out.", chat, country, source)
    if rules is not None and rules.links is Links.REGISTERED and short is None:
        says = f"{rules.name} lets only links through that were announced beforehand."
        remedy = "Have the domain registered with the carriers first."
        yield Finding("link/registered", Severity.NOTICE, says, remedy, first, country, source)


def _encoding(wording: Wording, rules: CountryRules | None) -> Iterator[Finding]:
    dear = wording.dear
    if rules is not None and rules.unicode is Unicode.NO:
        yield Finding(
            "encoding/unsupported",
            Severity.ERROR,
            f"It has characters that networks of {rules.name} do not carry.",
            "Write it in the GSM alphabet: `tidings segments` names the characters.",
            "" if dear is None else dear.characters,
            rules.iso2,
            rules.source,
        )
    if dear is not None:
        yield Finding(
            "encoding/ucs2",
            Severity.WARNING if dear.extra_segments else Severity.NOTICE,
            f"It has characters that force UCS-2, at {_cost(dear.extra_segments, dear.segments)}.",
            "Replace them, or turn smart encoding on: `tidings segments` shows by what.",
            dear.characters,
            source=GSM,
        )


def _cost(extra: int, segments: int) -> str:
    if not extra:
        return "no cost in this text"
    return f"the cost of {extra} more segment{'s' if extra > 1 else ''}: {segments} instead of {segments - extra}"


def _country(text: str, rules: CountryRules, envelope: Envelope) -> Iterator[Finding]:
    """What the country asks of every text, and of marketing as such."""
    sells = envelope.traffic is Traffic.MARKETING
    if Forbidden.PHONE_NUMBERS in rules.forbids and (phone := wording.phone_number(text)):
        says = f"It has a telephone number, which {rules.name} forbids."
        yield Finding(
            "phone/any", Severity.ERROR, says, "Take the number out.", phone, rules.iso2, rules.source
        )
    if (
        rules.begins
        and (sells or rules.begins_of is Begins.ALL)
        and not text.lstrip().startswith(rules.begins)
    ):
        yield Finding(
            "begins/mark",
            Severity.ERROR if sells else Severity.WARNING,
            f"{'Marketing' if rules.begins_of is Begins.MARKETING else 'A text'} to {rules.name} begins with "
            f"{rules.begins}.",
            f"Put {rules.begins} first.",
            country=rules.iso2,
            source=rules.source,
        )
    if rules.most_parts is not None and (parts := measure(text).segments) > rules.most_parts:
        yield Finding(
            "length/parts",
            Severity.WARNING,
            f"It has {parts} segments, and networks of {rules.name} join {rules.most_parts} at most.",
            "Shorten it.",
            str(parts),
            rules.iso2,
            rules.source,
        )
    if sells and Forbidden.MARKETING in rules.forbids:
        says = f"Carriers of {rules.name} take no marketing from abroad."
        remedy = "Send it through a carrier of that country, or not at all."
        yield Finding(
            "traffic/marketing", Severity.ERROR, says, remedy, country=rules.iso2, source=rules.source
        )


def _marketing(text: str, rules: CountryRules | None, envelope: Envelope) -> list[Finding]:
    found = []
    shouting = wording.shouts(text)
    if not wording.says_how_to_opt_out(text, shouting=shouting):
        bound = rules is not None and Required.OPT_OUT in rules.requires
        found.append(
            Finding(
                "opt-out/missing",
                Severity.ERROR if bound else Severity.WARNING,
                "It does not say how to get no more of it.",
                "Add a sentence such as `Reply STOP to opt out`.",
                country=rules.iso2 if rules is not None and bound else "",
                source=rules.source if rules is not None and bound else CTIA,
            )
        )
    found += _brand(text, rules, envelope)
    if shouting:
        says, remedy = "It is written in capitals for the most part.", "Write it in small letters."
        found.append(Finding("style/capitals", Severity.WARNING, says, remedy, text[:40], source=CARRIERS))
    if marks := wording.many_marks(text):
        says, remedy = "It repeats marks as spam does.", "One mark is enough."
        found.append(Finding("style/marks", Severity.NOTICE, says, remedy, marks, source=CARRIERS))
    return found


def _brand(text: str, rules: CountryRules | None, envelope: Envelope) -> tuple[Finding, ...]:
    """A known brand must stand in the text, or be the sender id; of an unknown one the text must have the shape."""
    if envelope.brands:
        if wording.names(text, envelope.brands) or wording.names(envelope.sender, envelope.brands):
            return ()
    elif _is_name(envelope.sender) or wording.seems_to_name_someone(text):
        return ()
    bound = rules is not None and Required.BRAND in rules.requires and bool(envelope.brands)
    return (
        Finding(
            "brand/missing",
            Severity.ERROR if bound else Severity.WARNING,
            "It does not say who writes.",
            "Begin it with your name, such as `Acme: ...`.",
            country=rules.iso2 if rules is not None and bound else "",
            source=rules.source if rules is not None and bound else CTIA,
        ),
    )


def _is_name(sender: str) -> bool:
    """Whether it is a sender id rather than a number or a code."""
    return bool(sender) and not sender.lstrip("+").isdecimal()
