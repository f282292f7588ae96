"""`tidings lint`: what carriers and countries would hold against texts, before they are sent."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from tidings.cli.fault import Exit, Fault
from tidings.cli.options import JsonOption
from tidings.compliance.content import BadField, Envelope, Finding, Linter, Severity, envelope_of
from tidings.compliance.content.linter import shipped_linter
from tidings.compliance.content.sheet import BadLine, Line, lines_of, rows_of
from tidings.compliance.content.snowshoe import Spread
from tidings.compliance.verdict import Traffic
from tidings.kernel.segments import measure
from tidings.senders.sender import Kind

MOST_SHOWN = 20
"""Texts of a file that are shown with their findings; JSON has them all."""
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}


def command(
    text: Annotated[
        str | None,
        typer.Argument(
            help="The text; read from standard input when neither it nor --file is given.", show_default=False
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            help="Texts to look at: a .csv with a column `text` (and `to` or `country`, `sender`, `sender_type`, "
            "`traffic`, `brand`, if wanted), or a text a line.",
            exists=True,
            dir_okay=False,
            show_default=False,
        ),
    ] = None,
    country: Annotated[
        str, typer.Option("--country", help="Where they go: two letters, ISO 3166.", show_default=False)
    ] = "",
    to: Annotated[
        str, typer.Option("--to", help="A recipient, which tells the country.", show_default=False)
    ] = "",
    sender: Annotated[
        str,
        typer.Option(
            "--sender", help="The number, short code or sender id they come from.", show_default=False
        ),
    ] = "",
    sender_type: Annotated[
        Kind | None, typer.Option("--sender-type", help="Its kind, without naming it.", show_default=False)
    ] = None,
    traffic: Annotated[Traffic, typer.Option("--traffic", help="What they are.")] = Traffic.MARKETING,
    brand: Annotated[
        list[str] | None,
        typer.Option(
            "--brand", help="A name that people know you by; may be given often.", show_default=False
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings, too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Ends with 5 when a text has an error: something that carriers block or a rule forbids."""
    given = {
        "country": country,
        "to": to,
        "sender": sender,
        "sender_type": sender_type.value if sender_type else "",
        "traffic": traffic.value,
    }
    brands = tuple(brand or ())
    envelope = _envelope(given, brands)
    if file is None:
        report = _looked_at([Line(1, _body(text), envelope)], shipped_linter())
    elif text is not None:
        raise typer.BadParameter("Give a text or --file, not both.", param_hint="TEXT")
    else:
        report = _looked_at(_lines(file, given, brands, envelope), shipped_linter())
    if as_json:
        print(json.dumps(_told(report), ensure_ascii=False))
    else:
        _show(report, whole_file=file is not None)
    failed = (Severity.ERROR, Severity.WARNING) if strict else (Severity.ERROR,)
    if any(report.severities[severity] for severity in failed):
        raise typer.Exit(Exit.PROMISE_BROKEN)


@dataclass(slots=True)
class _Report:
    texts: int = 0
    segments: int = 0
    found: list[tuple[Line, tuple[Finding, ...]]] = field(default_factory=list)
    """Texts with something wrong, in their order."""
    together: tuple[Finding, ...] = ()
    rules: Counter[tuple[str, Severity, str]] = field(default_factory=Counter)
    """How many texts break a rule, by its path, severity and country."""
    severities: Counter[Severity] = field(default_factory=Counter)


def _looked_at(lines: Iterable[Line], linter: Linter) -> _Report:
    report, spread = _Report(), Spread()
    for line in lines:
        findings = linter.lint(line.text, line.envelope)
        report.texts += 1
        report.segments += measure(line.text).segments
        spread.add(line.text, line.envelope.sender)
        if findings:
            report.found.append((line, findings))
            report.rules.update((one.rule, one.severity, one.country) for one in findings)
    if report.texts > 1:
        report.together = spread.findings()
        report.rules.update((one.rule, one.severity, one.country) for one in report.together)
    for (_, severity, _), times in report.rules.items():
        report.severities[severity] += times
    return report


def _lines(path: Path, given: dict[str, str], brands: tuple[str, ...], envelope: Envelope) -> Iterator[Line]:
    try:
        lines = path.read_text("utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        raise Fault(f"{path} is not UTF-8: {error.reason}.", "Save it as UTF-8.", Exit.WRONG_USE) from None
    shown = track(
        lines,
        description="Reading",
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    try:
        if path.suffix.lower() == ".csv":
            yield from rows_of(shown, given=given, brands=brands)
        else:
            yield from lines_of(shown, envelope=envelope)
    except BadLine as bad:
        place = f"line {bad.line}" + (f", column {bad.column}" if bad.column else "")
        raise Fault(f"{path}, {place}: {bad}", "Mend the line, and look again.", Exit.WRONG_USE) from None


def _envelope(given: dict[str, str], brands: tuple[str, ...]) -> Envelope:
    try:
        return envelope_of(**given, brands=brands)
    except BadField as bad:
        raise typer.BadParameter(str(bad), param_hint=f"--{bad.field.replace('_', '-')}") from None


def _body(text: str | None) -> str:
    if text is None:
        if sys.stdin.isatty():
            raise typer.BadParameter("Give a text or --file, or pipe a text in.", param_hint="TEXT")
        try:
            text = sys.stdin.buffer.read().decode().removesuffix("\n")
        except UnicodeDecodeError as error:
            raise typer.BadParameter(f"The text is not UTF-8: {error.reason}.", param_hint="TEXT") from None
    if not text:
        raise typer.BadParameter("The text is empty.", param_hint="TEXT")
    return text


def _told(report: _Report) -> dict[str, Any]:
    return {
        "texts": report.texts,
        "segments": report.segments,
        **{f"{severity.value}s": report.severities[severity] for severity in Severity},
        "found": [
            {"line": line.number, "text": line.text, "findings": [asdict(one) for one in findings]}
            for line, findings in report.found
        ],
        "together": [asdict(one) for one in report.together],
    }


def _show(report: _Report, *, whole_file: bool) -> None:
    console = Console(highlight=False)
    for line, findings in report.found[:MOST_SHOWN]:
        if whole_file:
            console.print(Text(f"Line {line.number}: {line.text}", style="bold"))
        console.print(_table(findings))
    hidden = len(report.found) - MOST_SHOWN
    if hidden > 0:
        console.print(f"and {_count(hidden, 'text')} more; --json has them all.")
    if report.together:
        console.print("[bold]All together[/bold]")
        console.print(_table(report.together))
    if whole_file and report.rules:
        console.print(_by_rule(report))
    told = ", ".join(_count(report.severities[one], one.value) for one in Severity if report.severities[one])
    console.print(
        f"{_count(report.texts, 'text')}, {_count(report.segments, 'segment')}: "
        f"{told or '[green]nothing is wrong[/green]'}."
    )


def _table(findings: Iterable[Finding]) -> Table:
    table = Table("", "Rule", "Of", "What", "Instead")
    for one in findings:
        what = Text(one.says)
        if one.saw:
            what.append(f" [{one.saw}]", style="dim")
        table.add_row(
            Text(one.severity.value, style=_STYLES[one.severity]),
            one.rule,
            one.country or "all",
            what,
            Text(one.remedy),
        )
    return table


def _by_rule(report: _Report) -> Table:
    table = Table("Rule", "Of", "", "Texts", title="By rule", title_justify="left")
    for (rule, severity, country), times in report.rules.most_common():
        table.add_row(rule, country or "all", Text(severity.value, style=_STYLES[severity]), f"{times:,}")
    return table


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
