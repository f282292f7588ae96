"""`tidings lookup`: what is known of a number and by whom; porting data is imported."""

import time
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption
from tidings.cli.progress import bar
from tidings.kernel.instant import parse_day
from tidings.kernel.outcomes import Refused
from tidings.lookup.asked import number_of, packages_of
from tidings.lookup.entry.keys import (
    KEY_BYTES,
    MOST_PER_MINUTE,
    PublishableKey,
    keys_of,
    make_key,
    revoke_key,
)
from tidings.lookup.lookups import Asked, Limited, Lookups
from tidings.lookup.own_api import Shown, ShownNumber
from tidings.lookup.ported import Imported, import_ported
from tidings.lookup.scrub.sheet import Unreadable, row_count
from tidings.lookup.view import basic
from tidings.runtime.clock import system_clock, system_entropy
from tidings.runtime.database import Database

app = typer.Typer(no_args_is_help=True)


@app.command("show")
def show(
    number: Annotated[str, typer.Argument(help="A number, in E.164 or as it is written in its country.")],
    fields: Annotated[
        str, typer.Option("--fields", help="Packages, with commas between them.")
    ] = "line_type_intelligence,line_status",
    country: Annotated[str, typer.Option("--country", help="Of a number in national format.")] = "US",
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """What our own sources know of a number: each value with where it came from. No provider is asked."""
    owner, packages, found = (
        account_of(home, account),
        packages_of(fields.split(",")),
        number_of(number, country),
    )
    if isinstance(packages, Refused):
        raise Fault(packages.message, "docs/reference/lookup-api.md has all packages.", Exit.WRONG_USE)
    if isinstance(found, Refused):
        raise Fault(found.message, "Name a country by two letters, such as GB.", Exit.WRONG_USE)
    asked = Asked(found, packages if found.valid else ())

    async def read(db: Database) -> ShownNumber:
        lookups = Lookups(db, clock=system_clock, monotonic=time.monotonic)
        answers = await lookups.look_up(owner, asked)
        await lookups.close()
        if isinstance(answers, Limited):
            raise Fault(answers.code.text, "A limit of the account is reached; wait for it.", Exit.REFUSED)
        return ShownNumber(
            basic(found), {name: Shown(one.values, one.sources) for name, one in answers.items()}
        )

    told = with_database(home, read)
    if as_json:
        print(msgspec.json.encode(told).decode())
        return
    console = Console(highlight=False)
    if not found.valid:
        console.print(f"{found.phone_number} does not exist: {', '.join(found.errors)}")
        return
    console.print(f"{found.phone_number}  {found.national_format}  {found.country or 'of no country'}")
    table = Table("What", "Value", "From")
    for name, package in told.packages.items():
        for key, value in package.values.items():
            source = package.sources.get(key) or package.sources.get("*")
            if value is not None:
                where = "" if source is None else f"{source.name}: {source.said} {source.as_of or ''}"
                table.add_row(f"{name}.{key}", str(value), where)
    console.print(table)


@app.command("import")
def take_in(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV, Excel or Parquet: number in E.164, and any of carrier, line_type, mcc, mnc."
        ),
    ],
    source: Annotated[str, typer.Option("--source", help="Who says so; told with every answer.")],
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="The day of the data; today without it.", show_default=False),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in porting data, for all accounts. What is known of a later day stays."""
    day = _day(as_of)

    async def done(db: Database) -> Imported:
        with bar("Taking in", row_count(file), quiet=as_json) as advance:
            async with db.transaction() as connection:
                return await import_ported(connection, file, source=source, as_of=day, on_rows=advance)

    try:
        told = with_database(home, done)
    except Unreadable as error:
        raise Fault(str(error), error.remedy, Exit.WRONG_USE) from error
    if as_json:
        print(msgspec.json.encode(told._asdict()).decode())
        return
    print(f"{told.rows:,} numbers, {told.changed:,} of them new or newer.")
    for fault in told.faults:
        print(f"Passed over: {fault}")


@app.command("add-key")
def add_key(
    origin: Annotated[
        list[str],
        typer.Option("--origin", help="Of a page that may use it (https://shop.example); '*' for all."),
    ],
    note: Annotated[str, typer.Option("--note", help="What it is for.")] = "",
    per_minute: Annotated[
        int, typer.Option("--per-minute", min=1, max=MOST_PER_MINUTE, help="How often, in each web process.")
    ] = 120,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a publishable key, with which a web form checks numbers (`/tidings/v1/entry`) and nothing else is done."""
    owner = account_of(home, account)

    async def done(db: Database) -> PublishableKey:
        async with db.transaction() as connection:
            return await make_key(
                connection,
                owner,
                origins=[one.rstrip("/") for one in origin],
                per_minute=per_minute,
                note=note,
                entropy=system_entropy(KEY_BYTES),
                now=system_clock(),
            )

    made = with_database(home, done)
    print(msgspec.json.encode({"key": made.key}).decode() if as_json else made.key)


@app.command("keys")
def list_keys(home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False) -> None:
    """The account's publishable keys."""
    owner = account_of(home, account)

    async def read(db: Database) -> list[PublishableKey]:
        async with db.connection() as connection:
            return await keys_of(connection, owner)

    found = with_database(home, read)
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    for one in found:
        print(f"{one.key}  {one.per_minute} a minute  {', '.join(one.origins)}  {one.note}")
    if not found:
        print("There are none.")


@app.command("drop-key")
def drop_key(
    key: Annotated[str, typer.Argument(help="The key, pk_...")],
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Revoke a publishable key; it works for five seconds more at most."""
    owner = account_of(home, account)

    async def done(db: Database) -> bool:
        async with db.connection() as connection:
            return await revoke_key(connection, owner, key)

    if not with_database(home, done):
        raise Fault(f"There is no key {key}.", "`tidings lookup keys` shows all.", Exit.REFUSED)
    print('{"dropped": true}' if as_json else f"{key} is revoked.")


def _day(text: str | None) -> date:
    if text is None:
        return system_clock().date()
    day = parse_day(text)
    if day is None:
        raise Fault(f"{text!r} is no day.", "Write it as 2026-11-24.", Exit.WRONG_USE)
    return day
