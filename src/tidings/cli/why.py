"""`tidings why`: the whole path of one message, in plain words."""

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption
from tidings.kernel.sid import Sid
from tidings.messages.path import Path, Step, path_of
from tidings.runtime.database import Database

_STYLES = {"held": "yellow", "failed": "bold red", "undelivered": "bold red", "delivered": "green"}


def command(
    message: Annotated[str, typer.Argument(help="The message's SID (SM...).")],
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Each step with its time; where the gate said something, the rules that it rests on, with what they saw."""
    sid = Sid.parse(message, "SM") or Sid.parse(message, "MM")
    if sid is None:
        raise Fault(
            f"{message!r} is no message's SID.", "It begins with SM and has 34 characters.", Exit.WRONG_USE
        )
    owner = account_of(home, account)

    async def read(db: Database) -> Path | None:
        async with db.connection() as connection:
            return await path_of(connection, owner, sid.uuid)

    path = with_database(home, read)
    if path is None:
        raise Fault(
            f"The account has no message {message}.",
            "It may be deleted, or another account's: --account names that.",
            Exit.REFUSED,
        )
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(path), indent=2).decode())
        return
    console = Console()
    through = f" through {path.service_sid}" if path.service_sid else ""
    console.print(Text(f"{path.sid}: {path.sender or 'a sender to be chosen'} to {path.recipient}{through}"))
    table = Table(box=None, pad_edge=False)
    for heading in ("at (UTC)", "what", "why"):
        table.add_column(heading, overflow="fold")
    for step in path.steps:
        table.add_row(
            f"{step.at:%Y-%m-%d %H:%M:%S}",
            Text(step.what, style=_STYLES.get(step.what, "")),
            Text(_why(step)),
        )
    console.print(table)


def _why(step: Step) -> str:
    lines = [step.says]
    for one in step.verdict.applied if step.verdict else ():
        lines.append(f"{one.rule} ({one.version}): {one.text} [{one.source}]")
        lines.append("  saw " + ", ".join(f"{name} {value}" for name, value in one.saw.items()))
    return "\n".join(lines)
