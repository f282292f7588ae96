"""What is wrong with a rule pack: every fault with its file, row and column, all at once."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    file: str
    row: int
    """As an editor counts: the header is 1."""
    column: str
    problem: str
    """A sentence that says what is wrong and what would do."""

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}, column {self.column}: {self.problem}"


class BadRows(Exception):  # noqa: N818 - what the rows are
    """Rows that are not as they should be; nothing of them holds."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)
