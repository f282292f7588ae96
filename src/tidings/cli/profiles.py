"""`tidings profiles`: what is known of where recipients are, and the hours that they asked for."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption
from tidings.compliance.profiles import Profile, drop, faults_of, keep, known, page
from tidings.compliance.profiles.api import Shown, shown
from tidings.compliance.profiles.profile import Fault as Wrong
from tidings.compliance.profiles.profile import profiles_in
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database

app = typer.Typer(no_args_is_help=True)

IMPORT_PAGE = 5_000
MOST_FAULTS_TOLD = 20

RecipientArgument = Annotated[str, typer.Argument(help="The person's number in E.164.")]


@app.command("set")
def set_profile(
    recipient: RecipientArgument,
    zone: Annotated[
        str | None,
        typer.Option("--zone", help="Their time zone, such as America/Chicago.", show_default=False),
    ] = None,
    postal_code: Annotated[
        str | None, typer.Option("--postal-code", help="Their ZIP or postal code.", show_default=False)
    ] = None,
    state: Annotated[
        str | None, typer.Option("--state", help="Their state, such as TX.", show_default=False)
    ] = None,
    hours: Annotated[
        str | None,
        typer.Option("--hours", help="When they want messages: 'Mon-Fri 09:00-18:00'.", show_default=False),
    ] = None,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is known of a recipient. What is not said is no longer known."""
    owner, profile = account_of(home, account), Profile(recipient, zone, postal_code, state, hours)
    for field, problem in faults_of(profile):
        hint = "RECIPIENT" if field == "recipient" else f"--{field.replace('_', '-')}"
        raise typer.BadParameter(problem, param_hint=hint)

    async def done(db: Database) -> None:
        async with db.transaction() as connection:
            await keep(connection, owner, [profile], now=system_clock())

    with_database(home, done)
    _show([shown(profile)], as_json=as_json, one=True)


@app.command("show")
def show(
    recipient: Annotated[
        str | None, typer.Argument(help="The person's number; all when not given.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many at most.")] = 100,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """What is known of one recipient, or of all."""
    owner = account_of(home, account)

    async def read(db: Database) -> list[Profile]:
        async with db.connection() as connection:
            if recipient is None:
                return await page(connection, owner, most=limit)
            return list((await known(connection, [(owner, recipient)])).values())

    found = with_database(home, read)
    if recipient is not None and not found:
        raise _unknown(recipient)
    _show([shown(one) for one in found], as_json=as_json, one=recipient is not None)


@app.command("remove")
def remove(
    recipient: RecipientArgument,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Forget what is known of a recipient; their number alone counts again."""
    owner = account_of(home, account)

    async def done(db: Database) -> bool:
        async with db.transaction() as connection:
            return await drop(connection, owner, recipient)

    if not with_database(home, done):
        raise _unknown(recipient)
    print(json.dumps({"changed": True}) if as_json else f"{recipient} is forgotten.")


@app.command("import")
def take_in(
    file: Annotated[
        Path, typer.Argument(help="CSV with a header: recipient; zone, postal_code, state, hours as known.")
    ],
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in a sheet of profiles. One line that is wrong and nothing of it is taken in."""
    owner = account_of(home, account)
    try:
        lines = file.read_text("utf-8-sig").splitlines(keepends=True)
    except (OSError, UnicodeDecodeError) as error:
        raise Fault(f"{file} cannot be read: {error}.", "Name a CSV file in UTF-8.", Exit.WRONG_USE) from None
    read = list(profiles_in(_shown(lines, "Reading")))
    faults = [one for one in read if isinstance(one, Wrong)]
    if faults:
        told = " ".join(f"Line {one.line}, {one.column}: {one.problem}" for one in faults[:MOST_FAULTS_TOLD])
        more = f" And {len(faults) - MOST_FAULTS_TOLD:,} more." if len(faults) > MOST_FAULTS_TOLD else ""
        raise Fault(f"Nothing was taken in. {told}{more}", "Mend these lines.", Exit.WRONG_USE)
    profiles = [one for one in read if isinstance(one, Profile)]
    with_database(home, lambda db: _kept(db, owner, profiles))
    print(json.dumps({"profiles": len(profiles)}) if as_json else f"{len(profiles):,} profiles are taken in.")


async def _kept(db: Database, owner: UUID, profiles: list[Profile]) -> None:
    async with db.transaction() as connection:
        for start in _shown(range(0, len(profiles), IMPORT_PAGE), "Taking in"):
            await keep(connection, owner, profiles[start : start + IMPORT_PAGE], now=system_clock())


def _shown(steps: Any, what: str) -> Any:
    """The same steps, with a progress bar on a terminal's standard error."""
    return track(
        steps, description=what, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True
    )


def _show(found: list[Shown], *, as_json: bool, one: bool) -> None:
    if as_json:
        print(msgspec.json.encode(found[0] if one else found).decode())
        return
    table = Table("Recipient", "Zone", "Postal code", "State", "Hours", "So they may be in")
    for profile in found:
        table.add_row(
            profile.recipient,
            profile.zone or "",
            profile.postal_code or "",
            profile.state or "",
            profile.hours or "",
            " ".join([*profile.zones[:4], *profile.states[:4]]),
        )
    Console(highlight=False).print(table if found else "Nothing is known of anybody.")


def _unknown(recipient: str) -> Fault:
    return Fault(f"Nothing is known of {recipient}.", "`tidings profiles show` lists all.", Exit.REFUSED)
