"""Count sends before they leave, so that no two processes send a person the last one that a cap allows.

A person's row is locked from the reading to the end of the transaction: what was decided on is what is written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from tidings.compliance.caps.asking import Abroad, Asking
from tidings.compliance.caps.cap import Send, decide, pack, unpack
from tidings.compliance.verdict import Allowed, Applied, Held, Refused, Traffic
from tidings.kernel.codes import CODES
from tidings.kernel.instant import EPOCH, Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

INTERNATIONAL_CAP = CODES[63038]
"""How a message ends that is over the account's cap for other countries, where later would be too late."""


@dataclass(slots=True)
class _Person:
    """Somebody whom messages of a batch are for: `places` are the messages', `at` is the latest of their times."""

    account: UUID
    recipient: str
    at: Instant
    places: list[int] = field(default_factory=list)
    sends: list[Send] = field(default_factory=list)
    is_locked: bool = False
    is_changed: bool = False


async def reserve(connection: Connection, asking: Sequence[Asking]) -> list[Allowed | Held | Refused]:
    """Count each, in this order, unless a cap is in its way: then it is held until none is, or refused.

    Needs an open transaction, whose end makes it known to others; a rollback takes all back. Two statements for a batch
    whatever its size, and one more where messages go to other countries.
    """
    verdicts: list[Allowed | Held | Refused] = [Allowed() for _ in asking]
    await _take_abroad(connection, asking, verdicts)
    left = [n for n, one in enumerate(asking) if one.wish is not None and isinstance(verdicts[n], Allowed)]
    while left:
        left = await _count(connection, asking, left, verdicts)
    back = [
        one
        for one, verdict in zip(asking, verdicts, strict=True)
        if one.abroad is not None and one.wish is not None and _is_over_cap(verdict, one)
    ]
    await _give_abroad_back(connection, back)
    return verdicts


async def give_back(connection: Connection, granted: Sequence[Asking]) -> None:
    """What was counted was not sent after all. Needs an open transaction."""
    await _give_abroad_back(connection, [one for one in granted if one.abroad is not None])
    people = _people(granted, [n for n, one in enumerate(granted) if one.wish is not None])
    if not people:
        return
    await _lock(connection, people)
    for person in people:
        for n in person.places:
            one = granted[n]
            send = one.wish.send(one.at) if one.wish is not None else None
            if send in person.sends:
                person.sends.remove(send)
                person.is_changed = True
    await _keep(connection, [person for person in people if person.is_changed])


async def sends_of(connection: Connection, account: UUID, recipient: str) -> list[Send]:
    """What is counted of one person, the oldest first."""
    return unpack(await SQL.value(connection, "sends_of", account, recipient))


async def sends_abroad(connection: Connection, account: UUID, *, at: Instant) -> int:
    """Messages to other countries that are counted of the day."""
    return await SQL.value(connection, "sends_abroad", account, at.astimezone(UTC).date()) or 0


async def _count(
    connection: Connection,
    asking: Sequence[Asking],
    left: Sequence[int],
    verdicts: list[Allowed | Held | Refused],
) -> list[int]:
    """Decide on those that are left. Returns those whose person was first counted by another process meanwhile."""
    people = _people(asking, left)
    await _lock(connection, people)
    for person in people:
        for n in person.places:
            one = asking[n]
            assert one.wish is not None
            verdict = verdicts[n] = decide(one.wish, person.sends, at=one.at)
            if isinstance(verdict, Allowed):
                person.sends.append(one.wish.send(one.at))
                person.is_changed = True
    late = await _keep(connection, [person for person in people if person.is_changed])
    return sorted(n for person in late for n in person.places)


def _people(asking: Sequence[Asking], places: Iterable[int]) -> list[_Person]:
    """Those whom these messages are for, each once."""
    people: dict[tuple[int, str], _Person] = {}
    for n in places:
        one = asking[n]
        key = (one.account.int, one.recipient)
        person = people.get(key)
        if person is None:
            person = people[key] = _Person(one.account, one.recipient, one.at)
        elif one.at > person.at:
            person.at = one.at
        person.places.append(n)
    return list(people.values())


async def _lock(connection: Connection, people: Sequence[_Person]) -> None:
    """Read what is counted of them; nobody else counts those of whom anything is until the transaction ends."""
    accounts, recipients = [one.account for one in people], [one.recipient for one in people]
    for n, kept in await SQL.many(connection, "lock_counts", accounts, recipients):
        person = people[n - 1]
        person.is_locked = True
        person.sends = unpack(kept)


async def _keep(connection: Connection, people: Sequence[_Person]) -> list[_Person]:
    """Write what is counted of them. Gives those whom another process was first to count."""
    if not people:
        return []
    rows = await SQL.many(
        connection,
        "keep_counts",
        [one.account for one in people],
        [one.recipient for one in people],
        [pack(one.sends, now=one.at) for one in people],
        [_last_at(one.sends) or one.at for one in people],
        [one.is_locked for one in people],
    )
    return [people[row["n"] - 1] for row in rows]


def _last_at(sends: Sequence[Send]) -> Instant | None:
    return EPOCH + timedelta(milliseconds=max(one.at_ms for one in sends)) if sends else None


async def _take_abroad(
    connection: Connection, asking: Sequence[Asking], verdicts: list[Allowed | Held | Refused]
) -> None:
    """Count what goes to other countries, account by account and day by day."""
    groups: dict[tuple[UUID, datetime], list[int]] = {}
    for n, one in enumerate(asking):
        if one.abroad is not None:
            groups.setdefault((one.account, _day(one.at)), []).append(n)
    for (account, day), members in sorted(groups.items()):
        abroad = asking[members[0]].abroad
        assert abroad is not None
        room = await SQL.value(connection, "take_abroad", account, day.date(), len(members), abroad.daily)
        for n in members[max(0, room or 0) :]:
            verdicts[n] = _over_abroad(asking[n], abroad, day)


def _over_abroad(one: Asking, abroad: Abroad, day: datetime) -> Held | Refused:
    applied = Applied(abroad.rule, {"day": f"{day:%Y-%m-%d}", "most": str(abroad.daily)})
    if one.skip or one.traffic is Traffic.ESSENTIAL:
        return Refused(INTERNATIONAL_CAP, applied)
    return Held(day + timedelta(days=1), applied)


async def _give_abroad_back(connection: Connection, asking: Sequence[Asking]) -> None:
    counts: dict[tuple[UUID, datetime], int] = {}
    for one in asking:
        key = (one.account, _day(one.at))
        counts[key] = counts.get(key, 0) + 1
    for (account, day), count in sorted(counts.items()):
        await SQL.run(connection, "give_abroad_back", account, day.date(), count)


def _is_over_cap(verdict: Allowed | Held | Refused, one: Asking) -> bool:
    """Whether a cap of the person's, and not that for other countries, was in its way."""
    assert one.abroad is not None
    return not isinstance(verdict, Allowed) and verdict.applied.rule is not one.abroad.rule


def _day(at: Instant) -> datetime:
    return datetime.combine(at.astimezone(UTC).date(), time(), UTC)
