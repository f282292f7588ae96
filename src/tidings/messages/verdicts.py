"""Verdicts of the gate as they are stored with messages, and what they say in sentences. Pure."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tidings.compliance.judge import rules_of
from tidings.compliance.verdict import Allowed, Applied, Held, Refused, Rule, Verdict
from tidings.kernel.instant import Instant

MOST_WRITTEN = 20_000
"""Sets of rules."""


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


class _WrittenRule(msgspec.Struct, frozen=True):
    rule: str
    version: str
    source: str
    text: str
    saw: Mapping[str, str]


class _Written(msgspec.Struct, frozen=True, omit_defaults=True):
    """The same with its rules written down already."""

    verdict: str
    at: Instant
    applied: Sequence[msgspec.Raw]
    until: Instant | None = None
    closes_at: Instant | None = None
    code: int | None = None
    counted_at: Instant | None = None


_encode = msgspec.json.Encoder().encode


def stored(verdict: Verdict, *, at: Instant, counted_at: Instant | None = None) -> str:
    """A verdict of that instant as JSON."""
    written = _Written(
        type(verdict).__name__.lower(),
        at,
        written_rules(rules_of(verdict)),
        until=verdict.until if isinstance(verdict, Held) else None,
        closes_at=verdict.closes_at if isinstance(verdict, Allowed) else None,
        code=verdict.code.number if isinstance(verdict, Refused) else None,
        counted_at=counted_at,
    )
    return _encode(written).decode()


def with_rules(verdict: str | None, applied: tuple[Applied, ...], *, at: Instant) -> str:
    """A stored verdict (None for that of a message that no rule has a say in) with further rules."""
    if verdict is None:
        return stored(Allowed(applied=applied), at=at)
    kept = msgspec.json.decode(verdict, type=_Written)
    return _encode(msgspec.structs.replace(kept, applied=[*kept.applied, *written_rules(applied)])).decode()


class Passing:
    """Verdicts of messages that may leave at one moment: many have all but a few of their rules alike, and what is
    alike is written down once. `rules`: these, as `WrittenRules` has them."""

    def __init__(self, rules: Iterable[str], *, at: Instant, closes_at: Instant | None) -> None:
        moment = _text(at)
        closes = "" if closes_at is None else f',"closes_at":{_text(closes_at)}'
        alike = ",".join(rules)
        self._begins = f'{{"verdict":"allowed","at":{moment},"applied":[{alike}'
        self._next = "," if alike else ""
        self._ends = f"]{closes}}}"
        self._ends_counted = f']{closes},"counted_at":{moment}}}'

    def stored(self, more: str, *, is_counted: bool) -> str:
        """One of them as `stored` writes it, with what else was applied; counted under caps at that moment or not."""
        ends = self._ends_counted if is_counted else self._ends
        return f"{self._begins}{self._next}{more}{ends}" if more else self._begins + ends


def written_rules(applied: Iterable[Applied]) -> list[msgspec.Raw]:
    return [msgspec.Raw(written_rule(one).encode()) for one in applied]


def written_rule(applied: Applied) -> str:
    """A rule that was applied, as JSON."""
    rule = applied.rule
    return _text(_WrittenRule(rule.id, rule.version, rule.source, rule.text, applied.saw))


class WrittenRules:
    """Rules that were applied and will be again, such as those that let a campaign pass, written down once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[tuple[Applied, ...], str]] = {}
        self._each: dict[int, tuple[Applied, str]] = {}
        self._begun: dict[int, tuple[Rule, str]] = {}

    def of(self, applied: tuple[Applied, ...]) -> str:
        """Of this very tuple, or of these very rules in another, with commas between them."""
        known = self._known.get(id(applied))
        if known is None:
            if len(self._known) >= MOST_WRITTEN:
                self._known.clear()
            known = self._known[id(applied)] = (applied, ",".join([self._one(each) for each in applied]))
        return known[1]

    def of_person(self, applied: tuple[Applied, ...]) -> str:
        """Of rules that saw what no other message's will see: of these the rules alone are remembered."""
        if len(applied) == 1:
            return f"{self._begin(applied[0].rule)}{_encode(applied[0].saw).decode()}}}"
        return ",".join([self.of_person((one,)) for one in applied])

    def _one(self, applied: Applied) -> str:
        known = self._each.get(id(applied))
        if known is None:
            if len(self._each) >= MOST_WRITTEN:
                self._each.clear()
            known = self._each[id(applied)] = (applied, written_rule(applied))
        return known[1]

    def _begin(self, rule: Rule) -> str:
        """A rule up to what it saw."""
        known = self._begun.get(id(rule))
        if known is None:
            if len(self._begun) >= MOST_WRITTEN:
                self._begun.clear()
            known = self._begun[id(rule)] = (rule, written_rule(Applied(rule)).removesuffix("{}}"))
        return known[1]


def _text(value: object) -> str:
    return _encode(value).decode()


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
