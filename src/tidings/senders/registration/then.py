"""What was registered for senders at a moment that is past, by the steps that registrations took until then.

Which service a sender was in is not kept: it counts as having been in the one that it is in by now. A campaign that was
deleted since leads to no sender any more.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TypeAlias, TypeVar
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements
from tidings.senders.registration.standing import Standing, standing_of
from tidings.senders.registration.states import BrandState, CampaignState, TollFreeState

SQL = Statements.beside(__file__)

_CAMPAIGN: Mapping[str, CampaignState | None] = {
    "tendlc.submitted": CampaignState.PENDING,
    "tendlc.taken_up": CampaignState.IN_PROGRESS,
    "tendlc.approved": CampaignState.VERIFIED,
    "tendlc.rejected": CampaignState.FAILED,
    "tendlc.deleted": None,
}
_BRAND: Mapping[str, BrandState | None] = {
    "brand.submitted": BrandState.PENDING,
    "brand.taken_up": BrandState.IN_REVIEW,
    "brand.approved": BrandState.APPROVED,
    "brand.rejected": BrandState.FAILED,
}
_TOLL_FREE: Mapping[str, TollFreeState | None] = {
    "tollfree.submitted": TollFreeState.PENDING_REVIEW,
    "tollfree.taken_up": TollFreeState.IN_REVIEW,
    "tollfree.approved": TollFreeState.APPROVED,
    "tollfree.rejected": TollFreeState.REJECTED,
    "tollfree.deleted": None,
}
_KINDS = {**_CAMPAIGN, **_BRAND, **_TOLL_FREE}

State: TypeAlias = BrandState | CampaignState | TollFreeState
OneState = TypeVar("OneState", BrandState, CampaignState, TollFreeState)
Steps = Mapping[UUID, Sequence[tuple[Instant, State | None]]]
"""By registration, the steps that it took, in order."""


@dataclass(frozen=True, slots=True)
class RegisteredThen:
    """`now`: the standings by sender as they are; `toll_free`: the verifications of toll-free numbers."""

    now: Mapping[str, Standing]
    toll_free: Mapping[str, UUID]
    steps: Steps

    def standing(self, sender: str, at: Instant) -> Standing:
        """What was registered for a sender. A registration of which no step is kept counts as it stands now."""
        now = self.now.get(sender)
        if now is None:
            return standing_of(sender, None)
        campaign = _state(now.campaign, CampaignState, now.campaign_state, self.steps, at)
        brand = _state(now.brand, BrandState, now.brand_state, self.steps, at)
        toll_free = _state(self.toll_free.get(sender), TollFreeState, now.toll_free, self.steps, at)
        return replace(now, campaign_state=campaign, brand_state=brand, toll_free=toll_free)


async def registered_then(connection: Connection, account: UUID, senders: Sequence[str]) -> RegisteredThen:
    """What was registered for these senders of an account, at every moment."""
    rows = await SQL.many(connection, "standings", account, list(senders))
    now = {row["address"]: standing_of(row["address"], row) for row in rows}
    toll_free = {row["address"]: row["id"] for row in await SQL.many(connection, "toll_free_ids", account)}
    ids = {one for standing in now.values() for one in (standing.campaign, standing.brand) if one is not None}
    steps: dict[UUID, list[tuple[Instant, State | None]]] = {}
    for row in await SQL.many(connection, "registered_when", account, [*ids, *toll_free.values()]):
        if row["kind"] in _KINDS:
            steps.setdefault(row["subject"], []).append((row["at"], _KINDS[row["kind"]]))
    return RegisteredThen(now, toll_free, steps)


def _state(
    id: UUID | None, kind: type[OneState], now: OneState | None, steps: Steps, at: Instant
) -> OneState | None:
    """None while it was not submitted yet."""
    taken = () if id is None else steps.get(id, ())
    if not taken:
        return now
    place = bisect_right(taken, at, key=itemgetter(0))
    state = taken[place - 1][1] if place else None
    return state if isinstance(state, kind) else None
