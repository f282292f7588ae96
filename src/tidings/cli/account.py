"""The account that an operator's command is about, and the database that its rows are in."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from tidings.cli.fault import Exit, Fault
from tidings.cli.options import chosen_home, database_of
from tidings.kernel.sid import Sid
from tidings.runtime.database import Database

Result = TypeVar("Result")

ANSWER_WITHIN_SECONDS = 5.0
"""How long a command waits for a database that is away: a restart, but not much more."""

AccountOption = Annotated[
    str | None,
    typer.Option("--account", help="SID of the account; the home's own otherwise.", show_default=False),
]


def account_of(home: Path | None, named: str | None) -> UUID:
    """The account that is named, or else the running home's own."""
    text = named or chosen_home(home).must_run()["account_sid"]
    sid = Sid.parse(text, "AC")
    if sid is None:
        raise Fault(
            f"{text!r} is no account's SID.", "It begins with AC and has 34 characters.", Exit.WRONG_USE
        )
    return sid.uuid


def with_database(home: Path | None, deed: Callable[[Database], Awaitable[Result]]) -> Result:
    """Do something with the home's database, or with the one that TIDINGS_DATABASE_URL names."""

    async def done() -> Result:
        db = await Database.connect(
            database_of(home), application_name="tidings cli", largest=2, wait_seconds=ANSWER_WITHIN_SECONDS
        )
        try:
            return await deed(db)
        finally:
            await db.close()

    return asyncio.run(done())
