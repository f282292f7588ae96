"""`tidings why`: the whole path of one message, in plain words."""

from collections import Counter
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
from tidings.messages.path import Path, Step, is_warning, path_of
from tidings.messages.verdicts import KeptRule
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
    """What decided in plain words: the rule that holds or refuses it, or those that only warn. The others are counted;
    --json has them all."""
    lines = [step.says]
    verdict = step.verdict
    if verdict is None:
        return step.says
    decided = [one for one in verdict.applied if verdict.verdict != "allowed" or is_warning(one)]
    for one in decided:
        lines.append(f"{one.text.rstrip('.')}.")
        lines.append(f"  {one.rule} ({one.version}), by {_short(one.source)}")
        lines.append("  " + "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in one.saw.items()))
    others = Counter(_spoken(one) for one in verdict.applied if one not in decided)
    if others:
        counted = ", ".join(f"{name} ({number})" if number > 1 else name for name, number in others.items())
        lines.append(f"Nothing against it: {counted}.")
    clock = next((one.saw["local_time"] for one in verdict.applied if "local_time" in one.saw), None)
    if clock is not None and not decided:
        lines.append(f"Their clock showed {clock}.")
    return "\n".join(lines)


def _spoken(one: KeptRule) -> str:
    """The kind of a rule, such as `quiet hours`."""
    return one.rule.partition("/")[0].replace("_", " ")


def _short(source: str) -> str:
    """The first of many sources, and how many there are beside it."""
    first, *others = source.split("; ")
    return f"{first} and {len(others)} more" if len(others) > 1 else source
