"""`tidings accounts`: accounts for those who run the roles themselves, without the demo account of `tidings up`."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from tidings.accounts import Opened, create_account
from tidings.app import sealer_of
from tidings.cli.options import HomeOption, JsonOption, database_of, keyed
from tidings.runtime.clock import system_clock, system_entropy
from tidings.runtime.database import Database

app = typer.Typer(no_args_is_help=True)


@app.callback()
def accounts() -> None:
    """Accounts of the running home, or of TIDINGS_DATABASE_URL."""


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Its friendly name.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Opens an account, and prints its SID and auth token."""
    opened = asyncio.run(_create(name, home))
    if as_json:
        print(json.dumps({"account_sid": opened.sid, "auth_token": opened.auth_token}))
    else:
        print(f"account  {opened.sid}\ntoken    {opened.auth_token}")


async def _create(name: str, home: Path | None) -> Opened:
    sealer = sealer_of(keyed(home))
    db = await Database.connect(database_of(home), application_name="tidings accounts", largest=2)
    try:
        async with db.transaction() as connection:
            return await create_account(
                connection, friendly_name=name, sealer=sealer, entropy=system_entropy, now=system_clock()
            )
    finally:
        await db.close()
