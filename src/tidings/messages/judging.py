"""What the gate (`compliance/judge.py`) says of a message, as accepting, promoting and leaving need it."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from tidings.compliance.caps import Asking
from tidings.compliance.gate import GateSettings, GateSettingsOf
from tidings.compliance.judge import Decider, Question, judge, rejudged, rules_of
from tidings.compliance.profiles import Profile
from tidings.compliance.profiles.lookup import Profiles
from tidings.compliance.quiet_hours import Place, place_of
from tidings.compliance.verdict import Allowed, Applied, Held, Refused, Traffic, Verdict
from tidings.kernel import outcomes
from tidings.kernel.codes import Code
from tidings.kernel.instant import Instant
from tidings.messages.agreements import Agreements
from tidings.messages.draft import Draft
from tidings.messages.limits import Limits, asking_by, geo_by

_MARKETING = 2
_ESSENTIAL = 0
_NOT_ESSENTIAL = frozenset({"notifications"})
"""Intents of the first priority that nobody waits for."""


class Judged(msgspec.Struct, frozen=True):
    """`held_until`: it may not leave before, and is judged anew then. `refused`: it may never leave. Else it may leave
    until `leave_by`, after which it is judged anew. `verdict`: all of that with its rules, as it is stored (JSON)."""

    held_until: Instant | None = None
    refused: outcomes.Refused | None = None
    leave_by: Instant | None = None
    verdict: str | None = None
    counted: Asking | None = None
    """What was counted under caps, to be given back when it does not leave after all."""


FREE = Judged()
"""No rule has a say."""
_DEFAULTS = GateSettings()
_WHEREABOUTS = ("zone", "postal_code", "state")


class Judging:
    """The gate with the facts that it needs, as a process has them at hand. `deciders` are asked in order, between geo
    permissions and caps; without `limits` these are not asked. Without `settings` every account has the defaults,
    without `profiles` only a number tells where its owner is, and without `agreements` nobody asks for consent."""

    def __init__(
        self,
        deciders: Sequence[Decider],
        settings: GateSettingsOf | None = None,
        *,
        limits: Limits | None = None,
        profiles: Profiles | None = None,
        agreements: Agreements | None = None,
    ) -> None:
        self._deciders = tuple(deciders)
        self._profiles = profiles
        self._agreements = agreements
        self._limits = limits
        self._settings = settings

    def recall(self, draft: Draft, *, now: Instant) -> Judged | None:
        """As `judge`, if that needs nothing that is not at hand, and nothing is to be counted."""
        if self._profiles is not None and traffic_of(draft) is Traffic.MARKETING:
            return None
        settings = _DEFAULTS if self._settings is None else self._settings.recall(draft.account)
        if settings is None:
            return None
        question = question_of(draft, at=now, settings=settings)
        if self._agreements is not None and self._agreements.matter(draft, question):
            return None
        if self._limits is None:
            return judged_by(self._deciders, question)
        found = self._limits.recall(draft.account)
        if found is None or asking_by(found[1], draft, question) is not None:
            return None
        return judged_by(self._between(geo_by(found[0], draft)), question)

    async def judge(self, draft: Draft, *, now: Instant, counted_at: Instant | None = None) -> Judged:
        """What is let pass is counted under the caps that bind it. `counted_at`: when it was counted before without
        leaving, which is given back first."""
        question = await self._question(draft, at=now)
        deciders = self._deciders
        if self._agreements is not None and self._agreements.matter(draft, question):
            deciders += (await self._agreements.asked_by(draft, question),)
        if self._limits is None:
            return judged_by(deciders, question)
        permissions, caps = await self._limits.find(draft.account)
        geo = geo_by(permissions, draft)
        if geo is not None:
            deciders = (geo, *deciders)
        if counted_at is not None:
            before = asking_by(caps, draft, rejudged(question, counted_at))
            if before is not None:
                await self._limits.give_back(before)
        judged, asking = judged_by(deciders, question), asking_by(caps, draft, question)
        if asking is None or judged.refused is not None or judged.held_until is not None:
            return judged
        counted = await self._limits.count(asking)
        deciders = (*deciders, lambda _question: counted)
        if not isinstance(counted, Allowed):
            return judged_by(deciders, question)
        judged = judged_by(deciders, question, counted_at=asking.at)
        return msgspec.structs.replace(judged, counted=asking)

    async def foresee(self, draft: Draft, *, at: Instant) -> Judged:
        """What the rules say now of a later moment. Nothing is counted: caps are asked when its time comes."""
        return judged_by(self._deciders, await self._question(draft, at=at))

    async def give_back(self, judged: Judged) -> None:
        """A message that was let pass does not leave after all."""
        if self._limits is not None and judged.counted is not None:
            await self._limits.give_back(judged.counted)

    async def close(self) -> None:
        if self._agreements is not None:
            await self._agreements.close()
        if self._limits is not None:
            await self._limits.close()

    async def _question(self, draft: Draft, *, at: Instant) -> Question:
        """Where a recipient is and the hours that they asked for count for marketing, which is what both are about."""
        profile = None
        if self._profiles is not None and traffic_of(draft) is Traffic.MARKETING:
            profile = await self._profiles.of(draft.account, draft.recipient)
        settings = _DEFAULTS if self._settings is None else await self._settings.find(draft.account)
        return question_of(draft, at=at, settings=settings, profile=profile)

    def _between(self, geo: Decider | None) -> tuple[Decider, ...]:
        return self._deciders if geo is None else (geo, *self._deciders)


def judged_by(
    deciders: Sequence[Decider], question: Question, *, counted_at: Instant | None = None
) -> Judged:
    """A window that shuts within the margin has shut already: then it is asked what holds afterwards. `counted_at`:
    when it was counted under caps, which is kept with the verdict."""
    verdict = judge(question, deciders)
    margin = timedelta(seconds=question.settings.margin_seconds)
    if isinstance(verdict, Allowed) and verdict.closes_at is not None:
        closes_at = verdict.closes_at
        if closes_at - margin <= question.at:
            verdict = judge(rejudged(question, closes_at), deciders)
            if isinstance(verdict, Allowed):  # another window begins where this one ends
                return Judged(held_until=closes_at, verdict=stored(verdict, at=question.at))
    if counted_at is None and verdict == Allowed():
        return FREE
    kept = stored(verdict, at=question.at, counted_at=counted_at)
    if isinstance(verdict, Held):
        return Judged(held_until=verdict.until, verdict=kept)
    if isinstance(verdict, Refused):
        return Judged(refused=_refused(verdict), verdict=kept)
    leave_by = None if verdict.closes_at is None else verdict.closes_at - margin
    return Judged(leave_by=leave_by, verdict=kept)


def question_of(
    draft: Draft, *, at: Instant, settings: GateSettings, profile: Profile | None = None
) -> Question:
    return Question(
        account=draft.account,
        sender=draft.sender,
        sender_kind=draft.sender_kind,
        service=draft.service,
        recipient=draft.recipient,
        country=draft.country,
        traffic=traffic_of(draft),
        body=draft.body,
        at=at,
        place=_place(draft, profile),
        preferred=None if profile is None else profile.preferred(),
        settings=settings,
        sender_country=draft.sender_country,
        is_answer=draft.confirms_opt_out or draft.direction == "outbound-reply",
    )


def _place(draft: Draft, profile: Profile | None) -> Place:
    """What the request says of the recipient counts before what their profile says of the same."""
    said = draft.whereabouts
    if said is None:
        return place_of(draft.recipient) if profile is None else profile.place()
    known = {} if profile is None else {name: getattr(profile, name) for name in _WHEREABOUTS}
    return place_of(draft.recipient, **{**known, **said})


def traffic_of(draft: Draft) -> Traffic:
    """By its priority, which MessageIntent or the service's use case decided on; answers to a person's own words are
    essential, as are codes and alerts."""
    if draft.priority == _MARKETING:
        return Traffic.MARKETING
    if draft.confirms_opt_out or draft.direction == "outbound-reply":
        return Traffic.ESSENTIAL
    if draft.priority == _ESSENTIAL and draft.intent not in _NOT_ESSENTIAL:
        return Traffic.ESSENTIAL
    return Traffic.TRANSACTIONAL


def _refused(verdict: Refused) -> outcomes.Refused:
    """What a caller is told: the rule in plain words, its id, and what it saw."""
    rule, saw = verdict.applied.rule, verdict.applied.saw
    seen = "".join(f"; {name}: {value}" for name, value in saw.items())
    return outcomes.Refused(verdict.code, f"{rule.text} (Rule {rule.id}{seen}.)")


class KeptRule(msgspec.Struct, frozen=True):
    """A rule that was applied, as `compliance.verdict.Applied` has it."""

    rule: str
    version: str
    source: str
    text: str
    saw: dict[str, str]


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """A verdict as it is stored: `allowed` (until `closes_at`), `held` (`until`) or `refused` (with its `code`)."""

    verdict: str
    at: Instant
    applied: list[KeptRule]
    until: Instant | None = None
    closes_at: Instant | None = None
    code: int | None = None
    counted_at: Instant | None = None
    """When it was counted under caps, to be given back should it be judged anew before it has left."""


def stored(verdict: Verdict, *, at: Instant, counted_at: Instant | None = None) -> str:
    """A verdict of that instant as JSON."""
    kept = Kept(
        type(verdict).__name__.lower(),
        at,
        [_kept_rule(one) for one in rules_of(verdict)],
        until=verdict.until if isinstance(verdict, Held) else None,
        closes_at=verdict.closes_at if isinstance(verdict, Allowed) else None,
        code=verdict.code.number if isinstance(verdict, Refused) else None,
        counted_at=counted_at,
    )
    return msgspec.json.encode(kept).decode()


def too_late(code: Code, judged: Judged) -> outcomes.Refused:
    """A message that the gate holds for longer than it is good, refused with why it holds it."""
    own = code.about()
    if judged.verdict is None:
        return outcomes.Refused(code, own)
    kept = msgspec.json.decode(judged.verdict, type=Kept)
    rules = " ".join(f"{one.text} (Rule {one.rule}.)" for one in kept.applied[:1])
    return outcomes.Refused(code, f"{own.rstrip('.')}: {waits(kept)} {rules}")


def waits(kept: Kept) -> str:
    """Why a message is held, and what would free one that may never leave, as sentences."""
    until = "" if kept.until is None else f"{kept.until:%Y-%m-%d %H:%M:%S} UTC"
    saw = kept.applied[0].saw if kept.applied else {}
    if "never" not in saw:
        return f"the gate holds it until {until}."
    freeing = saw.get("would_free", "nothing")
    remedy = "No one more field of the recipient would free it."
    if freeing != "nothing":
        remedy = f"To say the recipient's {freeing} (in the request, or in their profile) would free it."
    return f"the gate holds it, since {saw['never']}. {remedy}"


def _kept_rule(one: Applied) -> KeptRule:
    rule = one.rule
    return KeptRule(rule.id, rule.version, rule.source, rule.text, dict(one.saw))
