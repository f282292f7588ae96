"""A row of `countries.csv`: what one country's carriers and regulators ask of senders and texts. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import TypeVar

from tidings.compliance.packs.faults import BadRows, Fault
from tidings.compliance.topics import TOPICS
from tidings.data import tables
from tidings.kernel.numbering_plan import REGIONS

FILE = "countries.csv"
SENDERS = frozenset(
    {"long_code", "short_code", "toll_free", "alphanumeric_dynamic", "alphanumeric_preregistered"}
)
CONFIDENCE = frozenset({"high", "medium", "low", "none"})
_COUNTRIES = frozenset(row["iso2"] for row in tables.rows("country_names.csv")) | REGIONS
COLUMNS = (
    "iso2",
    "name",
    "senders",
    "two_way",
    "registration",
    "links",
    "barred",
    "limited",
    "forbids",
    "requires",
    "begins",
    "begins_of",
    "promo_sender",
    "generic_senders",
    "unicode",
    "most_parts",
    "note",
    "source",
    "confidence",
    "as_of",
)


class Links(StrEnum):
    """Which links a text may have."""

    UNKNOWN = ""
    ALLOWED = "allowed"
    BRANDED = "branded"
    """Of the sender's own domain; those of public shorteners are filtered."""
    REGISTERED = "registered"
    """Announced to the carriers beforehand."""
    FORBIDDEN = "forbidden"


class Forbidden(StrEnum):
    """What a text may not have, or may not be."""

    SHORT_LINKS = "short_links"
    CHAT_LINKS = "chat_links"
    PHONE_NUMBERS = "phone_numbers"
    MARKETING = "marketing"
    MARKETING_BY_LONG_CODE = "marketing_by_long_code"


class Required(StrEnum):
    """What a text must have."""

    OPT_OUT = "opt_out"
    """Marketing says how to get no more of it."""
    BRAND = "brand"


class Begins(StrEnum):
    """Which texts must begin with a country's mark."""

    MARKETING = "marketing"
    ALL = "all"


class Generic(StrEnum):
    """What becomes of sender ids that name nobody, such as INFO."""

    UNKNOWN = ""
    DISCOURAGED = "discouraged"
    BARRED = "barred"


class Unicode(StrEnum):
    UNKNOWN = ""
    YES = "yes"
    PARTIAL = "partial"
    NO = "no"


@dataclass(frozen=True, slots=True, eq=False)
class CountryRules:
    """One country. Empty where nothing is known, which allows what other rules allow."""

    iso2: str
    name: str
    senders: frozenset[str]
    """Kinds of sender that its carriers take; a foreign long code may still arrive, with another's number shown."""
    two_way: str
    registration: str
    """What has to be registered first, in words; empty or beginning with `none` where nothing has to be."""
    links: Links
    barred: frozenset[str]
    """Topics that carriers block."""
    limited: frozenset[str]
    """Topics that need leave, an age gate or a licence."""
    forbids: frozenset[Forbidden]
    requires: frozenset[Required]
    begins: str
    """What texts begin with, such as a mark for advertising; empty where nothing is asked."""
    begins_of: Begins | None
    promo_sender: tuple[str, ...]
    """Patterns (`*` for anything) one of which a sender id for marketing must fit; empty where nothing is asked."""
    generic_senders: Generic
    unicode: Unicode
    most_parts: int | None
    """Segments of the longest text that carriers join again; None where no limit is known."""
    note: str
    source: str
    confidence: str
    as_of: str
    """The year in which the sources said so."""


def parse(rows: Iterable[Mapping[str, str]], *, file: str = FILE) -> tuple[CountryRules, ...]:
    """The rows as rules. Raises BadRows with every fault of every row: rows count from 2, the line below the header."""
    faults: list[Fault] = []
    parsed: list[CountryRules] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, start=2):
        before = len(faults)
        faults += [Fault(file, number, column, problem) for column, problem in _faults_of(row, seen, number)]
        if len(faults) == before:
            parsed.append(_country(row))
    if not parsed and not faults:
        faults.append(Fault(file, 1, "iso2", "There is no row: give every country that rules are known of."))
    if faults:
        raise BadRows(faults)
    return tuple(parsed)


