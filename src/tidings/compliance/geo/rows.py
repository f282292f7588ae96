"""Networks and countries that nobody may write to before somebody allows it, as rows of `destinations.csv`. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tidings.compliance.packs.faults import BadRows, Fault
from tidings.data import tables
from tidings.kernel.numbering_plan import REGIONS

FILE = "destinations.csv"
COLUMNS = ("destination", "name", "risk", "why", "source")
SHARED_CODES = frozenset({"+800", "+808", "+870", "+878", "+881", "+882", "+883", "+888", "+979"})
"""Calling codes of no country (ITU-T E.164, list of shared country codes)."""


class Risk(StrEnum):
    HIGH = "high"
    """Nobody may write there before an account allows it by name."""
    NORMAL = "normal"


@dataclass(frozen=True, slots=True)
class Destination:
    """An ISO 3166 code of a country, or `+` and a calling code of none."""

    name: str
    risk: Risk
    why: str
    source: str


@dataclass(frozen=True, eq=False)
class Destinations:
    """The rows of a pack by destination; `version` is the pack's."""

    version: str
    by_destination: Mapping[str, Destination]
    risky: Mapping[str, Destination] = field(init=False)
    """Those of high risk."""

    def __post_init__(self) -> None:
        risky = {name: one for name, one in self.by_destination.items() if one.risk is Risk.HIGH}
        object.__setattr__(self, "risky", risky)


def parse(rows: Iterable[Mapping[str, str]], *, file: str = FILE) -> tuple[tuple[str, Destination], ...]:
    """Raises BadRows with all that is wrong."""
    faults: list[Fault] = []
    found: dict[str, Destination] = {}
    for number, row in enumerate(rows, start=2):
        problems = list(_problems(row, taken=found))
        faults += [Fault(file, number, column, problem) for column, problem in problems]
        if not problems:
            one = Destination(row["name"], Risk(row["risk"]), row["why"], row["source"])
            found[row["destination"]] = one
    if faults:
        raise BadRows(faults)
    return tuple(found.items())


def shipped() -> Destinations:
    """The destinations that Tidings comes with."""
    return Destinations(FILE, dict(parse(tables.rows(f"rules/{FILE}"))))


def _problems(row: Mapping[str, str], *, taken: Mapping[str, Destination]) -> Iterator[tuple[str, str]]:
    missing = [column for column in COLUMNS if not (row.get(column) or "").strip()]
    if missing:
        for column in missing:
            yield column, "is empty or missing"
        return
    destination = row["destination"]
    if destination not in REGIONS and destination not in SHARED_CODES:
        yield (
            "destination",
            f"{destination!r} is no ISO 3166 code, such as FR, and no calling code of no country, such as +881",
        )
    if destination in taken:
        yield "destination", f"{destination} stands there twice"
    if row["risk"] not in set(Risk):
        yield "risk", f"{row['risk']!r} is unknown: write {', '.join(Risk)}"
