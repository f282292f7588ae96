"""Reading the tables that ship with Tidings: CSV with a header line, each row with its source."""

import csv
from collections.abc import Iterator
from importlib import resources


def rows(file_name: str) -> Iterator[dict[str, str]]:
    """Every row of a table of this folder, by column name. Raises when the file is absent."""
    text = resources.files("tidings.data").joinpath(file_name).read_text("utf-8")
    yield from csv.DictReader(text.splitlines())
