"""Importing porting data: whose network numbers are in, as a regulator or a carrier gives it, in bulk."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from tidings.kernel.phone_number import PhoneNumber
from tidings.lookup.package import LINE_TYPES
from tidings.lookup.scrub.sheet import Unreadable, opened
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

COLUMNS = ("carrier", "line_type", "mcc", "mnc")
MOST_FAULTS_TOLD = 20


class Line(NamedTuple):
    """What is said of one number; None where nothing is."""

    number: str
    carrier: str | None
    line_type: str | None
    mcc: str | None
    mnc: str | None


class Imported(NamedTuple):
    """`changed`: those that were new, or of a later day than what was known."""

    rows: int
    changed: int
    faults: list[str]


async def import_ported(
    connection: Connection, file: Path, *, source: str, as_of: date, on_rows: Callable[[int], None]
) -> Imported:
    """Take in a list with a column `number` in E.164 and any of carrier, line_type, mcc, mnc. Lines that are wrong are
    passed over and told. Needs the caller's transaction; raises Unreadable."""
    rows = changed = 0
    faults: list[str] = []
    for chunk in _lines(file, faults):
        latest = {line.number: line for line in chunk}
        columns = [list(column) for column in zip(*latest.values(), strict=True)] or [
            [] for _ in Line._fields
        ]
        changed += await SQL.run(connection, "import_ported", *columns, source, as_of)
        rows += len(chunk)
        on_rows(len(chunk))
    return Imported(rows, changed, faults)


def _lines(file: Path, faults: list[str]) -> Iterator[list[Line]]:
    with opened(file) as sheet:
        places = {name.strip().lower(): place for place, name in enumerate(sheet.columns)}
        if "number" not in places:
            raise Unreadable(
                f"{file} has no column 'number'.", f"It has: number and any of {', '.join(COLUMNS)}."
            )
        at = 1
        for chunk in sheet.chunks:
            lines = []
            for row in chunk:
                at += 1
                line = _line(row, places)
                if isinstance(line, Line):
                    lines.append(line)
                elif len(faults) < MOST_FAULTS_TOLD:
                    faults.append(f"line {at}: {line}")
            yield lines


def _line(row: list[str], places: dict[str, int]) -> Line | str:
    text = row[places["number"]].strip()
    number = PhoneNumber.parse(text if text.startswith("+") else f"+{text}")
    if number is None:
        return f"{text[:30]!r} is no number in E.164"
    carrier, line_type, mcc, mnc = (
        (row[places[name]].strip() or None) if name in places else None for name in COLUMNS
    )
    if line_type is not None and line_type not in LINE_TYPES:
        return f"{line_type[:30]!r} is no line type"
    return Line(str(number), carrier, line_type, mcc, mnc)
