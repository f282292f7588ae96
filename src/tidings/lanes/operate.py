"""What an operator does with lanes while they run: look, change the MPS or the queue limit, pause, resume.

A change is told to the lane's owner and to everybody who accepts, at once, through the channel `lanes`.
"""

from dataclasses import dataclass
from uuid import UUID

from tidings.runtime.database import Database
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

CHANNEL = "lanes"


@dataclass(frozen=True, slots=True)
class LaneView:
    """A lane as operators see it. `waiting_segments` is its depth, `drains_in_seconds` what that takes at its MPS."""

    sender: str
    """The sender, or the 10DLC campaign whose numbers share the lane."""
    destination: str
    """Country calling code, with the country behind it where several have it; "" for a lane that serves every
    destination, and for a campaign's."""
    network: str
    """The US network of a campaign's lane, or unknown; "" for other lanes."""
    mps: float
    queue_limit_seconds: int
    paused: bool
    waiting_segments: int

    @property
    def drains_in_seconds(self) -> float:
        return round(self.waiting_segments / self.mps, 1)


async def lanes_of(db: Database, account: UUID) -> list[LaneView]:
    """All lanes that the account's senders have used, by sender."""
    async with db.connection() as connection:
        rows = await SQL.many(connection, "lanes_of_account", account)
    views = []
    for row in rows:
        sender, _, place = row["key"].partition(">")
        of_campaign = row["campaign"] is not None
        views.append(
            LaneView(
                sender=sender,
                destination="" if of_campaign else place,
                network=place if of_campaign else "",
                mps=row["mps"],
                queue_limit_seconds=row["queue_limit_seconds"],
                paused=row["paused"],
                waiting_segments=row["depth"],
            )
        )
    return views


async def change_sender(
    db: Database,
    account: UUID,
    sender: str,
    *,
    mps: float | None = None,
    queue_limit_seconds: int | None = None,
    paused: bool | None = None,
    reason: str = "none given",
    changed_by: str = "an operator",
) -> int | None:
    """Change what is given for a sender and all its lanes, those to come included. Another MPS is kept with its reason.

    Returns how many lanes there are now, None when the account has no such sender.
    """
    async with db.transaction() as connection:
        if mps is not None:
            await SQL.run(connection, "note_change_of", account, sender, mps, reason, changed_by)
        known = await SQL.one(connection, "change_sender", account, sender, mps, queue_limit_seconds, paused)
        if known is None:
            return None
        rows = await SQL.many(connection, "change_lanes", account, sender, mps, paused, queue_limit_seconds)
    return len(rows)


async def change_campaign(
    db: Database,
    account: UUID,
    campaign: str,
    *,
    queue_limit_seconds: int | None = None,
    paused: bool | None = None,
) -> int | None:
    """Change all lanes of a 10DLC campaign. While one of them is paused, those to come are as well.

    Returns how many lanes there are now, None when the account has none of such a campaign.
    """
    async with db.transaction() as connection:
        rows = await SQL.many(
            connection, "change_lanes", account, campaign, None, paused, queue_limit_seconds
        )
    return len(rows) or None
