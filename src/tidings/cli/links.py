"""`tidings links`: who followed the links of messages, and how many of those who got links did."""

import json
from datetime import timedelta
from typing import Annotated

import msgspec
import typer

from tidings.app import sealer_of
from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.blocked_hosts import app as block
from tidings.cli.click_rules import app as rules
from tidings.cli.fault import Fault
from tidings.cli.options import HomeOption, JsonOption, keyed
from tidings.kernel.sid import Sid
from tidings.links.believe.read import (
    ClickSeen,
    LinkSeen,
    Rate,
    clicks_of_message,
    dimension_of,
    links_of_message,
    rates,
)
from tidings.links.blocked import blocked_names
from tidings.links.chain import Hop, chain_of
from tidings.links.conversions.api import postback_key, shown_conversion
from tidings.links.conversions.report import KeptConversion, conversions_of
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database
from tidings.runtime.http import HttpClient

app = typer.Typer(no_args_is_help=True)
app.add_typer(rules, name="rules")
app.add_typer(block, name="block")


@app.command("check")
def check(
    urls: Annotated[list[str], typer.Argument(help="URLs that a text shall have.")],
    private: Annotated[
        bool, typer.Option("--private", help="Ask hosts of private networks too, for trying it out.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Follow URLs before a text with them is sent: through every redirect, none of which may lead where no link may,
    to a page that answers. Ends with status 1 where something is wrong."""

    async def ask(db: Database) -> list[tuple[Hop, ...]]:
        async with db.connection() as connection:
            blocked = await blocked_names(connection)
        http = HttpClient(allow_private=private)
        try:
            return [await chain_of(url, http=http, blocked=blocked) for url in urls]
        finally:
            await http.close()

    chains = with_database(home, ask)
    sound = all(chain[-1].fault is None for chain in chains)
    if as_json:
        print(json.dumps({"sound": sound, "chains": msgspec.to_builtins(chains)}))
    else:
        for chain in chains:
            for n, hop in enumerate(chain):
                says = hop.fault or f"answers {hop.status}"
                print(f"{'  -> ' * bool(n)}{hop.url}: {says}")
    if not sound:
        raise typer.Exit(1)


@app.command("clicks")
def clicks(
    sid: Annotated[str, typer.Argument(help="The message's SID (SM...).")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many clicks at most.")] = 50,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """The links of a message, and each click on them: whose it was and why that is believed."""
    owner, message = account_of(home, account), Sid.parse(sid)

    async def read(db: Database) -> tuple[list[LinkSeen], list[ClickSeen]]:
        if message is None:
            return [], []
        async with db.connection() as connection:
            links = await links_of_message(connection, owner, message.uuid)
            return links, await clicks_of_message(connection, owner, message.uuid, most=limit)

    links, found = with_database(home, read)
    if not links:
        raise Fault(f"The account has no message {sid!r} with short links.", "See `tidings history`.")
    if as_json:
        print(json.dumps({"links": msgspec.to_builtins(links), "clicks": msgspec.to_builtins(found)}))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("code", "leads to", "people", "machines", "unsure", box=None)
    for link in links:
        table.add_row(link.code, link.destination, str(link.persons), str(link.machines), str(link.unsure))
    Console().print(table)
    for click in found:
        since = (
            ""
            if click.since_receipt_ms is None
            else f", {click.since_receipt_ms / 1000:.1f} s after the receipt"
        )
        says = f"{click.verdict} ({click.reason})" if click.verdict else "not judged yet"
        print(f"{click.at:%Y-%m-%d %H:%M:%S}  {click.code}  {says}{since}  {click.network}  {click.agent}")


@app.command("rates")
def show_rates(
    by: Annotated[
        str, typer.Option("--by", help="service, country, day, hour, campaign, variant or tag:NAME.")
    ] = "service",
    days: Annotated[int, typer.Option("--days", min=1, max=4000, help="How far to look back.")] = 30,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """How many of the messages with links that arrived had a link followed by a person."""
    owner, dimension = account_of(home, account), dimension_of(by)
    if dimension is None:
        raise Fault(f"--by is {by!r}.", "Write service, country, day, hour, campaign, variant or tag:NAME.")
    now = system_clock()

    async def read(db: Database) -> list[Rate]:
        async with db.connection() as connection:
            return list(
                await rates(
                    connection,
                    owner,
                    by=dimension,
                    since=now - timedelta(days=days),
                    before=now + timedelta(hours=1),
                )
            )

    found = with_database(home, read)
    if as_json:
        print(json.dumps(msgspec.to_builtins(found)))
        return
    if not found:
        print("No message with short links has arrived yet.")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(by, "delivered", "clicked", "rate", "clicks", "of machines", "unsure", box=None)
    for one in found:
        rate = "-" if one.rate is None else f"{one.rate:.1%}"
        slice_ = "MG" + one.slice.replace("-", "") if by == "service" else one.slice or "-"
        figures = (one.delivered, one.clicked, rate, one.persons, one.machines, one.unsure)
        table.add_row(slice_, *map(str, figures))
    Console().print(table)


@app.command("conversions")
def show_conversions(
    days: Annotated[int, typer.Option("--days", min=1, max=4000, help="How far to look back.")] = 30,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many at most.")] = 50,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """What people did after they had followed a link, as shops reported it, the newest first."""
    owner, since = account_of(home, account), system_clock() - timedelta(days=days)

    async def read(db: Database) -> list[KeptConversion]:
        async with db.connection() as connection:
            return await conversions_of(connection, owner, since=since, most=limit)

    found = with_database(home, read)
    if as_json:
        print(json.dumps([msgspec.to_builtins(shown_conversion(one)) for one in found]))
        return
    for one in found:
        worth = "" if one.value is None else f"  {one.value} {one.currency}"
        laid = "no click" if one.message is None else str(Sid("SM", one.message))
        print(f"{one.at:%Y-%m-%d %H:%M:%S}  {one.event}  {one.key}{worth}  {laid}")
    if not found:
        print("Nothing was reported yet. See docs/reference/links-api.md.")


@app.command("postback-key")
def show_postback_key(
    home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False
) -> None:
    """The key that the account's postbacks are signed with. It opens nothing else."""
    owner = Sid("AC", account_of(home, account))
    key = postback_key(sealer_of(keyed(home)), owner).decode()
    print(json.dumps({"account_sid": str(owner), "postback_key": key}) if as_json else key)
