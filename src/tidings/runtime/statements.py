"""Named SQL: the statements of a slice stand in its `store.sql` and are called by name.

    -- name: overdue_tickets :many
    -- The tickets of one bucket that grew too old, oldest first.
    select id from queue where bucket = $1 and expires_at < $2

The kind after the name says what a call gives: `:many` records, `:one` record or None, `:value` of the
first column of the first row or None, `:run` the number of rows touched. A statement over a tenant's rows
names the account and one over bucketed rows names the bucket; where it must not, a line `-- across
accounts: why` or `-- across buckets: why` says the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tidings.runtime.database import Connection, Record

KINDS = ("many", "one", "value", "run")
_HEADER = re.compile(r"^-- name: (?P<name>[a-z][a-z0-9_]*) :(?P<kind>[a-z]+)\s*$")
_EXEMPTION = re.compile(r"^across (?P<what>accounts|buckets): (?P<reason>.+)$")


class StatementFault(Exception):  # noqa: N818 - it names what is wrong
    """A store.sql, or a call of one of its statements, that cannot be right. The message says where."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, with what its comment says. `exemptions` maps accounts or buckets to the reason."""

    name: str
    kind: str
    comment: str
    exemptions: Mapping[str, str]
    sql: str


class Statements:
    """The statements of one store.sql."""

    def __init__(self, path: Path, statements: Mapping[str, Statement]) -> None:
        self.path = path
        self._statements = dict(statements)

    @classmethod
    def beside(cls, file: str) -> Self:
        """The statements of the `store.sql` in the folder of `file`. Raises StatementFault when it cannot
        be read.
        """
        path = Path(file).with_name("store.sql")
        return cls(path, parse(path.read_text("utf-8"), where=str(path)))

    def __iter__(self) -> Iterator[Statement]:
        return iter(self._statements.values())

    def __getitem__(self, name: str) -> Statement:
        try:
            return self._statements[name]
        except KeyError:
            raise StatementFault(f"{self.path} has no statement {name!r}") from None

    async def many(self, db: Connection, name: str, *values: Any) -> list[Record]:
        return await db.fetch(self._text(name, "many"), *values)

    async def one(self, db: Connection, name: str, *values: Any) -> Record | None:
        return await db.fetchrow(self._text(name, "one"), *values)

    async def value(self, db: Connection, name: str, *values: Any) -> Any:
        return await db.fetchval(self._text(name, "value"), *values)

    async def run(self, db: Connection, name: str, *values: Any) -> int:
        """How many rows were written; 0 for a statement that writes none."""
        tag = await db.execute(self._text(name, "run"), *values)
        count = tag.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    def _text(self, name: str, kind: str) -> str:
        statement = self[name]
        if statement.kind != kind:
            raise StatementFault(f"{name!r} of {self.path} is :{statement.kind}, called as :{kind}")
        return statement.sql


def parse(text: str, *, where: str) -> dict[str, Statement]:
    """The statements of a store.sql's text. Raises StatementFault naming the first that is malformed."""
    blocks: list[tuple[str, str, list[str]]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("-- name:"):
            header = _HEADER.match(line)
            if header is None or header["kind"] not in KINDS:
                raise StatementFault(f"{where}:{number}: write '-- name: some_name :many|:one|:value|:run'")
            blocks.append((header["name"], header["kind"], []))
        elif blocks:
            blocks[-1][2].append(line)
    statements: dict[str, Statement] = {}
    for name, kind, lines in blocks:
        if name in statements:
            raise StatementFault(f"{where}: statement {name!r} stands there twice")
        statements[name] = _statement(name, kind, lines, where=where)
    return statements


def _statement(name: str, kind: str, lines: list[str], *, where: str) -> Statement:
    while lines and not lines[0].strip():
        lines.pop(0)
    comments: list[str] = []
    exemptions: dict[str, str] = {}
    while lines and lines[0].startswith("--"):
        comment = lines.pop(0).removeprefix("--").strip()
        exemption = _EXEMPTION.match(comment)
        if exemption is not None:
            exemptions[exemption["what"]] = exemption["reason"]
        else:
            comments.append(comment)
    # A section's heading, written as comments behind the statement before it, is not part of that statement.
    while lines and (not lines[-1].strip() or lines[-1].startswith("--")):
        lines.pop()
    sql = "\n".join(lines).strip().removesuffix(";")
    if not comments or not sql:
        missing = "statement" if comments else "comment that says what it is for"
        raise StatementFault(f"{where}: {name!r} has no {missing}")
    return Statement(name, kind, " ".join(comments), exemptions, sql)


def all_stores() -> list[Statements]:
    """Every store.sql of the product, found by its place in the package."""
    package = Path(__file__).parent.parent
    return [Statements.beside(str(path)) for path in sorted(package.rglob("store.sql"))]


async def check_all(db: Connection) -> None:
    """Prepares every statement against the schema. Raises StatementFault that lists all that do not fit."""
    faults = []
    for store in all_stores():
        for statement in store:
            try:
                await db.prepare(statement.sql)
            except Exception as error:  # whatever PostgreSQL or the driver says belongs in the list
                faults.append(f"{store.path.parent.name}.{statement.name}: {error}")
    if faults:
        raise StatementFault("statements that do not fit the schema:\n" + "\n".join(faults))
