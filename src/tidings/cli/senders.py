"""`tidings senders`: the numbers, short codes and names that an account may send from."""

import json
from typing import Annotated

import typer

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption
from tidings.kernel.phone_number import Address
from tidings.kernel.sid import mint
from tidings.runtime.clock import system_clock, system_entropy
from tidings.runtime.database import Database
from tidings.senders import Sender, own, senders_of

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_senders(home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False) -> None:
    """All senders of the account."""

    async def found(db: Database) -> list[Sender]:
        async with db.connection() as connection:
            return await senders_of(connection, account_of(home, account))

    told = [
        {"address": one.address, "kind": one.kind.value, "mps": one.mps} for one in with_database(home, found)
    ]
    if as_json:
        print(json.dumps(told))
    else:
        print(
            "\n".join(f"{one['address']}: {one['kind']}, {one['mps']:g} MPS" for one in told)
            or "No sender yet."
        )


@app.command("add")
def add(
    address: Annotated[str, typer.Argument(help="A number in E.164, a short code, or a sender id.")],
    mps: Annotated[
        float | None,
        typer.Option(
            min=0.001, max=1e6, help="Segments per second that its carrier grants; the usual otherwise."
        ),
    ] = None,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Gives the account a sender, or changes its MPS."""
    parsed = Address.parse(address)
    if parsed is None:
        raise Fault(
            f"{address!r} is no sender.",
            "Write a number in E.164 (+14155550100), a short code of 3 to 8 digits, or a name of up to 11 letters.",
            Exit.WRONG_USE,
        )
    owner = account_of(home, account)

    async def given(db: Database) -> bool:
        now = system_clock()
        id = mint(now, system_entropy(10), 0)
        async with db.transaction() as connection:
            return await own(connection, owner, parsed, id=id, now=now, mps=mps)

    if not with_database(home, given):
        raise Fault(f"{address} is another account's.", "Take another address.", Exit.REFUSED)
    print(json.dumps({"address": str(parsed)}) if as_json else f"{parsed} is the account's.")
