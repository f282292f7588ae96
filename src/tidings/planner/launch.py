"""What has to be submitted before a sender may text a country, how long it takes, and what can be sent meanwhile.

From `data/rules/countries.csv` and `data/launch_steps.csv`, in which each figure has its source and when it was read.
What no source tells is not known here either: then the figure is None, and the carrier has to be asked. Pure.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from tidings.data import tables
from tidings.lanes.allowance import Registered, allowance_of
from tidings.senders import Kind

ALIASES: Mapping[str, Kind] = {
    "10dlc": Kind.LONG_CODE,
    "longcode": Kind.LONG_CODE,
    "tollfree": Kind.TOLL_FREE,
    "shortcode": Kind.SHORT_CODE,
    "sender_id": Kind.ALPHANUMERIC,
    "senderid": Kind.ALPHANUMERIC,
}
FREELY, REGISTERED = "alphanumeric_dynamic", "alphanumeric_preregistered"
NORTH_AMERICA = ("US", "CA")


@dataclass(frozen=True, slots=True)
class Unknown:
    """There is no such country or kind of sender, or the country has none of the kind. `remedy` says what there is."""

    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something to submit and wait for. Days are calendar days, None where no source tells; `said` is what the sources
    say."""

    what: str
    submit: tuple[str, ...]
    where: str
    optional: bool
    least_days: int | None
    most_days: int | None
    said: str
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class LaunchPlan:
    """`registration`: what the country asks for, in the words of `source`. `least_days`, `most_days`: of all steps that
    are not optional, one after the other; None where one is not known. `mps`: the throughput to begin with."""

    country: str
    country_name: str
    sender: Kind
    registration: str
    source: str
    as_of: str
    confidence: str
    steps: tuple[Step, ...]
    least_days: int | None
    most_days: int | None
    meanwhile: tuple[str, ...]
    mps: float | None

    def ready(self, start: date) -> tuple[date | None, date | None]:
        """The earliest and the latest day of the first text, if all is submitted on `start`."""

        def after(days: int | None) -> date | None:
            return None if days is None else start + timedelta(days=days)

        return after(self.least_days), after(self.most_days)


def launch_plan(country: str, sender: str) -> LaunchPlan | Unknown:
    """The plan for a country (ISO 3166 code or English name) and a kind of sender."""
    found = _country(country)
    if isinstance(found, Unknown):
        return found
    kind = _kind(sender)
    if isinstance(kind, Unknown):
        return kind
    offered = _offered(found)
    if kind not in offered:
        what = ", ".join(offered) or "no kind of sender that is known here"
        return Unknown(f"{found['name']} has no sender of the kind {kind}.", f"It has: {what}.")
    steps = _steps(found, kind)
    needed = [step for step in steps if not step.optional]
    return LaunchPlan(
        country=found["iso2"],
        country_name=found["name"],
        sender=kind,
        registration=found["registration"] or "not known",
        source=found["source"],
        as_of=found["as_of"],
        confidence=found["confidence"],
        steps=steps,
        least_days=_sum([step.least_days for step in needed]),
        most_days=_sum([step.most_days for step in needed]),
        meanwhile=tuple(_meanwhile(found, kind, waits=bool(needed))),
        mps=_mps(found["iso2"], kind),
    )


def _country(text: str) -> Mapping[str, str] | Unknown:
    wanted = text.strip().casefold()
    rows = _countries()
    for row in rows:
        if wanted in (row["iso2"].casefold(), row["name"].casefold()):
            return row
    near = difflib.get_close_matches(wanted, [row["name"].casefold() for row in rows], n=3)
    names = [f"{row['iso2']} ({row['name']})" for row in rows if row["name"].casefold() in near]
    meant = (
        f"Did you mean {' or '.join(names)}?" if names else "Write its two letters, such as US, or its name."
    )
    return Unknown(f"There is no country {text!r}.", meant)


