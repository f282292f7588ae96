"""Geo permissions and caps, as those who judge messages need them: looked up, counted, given back."""

from collections.abc import Callable, Sequence
from uuid import UUID

from msgspec.structs import replace

from tidings.compliance.caps import AccountCaps, Asking, Caps, Reservations, asking_of
from tidings.compliance.geo import GeoPermissions, Permissions
from tidings.compliance.geo import decide as permitted
from tidings.compliance.judge import Decider, Question
from tidings.compliance.packs.pack import Pack, shipped
from tidings.compliance.verdict import Allowed, Held, Refused
from tidings.messages.draft import Draft
from tidings.runtime.database import Database

Counted = Allowed | Held | Refused


class Limits:
    """`monotonic` is a clock in seconds, `pack` gives the rule pack in force. What accounts set takes effect after five
    seconds at most, another pack at once."""

    def __init__(
        self, db: Database, *, monotonic: Callable[[], float], pack: Callable[[], Pack] = shipped
    ) -> None:
        self._geo = GeoPermissions(db, monotonic=monotonic, marked=lambda: pack().destinations)
        self._caps = Caps(db, monotonic=monotonic, laws=lambda: pack().caps)
        self._reservations = Reservations(db)

    def recall(self, account: UUID) -> tuple[Permissions, AccountCaps] | None:
        """What an account set, if it was looked up a moment ago."""
        permissions, caps = self._geo.recall(account), self._caps.recall(account)
        return None if permissions is None or caps is None else (permissions, caps)

    async def find(self, account: UUID) -> tuple[Permissions, AccountCaps]:
        return await self._geo.find(account), await self._caps.find(account)

    async def count(self, asking: Sequence[Asking]) -> Sequence[Counted]:
        """Whether caps let each leave; it is counted when they do."""
        return await self._reservations.reserve(asking)

    async def give_back(self, asking: Sequence[Asking]) -> None:
        """What was counted does not leave."""
        await self._reservations.give_back(asking)


def geo_by(permissions: Permissions, draft: Draft) -> Decider | None:
    """Geo permissions as the gate asks them; None where the account may write to the recipient's country, which needs
    no word. The confirmation of an opt-out goes everywhere: the person asked for it."""
    verdict = permitted(permissions, country=draft.country, calling_code=draft.calling_code)
    if not isinstance(verdict, Refused) or draft.confirms_opt_out:
        return None
    where = replace(
        verdict.applied, saw={**verdict.applied.saw, "to": draft.country or f"+{draft.calling_code}"}
    )
    refused = replace(verdict, applied=where)
    return lambda _question: refused


def asking_by(caps: AccountCaps, draft: Draft, question: Question) -> Asking | None:
    """What is to be counted of a message; None where no cap binds it, as none binds answers to a person's own words."""
    if draft.confirms_opt_out or draft.direction == "outbound-reply":
        return None
    return asking_of(
        caps,
        account=draft.account,
        recipient=draft.recipient,
        traffic=question.traffic,
        at=question.at,
        states=frozenset(question.place.states),
        country=draft.country,
        tags=draft.tags,
        asked_at=draft.wanted_at or draft.send_at,
    )
