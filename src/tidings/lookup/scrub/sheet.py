"""Lists of contacts as they come: CSV in any usual dialect, Excel, Parquet; and the column that holds the numbers."""

import csv
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tidings.lookup.number import read

SAMPLE_BYTES = 65_536
LOOKED_AT = 200
AT_ONCE = 20_000
FRAMED = frozenset({".xlsx", ".xls", ".xlsb", ".ods", ".parquet"})
"""Files that polars reads."""
_NAMED = ("phone", "mobile", "cell", "number", "msisdn", "tel", "handy", "telefon", "movil", "portable")
_DELIMITERS = ",;\t|"


class Unreadable(Exception):  # noqa: N818 - it names what is wrong
    """A file that is no list of contacts. The message says what is wrong, `remedy` what would help."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class Sheet(NamedTuple):
    """A list: the names of its columns, and the rows from one on."""

    columns: list[str]
    chunks: Iterator[list[list[str]]]


@contextmanager
def opened(file: Path, *, skip: int = 0, at_once: int = AT_ONCE) -> Iterator[Sheet]:
    """Read a list in chunks of `at_once` rows, the first `skip` rows passed over. Raises Unreadable."""
    if not file.is_file():
        raise Unreadable(f"There is no file {file}.", "Name a CSV, Excel or Parquet file.")
    kind = file.suffix.lower()
    if kind in FRAMED:
        yield _framed(file, kind, skip, at_once)
        return
    encoding, sample = _encoding(file)
    dialect = _dialect(sample)
    with file.open(encoding=encoding, newline="", errors="replace") as source:
        lines = csv.reader(source, dialect)
        columns = next(lines, None)
        if not columns:
            raise Unreadable(f"{file} is empty.", "Its first line names the columns.")
        rest = itertools.islice(lines, skip, None)
        yield Sheet(columns, _chunks(rest, len(columns), at_once))


def phone_column(
    columns: Sequence[str], first: Sequence[Sequence[str]], *, named: str | None, country: str
) -> int:
    """The place of the column with numbers: the named one, else the one whose cells mostly are numbers, by its name
    where several are. Raises Unreadable."""
    if named is not None:
        for place, column in enumerate(columns):
            if column.strip().lower() == named.strip().lower():
                return place
        raise Unreadable(f"There is no column {named!r}.", f"There are: {', '.join(columns)}.")
    likely = []
    for place, column in enumerate(columns):
        cells = [row[place] for row in first[:LOOKED_AT] if row[place].strip()]
        numbers = sum(1 for cell in cells if read(cell.strip(), country).valid)
        known = any(word in column.lower() for word in _NAMED)
        if known or (cells and numbers * 2 > len(cells)):
            likely.append((numbers / (len(cells) or 1), known, -place))
    if not likely:
        raise Unreadable("No column holds phone numbers.", f"Name it: --column {columns[0]!r}.")
    return -max(likely)[2]


def _chunks(rows: Iterator[list[str]], width: int, at_once: int) -> Iterator[list[list[str]]]:
    while chunk := list(itertools.islice(rows, at_once)):
        yield [row if len(row) == width else (row + [""] * width)[:width] for row in chunk if row]


def _framed(file: Path, kind: str, skip: int, at_once: int) -> Sheet:
    """By polars, whose import takes a while."""
    import polars

    try:
        if kind == ".parquet":
            lazy = polars.scan_parquet(file)
            columns = lazy.collect_schema().names()
            rows = int(lazy.select(polars.len()).collect().item())

            def parts() -> Iterator[list[list[str]]]:
                for start in range(skip, rows, at_once):
                    yield _texts(lazy.slice(start, at_once).collect())

            return Sheet(columns, parts())
        frame = polars.read_excel(file, engine="calamine", infer_schema_length=0)
    except (polars.exceptions.PolarsError, OSError, ValueError) as error:
        raise Unreadable(f"{file} cannot be read: {error}", "Is it what its name says?") from error
    parts_of = (_texts(frame.slice(start, at_once)) for start in range(skip, frame.height, at_once))
    return Sheet(frame.columns, parts_of)


def _texts(frame: object) -> list[list[str]]:
    """Cells as texts; a number that a spreadsheet holds as such has no decimals."""
    rows: list[list[str]] = []
    for row in frame.iter_rows():  # type: ignore[attr-defined]
        rows.append(
            [
                ""
                if cell is None
                else str(int(cell))
                if isinstance(cell, float) and cell.is_integer()
                else str(cell)
                for cell in row
            ]
        )
    return rows


def _encoding(file: Path) -> tuple[str, str]:
    with file.open("rb") as source:
        start = source.read(SAMPLE_BYTES)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", start[: len(start) // 2 * 2].decode("utf-16", "replace")
    try:
        return "utf-8-sig", start.decode("utf-8-sig", "strict")
    except UnicodeDecodeError as error:
        if error.start > len(start) - 4:  # a letter that the sample cuts
            return "utf-8-sig", start[: error.start].decode("utf-8-sig")
        return "cp1252", start.decode("cp1252", "replace")


def _dialect(sample: str) -> type[csv.Dialect] | csv.Dialect:
    """By the header: the delimiter that stands there most often; a column alone has none."""

    class Found(csv.excel):
        delimiter = max(_DELIMITERS, key=sample.partition("\n")[0].count)

    return Found


def row_count(file: Path) -> int:
    """How many rows there are, about: what a progress bar goes by. 0 where only reading them all would tell."""
    if not file.is_file() or file.suffix.lower() in FRAMED:
        return 0
    count = 0
    with file.open("rb") as source:
        while block := source.read(1 << 20):
            count += block.count(b"\n")
    return max(0, count - 1)
