"""What lanes are allowed, read for their owner and changed by operators while they run."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tidings.lanes.allowance import Allowance, Rates
from tidings.lanes.grant import keep_caps, keep_rates, rates_of
from tidings.lanes.key import LaneKey
from tidings.lanes.turn import segments_ahead
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


@dataclass(frozen=True, slots=True)
class LaneSettings:
    """A lane's allowance in segments per second, and where its last owner left off (`free_at` in epoch seconds).

    `daily_caps` are names. A lane of a campaign has its `rates`, and when the last owner left the campaign free.
    """

    lane: int
    account: UUID
    mps: float
    queue_limit_seconds: int
    paused: bool
    free_at: float
    turns: tuple[int, int, int]
    daily_caps: tuple[str, ...] = ()
    campaign: str | None = None
    network: str | None = None
    rates: Rates | None = None
    campaign_free_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Opened:
    """What accepting needs to know of a lane."""

    mps: float
    queue_limit_seconds: int
    paused: bool


async def settings_of(connection: Connection, bucket: int, lanes: Sequence[int]) -> list[LaneSettings]:
    rows = await SQL.many(connection, "settings", bucket, lanes)
    return [
        LaneSettings(
            lane=row["lane"],
            account=row["account"],
            mps=row["mps"],
            queue_limit_seconds=row["queue_limit_seconds"],
            paused=row["paused"],
            free_at=row["free_at"],
            turns=(row["turn_0"], row["turn_1"], row["turn_2"]),
            daily_caps=tuple(row["daily_caps"]),
            campaign=row["campaign"],
            network=row["network"],
            rates=None if row["total"] is None else rates_of(row),
            campaign_free_at=row["campaign_free_at"] or 0.0,
        )
        for row in rows
    ]


async def open_lane(
    connection: Connection, key: LaneKey, *, allowed: Allowance, queue_limit_seconds: int
) -> Opened:
    """Make the lane if it is new, with what it is allowed; returns what it has."""
    mps = allowed.mps
    await keep_caps(connection, key.account, allowed.daily)
    if allowed.rates is not None and key.campaign is not None:
        rates = await keep_rates(connection, key.account, key.campaign, allowed.rates)
        mps = rates.at(key.network)
    row = await SQL.one(
        connection,
        "open_lane",
        key.bucket,
        key.id,
        key.account,
        key.text,
        mps,
        queue_limit_seconds,
        key.campaign,
        key.network,
        [limit.name for limit in allowed.daily],
    )
    assert row is not None
    return Opened(mps=row["mps"], queue_limit_seconds=row["queue_limit_seconds"], paused=row["paused"])


@dataclass(frozen=True, slots=True)
class Depth:
    """Segments waiting in each priority, and from when on the lane's budget is free, in epoch seconds."""

    segments: tuple[int, int, int]
    free_at: float


async def depths(connection: Connection, bucket: int, lanes: Sequence[int]) -> dict[int, Depth]:
    """How full lanes of one bucket are."""
    rows = await SQL.many(connection, "depths", bucket, lanes)
    return {
        row["lane"]: Depth(segments=(row["depth_0"], row["depth_1"], row["depth_2"]), free_at=row["free_at"])
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class Standing:
    """What a lane has, and how full it is."""

    opened: Opened
    depth: Depth


async def standings(
    connection: Connection, account: UUID, keys: Sequence[LaneKey]
) -> dict[LaneKey, Standing]:
    """How some lanes of an account stand; lanes that nothing was ever sent through are left out."""
    by_place = {(key.bucket, key.id): key for key in keys}
    rows = await SQL.many(
        connection, "standings", account, [key.bucket for key in keys], [key.id for key in keys]
    )
    return {
        by_place[row["bucket"], row["lane"]]: Standing(
            Opened(row["mps"], row["queue_limit_seconds"], row["paused"]),
            Depth((row["depth_0"], row["depth_1"], row["depth_2"]), row["free_at"]),
        )
        for row in rows
    }


async def ahead_of_flow(connection: Connection, key: LaneKey, *, priority: int, flow: int) -> int:
    """Segments of its own priority that leave before the next message of a flow."""
    rows = await SQL.many(connection, "finishes", key.bucket, key.id, priority)
    if not rows:
        return 0
    finishes = {row["flow"]: row["finish"] for row in rows}
    return segments_ahead(rows[0]["lane_turn"], flow_finish=finishes.get(flow), finishes=finishes.values())
