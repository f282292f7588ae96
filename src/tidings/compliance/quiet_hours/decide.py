"""Whether a message may leave at a moment, by the clocks and the law of wherever its recipient may be. Pure."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from tidings.compliance.quiet_hours.days import NAMES
from tidings.compliance.quiet_hours.freeing import would_free
from tidings.compliance.quiet_hours.hours import Hours
from tidings.compliance.quiet_hours.place import Place
from tidings.compliance.quiet_hours.rules import Mode, Rules, Timetable
from tidings.compliance.quiet_hours.window import Window
from tidings.compliance.verdict import Allowed, Applied, Held, Rule, Traffic
from tidings.kernel.instant import EPOCH, Instant

HORIZON_DAYS = 40
"""How far ahead an opening is looked for. The longest that any shipped rule is closed is a weekend with holidays."""

MOST_TOLD = 4
"""How many rules an Allowed names one by one; for a recipient who may be in any state they are some fifty."""

_MOST_KEPT = 50_000
_MINUTE = 60
_MOST_MINUTES = 64
"""How many are kept for each kind of place: a planner asks about the hours of some days in turn."""
_SECOND = timedelta(seconds=1)

Key: TypeAlias = tuple[Place, Traffic, Mode, Hours | None, Hours | None]


@dataclass(frozen=True, eq=False)
class _Asked:
    """What binds all messages of one kind to one place, with the verdicts by the minute."""

    timetables: tuple[Timetable, ...]
    window: Window
    minutes: dict[int, tuple[int, int, Allowed | Held]] = field(default_factory=dict)
    freeing: list[str] = field(default_factory=list)
    """Which fields would let a message leave that never may; found out once."""


def decide(
    rules: Rules,
    place: Place,
    traffic: Traffic,
    *,
    at: Instant,
    mode: Mode,
    company: Hours | None = None,
    preferred: Hours | None = None,
    expires: Instant | None = None,
) -> Allowed | Held:
    """Allowed with the instant at which it shuts, or Held until the next instant at which all that binds is open.

    A message leaves only when every rule of every state that may bind is open in every zone in which the recipient may
    be: `place` comes from `place_of`. `company` and `preferred` narrow that further; they and the shipped rules do not
    touch essential messages, of which only a row that says so speaks.

    Where no instant within 40 days suits all zones, it is held until `expires`, or for 40 days without one, and says
    under `would_free` which one more field of the recipient would let it leave. An opening after `expires` is told as
    it is: that a message would expire first is for the caller to see (`until >= expires`).

    The same question within the same minute is answered from what `rules` remembers, in about 2 µs; a new minute
    costs some 40 µs for each kind of place.
    """
    asked = _asked(rules, place, traffic, mode, company, preferred)
    if not asked.window.pairs and not asked.timetables:
        return _FREE
    since = at - EPOCH
    second = since.days * 86_400 + since.seconds
    minute = second // _MINUTE
    kept = asked.minutes.get(minute)
    if kept is not None and kept[0] <= second < kept[1]:
        verdict = kept[2]
    else:
        from_, until, verdict = _judge(asked, place, mode, second)
        if len(asked.minutes) >= _MOST_MINUTES:
            asked.minutes.clear()
        asked.minutes[minute] = (from_, until, verdict)
    if isinstance(verdict, Held) and verdict.until is _NEVER:
        return Held(expires or at + timedelta(days=HORIZON_DAYS), verdict.applied)
    return verdict


_FREE = Allowed()
# Stands for the expiry of the message, which is not known here.
_NEVER = Instant.max.replace(tzinfo=EPOCH.tzinfo)


def _asked(
    rules: Rules, place: Place, traffic: Traffic, mode: Mode, company: Hours | None, preferred: Hours | None
) -> _Asked:
    key: Key = (place, traffic, mode, company, preferred)
    known: dict[Key, _Asked] = rules.known
    asked = known.get(key)
    if asked is None:
        timetables = rules.binding(place, traffic, mode)
        if traffic is not Traffic.ESSENTIAL:
            timetables += tuple(
                hours.timetable(kind, traffic, rules.version)
                for kind, hours in (("company", company), ("preferred", preferred))
                if hours is not None
            )
        asked = _Asked(timetables, Window.of(timetables, place.zones))
        if len(known) >= _MOST_KEPT:
            known.clear()
        known[key] = asked
    return asked


def _judge(asked: _Asked, place: Place, mode: Mode, second: int) -> tuple[int, int, Allowed | Held]:
    """The verdict, and the seconds between which it stands as it is."""
    minute = second - second % _MINUTE
    span = asked.window.span_at(second, days=HORIZON_DAYS)
    if span is None:
        closed, zone = asked.window.closed_at(second, until=second + 1)
        if not asked.freeing:
            fields = would_free(place, asked.timetables, second, days=HORIZON_DAYS)
            asked.freeing.append(" or ".join(fields) or "nothing")
        saw = {
            **_saw(place, mode, second, zone, closed),
            "never": f"no moment within {HORIZON_DAYS} days is open wherever the recipient may be",
            "would_free": asked.freeing[0],
        }
        return minute, minute + _MINUTE, Held(_NEVER, Applied(closed.rule, saw))
    start, end = span
    if start <= second:
        closes_at = None if not asked.window.pairs else EPOCH + end * _SECOND
        verdict = Allowed(closes_at, _applied(asked, place, mode, second))
        return max(start, minute), min(end, minute + _MINUTE), verdict
    # The rule that opens last is the one that holds it.
    last, zone = asked.window.closed_at(second, until=start)
    saw = _saw(place, mode, second, zone, last)
    return minute, min(start, minute + _MINUTE), Held(EPOCH + start * _SECOND, Applied(last.rule, saw))


def _applied(asked: _Asked, place: Place, mode: Mode, second: int) -> tuple[Applied, ...]:
    zone = place.zones[0]
    told = asked.timetables
    if len(told) <= MOST_TOLD:
        return tuple(Applied(one.rule, _saw(place, mode, second, one.zone or zone, one)) for one in told)
    rule = Rule(
        f"quiet_hours/{place.country or 'everywhere'}/{told[0].traffic.value}/all",
        told[0].rule.version,
        "; ".join(sorted({one.rule.id for one in told})),
        f"{len(told)} rules that may bind, all of them open",
    )
    return (Applied(rule, _saw(place, mode, second, zone, None)),)


def _saw(place: Place, mode: Mode, second: int, zone: str, timetable: Timetable | None) -> dict[str, str]:
    there = (EPOCH + second * _SECOND).astimezone(ZoneInfo(zone))
    saw = {
        "mode": mode.value,
        "zones": _few(place.zones),
        "zones_by": place.known_by,
        "local_time": f"{NAMES[there.weekday()]} {there:%Y-%m-%d %H:%M} {zone}",
    }
    if place.states:
        saw["states"] = _few(place.states)
    holiday = timetable.holiday(there.date()) if timetable else None
    if holiday:
        saw["holiday"] = holiday
    return saw


def _few(names: tuple[str, ...]) -> str:
    if len(names) <= MOST_TOLD:
        return " ".join(names)
    return f"{' '.join(names[:MOST_TOLD])} and {len(names) - MOST_TOLD} more"
