"""`tidings quiet-hours`: when a person may be written to and why, and how many of many may be now."""

import json
import sys
from collections import Counter
from datetime import UTC
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from tidings.cli.fault import Exit, Fault
from tidings.cli.options import JsonOption
from tidings.compliance.quiet_hours import (
    BadField,
    BadHours,
    Hours,
    Mode,
    Place,
    decide,
    parse_hours,
    place_of,
    shipped,
)
from tidings.compliance.quiet_hours.days import NAMES
from tidings.compliance.quiet_hours.reach import Reach, best_hours, reach
from tidings.compliance.quiet_hours.recipients import BadLine, places_in
from tidings.compliance.quiet_hours.regions import TERRITORIES, is_country, regions_of
from tidings.compliance.verdict import Allowed, Held, Traffic
from tidings.kernel.instant import Instant, iso8601, parse_instant
from tidings.kernel.phone_number import PhoneNumber
from tidings.runtime.clock import system_clock

app = typer.Typer(no_args_is_help=True)

MOST_SHOWN = 12
"""Zones, moments and rules that a table shows; JSON has them all."""

TrafficOption = Annotated[Traffic, typer.Option("--traffic", help="What the message is.")]
ModeOption = Annotated[Mode, typer.Option("--mode", help="How far rules are followed.")]
AtOption = Annotated[
    str | None,
    typer.Option(
        "--at", help="The moment, ISO 8601, in UTC without a zone; now if not given.", show_default=False
    ),
]
CompanyOption = Annotated[
    str | None,
    typer.Option(
        "--company",
        help="Your own hours, such as 'Mon-Fri 09:00-18:00', by the recipient's clock.",
        show_default=False,
    ),
]


