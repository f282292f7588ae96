"""A sheet of recipients: their numbers, and what else is known of where they are. Pure."""

import csv
from collections.abc import Iterable, Iterator

from tidings.compliance.quiet_hours.place import BadField, Place, place_of
from tidings.kernel.phone_number import PhoneNumber

NUMBER, KNOWN = "recipient", ("zone", "postal_code", "state")


class BadLine(ValueError):  # noqa: N818 - it names what is wrong
    """A line of a sheet that cannot be read."""

    def __init__(self, line: int, column: str, problem: str) -> None:
        super().__init__(problem)
        self.line, self.column = line, column


def places_in(lines: Iterable[str]) -> Iterator[Place]:
    """Where each may be, of a CSV with a column `recipient`, and `zone`, `postal_code` and `state` if wanted; other
    columns are passed over. Raises BadLine at the first line that is wrong."""
    reader = csv.DictReader(lines)
    if NUMBER not in (reader.fieldnames or ()):
        raise BadLine(1, NUMBER, "The header has no such column.")
    for row in reader:
        number = (row[NUMBER] or "").strip()
        if PhoneNumber.parse(number) is None:
            raise BadLine(reader.line_num, NUMBER, f"{number!r} is no number in E.164, such as +14155552671.")
        known = {column: (row.get(column) or "").strip() or None for column in KNOWN}
        try:
            yield place_of(number, **known)
        except BadField as bad:
            raise BadLine(reader.line_num, bad.field, bad.problem) from None
