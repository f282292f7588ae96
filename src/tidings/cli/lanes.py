"""`tidings lanes`: what an operator does with lanes while they run."""

import getpass
import json
from pathlib import Path
from typing import Annotated

import typer

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption
from tidings.lanes.operate import LaneView, change_sender, lanes_of

app = typer.Typer(no_args_is_help=True)

SenderArgument = Annotated[str, typer.Argument(help="A number, short code or sender id of the account.")]
Rate = Annotated[float | None, typer.Option("--mps", min=0.001, max=1e6, help="Message segments per second.")]
Limit = Annotated[
    int | None, typer.Option("--queue-seconds", min=1, max=10**7, help="Seconds of its MPS that may wait.")
]


@app.command("list")
def list_lanes(home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False) -> None:
    """All lanes that the account's senders have used, with what waits in each."""
    views = with_database(home, lambda db: lanes_of(db, account_of(home, account)))
    if as_json:
        print(json.dumps([_told(view) for view in views]))
        return
    if not views:
        print("No lane yet: a sender gets one with its first message.")
    for view in views:
        print(_line(view))


@app.command("set")
def set_lane(
    sender: SenderArgument,
    mps: Rate = None,
    queue_seconds: Limit = None,
    reason: Annotated[
        str,
        typer.Option("--reason", help="Why the MPS changes; it is kept with `tidings senders throughput`."),
    ] = "none given",
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change a sender's MPS or queue limit, for all its lanes, at once."""
    if mps is None and queue_seconds is None:
        raise Fault("Nothing to set.", "Name --mps or --queue-seconds.", Exit.WRONG_USE)
    _change(home, account, sender, as_json=as_json, mps=mps, queue_limit_seconds=queue_seconds, reason=reason)


@app.command("pause")
def pause(
    sender: SenderArgument,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let nothing leave from a sender until it is resumed; what is accepted meanwhile waits."""
    _change(home, account, sender, as_json=as_json, paused=True)


@app.command("resume")
def resume(
    sender: SenderArgument,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let messages leave from a paused sender again."""
    _change(home, account, sender, as_json=as_json, paused=False)


def _change(
    home: Path | None,
    account: str | None,
    sender: str,
    *,
    as_json: bool,
    mps: float | None = None,
    queue_limit_seconds: int | None = None,
    paused: bool | None = None,
    reason: str = "",
) -> None:
    owner = account_of(home, account)
    lanes = with_database(
        home,
        lambda db: change_sender(
            db,
            owner,
            sender,
            mps=mps,
            queue_limit_seconds=queue_limit_seconds,
            paused=paused,
            reason=reason,
            changed_by=f"command line, {getpass.getuser()}",
        ),
    )
    if lanes is None:
        raise Fault(
            f"The account has no sender {sender}.",
            "Name one of its own; `tidings lanes list` shows those that have sent.",
            Exit.REFUSED,
        )
    print(json.dumps({"sender": sender, "lanes": lanes}) if as_json else f"{sender}: {lanes} lanes changed.")


def _told(view: LaneView) -> dict[str, object]:
    return {
        "sender": view.sender,
        "destination": view.destination,
        "mps": view.mps,
        "queue_limit_seconds": view.queue_limit_seconds,
        "paused": view.paused,
        "waiting_segments": view.waiting_segments,
        "drains_in_seconds": view.drains_in_seconds,
    }


def _line(view: LaneView) -> str:
    to = f" to +{view.destination}" if view.destination else ""
    state = "paused" if view.paused else f"empty in {view.drains_in_seconds:,.1f} s"
    return f"{view.sender}{to}: {view.mps:g} MPS, {view.waiting_segments:,} segments wait, {state}"
