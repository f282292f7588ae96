"""The one decision of whether a message may leave: what each rule says of it, and the strictest of that. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeAlias
from uuid import UUID

import msgspec

from tidings.compliance.gate.settings import GateSettings
from tidings.compliance.quiet_hours import Hours, Place, Rules
from tidings.compliance.quiet_hours import decide as quiet_hours
from tidings.compliance.verdict import Allowed, Applied, Held, Refused, Traffic, Verdict
from tidings.kernel.instant import Instant


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


Decider: TypeAlias = Callable[[Question], Verdict]
"""One kind of rule, with the facts that it needs."""


def judge(question: Question, deciders: Iterable[Decider]) -> Verdict:
    """Ask the deciders in order; after a refusal nobody else is asked."""
    verdict: Verdict = Allowed()
    for decide in deciders:
        verdict = stricter(verdict, decide(question))
        if isinstance(verdict, Refused):
            break
    return verdict


def quiet_hours_by(rules: Rules) -> Decider:
    """Quiet hours, by the mode of the settings for this kind of traffic, and the company's own window."""

    def decide(question: Question) -> Verdict:
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

    return decide


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
    return replace(one, closes_at=min(closes, default=None), applied=one.applied + other.applied)


def rules_of(verdict: Verdict) -> tuple[Applied, ...]:
    """The rules that a verdict rests on."""
    return verdict.applied if isinstance(verdict, Allowed) else (verdict.applied,)
