"""A message that wants to leave, as its caps see it. Pure."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from tidings.compliance.caps.cap import Wish
from tidings.compliance.caps.settings import AccountCaps, WhenOver
from tidings.compliance.verdict import Rule, Traffic
from tidings.kernel.instant import Instant


class Abroad(msgspec.Struct, frozen=True):
    """The cap of a new account for other countries."""

    rule: Rule
    daily: int


class Asking(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A message that wants to leave at `at`. `wish` None: no cap of the person's binds it; `abroad` None: it is not
    international, or its account is not new. Keep it to give it back."""

    account: UUID
    recipient: str
    at: Instant
    traffic: Traffic
    wish: Wish | None = None
    abroad: Abroad | None = None
    skip: bool = False
    """What is over the cap for other countries is not sent at all, rather than tomorrow."""


def asking_of(
    caps: AccountCaps,
    *,
    account: UUID,
    recipient: str,
    traffic: Traffic,
    at: Instant,
    states: frozenset[str] = frozenset(),
    country: str = "",
    tags: Mapping[str, str] | None = None,
    asked_at: Instant | None = None,
) -> Asking | None:
    """None where no cap has a say, as for most messages that are not marketing: then nothing is counted.

    `states`: where in the US the person may be, such as US-FL. `country`: theirs, "" where there is none.
    `asked_at`: since when the message is wanted.
    """
    wish = caps.wish(traffic, states=states, tags=tags, asked_at=asked_at)
    abroad = None
    if caps.international is not None and caps.is_counted_abroad(country, at=at):
        abroad = Abroad(caps.international, caps.settings.international_per_day or 0)
    if wish is None and abroad is None:
        return None
    wanted = (tags or {}).get("over_cap") or caps.settings.over
    return Asking(
        account=account,
        recipient=recipient,
        at=at,
        traffic=traffic,
        wish=wish,
        abroad=abroad,
        skip=wanted == WhenOver.SKIP,
    )
