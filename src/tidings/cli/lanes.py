"""`tidings lanes`: what an operator does with lanes while they run."""

import csv
import getpass
import json
from pathlib import Path
from typing import Annotated

import typer

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption
from tidings.kernel.phone_number import PhoneNumber
from tidings.lanes.allowance import UNITED_STATES, Network, Registered
from tidings.lanes.networks import learn_networks
from tidings.lanes.operate import LaneView, change_campaign, change_sender, lanes_of
from tidings.messages.registered import campaign_of
from tidings.runtime.database import Database

app = typer.Typer(no_args_is_help=True)

NETWORKS_AT_ONCE = 10_000
_NETWORKS = frozenset(network.value for network in Network)

SenderArgument = Annotated[
    str,
    typer.Argument(help="A number, short code, sender id or 10DLC campaign of the account."),
]
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


@app.command("networks")
def networks(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            help="CSV with the columns number (E.164) and network (att, tmobile, verizon, other).",
        ),
    ],
    source: Annotated[
        str, typer.Option("--source", help="Who found out; kept beside each number.")
    ] = "imported",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep which network US numbers are of, so that a campaign's messages take its lane there, not the strictest."""
    known = _read_networks(file)

    async def learned(db: Database) -> None:
        async with db.transaction() as connection:
            for start in range(0, len(known), NETWORKS_AT_ONCE):
                part = dict(known[start : start + NETWORKS_AT_ONCE])
                await learn_networks(connection, part, source=source)

    with_database(home, learned)
    print(json.dumps({"numbers": len(known)}) if as_json else f"{len(known):,} numbers are known.")


def _read_networks(file: Path) -> list[tuple[str, Network]]:
    """All numbers of the file; a line that is wrong refuses the whole file."""
    known: dict[str, Network] = {}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            number = PhoneNumber.parse((row.get("number") or "").strip())
            network = (row.get("network") or "").strip().lower()
            if number is None or number.region not in UNITED_STATES or network not in _NETWORKS:
                raise Fault(
                    f"{file} has a line that names no number of the US, or no network: {row}",
                    f"Write number,network with one of {', '.join(sorted(_NETWORKS))}; nothing was kept.",
                    Exit.WRONG_USE,
                )
            known[str(number)] = Network(network)
    return list(known.items())


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

    async def changed(db: Database) -> tuple[int | None, Registered | None]:
        lanes = await change_sender(
            db,
            owner,
            sender,
            mps=mps,
            queue_limit_seconds=queue_limit_seconds,
            paused=paused,
            reason=reason,
            changed_by=f"command line, {getpass.getuser()}",
        )
        if lanes is None and mps is None:
            return await change_campaign(
                db, owner, sender, queue_limit_seconds=queue_limit_seconds, paused=paused
            ), None
        return lanes, await campaign_of(db)(owner, sender)

    lanes, registered = with_database(home, changed)
    if lanes is None:
        raise Fault(
            f"The account has no sender {sender}.",
            "Name one of its own; `tidings lanes list` shows those that have sent. The MPS of a campaign is changed by "
            "one of its numbers: `tidings senders throughput`.",
            Exit.REFUSED,
        )
    campaign = None if registered is None else registered.campaign
    if campaign is not None and lanes == 0:
        raise _sends_by_campaign(sender, campaign, mps=mps, paused=paused)
    if as_json:
        print(json.dumps({"sender": sender, "lanes": lanes, "campaign": campaign}))
        return
    print(f"{sender}: {lanes} lanes changed.")
    if campaign is not None:
        print(f"In the US it sends for campaign {campaign}, whose lanes are changed by that name.")


def _sends_by_campaign(sender: str, campaign: str, *, mps: float | None, paused: bool | None) -> Fault:
    """Nothing that leaves now is changed: what is set for the sender itself holds where no campaign is needed."""
    if mps is not None:
        remedy = (
            f"`tidings senders throughput {sender}` shows the campaign's MPS; --mps and --reason change it."
        )
    else:
        verb = "set" if paused is None else "pause" if paused else "resume"
        remedy = f"`tidings lanes {verb} {campaign}` holds for all numbers of the campaign."
    return Fault(
        f"In the US {sender} sends for campaign {campaign}, whose lanes are as they were; elsewhere it has none yet, "
        "and those to come are as you said.",
        remedy,
        Exit.REFUSED,
    )


def _told(view: LaneView) -> dict[str, object]:
    return {
        "sender": view.sender,
        "destination": view.destination,
        "network": view.network,
        "mps": view.mps,
        "queue_limit_seconds": view.queue_limit_seconds,
        "paused": view.paused,
        "waiting_segments": view.waiting_segments,
        "drains_in_seconds": view.drains_in_seconds,
    }


def _line(view: LaneView) -> str:
    to = f" to +{view.destination}" if view.destination else ""
    if view.network:
        to = f" at {view.network}"
    state = "paused" if view.paused else f"empty in {view.drains_in_seconds:,.1f} s"
    return f"{view.sender}{to}: {view.mps:g} MPS, {view.waiting_segments:,} segments wait, {state}"
