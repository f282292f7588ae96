"""A table of a rule pack as text: CSV with a header, a row a line. Pure."""

import csv
from collections.abc import Collection
from dataclasses import dataclass

from tidings.compliance.packs.faults import BadRows, Fault

MOST_BYTES = 5_000_000


def text_of(content: bytes, *, file: str) -> str:
    """What the bytes of a file say. Raises BadRows where they are not UTF-8, or too many."""
    if len(content) > MOST_BYTES:
        raise BadRows([Fault(file, 1, "-", f"It is larger than {MOST_BYTES:,} bytes.")])
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise BadRows([Fault(file, row, "-", "It is not UTF-8: save it as CSV in UTF-8.")]) from None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a table by column name, with the line of each; and what is wrong with lines that are no rows."""

    rows: list[dict[str, str]]
    lines: list[int]
    faults: list[Fault]


def read(text: str, *, file: str, columns: Collection[str]) -> Sheet:
    """The rows, as a parser takes them. A header that names a column which is none of `columns` is a fault."""
    lines = text.removesuffix("\n").split("\n")
    header = next(csv.reader(lines[:1]), [])
    sheet = Sheet([], [], _header_faults(header, file, columns))
    if sheet.faults:
        return sheet
    for number, line in enumerate(lines[1:], start=2):
        problem = _problem(line, header)
        if problem is not None:
            sheet.faults.append(Fault(file, number, "-", problem))
            continue
        sheet.rows.append(dict(zip(header, next(csv.reader([line])), strict=True)))
        sheet.lines.append(number)
    return sheet


def _header_faults(header: list[str], file: str, columns: Collection[str]) -> list[Fault]:
    if not header:
        return [Fault(file, 1, "-", "It is empty: its first line names the columns.")]
    faults = []
    for place, name in enumerate(header):
        if not name.strip() or name != name.strip():
            faults.append(Fault(file, 1, name or "-", "A column has no name, or blanks around it."))
        elif name in header[:place]:
            faults.append(Fault(file, 1, name, "Two columns have this name."))
        elif name not in columns:
            faults.append(Fault(file, 1, name, f"Nobody knows this column: there are {', '.join(columns)}."))
    return faults


def _problem(line: str, header: list[str]) -> str | None:
    if not line.strip():
        return "The line is empty: take it out."
    if "\0" in line:
        return "It has a zero byte."
    try:
        fields = next(csv.reader([line], strict=True))
    except csv.Error:
        return "A quote is not closed on its line, or stands in the midst of a field: a row is one line."
    if len(fields) != len(header):
        return (
            f"It has {len(fields)} fields, and the header {len(header)}: put a field with a comma in quotes."
        )
    return None
