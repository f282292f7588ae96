"""`tidings geo`: the countries that an account may write to."""

import getpass
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption, ReasonOption
from tidings.compliance.geo.api import (
    ShownDecision,
    ShownPermissions,
    decision_of,
    shown_line,
    shown_permissions,
)
from tidings.compliance.geo.permission import parse_destination
from tidings.compliance.geo.permissions_of import Line, history, permissions_of, permit
from tidings.compliance.packs.shelf import pack_at
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database

app = typer.Typer(no_args_is_help=True)

Destinations = Annotated[
    list[str], typer.Argument(help="Countries (US), networks of none (+881), or '*' for all others.")
]


@app.command("list")
def list_permissions(
    home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False
) -> None:
    """Where the account may write to, and where not."""
    owner = account_of(home, account)

    async def read(db: Database) -> ShownPermissions:
        async with db.connection() as connection:
            marked = (await pack_at(connection, system_clock())).destinations
            return shown_permissions(await permissions_of(connection, owner, marked))

    _show(with_database(home, read), as_json=as_json)


@app.command("allow")
def allow(
    destinations: Destinations,
    reason: ReasonOption,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let the account write there. It holds within five seconds."""
    _permit(destinations, True, reason, home, account, as_json=as_json)


@app.command("deny")
def deny(
    destinations: Destinations,
    reason: ReasonOption,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Refuse what goes there (21408). `deny '*'` leaves only what is allowed by name."""
    _permit(destinations, False, reason, home, account, as_json=as_json)


@app.command("reset")
def reset(
    destinations: Destinations,
    reason: ReasonOption,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go back to the default for these destinations."""
    _permit(destinations, None, reason, home, account, as_json=as_json)


@app.command("check")
def check(
    destination: Annotated[str, typer.Argument(help="A country (US) or a network of none (+881).")],
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether the account may write there, and which rule decides."""
    owner, wanted = account_of(home, account), _destination(destination)

    async def read(db: Database) -> ShownDecision:
        async with db.connection() as connection:
            marked = (await pack_at(connection, system_clock())).destinations
            return await decision_of(connection, owner, wanted, marked)

    found = with_database(home, read)
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    print(f"{wanted}: {'allowed' if found.allowed else f'refused with {found.code}'}")
    print(f"{found.text} ({found.rule}, {found.source})")


@app.command("history")
def look_back(
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")] = 50,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Who allowed and denied what, when and why, newest first."""
    owner = account_of(home, account)

    async def read(db: Database) -> list[Line]:
        async with db.connection() as connection:
            return await history(connection, owner, most=limit)

    lines = with_database(home, read)
    if as_json:
        print(msgspec.json.encode([shown_line(line) for line in lines]).decode())
        return
    for line in lines:
        said = {True: "allowed", False: "denied", None: "default"}[line.allowed]
        print(f"{line.at:%Y-%m-%d %H:%M}  {line.destination}  {said}  {line.changed_by}: {line.reason}")
    if not lines:
        print("Nothing was ever said; the defaults hold.")


def _permit(
    destinations: list[str],
    allowed: bool | None,
    reason: str,
    home: HomeOption,
    account: AccountOption,
    *,
    as_json: bool,
) -> None:
    owner, wanted = account_of(home, account), [_destination(one) for one in destinations]

    async def done(db: Database) -> ShownPermissions:
        async with db.transaction() as connection:
            await permit(
                connection,
                owner,
                wanted,
                allowed=allowed,
                reason=reason,
                changed_by=getpass.getuser(),
                now=system_clock(),
            )
            marked = (await pack_at(connection, system_clock())).destinations
            return shown_permissions(await permissions_of(connection, owner, marked))

    _show(with_database(home, done), as_json=as_json)


def _show(found: ShownPermissions, *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    table = Table("Destination", "May", "Why", "Who")
    for one in found.destinations:
        table.add_row(one.destination, "yes" if one.allowed else "no", one.reason, one.changed_by)
    console = Console(highlight=False)
    console.print(table)
    console.print(f"All others: {'allowed' if found.others_allowed else 'refused with 21408'}.")


def _destination(text: str) -> str:
    destination = parse_destination(text)
    if destination is None:
        raise Fault(
            f"{text!r} is no destination.",
            "Name a country by its two letters (US), a network of no country (+881), or '*' for all others.",
            Exit.WRONG_USE,
        )
    return destination
