"""How often one may ask how a verification stands: as often as at Twilio, in all processes together."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection
from tidings.verify.limits.count import tally

MOST: Mapping[timedelta, int] = {timedelta(minutes=1): 60, timedelta(hours=1): 180, timedelta(days=1): 250}
"""Of one verification, in a window of that length."""


async def polled_too_often(
    connection: Connection, account: UUID, verification: UUID, *, now: Instant
) -> bool:
    """Counts that somebody asks. Needs an open transaction."""
    over = False
    for within, most in MOST.items():
        window = UUID(int=int(within.total_seconds()))
        [count] = await tally(connection, account, [(window, verification.bytes)], within=within, now=now)
        over = over or count > most
    return over
