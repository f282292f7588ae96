"""The one decision of whether a message may leave: what each rule says of it, and the strictest of that. Pure."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias
from uuid import UUID

import msgspec

from tidings.compliance.content import Envelope, Finding, Lint, Linter, Severity
from tidings.compliance.content import decide as content
from tidings.compliance.gate.settings import GateSettings
from tidings.compliance.quiet_hours import Hours, Place, Rules
from tidings.compliance.quiet_hours import decide as quiet_hours
from tidings.compliance.verdict import Allowed, Applied, Held, Refused, Traffic, Verdict
from tidings.kernel.instant import Instant
from tidings.senders.sender import Kind

MOST_ENVELOPES = 16_384
"""Senders and countries whose last text is remembered with what was found in it."""
_FREE = Allowed()


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A message that would leave `at` that instant.

    `country` is the recipient's ISO 3166 code, "" for none; `sender` None while a service has not chosen one, and then
    `sender_kind` is "". A struct: one is made for each message that any rule has a say in.
    """

    account: UUID
    sender: str | None
    sender_kind: str
    service: UUID | None
    recipient: str
    country: str
    traffic: Traffic
    body: str
    at: Instant
    place: Place
    """Where the recipient may be."""
    preferred: Hours | None = None
    """When the recipient wants to be written to."""
    settings: GateSettings = GateSettings()
    sender_country: str = ""
    """ISO 3166 code of the sender's number or code, "" where it is not known."""
    is_answer: bool = False
    """It answers a person's own words, an opt-out among them."""


Decider: TypeAlias = Callable[[Question], Verdict]
"""One kind of rule, with the facts that it needs."""


def judge(question: Question, deciders: Iterable[Decider]) -> Verdict:
    """Ask the deciders in order; after a refusal nobody else is asked."""
    verdict: Verdict = Allowed()
    for decide in deciders:
        found = decide(question)
        if type(found) is Allowed and found.closes_at is None and not found.applied:
            continue
        verdict = stricter(verdict, found)
        if isinstance(verdict, Refused):
            break
    return verdict


def quiet_hours_by(rules: Rules) -> Decider:
    """Quiet hours, by the mode of the settings for this kind of traffic, and the company's own window."""

    return lambda question: asked_of_quiet_hours(rules, question)


def asked_of_quiet_hours(rules: Rules, question: Question) -> Verdict:
    """What quiet hours say by these rules, the mode of the settings for this kind of traffic, and the company's own
    window."""
    settings = question.settings
    return quiet_hours(
        rules,
        question.place,
        question.traffic,
        at=question.at,
        mode=settings.mode_of(question.traffic),
        company=settings.window,
        preferred=question.preferred,
    )


def content_by(linter: Linter, version: str) -> Decider:
    """The linter of a rule pack of this version, by the settings: what is wrong with a sender is looked at for every
    message, wording for marketing alone. Answers to people's own words pass; of what is not marketing only errors
    count, so that its verdict is not filled with advice."""
    known: dict[tuple[str, ...], _Reading] = {}

    def decide(question: Question) -> Verdict:
        setting = question.settings.lint
        if setting is Lint.OFF or question.is_answer:
            return _FREE
        sells = question.traffic is Traffic.MARKETING
        if not sells and not question.sender_kind:
            return _FREE
        sender = question.sender or ""
        key = (
            sender,
            question.country,
            question.sender_kind,
            question.sender_country,
            "sells" if sells else "",
            *question.settings.brands_of(question.service),
        )
        reading = known.get(key)
        if reading is None:
            if len(known) >= MOST_ENVELOPES:
                known.clear()
            reading = known[key] = _Reading(linter, version, question, sells=sells)
        if sells and reading.text != question.body:
            reading.read(question.body)
        return reading.warned if setting is Lint.WARN else reading.refused

    return decide


def senders_by(linter: Linter, version: str) -> Decider:
    """What the same linter says of senders, for messages whose text was looked at before a service chose one."""
    known: dict[tuple[str, ...], _Reading] = {}

    def decide(question: Question) -> Verdict:
        setting = question.settings.lint
        if setting is Lint.OFF or question.is_answer or not question.sender_kind:
            return _FREE
        sender, traffic = question.sender or "", question.traffic
        key = (sender, question.country, question.sender_kind, question.sender_country, traffic.value)
        reading = known.get(key)
        if reading is None:
            if len(known) >= MOST_ENVELOPES:
                known.clear()
            reading = known[key] = _Reading(linter, version, question, sells=False)
        return reading.warned if setting is Lint.WARN else reading.refused

    return decide


class _Reading:
    """What is said of the last text of one envelope: a campaign's messages mostly have the same."""

    def __init__(self, linter: Linter, version: str, question: Question, *, sells: bool) -> None:
        envelope = Envelope(
            question.country,
            question.traffic,
            question.sender or "",
            Kind(question.sender_kind) if question.sender_kind else None,
            question.sender_country,
            question.settings.brands_of(question.service),
        )
        self._version = version
        self._look = linter.reading(envelope)
        self.text: str | None = None
        self.warned: Verdict = _FREE
        self.refused: Verdict = _FREE
        if not sells:
            self._say([one for one in linter.lint_sender(envelope) if one.severity is Severity.ERROR])

    def read(self, text: str) -> None:
        self.text = text
        self._say(self._look(text))

    def _say(self, findings: Sequence[Finding]) -> None:
        if not findings:
            self.warned = self.refused = _FREE
            return
        self.warned = _passed(content(findings, Lint.WARN, version=self._version))
        worst_first = findings[0].severity is Severity.ERROR
        self.refused = (
            _passed(content(findings, Lint.REFUSE, version=self._version)) if worst_first else self.warned
        )


def _passed(found: tuple[Applied, ...] | Refused) -> Verdict:
    return found if isinstance(found, Refused) else Allowed(applied=found)


def stricter(one: Verdict, other: Verdict) -> Verdict:
    """What holds when both say something: refused before held before allowed, held until the later instant, allowed
    until the earlier. The first of two refusals counts."""
    if isinstance(one, Refused) or isinstance(other, Refused):
        return one if isinstance(one, Refused) else other
    if isinstance(one, Allowed) and isinstance(other, Allowed):
        return _both(one, other)
    if isinstance(one, Held) and isinstance(other, Held):
        return one if one.until >= other.until else other
    return one if isinstance(one, Held) else other


def rejudged(question: Question, at: Instant) -> Question:
    """The same asked of another instant."""
    return msgspec.structs.replace(question, at=at)


def _both(one: Allowed, other: Allowed) -> Allowed:
    if one.closes_at is None and not one.applied:
        return other
    if other.closes_at is None and not other.applied:
        return one
    closes = [at for at in (one.closes_at, other.closes_at) if at is not None]
    return Allowed(min(closes, default=None), one.applied + other.applied)


def rules_of(verdict: Verdict) -> tuple[Applied, ...]:
    """The rules that a verdict rests on."""
    return verdict.applied if isinstance(verdict, Allowed) else (verdict.applied,)
