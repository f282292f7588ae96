"""Texts to look at as people keep them: a CSV with a column `text`, or a text a line. Pure."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from tidings.compliance.content.envelope import BadField, Envelope, envelope_of

COLUMNS = ("text", "to", "country", "sender", "sender_type", "traffic", "brand")
_ALSO = {"body": "text", "from": "sender", "recipient": "to"}


class Line(NamedTuple):
    number: int
    """As an editor counts, from 1."""
    text: str
    envelope: Envelope


class BadLine(Exception):  # noqa: N818 - what it is
    """A line that cannot be read; `column` is empty for one without columns."""

    def __init__(self, line: int, column: str, problem: str) -> None:
        super().__init__(problem)
        self.line, self.column = line, column


def lines_of(lines: Iterable[str], *, envelope: Envelope) -> Iterator[Line]:
    """A text a line; blank ones are passed over."""
    for number, line in enumerate(lines, start=1):
        text = line.rstrip("\r\n")
        if text.strip():
            yield Line(number, text, envelope)


def rows_of(lines: Iterable[str], *, given: Mapping[str, str], brands: tuple[str, ...]) -> Iterator[Line]:
    """The rows of a CSV. A row's own columns come before what is `given` for all (by the names of `envelope_of`).

    Raises BadLine at the first row that cannot be read."""
    reader = csv.reader(lines)
    header = [_ALSO.get(name.strip().lower(), name.strip().lower()) for name in next(reader, [])]
    if "text" not in header:
        raise BadLine(1, "text", "There is no column `text`: name the columns in the first line.")
    places = {name: header.index(name) for name in COLUMNS if name in header}
    known: dict[tuple[str, ...], Envelope] = {}
    for row in reader:
        if not row:
            continue
        if len(row) != len(header):
            raise BadLine(
                reader.line_num, "", f"It has {len(row)} columns, and the first line {len(header)}."
            )
        own = {name: row[place].strip() for name, place in places.items() if name != "text"}
        key = tuple(own.values())
        if key not in known:
            known[key] = _envelope(reader.line_num, own, given, brands)
        yield Line(reader.line_num, row[places["text"]], known[key])


def _envelope(
    line: int, own: Mapping[str, str], given: Mapping[str, str], brands: tuple[str, ...]
) -> Envelope:
    brand = own.get("brand", "")
    fields = {name: value for name, value in own.items() if value and name != "brand"}
    if "to" in fields and "country" not in fields:
        fields["country"] = ""  # where the row goes, not where all go
    try:
        return envelope_of(**{**given, **fields}, brands=(brand,) if brand else brands)
    except BadField as fault:
        raise BadLine(line, fault.field, str(fault)) from fault
