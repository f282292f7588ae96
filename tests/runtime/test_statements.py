"""Statements are called by name and kind, and a store.sql that cannot be right is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidings.runtime.database import Database
from tidings.runtime.statements import StatementFault, Statements, parse

STORE = """
-- A heading.

-- name: numbers :many
-- Counts from one.
-- across buckets: it has none
select n from generate_series(1, $1::integer) n;

-- name: double :value
-- Twice the number.
select $1::integer * 2

-- Another heading.

-- name: none :one
-- A row that is not there.
select 1 as n where false;

-- name: forget :run
-- Deletes some.
delete from scratch where n > $1
"""


@pytest.fixture
def store(tmp_path: Path) -> Statements:
    (tmp_path / "store.sql").write_text(STORE)
    return Statements.beside(str(tmp_path / "slice.py"))


async def test_each_kind_gives_its_own_shape(db: Database, store: Statements) -> None:
    async with db.connection() as connection:
        await connection.execute("create temporary table scratch as select generate_series(1, 5) as n")
        assert [row["n"] for row in await store.many(connection, "numbers", 3)] == [1, 2, 3]
        assert await store.value(connection, "double", 21) == 42
        assert await store.one(connection, "none") is None
        assert await store.run(connection, "forget", 3) == 2


async def test_a_statement_called_as_another_kind_is_refused(db: Database, store: Statements) -> None:
    async with db.connection() as connection:
        with pytest.raises(StatementFault, match=r"'double' of .* is :value, called as :many"):
            await store.many(connection, "double", 1)
        with pytest.raises(StatementFault, match="no statement 'missing'"):
            await store.many(connection, "missing")


def test_comments_and_exemptions_belong_to_their_statement(store: Statements) -> None:
    assert store["numbers"].comment == "Counts from one."
    assert store["numbers"].exemptions == {"buckets": "it has none"}
    assert store["double"].sql == "select $1::integer * 2"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("-- name: a :many\nselect 1", "has no comment"),
        ("-- name: a :many\n-- About a.\n", "has no statement"),
        ("-- name: a :lots\n-- About a.\nselect 1", "write '-- name"),
        ("-- name: a :one\n-- A.\nselect 1\n-- name: a :one\n-- A.\nselect 1", "stands there twice"),
    ],
)
def test_a_malformed_store_is_refused(text: str, fault: str) -> None:
    with pytest.raises(StatementFault, match=fault):
        parse(text, where="store.sql")
