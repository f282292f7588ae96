"""What is known of a person's consent, what an entry makes of it, and whether it covers a message. Pure."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeAlias, assert_never
from uuid import UUID

import msgspec
from msgspec.structs import replace

from tidings.compliance.consent.entry import Deed, Method, Reach, Said
from tidings.compliance.consent.scope import BRAND, service_scope, topic_scope
from tidings.kernel.instant import Instant


class ConsentState(StrEnum):
    PENDING = "pending"
    """Asked to confirm, and did not yet."""
    GRANTED = "granted"
    REVOKED = "revoked"
    EXPIRED = "expired"
    LIFTED = "lifted"
    """An opt-out was taken back by hand: neither consent nor withdrawal."""


class Known(msgspec.Struct, frozen=True, gc=False):
    """What is known of a person in one scope. A struct: one is made for each message of marketing."""

    scope: str
    state: ConsentState
    since: Instant
    """When the person said so."""
    n: int
    """The entry of the ledger that says it."""
    reach: Reach = Reach.SCOPE
    expires_at: Instant | None = None
    confirmed: bool = False
    method: str = ""


Standing: TypeAlias = tuple[Known, ...]
"""All that is known of one person; empty where nothing is."""
UNKNOWN: Standing = ()


def after(known: Known | None, said: Said, *, n: int) -> Known | None:
    """What is known in a scope after entry n; None where that is what it was.

    The newer word stands, of the same moment the withdrawal. So a list of old consents takes no withdrawal back.
    """
    match said.deed:
        case Deed.GRANT | Deed.REQUEST:
            return _granted(known, said, n)
        case Deed.CONFIRM:
            if known is None or known.state not in (ConsentState.PENDING, ConsentState.GRANTED):
                return None
            return replace(known, state=ConsentState.GRANTED, n=n, confirmed=True)
        case Deed.REVOKE | Deed.OPT_OUT:
            newer = known is not None and known.state is not ConsentState.REVOKED and known.since > said.since
            if newer and said.deed is Deed.REVOKE:
                return None
            was_all = known is not None and known.state is ConsentState.REVOKED and known.reach is Reach.ALL
            reach = Reach.ALL if was_all else said.reach
            return Known(said.scope, ConsentState.REVOKED, said.since, n, reach, method=said.method)
        case Deed.EXPIRE:
            held = known is not None and known.state in (ConsentState.PENDING, ConsentState.GRANTED)
            return replace(known, state=ConsentState.EXPIRED, n=n) if held and known is not None else None
        case Deed.OPT_IN:
            if said.method == Method.KEYWORD:
                return Known(said.scope, ConsentState.GRANTED, said.since, n, method=said.method)
            if known is None or known.state is not ConsentState.REVOKED:
                return None
            return Known(said.scope, ConsentState.LIFTED, said.since, n, method=said.method)
        case Deed.REVIEW | Deed.CLEARED | Deed.SEAL:
            return None
        case never:
            assert_never(never)


def _granted(known: Known | None, said: Said, n: int) -> Known | None:
    state = ConsentState.GRANTED if said.deed is Deed.GRANT else ConsentState.PENDING
    if known is not None and known.state is not ConsentState.LIFTED:
        if known.since > said.since or (known.state is ConsentState.REVOKED and known.since == said.since):
            return None
        if (
            known.state is ConsentState.GRANTED
            and state is ConsentState.PENDING
            and not has_expired(known, at=said.since)
        ):
            return None  # to be asked once more takes nothing away
    confirmed = known is not None and known.state is ConsentState.GRANTED and known.confirmed
    return Known(
        said.scope, state, said.since, n, expires_at=said.expires_at, confirmed=confirmed, method=said.method
    )


def has_expired(known: Known, *, at: Instant) -> bool:
    return known.expires_at is not None and known.expires_at <= at


class Cover(StrEnum):
    """What a person's standing is towards one message."""

    GRANTED = "granted"
    CONFIRMED = "confirmed"
    """By double opt-in."""
    PENDING = "pending"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    NONE = "none"

    @property
    def is_consent(self) -> bool:
        return self is _GRANTED or self is _CONFIRMED


_GRANTED, _CONFIRMED = Cover.GRANTED, Cover.CONFIRMED
_STATE_GRANTED = ConsentState.GRANTED
# Looked up once: of an enum's members that takes its time, and there is one message after another.


class Covered(msgspec.Struct, frozen=True, gc=False):
    cover: Cover
    by: Known | None = None
    """What says so; None where nothing is known."""


NOTHING = Covered(Cover.NONE)


def covered(
    standing: Standing, *, service: UUID | None, sender: str, topic: str | None, at: Instant
) -> Covered:
    """Whether a message through these is covered at some time.

    A grant covers its scope. A withdrawal of the same moment or a newer one takes it away, as does one of a narrower
    scope whenever it was said: who left a topic is not brought back by consent to the brand.
    """
    if not standing:
        return NOTHING
    first = standing[0]
    if len(standing) == 1 and first.scope == BRAND and first.state is _STATE_GRANTED:
        if first.expires_at is not None and has_expired(first, at=at):
            return Covered(Cover.EXPIRED, first)
        return Covered(_CONFIRMED if first.confirmed else _GRANTED, first)
    own = {BRAND, sender}
    if service is not None:
        own.add(service_scope(service))
    if topic is not None:
        own.add(topic_scope(topic))
    withdrawals = [
        one
        for one in standing
        if one.state is ConsentState.REVOKED and (one.reach is Reach.ALL or one.scope in own)
    ]
    grants = [one for one in standing if one.scope in own and one.state is ConsentState.GRANTED]
    valid = [
        grant
        for grant in grants
        if not has_expired(grant, at=at) and not any(_takes_back(one, grant, own) for one in withdrawals)
    ]
    if valid:
        best = max(valid, key=lambda one: (one.confirmed, one.since, one.n))
        return Covered(Cover.CONFIRMED if best.confirmed else Cover.GRANTED, best)
    if withdrawals:
        return Covered(Cover.WITHDRAWN, _newest(withdrawals))
    pending = [one for one in standing if one.scope in own and one.state is ConsentState.PENDING]
    if pending:
        return Covered(Cover.PENDING, _newest(pending))
    expired = [*grants, *(one for one in standing if one.scope in own and one.state is ConsentState.EXPIRED)]
    return Covered(Cover.EXPIRED, _newest(expired)) if expired else NOTHING


def _takes_back(withdrawal: Known, grant: Known, own: set[str]) -> bool:
    if withdrawal.since >= grant.since:
        return True
    return withdrawal.scope in own and _width(withdrawal.scope) < _width(grant.scope)


def _width(scope: str) -> int:
    if scope == BRAND:
        return 3
    return 2 if scope.startswith(("MG", "topic:")) else 1


def _newest(found: Iterable[Known]) -> Known:
    return max(found, key=lambda one: (one.since, one.n))
