"""What carriers allow a campaign and a brand, kept where their lanes look for it, and told to lanes that run."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tidings.lanes.allowance import DailyLimit, Rates, Registered, allowance_of
from tidings.lanes.key import campaign_bucket
from tidings.runtime.database import Connection, Record
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


async def grant_campaign(connection: Connection, account: UUID, registered: Registered) -> Rates:
    """Give a campaign what the tables allow it: when it is approved, and when its brand's score changes.

    Rates that an operator was granted stay; they are answered then.
    """
    allowed = allowance_of(kind="long_code", destination="US", registered=registered)
    assert allowed.rates is not None
    await keep_caps(connection, account, allowed.daily)
    return await keep_rates(connection, account, registered.campaign, allowed.rates)


async def keep_rates(
    connection: Connection, account: UUID, campaign: str, rates: Rates, *, granted: bool = False
) -> Rates:
    """Keep the rates of a campaign; its lanes change with them at once. `granted`: beside the tables, and to stay.

    Returns the rates that hold now.
    """
    row = await SQL.one(
        connection,
        "keep_rates",
        campaign_bucket(account, campaign),
        account,
        campaign,
        rates.att,
        rates.tmobile,
        rates.verizon,
        rates.other,
        rates.total,
        granted,
    )
    assert row is not None
    return rates_of(row)


def rates_of(row: Record) -> Rates:
    """The rates of a row that has them."""
    return Rates(
        att=row["att"],
        tmobile=row["tmobile"],
        verizon=row["verizon"],
        other=row["other"],
        total=row["total"],
    )


async def keep_caps(connection: Connection, account: UUID, daily: Sequence[DailyLimit]) -> None:
    """Keep how much may leave in a day. What was reserved of the running day stays counted."""
    limits = sorted(daily, key=lambda limit: limit.name)
    if limits:
        await SQL.run(
            connection,
            "keep_caps",
            account,
            [limit.name for limit in limits],
            [limit.segments for limit in limits],
            [limit.zone for limit in limits],
        )
