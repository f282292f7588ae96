"""What is counted of messages with links, read and written: lines of messages, of their links, and the rates that
add them up.

Whoever writes holds the lock that judging is done under.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.kernel.phone_number import PhoneNumber
from tidings.links.believe.tally import FIGURES, LinkCount, RateKey, Standing, changes
from tidings.runtime.database import Connection, Record
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

Key = tuple[UUID, UUID]
"""Account and message."""


async def standings_of(
    connection: Connection, keys: Sequence[Key], *, at: Mapping[Key, Instant]
) -> dict[Key, Standing]:
    """What is counted of messages so far; those of which nothing is counted yet begin in the hour of `at`."""
    found: dict[Key, Standing] = {}
    for row in await SQL.many(connection, "standings", *columns(keys, 2)):
        standing = found.setdefault((row["account"], row["message"]), _standing(row))
        if row["code"] is not None:
            standing.links[row["code"]] = LinkCount(row["persons"], row["machines"], row["unsure"])
    missing = [key for key in keys if key not in found]
    if missing:
        accounts = {message: account for account, message in missing}
        for row in await SQL.many(connection, "messages_with_links", *columns(missing, 2)):
            key = (accounts[row["message"]], row["message"])
            number = PhoneNumber.parse(row["recipient"] or "")
            found[key] = Standing(
                account=key[0],
                message=key[1],
                service=row["service"],
                country="" if number is None else number.region,
                tags=row["tags"] or {},
                hour=_hour(at[key]),
                delivered=False,
                links={},
            )
    return found


def _standing(row: Record) -> Standing:
    names = ("account", "message", "service", "country", "tags", "hour", "delivered", "conversions")
    return Standing(**{name: row[name] for name in names}, links={})


async def keep(
    connection: Connection,
    before: Iterable[tuple[RateKey, Counter[str]]],
    after: Iterable[Standing],
    *,
    touched: Iterable[tuple[UUID, str]] = (),
) -> None:
    """Writes how messages are counted now, the links of them that were `touched`, and what that changes in the
    rates."""
    standings = list(after)
    rows = [
        (
            one.message,
            one.account,
            one.service,
            one.country,
            dict(one.tags),
            one.hour,
            one.delivered,
            one.conversions,
        )
        for one in standings
    ]
    if not rows:
        return
    await SQL.run(connection, "keep_standings", *columns(rows, 8))
    by_message = {one.message: one for one in standings}
    links = [
        (message, code, by_message[message].account, count.persons, count.machines, count.unsure)
        for message, code in touched
        for count in [by_message[message].links[code]]
    ]
    if links:
        await SQL.run(connection, "keep_counts", *columns(links, 6))
    lines = [
        (*key[:4], dict(key[4]), *(figures[name] for name in FIGURES))
        for key, figures in sorted(changes(before, standings).items(), key=repr)
    ]
    if lines:
        await SQL.run(connection, "add_rates", *columns(lines, 5 + len(FIGURES)))


async def count_conversion(connection: Connection, account: UUID, message: UUID, *, at: Instant) -> None:
    """Counts a conversion of a message with links. Needs the caller's transaction, and waits for whoever counts."""
    await SQL.value(connection, "wait_to_count")
    found = await standings_of(connection, [(account, message)], at={(account, message): at})
    before = figures_of(found.values())
    for standing in found.values():
        standing.conversions += 1
    await keep(connection, before, found.values())


async def forget_counts(connection: Connection, before: UUID) -> None:
    """Forgets what is counted of messages with ids below `before`."""
    while await SQL.value(connection, "forget_counts", before):
        pass  # the next thousands, so that no statement takes long


def figures_of(standings: Iterable[Standing]) -> list[tuple[RateKey, Counter[str]]]:
    """What messages add to the rates as they are, to be taken out of them once they have changed."""
    return [(one.key, one.figures()) for one in standings]


def _hour(at: Instant) -> Instant:
    return datetime(at.year, at.month, at.day, at.hour, tzinfo=at.tzinfo)


def columns(rows: Iterable[Sequence[object]], width: int) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
