"""`/tidings/v1/senders/{Sid}/throughput`: what a sender may use, why, and asking for more."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from tidings.kernel.codes import INVALID_PARAMETER, NOT_FOUND
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, mint
from tidings.lanes.throughput import (
    CampaignOf,
    Throughput,
    ThroughputChange,
    change_throughput,
    throughput_of,
)
from tidings.runtime.clock import Clock
from tidings.runtime.database import Connection, Database
from tidings.senders import Kind, Sender, sender_by_id
from tidings.web.api.request import Caller
from tidings.web.frame import Asking, Denied

PATH = "/tidings/v1/senders/{sid:str}/throughput"
LEAST_MPS, MOST_MPS = 0.001, 1e6
LONGEST_REASON = 500

_PREFIXES: Mapping[Kind, str] = {
    Kind.LONG_CODE: "PN",
    Kind.TOLL_FREE: "PN",
    Kind.SHORT_CODE: "SC",
    Kind.ALPHANUMERIC: "AI",
}


class Asked(msgspec.Struct, frozen=True):
    mps: Annotated[float, msgspec.Meta(ge=LEAST_MPS, le=MOST_MPS)]
    """Segments a second; for a number of a 10DLC campaign the campaign's at each of the three large networks."""
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_REASON)]
    """Why, and who at the carrier granted it."""


class ShownChange(msgspec.Struct, frozen=True):
    at: Instant
    mps_before: float
    mps_after: float
    reason: str
    changed_by: str
    campaign: str | None
    """The campaign that was changed; null when it was the sender alone."""


class ShownRates(msgspec.Struct, frozen=True):
    att: float
    tmobile: float
    verizon: float
    other: float
    total: float


class ShownDay(msgspec.Struct, frozen=True):
    name: str
    segments: int
    used: int
    """Segments that are spent today, or reserved by a dispatcher that is about to."""
    resets_at: Instant


class ShownThroughput(msgspec.Struct, frozen=True):
    sid: str
    address: str
    kind: str
    mps: float
    """Segments a second of each of its lanes, but where its campaign decides."""
    granted: bool
    """Whether the MPS was granted to it; otherwise it is usual for its kind, and the destination decides."""
    campaign: str | None
    rates: ShownRates | None
    """MPS of its campaign at each US network, shared by all the campaign's numbers."""
    daily: list[ShownDay]
    changes: list[ShownChange]


def handlers(
    *, db: Database, clock: Clock, entropy: Callable[[int], bytes], campaign_of: CampaignOf
) -> list[ControllerRouterHandler]:
    @get(PATH, tags=["Throughput"], summary="What a sender may use, and why")
    async def read(caller: Asking, sid: FromPath[str]) -> ShownThroughput:
        """With every change there was, newest first."""
        async with db.connection() as connection:
            sender = await _sender(connection, caller, sid)
            registered = await campaign_of(caller.account, sender.address)
            found = await throughput_of(connection, sender, registered=registered, now=clock())
        return shown_throughput(sender, found)

    @post(PATH, tags=["Throughput"], summary="Note more throughput that a carrier granted", status_code=201)
    async def change(caller: Asking, sid: FromPath[str], data: JSONBody[Asked]) -> ShownChange:
        """It holds at once, for what waits too. The reason is kept for good."""
        now = clock()
        async with db.transaction() as connection:
            sender = await _sender(connection, caller, sid)
            if not data.reason.strip():
                raise Denied(Refused(INVALID_PARAMETER, "Invalid Parameter: reason must say why."))
            changed = await change_throughput(
                connection,
                sender,
                mps=data.mps,
                reason=data.reason.strip(),
                changed_by=_name(caller),
                id=mint(now, entropy(10), 0),
                now=now,
                registered=await campaign_of(caller.account, sender.address),
            )
        return shown_change(changed)

    return [read, change]


def sid_of(sender: Sender) -> str:
    return str(Sid(_PREFIXES[sender.kind], sender.id))


def shown_throughput(sender: Sender, found: Throughput) -> ShownThroughput:
    rates = found.rates
    return ShownThroughput(
        sid=sid_of(sender),
        address=sender.address,
        kind=sender.kind.value,
        mps=found.mps,
        granted=found.granted,
        campaign=found.campaign,
        rates=None
        if rates is None
        else ShownRates(rates.att, rates.tmobile, rates.verizon, rates.other, rates.total),
        daily=[
            ShownDay(day.name, day.segments, day.reserved, datetime.fromtimestamp(day.resets_at, UTC))
            for day in found.daily
        ],
        changes=[shown_change(change) for change in found.changes],
    )


def shown_change(change: ThroughputChange) -> ShownChange:
    return ShownChange(
        change.at, change.mps_before, change.mps_after, change.reason, change.changed_by, change.campaign
    )


async def _sender(connection: Connection, caller: Caller, text: str) -> Sender:
    sid = Sid.parse(text, text[:2])
    sender = None if sid is None else await sender_by_id(connection, caller.account, sid.uuid)
    if sender is None or sid is None or sid.prefix != _PREFIXES[sender.kind]:
        raise Denied(Refused(NOT_FOUND, f"The requested resource /senders/{text[:40]} was not found"))
    return sender


def _name(caller: Caller) -> str:
    owner = Sid("AC", caller.owner)
    return f"API key of {owner}" if caller.by_key else f"API, {owner}"