@app.command("check")
def check(
    number: Annotated[str, typer.Argument(help="The person's number in E.164.")],
    zone: Annotated[
        str | None,
        typer.Option("--zone", help="Their time zone, such as America/Chicago.", show_default=False),
    ] = None,
    postal_code: Annotated[
        str | None, typer.Option("--postal-code", help="Their ZIP or postal code.", show_default=False)
    ] = None,
    state: Annotated[
        str | None, typer.Option("--state", help="Their state, such as TX.", show_default=False)
    ] = None,
    traffic: TrafficOption = Traffic.MARKETING,
    mode: ModeOption = Mode.CAREFUL,
    at: AtOption = None,
    company: CompanyOption = None,
    preferred: Annotated[
        str | None,
        typer.Option("--preferred", help="The hours that they want, by their clock.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Whether a person may be written to at a moment, by which clocks and which rules."""
    if PhoneNumber.parse(number) is None:
        raise typer.BadParameter(f"{number!r} is no number such as +14155552671.", param_hint="NUMBER")
    try:
        place = place_of(number, zone=zone, postal_code=postal_code, state=state)
    except BadField as bad:
        raise typer.BadParameter(bad.problem, param_hint=f"--{bad.field.replace('_', '-')}") from None
    moment = _moment(at)
    verdict = decide(
        shipped(),
        place,
        traffic,
        at=moment,
        mode=mode,
        company=_hours("company", company),
        preferred=_hours("preferred", preferred),
    )
    if as_json:
        print(json.dumps(_told(number, place, verdict, traffic, mode, moment)))
    else:
        _show(number, place, verdict, traffic, mode, moment)


@app.command("report")
def report(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="CSV with a header: recipient; zone, postal_code, state if known. - for standard input.",
            show_default=False,
        ),
    ] = None,
    recipients: Annotated[
        Path | None, typer.Option("--recipients", help="The same file by name.", show_default=False)
    ] = None,
    traffic: TrafficOption = Traffic.MARKETING,
    mode: ModeOption = Mode.CAREFUL,
    at: AtOption = None,
    company: CompanyOption = None,
    as_json: JsonOption = False,
) -> None:
    """How many of a list may be written to at a moment, when the others may, and which field would free them."""
    moment, own = _moment(at), _hours("company", company)
    if (file is None) == (recipients is None):
        raise typer.BadParameter("Name one file of recipients.", param_hint="FILE or --recipients")
    places = _places(file or recipients or Path("-"))
    found = reach(shipped(), places.elements(), traffic, at=moment, mode=mode, company=own)
    hours = best_hours(shipped(), places.elements(), traffic, at=moment, mode=mode, company=own)
    if as_json:
        print(json.dumps(_reach_told(found, hours, moment)))
    else:
        _show_reach(found, hours, moment)


@app.command("rules")
def rules(
    jurisdiction: Annotated[
        str | None,
        typer.Argument(help="A country (FR) or a state (US-TX); all when not given.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """The rules that ship with Tidings, with their sources."""
    wanted = jurisdiction.upper() if jurisdiction else None
    if wanted is not None and not _is_jurisdiction(wanted):
        raise typer.BadParameter(
            f"{jurisdiction!r} is no country or state such as FR or US-TX.", param_hint="JURISDICTION"
        )
    found = [
        one
        for one in shipped().timetables
        if wanted is None or one.jurisdiction == wanted or one.jurisdiction.startswith(f"{wanted}-")
    ]
    if as_json:
        print(
            json.dumps(
                [
                    {
                        "rule": one.rule.id,
                        "version": one.rule.version,
                        "text": one.rule.text,
                        "source": one.rule.source,
                    }
                    for one in found
                ]
            )
        )
        return
    table = Table("Rule", "What it says", "Source")
    for one in found:
        table.add_row(one.rule.id.removeprefix("quiet_hours/"), Text(one.rule.text), Text(one.rule.source))
    console = Console(highlight=False)
    if found:
        console.print(table)
    else:
        console.print(f"No rule is known of {wanted}: in mode careful the row * counts there.")


def _is_jurisdiction(code: str) -> bool:
    country = code.partition("-")[0]
    return is_country(code) or code in regions_of(country) or code in TERRITORIES.values()


def _moment(text: str | None) -> Instant:
    if text is None:
        return system_clock()
    found = parse_instant(text)
    if found is None:
        raise typer.BadParameter(f"{text!r} is no time such as 2026-11-24T20:30.", param_hint="--at")
    return found


def _hours(name: str, text: str | None) -> Hours | None:
    try:
        return None if text is None else parse_hours(text, source=f"--{name}")
    except BadHours as bad:
        raise typer.BadParameter(str(bad), param_hint=f"--{name}") from None


def _places(file: Path) -> Counter[Place]:
    try:
        text = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        lines = text.decode("utf-8-sig").splitlines(keepends=True)
    except (OSError, UnicodeDecodeError) as error:
        raise Fault(f"{file} cannot be read: {error}.", "Name a CSV file in UTF-8.", Exit.WRONG_USE) from None
    shown = track(
        lines,
        description="Reading",
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    try:
        return Counter(places_in(shown))
    except BadLine as bad:
        raise Fault(
            f"{file}, line {bad.line}, column {bad.column}: {bad}",
            "Mend the line, and look again.",
            Exit.WRONG_USE,
        ) from None


def _told(
    number: str, place: Place, verdict: Allowed | Held, traffic: Traffic, mode: Mode, at: Instant
) -> dict[str, Any]:
    applied = verdict.applied if isinstance(verdict, Allowed) else (verdict.applied,)
    closes = verdict.closes_at if isinstance(verdict, Allowed) else None
    return {
        "number": number,
        "country": place.country or None,
        "states": list(place.states),
        "zones": list(place.zones),
        "zones_by": place.known_by,
        "traffic": traffic.value,
        "mode": mode.value,
        "at": iso8601(at),
        "verdict": "allowed" if isinstance(verdict, Allowed) else "held",
        "until": iso8601(verdict.until) if isinstance(verdict, Held) else None,
        "closes_at": iso8601(closes) if closes else None,
        "rules": [
            {
                "rule": one.rule.id,
                "version": one.rule.version,
                "text": one.rule.text,
                "source": one.rule.source,
                "saw": dict(one.saw),
            }
            for one in applied
        ],
    }


def _show(
    number: str, place: Place, verdict: Allowed | Held, traffic: Traffic, mode: Mode, at: Instant
) -> None:
    console = Console(highlight=False)
    states = f", {_few(place.states)}" if place.states else ""
    console.print(
        f"[bold]{number}[/bold]  {place.country or 'no country'}{states}, by {place.known_by.replace('_', ' ')}"
    )
    clocks = Table("Zone", "Their clock")
    for zone in place.zones[:MOST_SHOWN]:
        clocks.add_row(zone, _clock(at, zone))
    console.print(clocks)
    if len(place.zones) > MOST_SHOWN:
        console.print(f"and {len(place.zones) - MOST_SHOWN} more zones; --json has them all.")
    kind = f"{traffic.value}, mode {mode.value}"
    if isinstance(verdict, Held):
        saw = verdict.applied.saw
        if "never" in saw:
            console.print(f"[bold red]Held[/bold red] ({kind}): {saw['never']}.")
            console.print(f"What would free it: {saw['would_free'].replace('_', ' ')}.")
        else:
            console.print(f"[yellow]Held[/yellow] until {_both_clocks(verdict.until, place)} ({kind}).")
        holiday = f" Today is {saw['holiday']}." if "holiday" in saw else ""
        console.print(Text(f"{verdict.applied.rule.text}.{holiday}"))
        console.print(Text(f"{verdict.applied.rule.id}, version {verdict.applied.rule.version}", style="dim"))
        console.print(Text(f"Source: {verdict.applied.rule.source}", style="dim"))
        return
    until = f" until {_both_clocks(verdict.closes_at, place)}" if verdict.closes_at else ", at any time"
    console.print(f"[green]Allowed[/green]{until} ({kind}).")
    for one in verdict.applied:
        console.print(Text(f"{one.rule.text}."))
        console.print(Text(f"{one.rule.id}; source: {one.rule.source}", style="dim"))


def _reach_told(found: Reach, hours: list[tuple[Instant, int]], at: Instant) -> dict[str, Any]:
    return {
        "at": iso8601(at),
        "recipients": found.recipients,
        "allowed": found.allowed,
        "held": found.held,
        "never": found.never,
        "unsure": found.unsure,
        "until": {iso8601(moment): number for moment, number in sorted(found.until.items())},
        "might_leave_now_with": dict(found.freed_now),
        "freed_by": dict(found.freed_ever),
        "held_by": dict(found.held_by.most_common()),
        "hours": {iso8601(hour): number for hour, number in hours},
    }


def _show_reach(found: Reach, hours: list[tuple[Instant, int]], at: Instant) -> None:
    console = Console(highlight=False)
    summary = Table("At", f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC", show_header=True)
    summary.add_row("recipients", f"{found.recipients:,}")
    summary.add_row("may be written to", f"[green]{found.allowed:,}[/green]")
    summary.add_row("held for a while", f"[yellow]{found.held:,}[/yellow]")
    summary.add_row("never free as they are", f"[red]{found.never:,}[/red]")
    summary.add_row("of several zones or states", f"{found.unsure:,}")
    console.print(summary)
    if found.until:
        table = Table("Free at (UTC)", "Recipients", title="Held", title_justify="left")
        for moment, number in sorted(found.until.items())[:MOST_SHOWN]:
            table.add_row(f"{moment:%a %Y-%m-%d %H:%M}", f"{number:,}")
        console.print(table)
    if found.freed_now or found.freed_ever:
        table = Table(
            "Field", "might leave now", "freed for good", title="One more field", title_justify="left"
        )
        for name in sorted({*found.freed_now, *found.freed_ever}):
            table.add_row(name.replace("_", " "), f"{found.freed_now[name]:,}", f"{found.freed_ever[name]:,}")
        console.print(table)
    best = max(hours, key=lambda hour: hour[1])
    if found.recipients:
        console.print(
            f"Most may be written to at {best[0]:%a %H:%M} UTC: {best[1]:,} of {found.recipients:,} "
            f"({best[1] / found.recipients:.0%})."
        )


def _both_clocks(moment: Instant, place: Place) -> str:
    there = f" ({_clock(moment, place.zones[0])} {place.zones[0]})" if len(place.zones) == 1 else ""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC{there}"


def _clock(moment: Instant, zone: str) -> str:
    there = moment.astimezone(ZoneInfo(zone))
    return f"{NAMES[there.weekday()]} {there:%Y-%m-%d %H:%M}"


def _few(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
    return f"{' '.join(names[:MOST_SHOWN])}{more}"
