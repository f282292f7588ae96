"""`tidings links rules`: messages that a person's first click sets going."""

import json
from typing import Annotated, Any

import msgspec
import typer

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Fault
from tidings.cli.options import HomeOption, JsonOption
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, mint
from tidings.links.rules.api import AskedRule, rule_of, shown_follow_up, shown_rule
from tidings.links.rules.kept import add_rule, cancel_rule, follow_ups_of, rules_of
from tidings.links.rules.rule import FollowUp, Rule
from tidings.runtime.clock import system_clock, system_entropy
from tidings.runtime.database import Database

app = typer.Typer(no_args_is_help=True, help="Messages that a person's first click sets going.")

IdArgument = Annotated[str, typer.Argument(help="The rule's id (LR...).")]


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What the rule is called.")],
    body: Annotated[str, typer.Option("--body", help="The text that is sent.")],
    delay: Annotated[int, typer.Option("--delay", min=0, help="Seconds after the click.")] = 0,
    cap: Annotated[int, typer.Option("--cap", min=1, help="How many messages it may send in all.")] = 1000,
    service: Annotated[
        str | None,
        typer.Option(
            "--service", help="Clicks on messages of this service (MG...) alone.", show_default=False
        ),
    ] = None,
    campaign: Annotated[
        str | None,
        typer.Option("--campaign", help="Clicks on messages with this tag alone.", show_default=False),
    ] = None,
    through: Annotated[
        str | None,
        typer.Option("--through", help="The service that it goes through, if another.", show_default=False),
    ] = None,
    intent: Annotated[str, typer.Option("--intent", help="By which the gate judges it.")] = "marketing",
    shorten: Annotated[bool, typer.Option("--shorten-urls", help="Shorten the links in it.")] = False,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """On a person's first click send this message after this delay, once to each person."""
    owner, now = account_of(home, account), system_clock()
    asked = AskedRule(
        name=name,
        body=body,
        delay_seconds=delay,
        cap=cap,
        service=service,
        tags={} if campaign is None else {"campaign": campaign},
        through=through,
        intent=intent,
        shorten_urls=shorten,
    )
    wanted = rule_of(asked, owner, id=mint(now, system_entropy(10), 0), now=now)
    if isinstance(wanted, Refused):
        raise Fault(wanted.message, "See `tidings links rules add --help`.")

    async def done(db: Database) -> Rule | None:
        async with db.connection() as connection:
            return await add_rule(connection, wanted)

    kept = with_database(home, done)
    if kept is None:
        raise Fault(
            "The account has no such service.", "--service and --through name services of the account."
        )
    _tell(msgspec.to_builtins(shown_rule(kept)), f"{Sid('LR', kept.id)} holds from now on.", as_json=as_json)


@app.command("list")
def list_rules(home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False) -> None:
    """The rules of the account, the newest first."""
    owner = account_of(home, account)

    async def read(db: Database) -> list[Rule]:
        async with db.connection() as connection:
            return await rules_of(connection, owner, most=1000)

    found = with_database(home, read)
    if as_json:
        print(json.dumps([msgspec.to_builtins(shown_rule(one)) for one in found]))
        return
    for one in found:
        state = "holds" if one.canceled_at is None else "canceled"
        print(
            f"{Sid('LR', one.id)}  {state}  {one.fired} of {one.cap} sent  after {one.delay_seconds} s  {one.name}"
        )
    if not found:
        print("No rule yet. Add one with `tidings links rules add NAME --body TEXT`.")


@app.command("show")
def show(
    id: IdArgument,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many at most.")] = 50,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """What a rule has set going, and what became of it."""
    owner, sid = account_of(home, account), _sid(id)

    async def read(db: Database) -> list[FollowUp]:
        async with db.connection() as connection:
            return await follow_ups_of(connection, owner, sid.uuid, most=limit)

    found = with_database(home, read)
    if as_json:
        print(json.dumps([msgspec.to_builtins(shown_follow_up(one)) for one in found]))
        return
    for one in found:
        sent = "" if one.sent is None else str(Sid("SM", one.sent))
        print(f"{one.due:%Y-%m-%d %H:%M:%S}  {one.recipient}  {one.state.value}  {sent}{one.reason or ''}")
    if not found:
        print("It has set nothing going yet.")


@app.command("cancel")
def cancel(
    id: IdArgument, home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False
) -> None:
    """End a rule for good. What waits because of it is not sent."""
    owner, sid = account_of(home, account), _sid(id)

    async def done(db: Database) -> Rule | None:
        async with db.transaction() as connection:
            return await cancel_rule(connection, owner, sid.uuid, now=system_clock())

    kept = with_database(home, done)
    if kept is None:
        raise Fault(f"The account has no rule {id!r}.", "See `tidings links rules list`.")
    _tell(msgspec.to_builtins(shown_rule(kept)), f"{id} is canceled.", as_json=as_json)


def _sid(id: str) -> Sid:
    sid = Sid.parse(id, "LR")
    if sid is None:
        raise Fault(f"{id!r} is no rule's id.", "It begins with LR; see `tidings links rules list`.")
    return sid


def _tell(view: Any, text: str, *, as_json: bool) -> None:
    print(json.dumps(view) if as_json else text)
