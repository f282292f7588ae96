"""The migrations together give the schema that stands in schema.sql, so that a review sees what changes."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tidings.runtime.embedded_postgres import EmbeddedPostgres
from tidings.runtime.postgres_place import binaries, runner

GOLDEN = Path(__file__).with_name("schema.sql")
HEADER = "-- The schema after all migrations. Written by `make goldens`; migrations are what changes it.\n\n"


def normalised(dump: str) -> str:
    """A dump without what differs between servers and days."""
    kept = [
        line
        for line in dump.splitlines()
        if not line.startswith(("--", "SET ", "SELECT pg_catalog.", "\\")) and "OWNER TO" not in line
    ]
    return HEADER + re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip() + "\n"


async def test_the_migrations_give_the_schema_of_the_golden_file(
    db_url: str, postgres: EmbeddedPostgres
) -> None:
    if os.environ.get("TIDINGS_PG_BIN"):
        pytest.skip("the golden file is of the PostgreSQL that Tidings ships with")
    parts = urlsplit(db_url)
    folder = binaries(None, runner(None)).folder
    dumped = await asyncio.to_thread(
        subprocess.run,
        [
            folder / "pg_dump",
            *("--schema-only", "--no-owner", "--no-privileges", "--schema=public"),
            *("--host", parse_qs(parts.query)["host"][0], "--username", "tidings", parts.path[1:]),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    schema = normalised(dumped.stdout)
    if os.environ.get("REWRITE_GOLDENS"):
        GOLDEN.write_text(schema)
    assert schema == GOLDEN.read_text(), (
        "the migrations changed the schema: run `make goldens`, review the diff"
    )
