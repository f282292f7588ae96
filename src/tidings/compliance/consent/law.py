"""A row of `data/rules/consent.csv`: what a country asks of consent to marketing. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from tidings.compliance.packs.faults import BadRows, Fault
from tidings.compliance.verdict import Rule
from tidings.kernel.instant import Instant
from tidings.kernel.numbering_plan import REGIONS

FILE = "consent.csv"
COLUMNS = ("country", "asks", "basis", "revoke_all_from", "rule", "source", "confidence", "as_of")
ELSEWHERE = "*"
"""In the place of a country: every one without a row of its own."""
CONFIDENCE = frozenset({"high", "medium", "low", "none"})


class Asks(StrEnum):
    NOTHING = "nothing"
    OPT_IN = "opt_in"
    DOUBLE_OPT_IN = "double_opt_in"


class Basis(StrEnum):
    BINDING = "binding"
    """A law or a regulator."""
    CAREFUL = "careful"
    """Carriers, or good practice."""


@dataclass(frozen=True, slots=True)
class ConsentLaw:
    country: str
    """ISO 3166, or `*`."""
    asks: Asks
    basis: Basis
    revoke_all_from: date | None
    """From when on a withdrawal in answer to one kind of message reaches all others."""
    rule: str
    source: str
    confidence: str
    as_of: str


def parse(rows: Iterable[Mapping[str, str]], *, file: str = FILE) -> tuple[ConsentLaw, ...]:
    """Raises BadRows with all that is wrong."""
    faults: list[Fault] = []
    found: dict[str, ConsentLaw] = {}
    for number, row in enumerate(rows, start=2):
        problems = list(_problems(row, taken=found))
        faults += [Fault(file, number, column, problem) for column, problem in problems]
        if not problems:
            law = _law(row)
            found[law.country] = law
    if ELSEWHERE not in found and not faults:
        faults.append(Fault(file, 1, "country", "there is no row for all other countries: write one for *"))
    if faults:
        raise BadRows(faults)
    return tuple(found.values())


def _problems(row: Mapping[str, str], *, taken: Mapping[str, ConsentLaw]) -> Iterable[tuple[str, str]]:
    country = row.get("country") or ""
    if country != ELSEWHERE and country not in REGIONS:
        yield (
            "country",
            f"{country!r} is no country: write its ISO 3166 code, such as FR, or * for all others",
        )
    if country in taken:
        yield "country", f"{country} stands there twice"
    if row.get("asks") not in set(Asks):
        yield "asks", f"{row.get('asks')!r} is unknown: write {', '.join(Asks)}"
    if row.get("basis") not in set(Basis):
        yield "basis", f"{row.get('basis')!r} is unknown: write {', '.join(Basis)}"
    if row.get("revoke_all_from") and _day(row["revoke_all_from"]) is None:
        yield "revoke_all_from", f"{row['revoke_all_from']!r} is no day: write 2027-01-31"
    if row.get("confidence") not in CONFIDENCE:
        yield (
            "confidence",
            f"{row.get('confidence')!r} is unknown: write {', '.join(sorted(CONFIDENCE))}",
        )
    for column in ("rule", "source", "as_of"):
        if not row.get(column):
            yield column, "is empty"


def _law(row: Mapping[str, str]) -> ConsentLaw:
    return ConsentLaw(
        row["country"],
        Asks(row["asks"]),
        Basis(row["basis"]),
        _day(row.get("revoke_all_from") or ""),
        row["rule"],
        row["source"],
        row["confidence"],
        row["as_of"],
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date | None) -> Instant | None:
    """The beginning of a day (UTC)."""
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)


class ConsentLaws:
    """The rows of a pack, by country; `version` is the pack's."""

    def __init__(self, laws: Iterable[ConsentLaw], *, version: str) -> None:
        self.version = version
        self._by_country = {law.country: law for law in laws}
        self._ends_all_since = {
            country: _midnight(law.revoke_all_from) for country, law in self._by_country.items()
        }
        self._ends_all_elsewhere = self._ends_all_since.get(ELSEWHERE)
        self._rules = {
            country: Rule(f"consent/{country}/marketing", version, law.source, law.rule)
            for country, law in self._by_country.items()
        }

    def ends_all(self, country: str, *, at: Instant) -> bool:
        """Whether one bare STOP ends every kind of message there by then."""
        since = self._ends_all_since.get(country, self._ends_all_elsewhere)
        return since is not None and at >= since

    def of(self, country: str) -> ConsentLaw:
        """The law of a country; where it is unknown, that of all others."""
        return self._by_country.get(country) or self._by_country[ELSEWHERE]

    def rule_of(self, law: ConsentLaw) -> Rule:
        """One of these laws as a verdict names it."""
        return self._rules[law.country]
