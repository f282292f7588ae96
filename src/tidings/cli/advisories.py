"""`tidings advisories`: which rules change, what of an account they touch, and who is told."""

import getpass
import json
from typing import Annotated

import msgspec
import typer

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption
from tidings.cli.packs import pack_named
from tidings.compliance.advisories.advisory import Advisory, Touched
from tidings.compliance.advisories.api import ADDRESS, shown_advisory
from tidings.compliance.advisories.letter import lines_of
from tidings.compliance.advisories.outlook import advisories, advisories_of, flows, touching
from tidings.compliance.advisories.round import DAYS_AHEAD, subscribe, subscribers, unsubscribe
from tidings.compliance.packs.shelf import first_moment
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database

app = typer.Typer(no_args_is_help=True)

AddressArgument = Annotated[str, typer.Argument(help="An e-mail address.")]


@app.command("list")
def list_advisories(
    pack: Annotated[
        str | None,
        typer.Option(
            "--pack",
            help="What this pack would change: a version, `shipped`, or a folder.",
            show_default=False,
        ),
    ] = None,
    days: Annotated[
        int, typer.Option("--days", min=1, max=3650, help="How far ahead, and back.")
    ] = DAYS_AHEAD,
    everything: Annotated[
        bool, typer.Option("--all", help="Also those that touch nothing of the account.")
    ] = False,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rules that change: from when, and which services, senders and scheduled messages of an account they touch."""
    owner, now = account_of(home, account), system_clock()
    wanted = None if pack is None else pack_named(pack, home)

    async def read(db: Database) -> list[tuple[Advisory, Touched]]:
        async with db.connection() as connection:
            if wanted is None:
                found = await advisories(connection, now=now, days=days)
            else:
                from_at = first_moment(wanted, now=now)
                found = await advisories_of(connection, wanted, now=now, from_at=from_at)
            return touching(found, await flows(connection, owner, now=now), all_of_them=everything)

    told = with_database(home, read)
    if as_json:
        print(msgspec.json.encode([shown_advisory(one, touches) for one, touches in told]).decode())
        return
    for one, touches in told:
        first, *more = lines_of(one, touches)
        print("\n  ".join([first, *more]))
    if not told:
        print("No rule changes that touches this account.")


@app.command("subscribe")
def subscribe_address(
    address: AddressArgument,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell an e-mail address, once each, of changes that touch the account. TIDINGS_SMTP_URL says how letters go."""
    owner = account_of(home, account)
    if ADDRESS.fullmatch(address) is None:
        raise Fault(f"{address!r} is no e-mail address.", "Write it like kim@example.com.", Exit.WRONG_USE)

    async def done(db: Database) -> bool:
        async with db.transaction() as connection:
            return await subscribe(connection, owner, address, by=getpass.getuser(), now=system_clock())

    changed = with_database(home, done)
    said = f"{address} is told from now on." if changed else "That was so already."
    print(json.dumps({"changed": changed}) if as_json else said)


@app.command("unsubscribe")
def unsubscribe_address(
    address: AddressArgument,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell an address nothing more."""
    owner = account_of(home, account)

    async def done(db: Database) -> bool:
        async with db.transaction() as connection:
            return await unsubscribe(connection, owner, address)

    if not with_database(home, done):
        raise Fault(
            f"{address} is no subscriber.", "`tidings advisories subscribers` shows them.", Exit.REFUSED
        )
    print(json.dumps({"changed": True}) if as_json else f"{address} is told nothing more.")


@app.command("subscribers")
def list_subscribers(
    home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False
) -> None:
    """Who is told."""
    owner = account_of(home, account)

    async def read(db: Database) -> list[str]:
        async with db.connection() as connection:
            return await subscribers(connection, owner)

    found = with_database(home, read)
    print(json.dumps(found) if as_json else "\n".join(found) or "Nobody is told.")
