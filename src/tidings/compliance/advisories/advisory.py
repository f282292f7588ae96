"""What changes, from when, and whether it reaches a message. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from tidings.compliance.packs.compare import ANYWHERE, Change, Kind, compare
from tidings.compliance.packs.pack import TABLES, Pack
from tidings.compliance.packs.shelf import Use, coming, in_force
from tidings.compliance.quiet_hours import Place
from tidings.compliance.verdict import Traffic
from tidings.kernel.instant import Instant

_WORDS = frozenset({"name", "note", "source", "law", "verified", "confidence", "as_of"})
"""Columns that describe a rule and change nothing for a message."""
_DAYS = {"from_day": Kind.ADDED, "until_day": Kind.REMOVED, "effective_from": Kind.ADDED}
"""Columns with the day on which a rule begins or ends."""


@dataclass(frozen=True, slots=True)
class Advisory:
    """One rule that changes. `key` names what it comes with: a pack taken into use, or a day."""

    key: str
    from_at: Instant
    because: str
    change: Change


@dataclass(frozen=True, slots=True)
class Flow:
    """Messages of one sender or service to one kind of place: those scheduled for one day, or those sent lately."""

    service: str | None
    sender: str | None
    place: Place
    number: str
    """One of the recipients: networks of no country, such as +881, are known by how their numbers begin."""
    traffic: Traffic
    scheduled: int
    sent: int
    first_due: Instant | None
    last_due: Instant | None


@dataclass(frozen=True, slots=True)
class Touched:
    """What an advisory touches. `services` are SIDs, `senders` addresses; `first_due` is of scheduled messages."""

    services: tuple[str, ...]
    senders: tuple[str, ...]
    scheduled: int
    first_due: Instant | None
    sent_lately: int

    def __bool__(self) -> bool:
        return bool(self.scheduled or self.sent_lately)


def of_packs(old: Pack, new: Pack, *, key: str, from_at: Instant) -> list[Advisory]:
    """What becomes different for messages when one pack takes the place of another."""
    because = f"pack {new.version} takes the place of {old.version}"
    return [
        Advisory(key, from_at, because, change)
        for change in compare(old, new)
        if change.kind is not Kind.CHANGED or not change.was.keys() <= _WORDS
    ]


def of_days(pack: Pack, *, after: date, until: date) -> list[Advisory]:
    """The rules of a pack that begin or end by their own dates, later than `after` and no later than `until`."""
    found = []
    for file, table in TABLES.items():
        for row in pack.rows(file):
            for column, kind in _DAYS.items():
                written = row.get(column, "")
                if not written or not after < date.fromisoformat(written) <= until:
                    continue
                says = {name: text for name, text in row.items() if text}
                change = Change(
                    file,
                    "/".join(row[key] for key in table.keys),
                    kind,
                    row[table.place],
                    row.get("traffic", table.traffic or ""),
                    says if kind is Kind.REMOVED else {},
                    says if kind is Kind.ADDED else {},
                )
                begins = "begins" if kind is Kind.ADDED else "ends"
                key = f"day:{pack.version}:{written}"
                found.append(Advisory(key, _midnight(written), f"it {begins} on {written}", change))
    return found


def due_advisories(
    said: Sequence[Use], packs: dict[str | None, Pack], *, now: Instant, days: int
) -> list[Advisory]:
    """What comes within so many days of what was said to hold, and what came within as many before; soonest first.

    `packs` has every pack that was said, None standing for that of the release.
    """
    since, until = now - timedelta(days=days), now + timedelta(days=days)
    found: list[Advisory] = []
    turns = sorted({one.from_at for one in said if since < one.from_at <= now})
    holds = [in_force(said, at) for at in turns] + [one for one in coming(said, now) if one.from_at <= until]
    before = in_force(said, since)
    for one in holds:
        found += of_packs(
            packs[before.version], packs[one.version], key=f"use:{one.number}", from_at=one.from_at
        )
        before = one
    current = packs[in_force(said, now).version]
    found += of_days(current, after=now.date(), until=until.date())
    return sorted(found, key=lambda one: one.from_at)


def reaches(change: Change, place: Place, traffic: Traffic, number: str = "") -> bool:
    """Whether a changed rule may bind such a message. Where a person may be in any of several states, each counts."""
    if change.traffic and change.traffic != traffic:
        return False
    if change.place == ANYWHERE:
        return place.country not in change.but
    if change.place.startswith("+"):
        return number.startswith(change.place)
    return change.place == place.country or change.place in place.states


def touched(advisory: Advisory, flows: Iterable[Flow]) -> Touched:
    """What of these flows an advisory touches: messages scheduled for when it holds, and those sent lately."""
    hit = [
        one
        for one in flows
        if reaches(advisory.change, one.place, one.traffic, one.number)
        and (one.last_due is None or one.last_due >= advisory.from_at)
    ]
    dues = [one.first_due for one in hit if one.first_due is not None]
    return Touched(
        tuple(sorted({one.service for one in hit if one.service})),
        tuple(sorted({one.sender for one in hit if one.sender})),
        sum(one.scheduled for one in hit),
        min(dues, default=None),
        sum(one.sent for one in hit),
    )


def _midnight(day: str) -> Instant:
    return datetime.combine(date.fromisoformat(day), time(), UTC)
