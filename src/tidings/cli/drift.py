"""`tidings drift`: whether what 10DLC campaigns send is what was registered for them."""

from pathlib import Path

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit
from tidings.cli.options import HomeOption, JsonOption
from tidings.compliance.drift import CampaignDrift, Level, look
from tidings.compliance.drift.api import shown_drift
from tidings.kernel.sid import Sid
from tidings.messages.read import recent_texts
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database
from tidings.senders.registration.campaign import SID

LONGEST_EXAMPLE = 80
_STYLES = {Level.STRAYING: "bold red", Level.FINE: "green", Level.UNKNOWN: "dim"}


def command(home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False) -> None:
    """Looks at what each approved campaign sent in the last 24 hours, 500 texts at most, and ends with 5 when one
    strays. The same look is taken every hour, and tells the account by an alert."""
    found = _found(home, account)
    if as_json:
        print(msgspec.json.encode([shown_drift(one) for one in found]).decode())
    else:
        _show(found)
    if any(one.drift.level is Level.STRAYING for one in found):
        raise typer.Exit(Exit.PROMISE_BROKEN)


def _found(home: Path | None, account: str | None) -> list[CampaignDrift]:
    owner = account_of(home, account)

    async def read(db: Database) -> list[CampaignDrift]:
        return await look(db, owner, recent=recent_texts, now=system_clock())

    return with_database(home, read)


def _show(found: list[CampaignDrift]) -> None:
    console = Console(highlight=False)
    if not found:
        console.print("No campaign is approved, so there is nothing to stray from.")
        return
    table = Table("Campaign", "Use case", "", "Texts", "Distance")
    for one in found:
        level = Text(one.drift.level.value, style=_STYLES[one.drift.level])
        sid = str(Sid(SID, one.campaign.id))
        table.add_row(sid, one.campaign.use_case, level, f"{one.drift.texts:,}", f"{one.drift.distance:.2f}")
    console.print(table)
    for one in found:
        for odd in one.drift.oddities:
            console.print(
                Text(f"{Sid(SID, one.campaign.id)}  {odd.rule}: {odd.says} {odd.remedy}"), soft_wrap=True
            )
            console.print(Text(f"    such as: {odd.example[:LONGEST_EXAMPLE]}", style="dim"), soft_wrap=True)
