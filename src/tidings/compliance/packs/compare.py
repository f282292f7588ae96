"""What differs between two rule packs, row by row. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from tidings.compliance.consent import law as consent
from tidings.compliance.packs.pack import TABLES, Pack

Row: TypeAlias = Mapping[str, str]
ANYWHERE = "*"


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One rule that differs. `was` and `becomes` have the columns that differ; empty where the rule is not there."""

    file: str
    rule: str
    kind: Kind
    place: str
    """Where it holds: `FR`, `US-TX`, `+881`, or `*` for everywhere."""
    traffic: str
    """The kind of message that it is about; empty for all."""
    was: Mapping[str, str]
    becomes: Mapping[str, str]
    but: frozenset[str] = frozenset()
    """Where it does not hold although its place is `*`: countries with a row of their own."""


def compare(old: Pack, new: Pack) -> tuple[Change, ...]:
    """Every rule that differs, by file and rule."""
    changes: list[Change] = []
    for file in TABLES:
        if old.tables[file] != new.tables[file]:
            changes += _of_table(file, _by_rule(old, file), _by_rule(new, file))
    return tuple(changes)


def _by_rule(pack: Pack, file: str) -> Mapping[str, list[Row]]:
    """A rule of several rows has them in their order."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in pack.rows(file):
        found["/".join(row[key] for key in TABLES[file].keys)].append(row)
    return found


def _of_table(file: str, old: Mapping[str, list[Row]], new: Mapping[str, list[Row]]) -> Iterator[Change]:
    table = TABLES[file]
    for rule in sorted(old.keys() | new.keys()):
        was, becomes = _joined(old.get(rule, [])), _joined(new.get(rule, []))
        if was == becomes:
            continue
        kind = Kind.CHANGED if was and becomes else Kind.ADDED if becomes else Kind.REMOVED
        row = becomes or was
        columns = [column for column in row if was.get(column, "") != becomes.get(column, "")]
        yield Change(
            file,
            rule,
            kind,
            row[table.place],
            row.get("traffic", table.traffic or ""),
            {column: was[column] for column in columns} if was else {},
            {column: becomes[column] for column in columns} if becomes else {},
            _own_rows(new, table.place)
            if file == consent.FILE and row[table.place] == ANYWHERE
            else frozenset(),
        )


def _own_rows(rules: Mapping[str, list[Row]], place: str) -> frozenset[str]:
    return frozenset(row[place] for rows in rules.values() for row in rows) - {ANYWHERE}


def _joined(rows: list[Row]) -> dict[str, str]:
    """The columns of a rule; where its rows say different things, all of them in their order."""
    if not rows:
        return {}
    joined = {}
    for column in rows[0]:
        values = [row[column] for row in rows]
        joined[column] = values[0] if len(set(values)) == 1 else " | ".join(values)
    return joined
