"""Count sends before they leave, so that no two processes send a person the last one that a cap allows.

A person's row is locked from the reading to the end of the transaction: what was decided on is what is written.
"""

from collections.abc import Container, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TypeAlias
from uuid import UUID

import msgspec

from tidings.compliance.caps.cap import Send, Wish, decide, pack, unpack
from tidings.compliance.verdict import Allowed, Applied, Held, Refused, Rule, Traffic
from tidings.kernel.codes import CODES
from tidings.kernel.instant import EPOCH, Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

INTERNATIONAL_CAP = CODES[63038]
"""How a message ends that is over the account's cap for other countries, where later would be too late."""

Person: TypeAlias = tuple[UUID, str]
"""An account, and the number of somebody whom it writes to."""


class Abroad(msgspec.Struct, frozen=True):
    """The cap of a new account for other countries."""

    rule: Rule
    daily: int


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """A message that wants to leave at `at`. `wish` None: no cap of the person's binds it; `abroad` None: it is not
    international, or its account is not new. Keep it to give it back."""

    account: UUID
    recipient: str
    at: Instant
    traffic: Traffic
    wish: Wish | None = None
    abroad: Abroad | None = None
    skip: bool = False
    """What is over the cap for other countries is not sent at all, rather than tomorrow."""


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
    counted = [one for one in granted if one.wish is not None]
    if not counted:
        return
    rows = await _locked(connection, counted)
    changed: dict[Person, list[Send]] = {}
    for one in counted:
        person = (one.account, one.recipient)
        sends = changed.get(person) or rows.get(person)
        assert one.wish is not None
        send = one.wish.send(one.at)
        if sends and send in sends:
            sends.remove(send)
            changed[person] = sends
    await _keep(connection, changed, locked=rows.keys(), now=max(one.at for one in counted))


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
    locked = await _locked(connection, [asking[n] for n in left])
    counted = dict(locked)
    changed: dict[Person, list[Send]] = {}
    of: dict[Person, list[int]] = {}
    for n in left:
        one = asking[n]
        assert one.wish is not None
        person = (one.account, one.recipient)
        sends = counted.setdefault(person, [])
        verdict = verdicts[n] = decide(one.wish, sends, at=one.at)
        of.setdefault(person, []).append(n)
        if isinstance(verdict, Allowed):
            sends.append(one.wish.send(one.at))
            changed[person] = sends
    now = max(asking[n].at for n in left)
    kept = await _keep(connection, changed, locked=locked.keys(), now=now)
    return sorted(n for person in changed.keys() - kept for n in of[person])


async def _locked(connection: Connection, asking: Sequence[Asking]) -> dict[Person, list[Send]]:
    """The sends of these people, by whom has any; nobody else counts them until the transaction ends."""
    people = list({(one.account, one.recipient) for one in asking})
    rows = await SQL.many(
        connection, "lock_counts", [account for account, _ in people], [recipient for _, recipient in people]
    )
    return {(row["account"], row["recipient"]): unpack(row["sends"]) for row in rows}


async def _keep(
    connection: Connection, changed: Mapping[Person, list[Send]], *, locked: Container[Person], now: Instant
) -> set[Person]:
    """Write what is counted of people, as of `now`, the latest of their times. Gives those for whom it was kept."""
    if not changed:
        return set()
    people = list(changed)
    rows = await SQL.many(
        connection,
        "keep_counts",
        [account for account, _ in people],
        [recipient for _, recipient in people],
        [pack(changed[person], now=now) for person in people],
        [_last_at(changed[person]) or now for person in people],
        [person in locked for person in people],
    )
    return {(row["account"], row["recipient"]) for row in rows}


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