@cache
def shipped() -> Mapping[str, CountryRules]:
    """The countries that ship with Tidings, by ISO 3166 code."""
    return MappingProxyType({one.iso2: one for one in parse(tables.rows(f"rules/{FILE}"))})


def _faults_of(row: Mapping[str, str], seen: dict[str, int], number: int) -> Iterator[tuple[str, str]]:
    missing = [column for column in COLUMNS if row.get(column) is None]
    if missing:
        for column in missing:
            yield column, "The column is missing."
        return
    country = row["iso2"]
    if not (len(country) == 2 and country.isascii() and country.isupper()):
        yield "iso2", f"{country!r} is not the two capital letters of ISO 3166."
    elif country not in _COUNTRIES:
        yield "iso2", f"{country} is no country (ISO 3166)."
    elif country in seen:
        yield "iso2", f"{country} stands in row {seen[country]} already: write one row a country."
    else:
        seen[country] = number
    for column, known in _WORDS.items():
        words = row[column].split()
        for word in words:
            if word not in known:
                yield column, f"{word!r} is none of {', '.join(sorted(known))}."
    for column, one_of in _CHOICES.items():
        if row[column] not in one_of:
            yield column, f"{row[column]!r} is none of {', '.join(sorted(filter(None, one_of)))}."
    yield from _contradictions(row)


def _contradictions(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    both = set(row["barred"].split()) & set(row["limited"].split())
    if both:
        yield "limited", f"{', '.join(sorted(both))} cannot be both barred and limited."
    if bool(row["begins"]) != bool(row["begins_of"]):
        yield "begins_of", "`begins` and `begins_of` go together."
    if row["links"] == Links.ALLOWED and Forbidden.SHORT_LINKS in row["forbids"].split():
        yield "links", "It allows links, and `forbids` has short_links: write branded."
    if row["most_parts"] and not (row["most_parts"].isdecimal() and 1 <= int(row["most_parts"]) <= 255):
        yield "most_parts", f"{row['most_parts']!r} is not a number of segments from 1 to 255."
    ruled = ("links", "barred", "limited", "forbids", "requires", "begins", "promo_sender", "generic_senders")
    if any(row[column] for column in ruled) and not row["source"]:
        yield "source", "It has rules, and names no source for them."


def _country(row: Mapping[str, str]) -> CountryRules:
    return CountryRules(
        iso2=row["iso2"],
        name=row["name"],
        senders=_set(row, "senders", str),
        two_way=row["two_way"],
        registration=row["registration"],
        links=Links(row["links"]),
        barred=_set(row, "barred", str),
        limited=_set(row, "limited", str),
        forbids=_set(row, "forbids", Forbidden),
        requires=_set(row, "requires", Required),
        begins=row["begins"],
        begins_of=Begins(row["begins_of"]) if row["begins_of"] else None,
        promo_sender=tuple(row["promo_sender"].split()),
        generic_senders=Generic(row["generic_senders"]),
        unicode=Unicode(row["unicode"]),
        most_parts=int(row["most_parts"]) if row["most_parts"] else None,
        note=row["note"],
        source=row["source"],
        confidence=row["confidence"],
        as_of=row["as_of"],
    )


_Word = TypeVar("_Word")


def _set(row: Mapping[str, str], column: str, made: Callable[[str], _Word]) -> frozenset[_Word]:
    return frozenset(map(made, row[column].split()))


_WORDS: Mapping[str, frozenset[str]] = {
    "senders": SENDERS,
    "barred": TOPICS,
    "limited": TOPICS,
    "forbids": frozenset(Forbidden),
    "requires": frozenset(Required),
}
_CHOICES: Mapping[str, frozenset[str]] = {
    "links": frozenset(Links),
    "begins_of": frozenset(Begins) | {""},
    "generic_senders": frozenset(Generic),
    "unicode": frozenset(Unicode),
    "two_way": frozenset({"yes", "no", "unknown", ""}),
    "confidence": CONFIDENCE,
}
