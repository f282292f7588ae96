"""More throughput for a sender, or less: what a carrier granted beside the tables, with its reason and who entered it.

Each change is kept for good, and holds at once for lanes that run. For a number of a 10DLC campaign it is the campaign
that changes, since carriers meter that: `mps` is then its MPS at each of AT&T, T-Mobile and Verizon.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.lanes.allowance import Network, Rates, Registered, allowance_of
from tidings.lanes.budget import days_of
from tidings.lanes.grant import grant_campaign, keep_rates, rates_of
from tidings.lanes.key import campaign_bucket
from tidings.runtime.database import Connection, Record
from tidings.runtime.statements import Statements
from tidings.senders import Kind, Sender

CampaignOf = Callable[[UUID, str], Awaitable[Registered | None]]
"""The approved 10DLC campaign of an account's sender by its address; None when it has none."""

SQL = Statements.beside(__file__)

LARGE_NETWORKS = 3


@dataclass(frozen=True, slots=True)
class ThroughputChange:
    """MPS before and after; `campaign` when it was the campaign's, None when the sender's own."""

    id: UUID
    at: Instant
    mps_before: float
    mps_after: float
    reason: str
    changed_by: str
    campaign: str | None


@dataclass(frozen=True, slots=True)
class DayUsed:
    """A cap of the running day: `reserved` segments are spent, or about to be."""

    name: str
    segments: int
    reserved: int
    resets_at: float


@dataclass(frozen=True, slots=True)
class Throughput:
    """What a sender may use now. With `rates` its campaign decides in the US; `mps` is that of all its other lanes."""

    mps: float
    granted: bool
    campaign: str | None
    rates: Rates | None
    daily: tuple[DayUsed, ...]
    changes: tuple[ThroughputChange, ...]


async def change_throughput(
    connection: Connection,
    sender: Sender,
    *,
    mps: float,
    reason: str,
    changed_by: str,
    id: UUID,
    now: Instant,
    registered: Registered | None = None,
) -> ThroughputChange:
    """Give a sender, or the campaign that it is `registered` with, another MPS. Runs in the caller's transaction."""
    if registered is not None and sender.kind is Kind.LONG_CODE:
        before = await _change_campaign(connection, sender.account, registered, mps=mps)
        campaign = registered.campaign
    else:
        before, campaign = await _change_sender(connection, sender, mps=mps), None
    await SQL.run(
        connection,
        "note_change",
        id,
        sender.account,
        sender.id,
        before,
        mps,
        reason,
        changed_by,
        now,
        campaign,
    )
    return ThroughputChange(id, now, before, mps, reason, changed_by, campaign)


async def throughput_of(
    connection: Connection, sender: Sender, *, registered: Registered | None, now: Instant
) -> Throughput:
    """How a sender stands, with its changes, newest first."""
    campaign = registered.campaign if registered is not None and sender.kind is Kind.LONG_CODE else None
    rates, daily = None, []
    if registered is not None and campaign is not None:
        row = await SQL.one(
            connection, "rates_of", campaign_bucket(sender.account, campaign), sender.account, campaign
        )
        rates = rates_of(row) if row is not None else _by_the_tables(registered)
        names = [f"tmobile>{registered.brand}", f"all>{registered.brand}"]
        for row in await SQL.many(connection, "days_used", sender.account, names):
            day = days_of(row["zone"])(now.timestamp())
            reserved = row["reserved"] if row["day"] == day.date else 0
            daily.append(DayUsed(row["name"], row["segments"], reserved, day.ends_at))
    rows = await SQL.many(connection, "changes_of", sender.account, sender.id, campaign)
    return Throughput(
        mps=sender.mps,
        granted=sender.mps_granted,
        campaign=campaign,
        rates=rates,
        daily=tuple(daily),
        changes=_changes(rows),
    )


def _by_the_tables(registered: Registered) -> Rates | None:
    return allowance_of(kind=Kind.LONG_CODE.value, destination="US", registered=registered).rates


async def _change_campaign(
    connection: Connection, account: UUID, registered: Registered, *, mps: float
) -> float:
    """Returns the MPS that its lane to T-Mobile had before."""
    before = await grant_campaign(connection, account, registered)
    rates = replace(before, att=mps, tmobile=mps, verizon=mps, total=mps * LARGE_NETWORKS)
    await keep_rates(connection, account, registered.campaign, rates, granted=True)
    return before.at(Network.TMOBILE)


async def _change_sender(connection: Connection, sender: Sender, *, mps: float) -> float:
    before = await SQL.value(connection, "lock_sender", sender.account, sender.id)
    await SQL.one(connection, "change_sender", sender.account, sender.address, mps, None, None)
    await SQL.many(connection, "change_lanes", sender.account, sender.address, mps, None, None)
    return float(before)


def _changes(rows: Sequence[Record]) -> tuple[ThroughputChange, ...]:
    return tuple(
        ThroughputChange(
            id=row["id"],
            at=row["at"],
            mps_before=row["mps_before"],
            mps_after=row["mps_after"],
            reason=row["reason"],
            changed_by=row["changed_by"],
            campaign=row["campaign"],
        )
        for row in rows
    )
