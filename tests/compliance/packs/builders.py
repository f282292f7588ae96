"""Packs to try things with."""

from datetime import date

from tidings.compliance.packs.pack import shipped
from tidings.compliance.packs.shelf import Author

BY = Author("kim", "counsel says so")


def manifest(version: str = "2027.01", *, effective_from: date = date(2027, 1, 1)) -> str:
    lines = (
        "schema = 1",
        f'version = "{version}"',
        'title = "Ours"',
        f"effective_from = {effective_from}",
        'source = "our counsel"',
    )
    return "\n".join(lines) + "\n"


def edited(file: str, *swaps: tuple[str, str]) -> str:
    """A shipped table in which the first of each is replaced by the second, once."""
    text = shipped().tables[file]
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def line_of(file: str, beginning: str) -> int:
    lines = shipped().tables[file].split("\n")
    return next(number for number, line in enumerate(lines, start=1) if line.startswith(beginning))
