"""`tidings senders throughput`: what a sender may use, why, and entering what a carrier granted."""

import getpass
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption
from tidings.kernel.sid import mint
from tidings.lanes.throughput import Throughput, ThroughputChange, change_throughput, throughput_of
from tidings.lanes.throughput_api import (
    LEAST_MPS,
    LONGEST_REASON,
    MOST_MPS,
    shown_change,
    shown_throughput,
)
from tidings.messages.registered import campaign_of
from tidings.runtime.clock import system_clock, system_entropy
from tidings.runtime.database import Database
from tidings.senders import Directory, Sender


def throughput(
    address: Annotated[str, typer.Argument(help="A number, short code or sender id of the account.")],
    mps: Annotated[
        float | None,
        typer.Option(
            "--mps",
            min=LEAST_MPS,
            max=MOST_MPS,
            help="Segments a second that its carrier grants; of a campaign's number, at each large network.",
        ),
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", help="Why, and who granted it; it is kept for good.")
    ] = "",
    history: Annotated[bool, typer.Option("--history", help="Every change there was, newest first.")] = False,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """What a sender may use, or with --mps and --reason what a carrier granted it, at once."""
    reason = reason.strip()
    if mps is None and reason:
        raise Fault("A reason for what?", "Name --mps too.", Exit.WRONG_USE)
    if mps is not None and not 0 < len(reason) <= LONGEST_REASON:
        raise Fault(
            "A change of throughput needs a reason.",
            f"Say in --reason, in up to {LONGEST_REASON} characters, who granted it.",
            Exit.WRONG_USE,
        )
    if mps is None:
        sender, found = with_database(home, lambda db: _read(db, home, account, address))
        _show(sender, found, history=history, as_json=as_json)
    else:
        change = with_database(home, lambda db: _change(db, home, account, address, mps, reason))
        _show_change(address, change, as_json=as_json)


async def _read(
    db: Database, home: Path | None, account: str | None, address: str
) -> tuple[Sender, Throughput]:
    sender = await _sender(db, home, account, address)
    registered = await campaign_of(db)(sender.account, sender.address)
    async with db.connection() as connection:
        return sender, await throughput_of(connection, sender, registered=registered, now=system_clock())


async def _change(
    db: Database, home: Path | None, account: str | None, address: str, mps: float, reason: str
) -> ThroughputChange:
    sender, now = await _sender(db, home, account, address), system_clock()
    registered = await campaign_of(db)(sender.account, sender.address)
    async with db.transaction() as connection:
        return await change_throughput(
            connection,
            sender,
            mps=mps,
            reason=reason,
            changed_by=f"command line, {getpass.getuser()}",
            id=mint(now, system_entropy(10), 0),
            now=now,
            registered=registered,
        )


async def _sender(db: Database, home: Path | None, account: str | None, address: str) -> Sender:
    sender = await Directory(db, monotonic=lambda: 0.0).find(account_of(home, account), address)
    if sender is None:
        raise Fault(
            f"The account has no sender {address}.", "`tidings senders list` shows its own.", Exit.REFUSED
        )
    return sender


def _show(sender: Sender, found: Throughput, *, history: bool, as_json: bool) -> None:
    told: dict[str, Any] = msgspec.to_builtins(shown_throughput(sender, found))
    if not history:
        del told["changes"]
    if as_json:
        print(json.dumps(told))
        return
    source = "granted" if found.granted else "usual for its kind, the destination decides"
    print(f"{sender.address}: {found.mps:g} MPS, {source}")
    if found.rates is not None:
        rates = found.rates
        print(
            f"Campaign {found.campaign} in the US: AT&T {rates.att:g}, T-Mobile {rates.tmobile:g}, "
            f"Verizon {rates.verizon:g}, others {rates.other:g}, together {rates.total:g} MPS"
        )
    for day in found.daily:
        resets = datetime.fromtimestamp(day.resets_at, UTC)
        print(f"Today {day.name}: {day.reserved:,} of {day.segments:,} segments, anew at {resets:%H:%M} UTC")
    for change in found.changes if history else ():
        print(_line(change))


def _show_change(address: str, change: ThroughputChange, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(msgspec.to_builtins(shown_change(change))))
    else:
        print(f"{address}: {_line(change)}")


def _line(change: ThroughputChange) -> str:
    what = f"campaign {change.campaign}, " if change.campaign is not None else ""
    return (
        f"{change.at:%Y-%m-%d %H:%M} {what}{change.mps_before:g} to {change.mps_after:g} MPS, "
        f"by {change.changed_by}: {change.reason}"
    )
