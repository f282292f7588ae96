"""A rule pack: its manifest and its tables, checked and read. Pure.

A pack that leaves a table out has that of the pack that ships with Tidings, as it stands when the pack is put together;
what is kept of a pack is always whole.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from importlib import resources
from types import MappingProxyType
from typing import Any

from tidings.compliance.caps import rows as caps
from tidings.compliance.caps.cap import Cap
from tidings.compliance.consent import law as consent
from tidings.compliance.consent.law import ConsentLaws
from tidings.compliance.countries import rows as countries
from tidings.compliance.countries.rows import CountryRules
from tidings.compliance.geo import rows as destinations
from tidings.compliance.geo.rows import Destinations
from tidings.compliance.packs import manifest as manifests
from tidings.compliance.packs import sheet as sheets
from tidings.compliance.packs.faults import BadRows, Fault
from tidings.compliance.packs.manifest import Manifest
from tidings.compliance.quiet_hours import rows as quiet_hours
from tidings.compliance.quiet_hours.rules import Rules, rules_of
from tidings.compliance.verdict import Traffic


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of table. `parse(rows, file=...)` raises BadRows; `keys` are the columns by which a row is known, `place`
    that with the place where it holds. `traffic`: the kind of message that all its rows are about."""

    file: str
    columns: tuple[str, ...]
    parse: Callable[..., tuple[Any, ...]]
    keys: tuple[str, ...]
    place: str
    traffic: Traffic | None = None


_TABLES = (
    Table("quiet_hours.csv", quiet_hours.COLUMNS, quiet_hours.parse, ("rule",), "jurisdiction"),
    Table("countries.csv", countries.COLUMNS, countries.parse, ("iso2",), "iso2"),
    Table("caps.csv", caps.COLUMNS, caps.parse, ("state", "traffic", "scope", "hours"), "state"),
    Table("consent.csv", consent.COLUMNS, consent.parse, ("country",), "country", Traffic.MARKETING),
    Table("destinations.csv", destinations.COLUMNS, destinations.parse, ("destination",), "destination"),
)
TABLES: Mapping[str, Table] = {one.file: one for one in _TABLES}


@dataclass(frozen=True, eq=False)
class Pack:
    """Rules that hold together. Two packs with one `digest` say the same."""

    manifest: Manifest
    tables: Mapping[str, str]
    """The text of every table, by file name."""
    digest: str
    quiet_hours: Rules
    countries: Mapping[str, CountryRules]
    """By ISO 3166 code."""
    caps: tuple[Cap, ...]
    """Those that law sets."""
    consent: ConsentLaws
    destinations: Destinations

    @property
    def version(self) -> str:
        return self.manifest.version

    def rows(self, file: str) -> list[dict[str, str]]:
        """A table's rows as they are written."""
        return sheets.read(self.tables[file], file=file, columns=TABLES[file].columns).rows


def assemble(manifest: str, tables: Mapping[str, str]) -> Pack:
    """The pack of a `pack.toml` and the texts of its tables; tables that are left out are those of the shipped pack.

    Raises BadRows with every fault of every file at once.
    """
    return _assemble(manifest, {**shipped().tables, **tables}, given=tables)


@cache
def shipped() -> Pack:
    """The pack of this release. Its version ends with what tells it from that of any other release."""
    folder = resources.files("tidings.data").joinpath("rules")
    texts = {file: folder.joinpath(file).read_text("utf-8") for file in TABLES}
    manifest = folder.joinpath(manifests.FILE).read_text("utf-8")
    return _assemble(manifest, texts, given=texts, version_suffix=f".{digest_of(texts)[:8]}")


def digest_of(tables: Mapping[str, str]) -> str:
    """SHA-256 over the tables' names and texts, in hexadecimal."""
    hashed = sha256()
    for file in sorted(tables):
        content = tables[file].encode()
        hashed.update(f"{file} {len(content)}\n".encode() + content)
    return hashed.hexdigest()


def _assemble(
    manifest: str, tables: Mapping[str, str], *, given: Iterable[str], version_suffix: str = ""
) -> Pack:
    faults = [
        Fault(file, 1, "-", f"Nobody knows this file: a pack has {manifests.FILE}, {', '.join(TABLES)}.")
        for file in given
        if file not in TABLES
    ]
    read: dict[str, tuple[Any, ...]] = {}
    described = None
    try:
        described = manifests.parse(manifest)
    except BadRows as bad:
        faults += bad.faults
    for file, table in TABLES.items():
        read[file], wrong = _read(table, tables[file])
        faults += wrong
    if faults or described is None:
        raise BadRows(faults)
    described = replace(described, version=described.version + version_suffix)
    whole = {file: tables[file] for file in TABLES}
    return Pack(
        manifest=described,
        tables=MappingProxyType(whole),
        digest=digest_of(whole),
        quiet_hours=rules_of(read["quiet_hours.csv"], version=described.version),
        countries=MappingProxyType({one.iso2: one for one in read["countries.csv"]}),
        caps=tuple(row.cap(version=described.version) for row in read["caps.csv"]),
        consent=ConsentLaws(read["consent.csv"], version=described.version),
        destinations=Destinations(described.version, dict(read["destinations.csv"])),
    )


def _read(table: Table, text: str) -> tuple[tuple[Any, ...], list[Fault]]:
    """What a table says, and everything that is wrong with it; its parser counts the rows that are rows, from 2."""
    sheet = sheets.read(text, file=table.file, columns=table.columns)
    faults = list(sheet.faults)
    if not sheet.rows and faults:
        return (), faults
    try:
        return table.parse(sheet.rows, file=table.file), faults
    except BadRows as bad:
        faults += [
            Fault(one.file, sheet.lines[one.row - 2] if one.row > 1 else 1, one.column, one.problem)
            for one in bad.faults
        ]
        return (), sorted(faults, key=lambda one: one.row)
