"""What the gate makes of a person's consent. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from tidings.compliance.consent.entry import Reach, stamp
from tidings.compliance.consent.law import Asks, ConsentLaw, ConsentLaws
from tidings.compliance.consent.scope import topic_scope
from tidings.compliance.consent.standing import ConsentState, Cover, Covered, Standing, covered
from tidings.compliance.verdict import Applied, Refused, Rule, Traffic
from tidings.kernel.codes import OPTED_OUT
from tidings.kernel.instant import Instant


class ConsentMode(StrEnum):
    OFF = "off"
    """Nothing is asked; opt-outs hold all the same."""
    WARN = "warn"
    """Marketing without consent leaves, and its verdict says so; after a withdrawal it is refused."""
    REQUIRE = "require"
    """Marketing without consent is refused where the country asks for consent."""


class RevokeAll(StrEnum):
    """Whether one bare STOP ends every kind of message, and not only marketing and what comes from that sender."""

    OFF = "off"
    BY_LAW = "by_law"
    """Where a law says so, from its day on."""
    ON = "on"


@dataclass(frozen=True, slots=True)
class ConsentSetting:
    mode: ConsentMode = ConsentMode.WARN
    revoke_all: RevokeAll = RevokeAll.BY_LAW


_OFF, _MARKETING = ConsentMode.OFF, Traffic.MARKETING
# Looked up once, since for each message of marketing they are asked for.


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What the rule must know of a message."""

    traffic: Traffic
    country: str
    """ISO 3166 code of the recipient's country; empty where it is unknown."""
    service: UUID | None
    sender: str
    """The address it leaves from; empty while none is chosen."""
    topic: str | None = None


def matters(
    setting: ConsentSetting,
    traffic: Traffic,
    *,
    topic: str | None,
    country: str,
    laws: Callable[[Instant], ConsentLaws],
    at: Instant,
) -> bool:
    """Whether a person's standing can have a say in a message at all: whether it is worth reading."""
    if setting.mode is ConsentMode.OFF or traffic is Traffic.ESSENTIAL:
        return False
    if traffic is Traffic.MARKETING or topic is not None:
        return True
    if setting.revoke_all is RevokeAll.OFF:
        return False
    return setting.revoke_all is RevokeAll.ON or laws(at).ends_all(country, at=at)


def decide(
    standing: Standing, message: Outgoing, setting: ConsentSetting, laws: ConsentLaws, *, at: Instant
) -> Applied | Refused | None:
    """None: there is nothing to say. Applied: it may leave, with what it leaves on, or a warning that consent is
    missing (`saw["consent"]` is then neither granted nor confirmed). Refused: it must not.

    Essential messages pass: opt-outs of their own sender are held against them elsewhere. Transactional ones need no
    consent, but end where the person left their topic, or where one STOP ends everything.
    """
    if setting.mode is _OFF:
        return None
    if message.traffic is not _MARKETING:
        if message.traffic is Traffic.ESSENTIAL or not standing:
            return None
        return _transactional(standing, message, setting, laws, at)
    found = covered(standing, service=message.service, sender=message.sender, topic=message.topic, at=at)
    law = laws.of(message.country)
    applied = Applied(laws.rule_of(law), _saw(found))
    if found.cover.is_consent:
        return applied
    if found.cover is Cover.WITHDRAWN:
        return Refused(OPTED_OUT, applied)
    if law.asks is Asks.NOTHING or setting.mode is ConsentMode.WARN:
        return applied
    return Refused(OPTED_OUT, applied)


def _transactional(
    standing: Standing, message: Outgoing, setting: ConsentSetting, laws: ConsentLaws, at: Instant
) -> Refused | None:
    law = laws.of(message.country)
    by_law = setting.revoke_all is RevokeAll.BY_LAW and laws.ends_all(message.country, at=at)
    ends_all = by_law or setting.revoke_all is RevokeAll.ON
    topic = None if message.topic is None else topic_scope(message.topic)
    binding = [
        one
        for one in standing
        if one.state is ConsentState.REVOKED and ((ends_all and one.reach is Reach.ALL) or one.scope == topic)
    ]
    if not binding:
        return None
    found = covered(standing, service=message.service, sender=message.sender, topic=message.topic, at=at)
    if found.cover.is_consent:
        return None
    newest = max(binding, key=lambda one: (one.since, one.n))
    rule = _topic_rule() if newest.scope == topic else _revoke_all_rule(law, laws.version, setting.revoke_all)
    return Refused(OPTED_OUT, Applied(rule, _saw(Covered(Cover.WITHDRAWN, newest))))


def _saw(found: Covered) -> dict[str, str]:
    known = found.by
    cover = str(found.cover)
    if known is None:
        return {"consent": cover}
    saw = {
        "consent": cover,
        "scope": known.scope,
        "since": stamp(known.since),
        "entry": str(known.n),
        "method": known.method,
    }
    if known.expires_at is not None:
        saw["expires_at"] = stamp(known.expires_at)
    return saw


@lru_cache(maxsize=1024)
def _revoke_all_rule(law: ConsentLaw, version: str, switch: RevokeAll) -> Rule:
    if switch is RevokeAll.ON:
        return Rule(
            "consent/revoke_all", "settings", "the account's settings", "One STOP ends all kinds of messages."
        )
    return Rule(f"consent/{law.country}/revoke_all", version, law.source, law.rule)


@lru_cache(maxsize=1)
def _topic_rule() -> Rule:
    return Rule("consent/topic", "1", "the person", "The person left this topic.")
