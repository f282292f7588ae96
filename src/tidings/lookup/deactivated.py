"""Lists of numbers that carriers took out of service, a day each: read once they are whole, believed for three months.

Until then a carrier gives a number to somebody else, of whom the list says nothing.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta

from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection, Database
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
BELIEVED = timedelta(days=90)
LOOK_BACK_DAYS = 7
"""So many days are caught up where nobody asked in time."""
AT_ONCE = 10_000

ListOf = Callable[[date], Awaitable[Sequence[str] | None]]
"""The numbers of a day's list; None where there is none (yet)."""


async def take_in_lists(db: Database, list_of: ListOf, *, now: Instant) -> int:
    """Read the lists of the last days that are not in yet, the oldest first; gives how many numbers they have."""
    async with db.connection() as connection:
        known = await SQL.value(connection, "newest_list")
    yesterday = now.date() - timedelta(days=1)
    day = max(
        yesterday - timedelta(days=LOOK_BACK_DAYS - 1), known + timedelta(days=1) if known else date.min
    )
    count = 0
    while day <= yesterday:
        numbers = await list_of(day)
        if numbers is None:
            break
        async with db.transaction() as connection:
            await take_in(connection, numbers, day)
        count += len(numbers)
        day += timedelta(days=1)
    return count


async def take_in(connection: Connection, numbers: Sequence[str], day: date) -> None:
    """Needs an open transaction, so that a list is in whole or not at all."""
    for first in range(0, len(numbers), AT_ONCE):
        await SQL.run(connection, "take_in_list", list(numbers[first : first + AT_ONCE]), day)


async def forget_lists(connection: Connection, *, now: Instant) -> None:
    await SQL.run(connection, "forget_lists", (now - BELIEVED).date())
