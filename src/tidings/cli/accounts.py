"""`tidings accounts`: accounts for those who run the roles themselves, and the rotation of any account's auth token."""

import json
from typing import Annotated
from uuid import UUID

import typer

from tidings.accounts import (
    Opened,
    create_account,
    drop_secondary,
    make_secondary,
    promote_secondary,
    tokens,
)
from tidings.app import sealer_of
from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption, keyed
from tidings.kernel.sid import Sid
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
    sealer = sealer_of(keyed(home))

    async def created(db: Database) -> Opened:
        async with db.transaction() as connection:
            return await create_account(
                connection, friendly_name=name, sealer=sealer, entropy=system_entropy, now=system_clock()
            )

    opened = with_database(home, created)
    if as_json:
        print(json.dumps({"account_sid": opened.sid, "auth_token": opened.auth_token}))
    else:
        print(f"account  {opened.sid}\ntoken    {opened.auth_token}")


@app.command("new-token")
def new_token(home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False) -> None:
    """Make a second auth token beside the first; both open every door until one is promoted or dropped.

    Another second token that there was is valid no more."""
    owner, sealer = account_of(home, account), sealer_of(keyed(home))

    async def made(db: Database) -> str:
        async with db.transaction() as connection:
            if not await tokens(connection, owner, sealer=sealer):
                raise _no_account(owner)
            return await make_secondary(
                connection, owner, sealer=sealer, entropy=system_entropy, now=system_clock()
            )

    token = with_database(home, made)
    if as_json:
        print(json.dumps({"account_sid": str(Sid("AC", owner)), "secondary_auth_token": token}))
    else:
        print(f"token    {token}\nBring it to your programs, then: tidings accounts promote-token")


@app.command("promote-token")
def promote_token(
    home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False
) -> None:
    """Put the second auth token in the first's place, which is valid no more; callbacks are signed with the new one."""
    owner, sealer = account_of(home, account), sealer_of(keyed(home))

    async def promoted(db: Database) -> str:
        async with db.transaction() as connection:
            if await promote_secondary(connection, owner) is None:
                raise _no_second_token(owner)
            return (await tokens(connection, owner, sealer=sealer))["primary"]

    token = with_database(home, promoted)
    if as_json:
        print(json.dumps({"account_sid": str(Sid("AC", owner)), "auth_token": token}))
    else:
        print(f"token    {token}")


@app.command("drop-token")
def drop_token(home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False) -> None:
    """Take the second auth token away; the first one stays."""
    owner = account_of(home, account)

    async def dropped(db: Database) -> bool:
        async with db.transaction() as connection:
            return await drop_secondary(connection, owner)

    if not with_database(home, dropped):
        raise _no_second_token(owner)
    print(
        json.dumps({"account_sid": str(Sid("AC", owner))}) if as_json else "The first token alone is valid."
    )


def _no_account(owner: UUID) -> Fault:
    return Fault(f"There is no account {Sid('AC', owner)}.", "Look for its SID's spelling.", Exit.REFUSED)


def _no_second_token(owner: UUID) -> Fault:
    return Fault(
        f"Account {Sid('AC', owner)} has no second token.",
        "`tidings accounts new-token` makes one.",
        Exit.REFUSED,
    )
