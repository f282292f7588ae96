"""`tidings snowshoe`: whether what was sent is spread thin over many senders or domains, as carriers see it."""

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit
from tidings.cli.options import HomeOption, JsonOption
from tidings.compliance.snowshoe import look
from tidings.compliance.snowshoe.api import Spreads, shown_spreads
from tidings.messages.read import recent_wordings
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database

LONGEST_EXAMPLE = 80


def command(home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False) -> None:
    """Looks at the different texts of the last 24 hours, 5,000 at most, and ends with 5 when one wording comes from
    more than ten senders or leads to more than three domains. Accounts with more than ten senders are looked at every
    hour, and told by an alert."""
    owner = account_of(home, account)

    async def read(db: Database) -> Spreads:
        async with db.connection() as connection:
            return shown_spreads(*await look(connection, owner, recent=recent_wordings, now=system_clock()))

    found = with_database(home, read)
    if as_json:
        print(msgspec.json.encode(found).decode())
    else:
        _show(found)
    if found.findings:
        raise typer.Exit(Exit.PROMISE_BROKEN)


def _show(found: Spreads) -> None:
    console = Console(highlight=False)
    if not found.findings:
        console.print(f"No wording of {found.texts:,} different texts of the last 24 hours is spread thin.")
    for one in found.findings:
        console.print(Text(f"{one.rule}: {one.says} {one.remedy}"), soft_wrap=True)
        console.print(Text(f"    such as: {one.saw[:LONGEST_EXAMPLE]}", style="dim"), soft_wrap=True)
