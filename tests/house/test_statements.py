"""Statements: each fits the schema, is used, and keeps to one tenant and one bucket unless it says why not."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tidings.runtime.database import Database
from tidings.runtime.statements import Statement, all_stores, check_all

SOURCE = Path(__file__).parent.parent.parent / "src" / "tidings"
STATEMENTS = [(store.path, statement) for store in all_stores() for statement in store]
NAMES = [f"{path.parent.relative_to(SOURCE)}.{statement.name}" for path, statement in STATEMENTS]
every_statement = pytest.mark.parametrize(("path", "statement"), STATEMENTS, ids=NAMES)

_STRING = re.compile(r"'(?:[^']|'')*'")
_COMMENT = re.compile(r"--[^\n]*")
_TABLE = re.compile(r"(?:\bfrom|\bjoin|\binto|\bupdate|\busing|\bonly|,)\s+(?:public\.)?([a-z_]+)")
SQL_IN_PYTHON = re.compile(
    r"^\s*(select\b.+\bfrom\b|insert\s+into\b|update\s+\w+\s+set\b|delete\s+from\b|with\s+\w+\s+as\s*\(|"
    r"create\s+(table|index|schema)\b|alter\s+table\b|drop\s+table\b)",
    re.IGNORECASE | re.DOTALL,
)


def code_of(statement: Statement) -> str:
    """The statement without comments and quoted text."""
    return _STRING.sub("''", _COMMENT.sub("", statement.sql)).lower()


def tables_of(statement: Statement) -> set[str]:
    return set(_TABLE.findall(code_of(statement)))


async def columns(db: Database, column: str) -> set[str]:
    """The tables that have such a column, partitions left aside."""
    async with db.connection() as connection:
        rows = await connection.fetch(
            "select relname as name from pg_attribute a join pg_class c on c.oid = attrelid "
            "where attname = $1 and not attisdropped and relkind in ('r', 'p') "
            "and relnamespace = 'public'::regnamespace",
            column,
        )
    return {row["name"] for row in rows}


async def test_every_statement_fits_the_migrated_schema(db: Database) -> None:
    async with db.connection() as connection:
        await check_all(connection)


@every_statement
def test_a_statement_is_used_by_the_files_beside_it(path: Path, statement: Statement) -> None:
    users = [
        f"{file.name}:{node.lineno}"
        for file in sorted(path.parent.glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and node.value == statement.name
    ]
    assert users, f"nothing in {path.parent} calls {statement.name!r}: delete it from store.sql"


async def test_a_statement_over_tenants_rows_names_the_account(db: Database) -> None:
    owned = await columns(db, "account")
    faults = [
        f"{name} touches {', '.join(sorted(touched))}"
        for name, (_, statement) in zip(NAMES, STATEMENTS, strict=True)
        if (touched := tables_of(statement) & owned)
        and not re.search(r"\baccount", code_of(statement))
        and "accounts" not in statement.exemptions
    ]
    assert not faults, "\n".join(
        ["put the account into the statement, or write '-- across accounts: why' under its name:", *faults]
    )


async def test_a_statement_over_bucketed_rows_names_the_bucket(db: Database) -> None:
    bucketed = await columns(db, "bucket")
    faults = [
        f"{name} touches {', '.join(sorted(touched))}"
        for name, (_, statement) in zip(NAMES, STATEMENTS, strict=True)
        if (touched := tables_of(statement) & bucketed)
        and not re.search(r"\bbucket", code_of(statement))
        and "buckets" not in statement.exemptions
    ]
    assert not faults, "\n".join(
        ["put the bucket into the statement, or write '-- across buckets: why' under its name:", *faults]
    )


@every_statement
def test_an_exemption_is_needed_and_has_a_reason(path: Path, statement: Statement) -> None:
    for what, reason in statement.exemptions.items():
        assert len(reason) >= 10, f"{path}: {statement.name} crosses {what} without a reason one can judge"


def test_sql_stands_in_store_sql_and_nowhere_else() -> None:
    faults = [
        f"{file.relative_to(SOURCE)}:{node.lineno}"
        for file in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_IN_PYTHON.match(node.value)
    ]
    assert not faults, "\n".join(["move this SQL into the slice's store.sql and call it by name:", *faults])
