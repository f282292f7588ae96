"""What lies ahead of an account, read from the shelf of packs and from its messages."""

from datetime import timedelta
from uuid import UUID

from tidings.compliance.advisories.advisory import Advisory, Flow, Touched, due_advisories, of_packs, touched
from tidings.compliance.packs.pack import Pack, shipped
from tidings.compliance.packs.shelf import find, in_force, uses
from tidings.compliance.quiet_hours import place_of
from tidings.compliance.verdict import Traffic
from tidings.kernel.instant import Instant
from tidings.kernel.sid import Sid, lowest_at
from tidings.runtime.database import Connection, Record
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

LATELY = timedelta(days=30)
_TRAFFIC = {0: Traffic.ESSENTIAL, 1: Traffic.TRANSACTIONAL, 2: Traffic.MARKETING}


async def advisories(connection: Connection, *, now: Instant, days: int) -> list[Advisory]:
    """Every change of rules within so many days, by what is on the shelf. Raises BadRows for a pack that cannot be
    read."""
    said = await uses(connection)
    packs: dict[str | None, Pack] = {None: shipped()}
    for one in said:
        if one.version is not None and one.version not in packs:
            found = await find(connection, one.version)
            assert found is not None, "what is used is on the shelf, by the schema"
            packs[one.version] = found
    return due_advisories(said, packs, now=now, days=days)


async def advisories_of(
    connection: Connection, pack: Pack, *, now: Instant, from_at: Instant
) -> list[Advisory]:
    """What would change if a pack took the place of the one that holds."""
    holds = in_force(await uses(connection), now)
    current = shipped() if holds.version is None else await find(connection, holds.version)
    assert current is not None, "what is used is on the shelf, by the schema"
    return of_packs(current, pack, key=f"pack:{pack.version}", from_at=from_at)


async def flows(connection: Connection, account: UUID, *, now: Instant) -> list[Flow]:
    """An account's scheduled messages, and what it sent in the last 30 days, by sender and kind of place. Places are
    those of the numbers; what else is known of people only narrows them."""
    scheduled = await SQL.many(connection, "scheduled_flows", account)
    sent = await SQL.many(connection, "sent_flows", account, lowest_at(now - LATELY), now)
    return [_flow(row, scheduled=True) for row in scheduled] + [_flow(row, scheduled=False) for row in sent]


def touching(
    found: list[Advisory], of: list[Flow], *, all_of_them: bool = False
) -> list[tuple[Advisory, Touched]]:
    """The advisories that touch an account, each with what; or all of them. Pure."""
    both = [(one, touched(one, of)) for one in found]
    return both if all_of_them else [(one, touches) for one, touches in both if touches]


def _flow(row: Record, *, scheduled: bool) -> Flow:
    return Flow(
        service=str(Sid("MG", row["service"])) if row["service"] else None,
        sender=row["sender"],
        place=place_of(row["recipient"]),
        number=row["recipient"],
        traffic=_TRAFFIC[row["priority"]],
        scheduled=row["messages"] if scheduled else 0,
        sent=0 if scheduled else row["messages"],
        first_due=row["first_due"] if scheduled else None,
        last_due=row["last_due"] if scheduled else None,
    )
