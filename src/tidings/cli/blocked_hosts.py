"""`tidings links block`: hosts that no short link leads to, for all accounts of an installation."""

import getpass
import json
from typing import Annotated

import typer

from tidings.cli.account import with_database
from tidings.cli.fault import Fault
from tidings.cli.options import HomeOption, JsonOption, ReasonOption
from tidings.kernel.instant import iso8601
from tidings.links.blocked import BlockedHost, block_host, blocked_hosts, parse_host, unblock_host
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database

app = typer.Typer(no_args_is_help=True, help="Hosts that no short link leads to.")

HostArgument = Annotated[str, typer.Argument(help="A host, such as bad.example, or a URL there.")]


@app.command("add")
def add(
    host: HostArgument, reason: ReasonOption, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Let no new short link lead to a host, nor to what lies below it. Holds within five seconds."""
    name = _host(host)

    async def done(db: Database) -> None:
        async with db.connection() as connection:
            who = f"{getpass.getuser()} on the command line"
            await block_host(connection, name, reason=reason, changed_by=who, now=system_clock())

    with_database(home, done)
    print(json.dumps({"host": name}) if as_json else f"{name} is blocked.")


@app.command("remove")
def remove(host: HostArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Let short links lead there again."""
    name = _host(host)

    async def done(db: Database) -> bool:
        async with db.connection() as connection:
            return await unblock_host(connection, name)

    if not with_database(home, done):
        raise Fault(f"{name} is not blocked.", "See `tidings links block list`.")
    print(json.dumps({"host": name}) if as_json else f"{name} is blocked no more.")


@app.command("list")
def list_hosts(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Every blocked host, with who blocked it and why."""

    async def read(db: Database) -> list[BlockedHost]:
        async with db.connection() as connection:
            return await blocked_hosts(connection)

    found = with_database(home, read)
    if as_json:
        told = [
            {"host": one.host, "reason": one.reason, "changed_by": one.changed_by, "at": iso8601(one.at)}
            for one in found
        ]
        print(json.dumps(told))
        return
    for one in found:
        print(f"{one.host}  {one.at:%Y-%m-%d %H:%M}  {one.changed_by}: {one.reason}")
    if not found:
        print("No host is blocked.")


def _host(text: str) -> str:
    host = parse_host(text)
    if host is None:
        raise Fault(f"HOST is {text!r}, which is none.", "Write a host such as bad.example.")
    return host
