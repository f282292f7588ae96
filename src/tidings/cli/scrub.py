"""`tidings scrub`: a list of contacts made fit to be written to."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from tidings.cli.fault import Exit, Fault
from tidings.cli.options import JsonOption
from tidings.cli.progress import bar
from tidings.compliance.quiet_hours import place_of
from tidings.lookup.number import is_country
from tidings.lookup.scrub.judge import REJECTED_LINES
from tidings.lookup.scrub.run import CLEANED, REJECTED, Report, scrub
from tidings.lookup.scrub.sheet import Unreadable, row_count

MOST_SHOWN = 8


def command(
    file: Annotated[Path, typer.Argument(help="CSV, Excel or Parquet; its first line names the columns.")],
    column: Annotated[
        str | None,
        typer.Option("--column", help="The column with the numbers; found without it.", show_default=False),
    ] = None,
    country: Annotated[
        str, typer.Option("--country", help="Of numbers that are written without one, such as GB.")
    ] = "US",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Folder of what comes out; contacts.scrubbed for contacts.csv.", show_default=False
        ),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", help="A line type not to reject, such as landline; may be repeated."),
    ] = None,
    price: Annotated[
        float, typer.Option("--price", min=0.0, help="What a message costs, to tell the money saved.")
    ] = 0.0,
    as_json: JsonOption = False,
) -> None:
    """Numbers are repaired to E.164; duplicates, landlines, premium and invalid numbers are taken out.

    Writes `cleaned.csv` (every row with e164, country, line_type and zones added) and `rejected.csv` (with the reason).
    A scrub that was stopped goes on where it was when the same command is given again.
    """
    kept, where = frozenset(keep or ()), country.upper()
    if not is_country(where):
        raise Fault(f"{country!r} is no country.", "Name it by two letters, such as GB.", Exit.WRONG_USE)
    if kept - REJECTED_LINES:
        wrong = ", ".join(sorted(kept - REJECTED_LINES))
        known = ", ".join(sorted(REJECTED_LINES))
        raise Fault(f"--keep {wrong} keeps nothing.", f"What is rejected is {known}.", Exit.WRONG_USE)
    folder = out or file.with_suffix(".scrubbed")
    try:
        with bar("Scrubbing", row_count(file), quiet=as_json) as advance:
            report = scrub(
                file, folder, column=column, country=where, keep=kept, zones=zones_of, on_rows=advance
            )
    except Unreadable as error:
        raise Fault(str(error), error.remedy, Exit.WRONG_USE) from error
    if as_json:
        told = {
            **msgspec.to_builtins(report),
            "rejected": report.rejected,
            "saved": round(report.saved(price), 4),
            "cleaned_file": str(folder / CLEANED),
            "rejected_file": str(folder / REJECTED),
        }
        print(msgspec.json.encode(told).decode())
        return
    _show(report, folder, price)


def zones_of(e164: str) -> str:
    """The time zones in which the owner of a number may be."""
    return ";".join(place_of(e164).zones)


def _show(report: Report, folder: Path, price: float) -> None:
    console = Console(highlight=False)
    console.print(
        f"{report.rows:,} rows by the column {report.column!r}: {report.kept:,} kept ({report.repaired:,} repaired), "
        f"{report.rejected:,} rejected."
    )
    table = Table("Rejected because", "Rows", "Saved" if price else "")
    for reason, count in sorted(report.reasons.items(), key=lambda one: -one[1]):
        table.add_row(reason.replace("_", " "), f"{count:,}", f"{count * price:,.2f}" if price else "")
    if report.reasons:
        console.print(table)
    if price:
        console.print(
            f"{report.saved(price):,.2f} saved for each message to the whole list, at {price:g} each."
        )
    most = sorted(report.countries.items(), key=lambda one: -one[1])[:MOST_SHOWN]
    if most:
        console.print("Kept by country: " + ", ".join(f"{name or 'none'} {count:,}" for name, count in most))
    console.print(f"{folder / CLEANED}\n{folder / REJECTED}")
