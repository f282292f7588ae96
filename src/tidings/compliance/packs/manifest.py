"""`pack.toml`: what a rule pack is called, who made it, and from which day it is meant to hold. Pure."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tidings.compliance.packs.faults import BadRows, Fault

FILE = "pack.toml"
SCHEMA = 1
"""The form of a pack's files. A release that needs another form counts it up."""
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", re.ASCII)
SHIPPED = "shipped"
"""Names the pack of the release, whichever that is; no pack of an operator is called so."""

_NEEDED = ("schema", "version", "title", "effective_from", "source")
_OPTIONAL = ("note",)
_LINE = re.compile(r"\(at line (\d+)")


@dataclass(frozen=True, slots=True)
class Manifest:
    version: str
    title: str
    effective_from: date
    """The first day on which the pack is meant to hold (UTC)."""
    source: str
    note: str = ""


def parse(text: str) -> Manifest:
    """Raises BadRows with everything that is wrong; a row is a line of the file, a column a key."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _LINE.search(str(error))
        line = int(at[1]) if at else len(text.splitlines())
        raise BadRows([Fault(FILE, line, "-", f"It is not TOML: {error}.")]) from None
    faults = [
        Fault(FILE, _line_of(text, key), key, problem)
        for key, problem in [*_missing(given), *_unknown(given), *_wrong(given)]
    ]
    if faults:
        raise BadRows(faults)
    return Manifest(
        version=given["version"],
        title=given["title"].strip(),
        effective_from=given["effective_from"],
        source=given["source"].strip(),
        note=given.get("note", "").strip(),
    )


def _missing(given: dict[str, Any]) -> list[tuple[str, str]]:
    return [(key, f"It is missing: write `{key} = ...`.") for key in _NEEDED if key not in given]


def _unknown(given: dict[str, Any]) -> list[tuple[str, str]]:
    known = ", ".join((*_NEEDED, *_OPTIONAL))
    return [
        (key, f"Nobody knows it: a pack has {known}.") for key in given if key not in (*_NEEDED, *_OPTIONAL)
    ]


def _wrong(given: dict[str, Any]) -> list[tuple[str, str]]:
    wrong = []
    schema = given.get("schema", SCHEMA)
    if type(schema) is not int or schema != SCHEMA:
        wrong.append(("schema", f"{schema!r} is not the form that this release reads, which is {SCHEMA}."))
    for key in ("version", "title", "source", "note"):
        text = given.get(key, "-")
        if not isinstance(text, str) or (not text.strip() and key != "note"):
            wrong.append((key, "It is no text in quotes."))
    version = given.get("version", "1")
    if isinstance(version, str) and (VERSION.fullmatch(version) is None or version == SHIPPED):
        wrong.append(
            ("version", f"{version!r} is no version, such as 2026.11 (letters, digits, `.`, `_`, `-`).")
        )
    day = given.get("effective_from", date.min)
    if not isinstance(day, date) or isinstance(day, datetime):
        wrong.append(("effective_from", "It is no day, such as 2026-12-01 without quotes."))
    return wrong


def _line_of(text: str, key: str) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.split("=", 1)[0].strip() == key:
            return number
    return max(1, len(text.splitlines()))
