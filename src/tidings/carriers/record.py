"""What is kept of carriers: beliefs, which all dispatchers share and which outlive them; tallies by the hour; how each
dispatcher stands with each carrier now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

from tidings.carriers.beliefs import Key
from tidings.carriers.health import HALF_LIFE_SECONDS, Health
from tidings.carriers.plausible import Tally
from tidings.runtime.database import Connection, Record
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

BELIEFS_LAST = timedelta(hours=3)
"""Eighteen half-lives: nothing is left of older evidence."""
TALLIES_LAST = timedelta(days=60)
STANDING_LASTS = timedelta(seconds=30)
"""A dispatcher that said nothing for so long is gone."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a dispatcher stands with a carrier. `waiting`: messages without an answer; `awaited`: without a receipt."""

    owner: str
    carrier: str
    bound: bool
    breaker: str
    waiting: int
    awaited: int


async def beliefs(connection: Connection, *, now: datetime) -> dict[Key, Health]:
    """All that is believed of carriers."""
    return dict(_belief(row) for row in await SQL.many(connection, "healths", now - BELIEFS_LAST))


async def keep_evidence(
    connection: Connection, told: Mapping[Key, Sequence[float]], *, now: datetime
) -> dict[Key, Health]:
    """Add evidence, good and bad, of this moment; returns what all dispatchers together believe of the same."""
    if not told:
        return {}
    columns = [list(column) for column in zip(*told, strict=True)]
    good, bad = [pair[0] for pair in told.values()], [pair[1] for pair in told.values()]
    rows = await SQL.many(connection, "keep_health", *columns, good, bad, now, HALF_LIFE_SECONDS)
    return dict(_belief(row) for row in rows)


async def keep_tallies(connection: Connection, tallies: Mapping[str, Tally], *, now: datetime) -> None:
    """Add to the present hour."""
    if tallies:
        counts = tallies.values()
        await SQL.run(
            connection,
            "keep_tallies",
            list(tallies),
            [one.taken for one in counts],
            [one.delivered for one in counts],
            [one.undelivered for one in counts],
            [one.missing for one in counts],
            [one.too_fast for one in counts],
            now,
        )


async def keep_clicks(connection: Connection, found: Mapping[str, tuple[int, int]], *, now: datetime) -> None:
    """Per carrier, messages with links that it says arrived, and those of them that were followed. Of an hour the last
    look counts."""
    linked, followed = [one for one, _ in found.values()], [one for _, one in found.values()]
    await SQL.run(connection, "keep_clicks", list(found), linked, followed, now)


async def show_standing(
    connection: Connection, owner: str, standings: Sequence[Standing], *, now: datetime
) -> None:
    """In place of what this dispatcher said before."""
    await SQL.run(
        connection,
        "show_held",
        owner,
        [one.carrier for one in standings],
        [one.bound for one in standings],
        [one.breaker for one in standings],
        [one.waiting for one in standings],
        [one.awaited for one in standings],
        now,
    )


async def leave(connection: Connection, owner: str) -> None:
    """The dispatcher ends."""
    await SQL.run(connection, "leave_held", owner)


async def tallies_since(connection: Connection, since: datetime) -> dict[str, Tally]:
    names = [field.name for field in fields(Tally)]
    return {
        row["carrier"]: Tally(**{name: row[name] for name in names})
        for row in await SQL.many(connection, "tallies", since)
    }


async def standings(connection: Connection, *, now: datetime) -> list[Standing]:
    """Of all dispatchers that live."""
    names = ("owner", "carrier", "bound", "breaker", "waiting", "awaited")
    rows = await SQL.many(connection, "held", now - STANDING_LASTS)
    return [Standing(*(row[name] for name in names)) for row in rows]


async def forget(connection: Connection, *, now: datetime) -> None:
    """Takes away what is too old to say anything. May be done twice."""
    await SQL.run(connection, "forget_health", now - BELIEFS_LAST)
    await SQL.run(connection, "forget_tallies", now - TALLIES_LAST)
    await SQL.run(connection, "forget_held", now - timedelta(days=1))


def instant(epoch_seconds: float) -> datetime:
    return datetime.fromtimestamp(epoch_seconds, UTC)


def _belief(row: Record) -> tuple[Key, Health]:
    key = (row["carrier"], row["sender"], row["place"])
    return key, Health(row["good"], row["bad"], row["at"])
