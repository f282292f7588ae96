"""`tidings suppressions`: the numbers that nothing is sent to, and the rules that say so."""

import getpass
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption, ReasonOption
from tidings.lookup.suppression.api import Rules, rules_in_force, shown
from tidings.lookup.suppression.register import Suppressed, lift, listed
from tidings.lookup.suppression.rules import fault_of
from tidings.lookup.suppression.rules_of import say_rule
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_suppressed(
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many at most.")] = 100,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """The numbers that nothing is sent to, with the code that their last message ended with."""
    owner = account_of(home, account)

    async def read(db: Database) -> list[Suppressed]:
        async with db.connection() as connection:
            return await listed(connection, owner, now=system_clock(), most=limit)

    found = [shown(one) for one in with_database(home, read)]
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    table = Table("Number", "Rule", "What was said", "Times", "Last", "Until")
    for one in found:
        table.add_row(
            one.recipient,
            one.rule,
            one.text,
            str(one.times),
            f"{one.since:%Y-%m-%d %H:%M}",
            f"{one.until:%Y-%m-%d}",
        )
    Console(highlight=False).print(table if found else "No number is suppressed.")


@app.command("lift")
def take_off(
    recipient: Annotated[str, typer.Argument(help="The number in E.164.")],
    reason: ReasonOption,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a number off the list. The next end with such a code puts it on again."""
    owner = account_of(home, account)

    async def done(db: Database) -> bool:
        async with db.transaction() as connection:
            return await lift(
                connection,
                owner,
                recipient,
                reason=reason,
                lifted_by=getpass.getuser(),
                now=system_clock(),
            )

    if not with_database(home, done):
        raise Fault(f"{recipient} is not suppressed.", "`tidings suppressions list` shows all.", Exit.REFUSED)
    print('{"lifted": true}' if as_json else f"{recipient} may be written to again.")


@app.command("rules")
def rules(home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False) -> None:
    """Which codes suppress a number, after how many ends, and for how long."""
    owner = account_of(home, account)

    async def read(db: Database) -> Rules:
        async with db.connection() as connection:
            return await rules_in_force(connection, owner)

    _show(with_database(home, read), as_json=as_json)


@app.command("set")
def set_rule(
    code: Annotated[int, typer.Argument(help="The code, such as 30005.")],
    reason: ReasonOption,
    days: Annotated[
        int | None,
        typer.Option(
            "--days", help="For how many days; 0 for never. Without it, as shipped.", show_default=False
        ),
    ] = None,
    after: Annotated[int, typer.Option("--after", help="After how many ends in a row.")] = 1,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how a code suppresses; it holds from the next end on."""
    owner, fault = account_of(home, account), fault_of(code, days=days or 0, after=after)
    if fault is not None:
        raise Fault(f"{fault}.", "`tidings suppressions rules` shows what holds.", Exit.WRONG_USE)

    async def done(db: Database) -> Rules:
        async with db.transaction() as connection:
            await say_rule(
                connection,
                owner,
                code,
                days=days,
                after=after,
                reason=reason,
                changed_by=getpass.getuser(),
                now=system_clock(),
            )
            return await rules_in_force(connection, owner)

    _show(with_database(home, done), as_json=as_json)


def _show(found: Rules, *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    table = Table("Code", "What it means", "Days", "Ends", "Why", "Source")
    for one in found.rules:
        table.add_row(str(one.code), one.text, str(one.days or "never"), str(one.after), one.why, one.source)
    Console(highlight=False).print(table)
