"""Count sends before they leave, so that no two processes send a person the last one that a cap allows.

What is written takes the place only of what was read: where others counted a person meanwhile, what they counted is
read and decided on anew. People are written in one order by all, so that two batches rarely wait for each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from tidings.compliance.caps.asking import Abroad, Asking
from tidings.compliance.caps.cap import Cap, Send, decide, is_clear, pack, unpack, with_one_more
from tidings.compliance.people import as_lines
from tidings.compliance.verdict import Allowed, Applied, Held, Refused, Traffic
from tidings.kernel.codes import CODES
from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

_ALLOWED = Allowed()
INTERNATIONAL_CAP = CODES[63038]
"""How a message ends that is over the account's cap for other countries, where later would be too late."""


@dataclass(slots=True)
class _Person:
    """Somebody whom messages of a batch are for: `places` are the messages'. `kept`: their sends, packed. `row`: which
    version of their row these were read from; None while they have none."""

    account: UUID
    recipient: str
    places: list[int]
    kept: bytes = b""
    row: tuple[str, str] | None = None
    is_changed: bool = False


async def reserve(connection: Connection, asking: Sequence[Asking]) -> list[Allowed | Held | Refused]:
    """Count each, in this order, unless a cap is in its way: then it is held until none is, or refused.

    Needs an open transaction, whose end makes it known to others; a rollback takes all back. Two statements for a batch
    whatever its size, one more where there are people of whom nothing was counted yet, and one where messages go to
    other countries.
    """
    verdicts: list[Allowed | Held | Refused] = [_ALLOWED] * len(asking)
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
    left = [n for n, one in enumerate(granted) if one.wish is not None]
    while left:
        people = _people(granted, left)
        await _read(connection, people)
        for person in people:
            sends = unpack(person.kept)
            for n in person.places:
                one = granted[n]
                send = one.wish.send(one.at) if one.wish is not None else None
                if send in sends:
                    sends.remove(send)
                    person.kept, person.is_changed = pack(sends, now=one.at), True
        left = await _write(connection, people, latest=max(granted[n].at for n in left))


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
    """Decide on those that are left. Returns those whose person others counted meanwhile."""
    people = _people(asking, left)
    await _read(connection, people)
    allowed: dict[int, Allowed] = {}  # what is said where the same caps let pass, by these caps' id
    sends: dict[tuple[int, Instant], Send] = {}  # by the wish's id: a campaign's messages mostly share it
    for person in people:
        for n in person.places:
            one = asking[n]
            wish = one.wish
            assert wish is not None
            send = sends.get((id(wish), one.at))
            if send is None:
                send = sends[id(wish), one.at] = wish.send(one.at)
            if is_clear(wish.caps, person.kept, at_ms=send.at_ms):
                verdict: Allowed | Held | Refused = allowed.get(id(wish.caps)) or _allowed(wish.caps, allowed)
            else:
                verdict = decide(wish, unpack(person.kept), at=one.at)
            verdicts[n] = verdict
            if isinstance(verdict, Allowed):
                person.kept, person.is_changed = with_one_more(person.kept, send), True
    return await _write(connection, people, latest=max(asking[n].at for n in left))


def _allowed(caps: tuple[Cap, ...], allowed: dict[int, Allowed]) -> Allowed:
    found = allowed[id(caps)] = Allowed(applied=tuple([cap.passed for cap in caps]))
    return found


def _people(asking: Sequence[Asking], places: Iterable[int]) -> list[_Person]:
    """Those whom these messages are for, each once."""
    accounts: dict[int, dict[str, _Person]] = {}
    for n in places:
        one = asking[n]
        people = accounts.setdefault(one.account.int, {})
        person = people.get(one.recipient)
        if person is None:
            people[one.recipient] = _Person(one.account, one.recipient, [n])
        else:
            person.places.append(n)
    return [people[recipient] for _, people in sorted(accounts.items()) for recipient in sorted(people)]


async def _read(connection: Connection, people: Sequence[_Person]) -> None:
    """Read what is counted of them, with the versions of their rows."""
    first = people[0].account
    if people[-1].account == first:  # they are in order of their accounts
        theirs = {one.recipient: one for one in people}
        rows = await SQL.many(connection, "read_counts_of_account", first, "\n".join(theirs))
        for recipient, kept, place, version in rows:
            person = theirs[recipient]
            person.kept, person.row = kept, (place, version)
        return
    lines = as_lines([(one.account, one.recipient) for one in people])
    for n, kept, place, version in await SQL.many(connection, "read_counts", *lines):
        person = people[n - 1]
        person.kept, person.row = kept, (place, version)


async def _write(connection: Connection, people: Sequence[_Person], *, latest: Instant) -> list[int]:
    """Write what is counted of them, unless others have since they were read: the messages to those are given back.
    `latest`: no send of them is later."""
    known = [one for one in people if one.is_changed and one.row is not None]
    new = [one for one in people if one.is_changed and one.row is None]
    late: list[_Person] = []
    if known:
        rows = [one.row for one in known if one.row is not None]
        found = await SQL.many(
            connection,
            "update_counts",
            "\n".join([place for place, _ in rows]),
            "\n".join([version for _, version in rows]),
            "\n".join(["\\x" + one.kept.hex() for one in known]),
            latest,
        )
        late += [known[row["n"] - 1] for row in found]
    if new:
        found = await SQL.many(
            connection,
            "insert_counts",
            [one.account for one in new],
            [one.recipient for one in new],
            [one.kept for one in new],
            latest,
        )
        late += [new[row["n"] - 1] for row in found]
    return sorted(n for person in late for n in person.places)


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
