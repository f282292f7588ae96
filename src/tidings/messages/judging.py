"""What the gate (`compliance/judge.py`) says of a message, as accepting, promoting and leaving need it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from tidings.compliance.caps import AccountCaps, Asking
from tidings.compliance.consent import Outgoing
from tidings.compliance.gate import GateSettings, GateSettingsOf
from tidings.compliance.gate.refusals import Refusal, Refusals
from tidings.compliance.geo import Permissions
from tidings.compliance.judge import Decider, Question, judge, rejudged, rules_of
from tidings.compliance.profiles import Profile
from tidings.compliance.profiles.lookup import Profiles
from tidings.compliance.quiet_hours import Hours, Place, place_of
from tidings.compliance.verdict import Allowed, Applied, Held, Refused, Traffic, Verdict
from tidings.kernel import outcomes
from tidings.kernel.codes import Code
from tidings.kernel.instant import Instant
from tidings.messages.agreements import Agreements
from tidings.messages.draft import Draft
from tidings.messages.limits import Limits, asking_by, geo_by
from tidings.messages.verdicts import (
    Kept,
    Passing,
    WrittenRules,
    stored,
    waits,
    with_rules,
)
from tidings.runtime.group_commit import GroupCommit

MOMENT = timedelta(seconds=1)
_MARKETING = 2
_ESSENTIAL = 0
_NOT_ESSENTIAL = frozenset({"notifications"})
"""Intents of the first priority that nobody waits for."""


class Judged(msgspec.Struct, frozen=True, gc=False):
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


class Asked(msgspec.Struct, frozen=True, gc=False):
    """A message that would leave `at` that moment. `counted_at`: when it was counted under caps before, without
    leaving."""

    draft: Draft
    at: Instant
    counted_at: Instant | None = None


class Judging:
    """The gate with the facts that it needs, as a process has them at hand. `deciders` are asked in order, between geo
    permissions and caps; without `limits` these are not asked. Without `settings` every account has the defaults,
    without `profiles` only a number tells where its owner is, and without `agreements` nobody asks for consent.
    `of_senders` is asked of messages through services, once these have chosen. `refusals` keeps what is refused and
    kept nowhere else."""

    def __init__(
        self,
        deciders: Sequence[Decider],
        settings: GateSettingsOf | None = None,
        *,
        limits: Limits | None = None,
        profiles: Profiles | None = None,
        agreements: Agreements | None = None,
        of_senders: Decider | None = None,
        refusals: Refusals | None = None,
    ) -> None:
        self._deciders = tuple(deciders)
        self._of_senders = of_senders
        self._refusals = refusals
        self._profiles = profiles
        self._agreements = agreements
        self._limits = limits
        self._settings = settings
        self._written = WrittenRules()
        self._free = _ForAMoment()
        self._batches = GroupCommit[Asked, Judged](self.judge_all, writers=2)

    def recall(self, draft: Draft, *, now: Instant) -> Judged | None:
        """As `judge`, if that needs nothing that is not at hand, and nothing is to be counted.

        Where no rule has a say, that is remembered for a second for all messages that rules see alike: only of
        marketing does one read the text."""
        if self._profiles is not None and traffic_of(draft) is Traffic.MARKETING:
            return None
        settings = _DEFAULTS if self._settings is None else self._settings.recall(draft.account)
        limits = None if self._limits is None else self._limits.recall(draft.account)
        if settings is None or (limits is None and self._limits is not None):
            return None
        place = _place(draft, None)
        known = (place, settings, *(limits or ()))
        alike = (*_alike(draft), draft.wanted_at or draft.send_at, *map(id, known))
        free = self._free.at(now)
        if alike in free:
            return FREE
        judged = self._recall(draft, _question(draft, place, None, at=now, settings=settings), limits)
        if judged is FREE and draft.priority != _MARKETING:
            free[alike] = known
        return judged

    def _recall(
        self, draft: Draft, question: Question, limits: tuple[Permissions, AccountCaps] | None
    ) -> Judged | None:
        if self._agreements is not None and self._agreements.matter(draft, question):
            return None
        if limits is None:
            return judged_by(self._deciders, question)
        permissions, caps = limits
        if asking_by(caps, draft, question) is not None:
            return None
        return judged_by(self._between(geo_by(permissions, draft)), question)

    async def judge(self, draft: Draft, *, now: Instant, counted_at: Instant | None = None) -> Judged:
        """What is let pass is counted under the caps that bind it. `counted_at`: when it was counted before without
        leaving, which is given back first. Those who ask while others are judged share the next batch."""
        return await self._batches.submit(Asked(draft, now, counted_at))

    async def judge_all(self, asked: Sequence[Asked]) -> list[Judged]:
        """The same of many, each as if it were asked alone and in this order: what is known of people is read, and
        counted, for all at once, and what is the same for many is found out once."""
        said = await self._said_of(asked)
        consents = await self._consents_of(asked, said)
        judged: list[Judged] = []
        counting: list[tuple[int, Asking]] = []
        before: list[Asking] = []
        for n, (one, about, consent) in enumerate(zip(asked, said, consents, strict=True)):
            if one.counted_at is not None:
                counted = about.kind.asking(one.draft, rejudged(about.question, one.counted_at))
                before += [] if counted is None else [counted]
            ended = about.ended(consent)
            asking = about.kind.asking(one.draft, about.question) if ended is None else None
            if asking is not None:
                counting.append((n, asking))
                judged.append(FREE)
            else:
                judged.append(ended or about.passed(consent))
        if self._limits is None:
            return judged
        if before:
            await self._limits.give_back(before)
        if counting:
            verdicts = await self._limits.count([asking for _, asking in counting])
            for (n, asking), verdict in zip(counting, verdicts, strict=True):
                judged[n] = said[n].counted(consents[n], verdict, asking)
        return judged

    async def judge_sender(self, draft: Draft, judged: Judged, *, now: Instant) -> Judged:
        """The word of before, with what rules say of the sender that a service has chosen since."""
        if self._of_senders is None or draft.service is None:
            return judged
        question = question_of(draft, at=now, settings=await self._settings_of(draft.account))
        found = self._of_senders(question)
        if isinstance(found, Refused):
            refused = judged_by([lambda _: found], question)
            return msgspec.structs.replace(refused, counted=judged.counted)
        if not rules_of(found):
            return judged
        return msgspec.structs.replace(judged, verdict=with_rules(judged.verdict, rules_of(found), at=now))

    async def foresee(self, draft: Draft, *, at: Instant) -> Judged:
        """What the rules say now of a later moment. Nothing is counted: caps are asked when its time comes."""
        profile = None
        if self._profiles is not None and traffic_of(draft) is Traffic.MARKETING:
            profile = await self._profiles.of(draft.account, draft.recipient)
        question = question_of(draft, at=at, settings=await self._settings_of(draft.account), profile=profile)
        return judged_by(self._deciders, question)

    async def give_back(self, judged: Judged) -> None:
        """A message that was let pass does not leave after all."""
        if self._limits is not None and judged.counted is not None:
            await self._limits.give_back([judged.counted])

    async def note_refused(self, draft: Draft, judged: Judged, *, now: Instant) -> None:
        """A message of which nothing else is kept is refused."""
        if self._refusals is None or judged.refused is None:
            return
        await self._refusals.keep(
            Refusal(
                account=draft.account,
                at=now,
                recipient=draft.recipient,
                sender=draft.sender or "",
                code=judged.refused.code.number,
                verdict=msgspec.Raw((judged.verdict or "{}").encode()),
            )
        )

    async def close(self) -> None:
        await self._batches.close()
        if self._refusals is not None:
            await self._refusals.close()

    async def _said_of(self, asked: Sequence[Asked]) -> list["_Said"]:
        """What the rules that see many messages alike say of each."""
        profiles = await self._profiles_of(asked)
        kinds: dict[tuple[object, ...], _Kind] = {}
        kind, last = None, None
        found = []
        for one in asked:
            draft = one.draft
            key = _alike(draft)
            if kind is None or key != last:
                kind, last = kinds.get(key), key
                if kind is None:
                    kind = kinds[key] = await self._kind_of(draft)
            profile = profiles.get((draft.account, draft.recipient)) if profiles else None
            found.append(kind.said(draft, profile, one.at))
        return found

    async def _kind_of(self, draft: Draft) -> "_Kind":
        settings, caps, deciders = await self._settings_of(draft.account), None, self._deciders
        if self._limits is not None:
            permissions, caps = await self._limits.find(draft.account)
            deciders = self._between(geo_by(permissions, draft))
        return _Kind(settings, caps, deciders, self._agreements, self._written)

    async def _settings_of(self, account: UUID) -> GateSettings:
        return _DEFAULTS if self._settings is None else await self._settings.find(account)

    async def _profiles_of(self, asked: Sequence[Asked]) -> dict[tuple[UUID, str], Profile]:
        """Where a recipient is and the hours that they asked for count for marketing, which is what both are about."""
        if self._profiles is None:
            return {}
        people = [
            (one.draft.account, one.draft.recipient) for one in asked if one.draft.priority == _MARKETING
        ]
        return await self._profiles.of_all(people) if people else {}

    async def _consents_of(
        self, asked: Sequence[Asked], said: Sequence["_Said"]
    ) -> list[Allowed | Refused | None]:
        found: list[Allowed | Refused | None] = [None] * len(asked)
        places = [n for n, about in enumerate(said) if about.outgoing is not None]
        if self._agreements is None or not places:
            return found
        people = [(asked[n].draft.account, asked[n].draft.recipient) for n in places]
        standings = await self._agreements.of_all(people)
        for n, standing in zip(places, standings, strict=True):
            outgoing = said[n].outgoing
            assert outgoing is not None
            found[n] = self._agreements.say(standing, outgoing, said[n].question)
        return found

    def _between(self, geo: Decider | None) -> tuple[Decider, ...]:
        return self._deciders if geo is None else (geo, *self._deciders)


def _alike(draft: Draft) -> tuple[object, ...]:
    """By what all rules but those about one person, place or text tell messages apart."""
    tags = draft.tags
    return (
        draft.account,
        draft.sender,
        draft.service,
        draft.country,
        draft.calling_code,
        draft.priority,
        draft.intent,
        draft.sender_kind,
        draft.sender_country,
        draft.direction,
        draft.confirms_opt_out,
        None if tags is None else tuple(tags.items()),
    )


class _ForAMoment:
    """What holds for a second at most: a dictionary that is emptied when the time moves on, or back."""

    def __init__(self) -> None:
        self._begun = datetime.min.replace(tzinfo=UTC)
        self._held: dict[tuple[object, ...], object] = {}

    def at(self, now: Instant) -> dict[tuple[object, ...], object]:
        """The values are what stands in the keys by its identity, which nothing else can take while they are kept."""
        if not timedelta() <= now - self._begun < MOMENT:
            self._begun = now
            self._held = {}
        return self._held


class _Kind:
    """Messages of a batch that rules see alike but for the person, their place and the text."""

    def __init__(
        self,
        settings: GateSettings,
        caps: AccountCaps | None,
        deciders: tuple[Decider, ...],
        agreements: Agreements | None,
        written: WrittenRules,
    ) -> None:
        self._settings, self._caps, self.deciders = settings, caps, deciders
        self._agreements, self.written = agreements, written
        self._said: dict[tuple[int, Hours | None, Instant], _Said] = {}
        self._asking: dict[tuple[tuple[str, ...], Instant | None], Asking | None] = {}

    def said(self, draft: Draft, profile: Profile | None, at: Instant) -> "_Said":
        """What is said of a message; of one like that to the same place with the same text what was said then."""
        place = _place(draft, profile)
        preferred = None if profile is None else profile.preferred()
        found = self._said.get((id(place), preferred, at))
        if found is None or found.question.body != draft.body:
            question = _question(draft, place, preferred, at=at, settings=self._settings)
            outgoing = None
            if self._agreements is not None and self._agreements.matter(draft, question):
                outgoing = self._agreements.outgoing(draft, question)
            found = self._said[id(place), preferred, at] = _Said(self, question, outgoing)
        return found

    def asking(self, draft: Draft, question: Question) -> Asking | None:
        """What is to be counted of a message; None where no cap binds it."""
        if self._caps is None:
            return None
        key = (question.place.states, draft.wanted_at or draft.send_at)
        if key not in self._asking:
            self._asking[key] = asking_by(self._caps, draft, question)
        like = self._asking[key]
        if like is None:
            return None
        return Asking(
            account=draft.account,
            recipient=draft.recipient,
            at=question.at,
            traffic=like.traffic,
            wish=like.wish,
            abroad=like.abroad,
            skip=like.skip,
        )


class _Said:
    """What the rules that see many messages alike say of those of one kind, to one place, with one text, at one moment;
    and what becomes of one of them by what its person agreed to and has been sent."""

    def __init__(self, kind: _Kind, question: Question, outgoing: Outgoing | None) -> None:
        self.kind, self.question, self.outgoing = kind, question, outgoing
        self._ended: Judged | None = None
        self._is_late = False
        """A window that shuts within the margin: what holds afterwards is asked for each message."""
        self._closes_at: Instant | None = None
        rules: list[str] = []
        for decide in kind.deciders:
            found = decide(question)
            if not isinstance(found, Allowed):
                self._ended = judged_by(kind.deciders, question)
                return
            if found.closes_at is not None and (self._closes_at is None or found.closes_at < self._closes_at):
                self._closes_at = found.closes_at
            if found.applied:
                rules.append(kind.written.of(found.applied))
        self._is_free = not rules and self._closes_at is None
        self._passing = Passing(rules, at=question.at, closes_at=self._closes_at)
        self._leave_by: Instant | None = None
        if self._closes_at is not None:
            self._leave_by = self._closes_at - timedelta(seconds=question.settings.margin_seconds)
            self._is_late = self._leave_by <= question.at

    def ended(self, consent: Allowed | Refused | None) -> Judged | None:
        """Held or refused, whatever caps say; else None."""
        if isinstance(consent, Refused):
            if self._ended is not None and self._ended.refused is not None:
                return self._ended
            return judged_by([lambda _: consent], self.question)
        if self._is_late:
            judged = judged_by(self._with(consent), self.question)
            return judged if judged.refused is not None or judged.held_until is not None else None
        return self._ended

    def passed(self, consent: Allowed | Refused | None) -> Judged:
        """What no cap binds may leave."""
        if self._is_late:
            return judged_by(self._with(consent), self.question)
        if self._is_free and consent is None:
            return FREE
        return self._let_pass(consent, ())

    def counted(self, consent: Allowed | Refused | None, verdict: Verdict, asking: Asking) -> Judged:
        """What caps say of one that nothing else holds or refuses."""
        if not isinstance(verdict, Allowed):
            return judged_by([*self._with(consent), lambda _: verdict], self.question)
        if self._is_late:
            judged = judged_by([*self._with(consent), lambda _: verdict], self.question, counted_at=asking.at)
            return msgspec.structs.replace(judged, counted=asking)
        return self._let_pass(consent, verdict.applied, asking)

    def _let_pass(
        self, consent: Allowed | Refused | None, caps: tuple[Applied, ...], asking: Asking | None = None
    ) -> Judged:
        written = self.kind.written
        more = "" if consent is None else written.of_person(rules_of(consent))
        if caps:
            more = f"{more},{written.of(caps)}" if more else written.of(caps)
        kept = self._passing.stored(more, is_counted=asking is not None)
        return Judged(leave_by=self._leave_by, verdict=kept, counted=asking)

    def _with(self, consent: Allowed | Refused | None) -> tuple[Decider, ...]:
        return self.kind.deciders if consent is None else (*self.kind.deciders, lambda _: consent)


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
    preferred = None if profile is None else profile.preferred()
    return _question(draft, _place(draft, profile), preferred, at=at, settings=settings)


def _question(
    draft: Draft, place: Place, preferred: Hours | None, *, at: Instant, settings: GateSettings
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
        place=place,
        preferred=preferred,
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


def too_late(code: Code, judged: Judged) -> outcomes.Refused:
    """A message that the gate holds for longer than it is good, refused with why it holds it."""
    own = code.about()
    if judged.verdict is None:
        return outcomes.Refused(code, own)
    kept = msgspec.json.decode(judged.verdict, type=Kept)
    rules = " ".join(f"{one.text} (Rule {one.rule}.)" for one in kept.applied[:1])
    return outcomes.Refused(code, f"{own.rstrip('.')}: {waits(kept)} {rules}")