def _kind(text: str) -> Kind | Unknown:
    word = text.strip().lower().replace("-", "_").replace(" ", "_")
    if word in list(Kind):
        return Kind(word)
    known = ALIASES.get(word) or ALIASES.get(word.replace("_", ""))
    return known or Unknown(f"There is no kind of sender {text!r}.", f"There are: {', '.join(Kind)}.")


def _offered(country: Mapping[str, str]) -> list[Kind]:
    words = country["senders"].split()
    return [kind for kind in Kind if any(word.startswith(kind.value) for word in words)]


def _steps(country: Mapping[str, str], kind: Kind) -> tuple[Step, ...]:
    words = country["senders"].split()
    if kind is Kind.ALPHANUMERIC and REGISTERED not in words:
        return ()
    optional = kind is Kind.ALPHANUMERIC and FREELY in words
    rows = [row for row in _rows() if row["sender"] == kind]
    own = [row for row in rows if row["country"] == country["iso2"]]
    return tuple(
        Step(
            what=row["step"],
            submit=tuple(row["submit"].split("; ")),
            where=row["where"],
            optional=optional,
            least_days=_days(row["least_days"]),
            most_days=_days(row["most_days"]),
            said=row["said"],
            source=row["source"],
            as_of=row["as_of"],
        )
        for row in own or [row for row in rows if row["country"] == "*"]
    )


def _meanwhile(country: Mapping[str, str], kind: Kind, *, waits: bool) -> list[str]:
    iso, name = country["iso2"], country["name"]
    told = []
    if iso == "US" and kind is Kind.LONG_CODE:
        told.append("Nothing to US numbers: carriers block it, and Tidings ends it with 30034.")
        told.append("Other countries can be texted from the same number, as their own rules allow.")
    elif iso in NORTH_AMERICA and kind is Kind.TOLL_FREE:
        told.append("Nothing to numbers in the US and Canada: Tidings ends it with 30032.")
    elif not waits:
        told.append("Everything: nothing has to be approved first.")
    elif kind is Kind.ALPHANUMERIC:
        told.append("Nothing under this sender ID: networks block or replace one that they do not know.")
    else:
        told.append("Nothing from this sender before it is yours.")
    if waits:
        told.extend(_others(country, kind))
        told.append(
            f"Everything to the simulated carrier: integration and texts for {name} can be tried out now."
        )
    return told


def _others(country: Mapping[str, str], kind: Kind) -> list[str]:
    """What else the country has, with how long it takes."""
    told = []
    for other in _offered(country):
        if other is kind:
            continue
        needed = [step for step in _steps(country, other) if not step.optional]
        most = _sum([step.most_days for step in needed])
        if not needed:
            told.append(f"A sender of the kind {other} needs no approval there.")
        elif most is not None:
            told.append(f"A sender of the kind {other} takes up to {most} days there.")
    return told


def _mps(country: str, kind: Kind) -> float | None:
    """Segments a second to begin with: of a US campaign with the score 75, everywhere together."""
    if country == "US" and kind is Kind.LONG_CODE:
        rates = allowance_of(
            kind=kind.value,
            destination=country,
            sender_country=country,
            registered=Registered("", "", trust_score=75, use_case="ACCOUNT_NOTIFICATION"),
        ).rates
        return None if rates is None else rates.total
    try:
        return allowance_of(kind=kind.value, destination=country, sender_country=country).mps
    except ValueError:  # the tables have no row for it
        return None


def _days(text: str) -> int | None:
    return int(text) if text else None


def _sum(days: list[int | None]) -> int | None:
    known = [one for one in days if one is not None]
    return sum(known) if len(known) == len(days) else None


@cache
def _countries() -> tuple[Mapping[str, str], ...]:
    return tuple(tables.rows("rules/countries.csv"))


@cache
def _rows() -> tuple[Mapping[str, str], ...]:
    return tuple(tables.rows("launch_steps.csv"))
