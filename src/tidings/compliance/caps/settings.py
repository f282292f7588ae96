"""What an account may say about caps, and the caps that follow from it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from tidings.compliance.caps.cap import LONGEST_WINDOW, MOST_SENDS, Cap, Counting, Over, Wish
from tidings.compliance.verdict import Rule, Traffic
from tidings.kernel.instant import Instant
from tidings.kernel.numbering_plan import REGIONS

MOST_CAPS = 20
INTERNATIONAL_A_DAY = 100
NEW_FOR_DAYS = 30
NEIGHBOURS = frozenset({"US", "CA", "PR", "VI", "GU", "AS", "MP"})
"""Texts among these are domestic to each other."""
TAGS = ("topic", "campaign", "worth", "over_cap")
"""What the tags of a message say of caps."""


class WhenOver(StrEnum):
    DEFER = "defer"
    SKIP = "skip"


class CapSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At most `most` messages to one person in any window of so many seconds."""

    name: Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9_-]{0,39}$")]
    most: Annotated[int, Meta(ge=1, le=MOST_SENDS)]
    per_seconds: Annotated[int, Meta(ge=1, le=int(LONGEST_WINDOW.total_seconds()))]
    traffic: list[Traffic] = msgspec.field(default_factory=lambda: [Traffic.MARKETING])
    per_topic: bool = False
    """Each topic by itself, rather than all together."""


class CapSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of an account; its defaults are those of an account that has said nothing."""

    caps: Annotated[list[CapSetting], Meta(max_length=MOST_CAPS)] = msgspec.field(default_factory=list)
    law: bool = True
    """Whether the caps of law hold, as that of three solicitations a day on one subject."""
    spacing_seconds: Annotated[int, Meta(ge=0, le=int(LONGEST_WINDOW.total_seconds()))] = 0
    """The least time between marketing of two campaigns to one person; 0 for none."""
    over: WhenOver = WhenOver.DEFER
    """Whether what is over a cap is sent later or not at all, where the message itself does not say."""
    half_life_seconds: Annotated[int, Meta(ge=60, le=366 * 86_400)] = 86_400
    """In which time a message that waits loses half its worth."""
    least_worth: Annotated[float, Meta(ge=0, le=1)] = 0.0
    """A message that is worth less is not sent any more; 0 for never."""
    international_per_day: Annotated[int, Meta(ge=0)] | None = INTERNATIONAL_A_DAY
    """Messages to other countries a day (UTC) while the account is new; null for any number."""
    new_for_days: Annotated[int, Meta(ge=0, le=3650)] = NEW_FOR_DAYS
    home_countries: Annotated[list[str], Meta(max_length=300)] = msgspec.field(default_factory=list)
    """What is not international; the countries of the account's own senders always are not."""


@dataclass(frozen=True, slots=True)
class AccountCaps:
    """An account's caps, ready to be asked for every message."""

    settings: CapSettings
    own: tuple[Cap, ...]
    """Those that the account set."""
    by_traffic: Mapping[Traffic, tuple[Cap, ...]]
    """These and the law's."""
    opened_at: Instant
    version: int = 0
    international: Rule | None = None
    """None where there is no such cap."""
    homes: frozenset[str] = frozenset()
    """The countries of its numbers and codes."""
    laws: tuple[Cap, ...] = ()
    """Those of the rule pack, whether they hold or not."""
    chosen: dict[tuple[Traffic, frozenset[str]], tuple[Cap, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def binding(self, traffic: Traffic, states: frozenset[str] = frozenset()) -> tuple[Cap, ...]:
        """The caps that a message to somebody who may be in these states has to pass; () for most."""
        caps = self.chosen.get((traffic, states))
        if caps is None:
            if len(self.chosen) > 10_000:
                self.chosen.clear()
            caps = tuple(cap for cap in self.by_traffic[traffic] if cap.binds(traffic, states))
            self.chosen[traffic, states] = caps
        return caps

    def under(self, laws: tuple[Cap, ...]) -> "AccountCaps":
        """The same account under the laws of another rule pack."""
        return replace(self, laws=laws, by_traffic=_by_traffic(self.own, self.settings, laws), chosen={})

    def is_counted_abroad(self, country: str, *, at: Instant) -> bool:
        """Whether a message to a country counts as international, of an account that is still new."""
        if self.international is None or not country or country in self.homes:
            return False
        if at >= self.opened_at + timedelta(days=self.settings.new_for_days):
            return False
        if country in NEIGHBOURS and not NEIGHBOURS.isdisjoint(self.homes):
            return False
        return country not in self.settings.home_countries

    def wish(
        self,
        traffic: Traffic,
        *,
        states: frozenset[str] = frozenset(),
        tags: Mapping[str, str] | None = None,
        asked_at: Instant | None = None,
    ) -> Wish | None:
        """The wish of a message with these tags; None where no cap binds it."""
        caps = self.binding(traffic, states)
        if not caps:
            return None
        tags = tags or {}
        return Wish(
            caps=caps,
            traffic=traffic,
            topic=tags.get("topic", ""),
            campaign=tags.get("campaign", ""),
            asked_at=asked_at,
            over=over_of(self.settings, tags),
        )


def over_of(settings: CapSettings, tags: Mapping[str, str]) -> Over:
    """What is to become of a message that is over a cap: its tags `over_cap` and `worth` say, or else the settings do.
    Tags that say nothing sensible count as absent."""
    wanted = tags.get("over_cap", settings.over)
    skip = (wanted if wanted in list(WhenOver) else settings.over) == WhenOver.SKIP
    try:
        worth = float(tags.get("worth", "1"))
    except ValueError:
        worth = 1.0
    return Over(
        skip=skip,
        worth=worth if 0 <= worth <= 1 else 1.0,
        half_life=timedelta(seconds=settings.half_life_seconds),
        least_worth=settings.least_worth,
    )


def account_caps(
    settings: CapSettings,
    *,
    opened_at: Instant,
    version: int,
    changed_by: str,
    laws: tuple[Cap, ...],
    homes: frozenset[str] = frozenset(),
) -> AccountCaps:
    """The caps of an account: its own, the space between its campaigns, and those that law sets by a rule pack."""
    caps = [_own(one, version, changed_by) for one in settings.caps]
    if settings.spacing_seconds:
        caps.append(_spacing(settings.spacing_seconds, version, changed_by))
    own = tuple(caps)
    daily = settings.international_per_day
    return AccountCaps(
        settings,
        own,
        _by_traffic(own, settings, laws),
        opened_at,
        version,
        None if daily is None else _international(daily, settings.new_for_days, version, changed_by),
        homes,
        laws,
    )


def _by_traffic(
    own: tuple[Cap, ...], settings: CapSettings, laws: tuple[Cap, ...]
) -> Mapping[Traffic, tuple[Cap, ...]]:
    caps = (*own, *laws) if settings.law else own
    return {traffic: tuple(cap for cap in caps if traffic in cap.traffic) for traffic in Traffic}


def faults_of(settings: CapSettings) -> list[str]:
    """Everything that is wrong, as sentences; [] when they may be kept."""
    faults = []
    names = [cap.name for cap in settings.caps]
    faults += [
        f"caps: the name {name!r} is given twice." for name in sorted(set(names)) if names.count(name) > 1
    ]
    faults += [
        f"caps: {cap.name!r} counts no traffic; leave traffic out for marketing."
        for cap in settings.caps
        if not cap.traffic
    ]
    unknown = sorted(set(settings.home_countries) - REGIONS)
    faults += [f"home_countries: {one!r} is no ISO 3166 code of a country, such as US." for one in unknown]
    return faults


def duration(seconds: int) -> str:
    """`day`, `16 hours`, `90 minutes`: as a sentence about a window says it."""
    for size, unit in ((604_800, "week"), (86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds % size == 0:
            count = seconds // size
            return unit if count == 1 else f"{count} {unit}s"
    return f"{seconds} seconds"


def _own(one: CapSetting, version: int, changed_by: str) -> Cap:
    of = f"{' and '.join(sorted(one.traffic))} " if len(one.traffic) < len(Traffic) else ""
    on = " on one topic" if one.per_topic else ""
    window = duration(one.per_seconds)
    return Cap(
        rule=Rule(
            id=f"caps/own/{one.name}",
            version=str(version),
            source=changed_by,
            text=f"At most {one.most} {of}messages{on} to a person in any {window}.",
        ),
        most=one.most,
        window=timedelta(seconds=one.per_seconds),
        traffic=frozenset(one.traffic),
        counting=Counting.TOPIC if one.per_topic else Counting.ALL,
    )


def _spacing(seconds: int, version: int, changed_by: str) -> Cap:
    return Cap(
        rule=Rule(
            id="caps/spacing",
            version=str(version),
            source=changed_by,
            text=f"Marketing of two campaigns comes to a person at least {duration(seconds)} apart.",
        ),
        most=1,
        window=timedelta(seconds=seconds),
        traffic=frozenset({Traffic.MARKETING}),
        counting=Counting.OTHER_CAMPAIGNS,
    )


def _international(daily: int, days: int, version: int, changed_by: str) -> Rule:
    return Rule(
        id="caps/international",
        version=str(version),
        source=changed_by,
        text=f"In its first {days} days an account sends at most {daily:,} messages a day (UTC) to other countries.",
    )
