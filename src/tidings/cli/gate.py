"""`tidings gate`: how strictly the gate judges an account's messages, who chose that, and why."""

import getpass
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.history import print_history
from tidings.cli.options import HomeOption, JsonOption, ReasonOption
from tidings.compliance.gate.api import ShownChoice, shown, shown_refusal
from tidings.compliance.gate.refusals import Refusal, refusals
from tidings.compliance.gate.settings import Chosen, faults_of
from tidings.compliance.gate.settings_of import Kept, choice_of, history, keep_choice
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database

app = typer.Typer(no_args_is_help=True)

_NONE = "none"
_SAYS = {
    "quiet_hours_marketing": "which rules of quiet hours hold marketing",
    "quiet_hours_other": "the same for what is not marketing",
    "margin_seconds": "so long before a window shuts nothing leaves any more",
    "window": "hours of your own, which narrow those of the rules",
    "window_zone": "the zone of these hours; none is the recipient's clock",
    "lint": "what becomes of findings of the linter",
    "consent": "what becomes of marketing without consent",
    "revoke_all": "whether one STOP ends every kind of message",
    "brands": "names of which marketing must have one",
    "service_brands": "the same of messaging services with names of their own",
}


def _option(name: str, help: str) -> Any:
    return typer.Option(name, help=help, show_default=False)


@app.command("show")
def show(home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False) -> None:
    """How strictly the gate judges the account's messages."""
    owner = account_of(home, account)

    async def read(db: Database) -> Kept:
        async with db.connection() as connection:
            return await choice_of(connection, owner)

    _print(shown(with_database(home, read)), as_json=as_json)


@app.command("set")
def choose(
    reason: ReasonOption,
    marketing: Annotated[
        str | None, _option("--quiet-hours-marketing", "off, law, careful or us-strict.")
    ] = None,
    other: Annotated[str | None, _option("--quiet-hours-other", "off, law, careful or us-strict.")] = None,
    margin: Annotated[int | None, _option("--margin-seconds", "From 0 to 3600.")] = None,
    window: Annotated[
        str | None,
        _option("--window", 'Hours of your own, such as "Mon-Fri 09:00-18:00, Sat 10:00-14:00"; or none.'),
    ] = None,
    window_zone: Annotated[
        str | None,
        _option("--window-zone", "Their zone, such as America/Chicago; none for the recipient's clock."),
    ] = None,
    lint: Annotated[str | None, _option("--lint", "off, warn or refuse.")] = None,
    consent: Annotated[str | None, _option("--consent", "off, warn or require.")] = None,
    revoke_all: Annotated[str | None, _option("--revoke-all", "off, by_law or on.")] = None,
    brands: Annotated[
        str | None, _option("--brands", 'Your names, such as "Acme, Acme Shoes"; or none.')
    ] = None,
    service: Annotated[
        str | None,
        _option("--service", "A messaging service (MG...) for which --brands are, in the place of yours."),
    ] = None,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Choose; what is not named stays as it is. It holds within five seconds, also for what still waits."""
    owner = account_of(home, account)
    if service is not None and brands is None:
        raise Fault("--service says nothing by itself.", "Add --brands for it; or none.", Exit.WRONG_USE)
    given = {
        "quiet_hours_marketing": marketing,
        "quiet_hours_other": other,
        "margin_seconds": margin,
        "window": window,
        "window_zone": window_zone,
        "lint": lint,
        "consent": consent,
        "revoke_all": revoke_all,
        "brands": _names(brands) if service is None else None,
    }
    changes = {
        name: None if value == _NONE and name.startswith("window") else value
        for name, value in given.items()
        if value is not None
    }

    async def done(db: Database) -> Kept:
        async with db.transaction() as connection:
            before = (await choice_of(connection, owner)).chosen
            named = {} if service is None else {"service_brands": _of_service(before, service, brands)}
            wanted = _changed(before, {**changes, **named})
            return await keep_choice(
                connection,
                owner,
                wanted,
                reason=reason,
                changed_by=getpass.getuser(),
                now=system_clock(),
            )

    _print(shown(with_database(home, done)), as_json=as_json)


@app.command("history")
def look_back(
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")] = 20,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Who chose what when and why, newest first."""
    owner = account_of(home, account)

    async def read(db: Database) -> list[Kept]:
        async with db.connection() as connection:
            return await history(connection, owner, most=limit)

    print_history(with_database(home, read), shown=shown, as_json=as_json)


@app.command("refused")
def refused(
    recipient: Annotated[
        str | None, typer.Option("--recipient", help="To this person alone.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")] = 20,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Messages from a named sender that the gate refused in the last 30 days, newest first: to whom, by which rule."""
    owner = account_of(home, account)

    async def read(db: Database) -> list[Refusal]:
        async with db.connection() as connection:
            return await refusals(connection, owner, recipient=recipient, before=None, most=limit)

    found = [shown_refusal(one) for one in with_database(home, read)]
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    table = Table("At (UTC)", "From", "To", "Code", "Rule")
    for one in found:
        rules = one.verdict.get("applied", [])
        told = Text(f"{rules[0]['text']} ({rules[0]['rule']})" if rules else "")
        table.add_row(f"{one.at:%Y-%m-%d %H:%M:%S}", one.sender, one.recipient, str(one.code), told)
    Console(highlight=False).print(table if found else "The gate refused no direct message.")


def _names(text: str | None) -> list[str] | None:
    if text is None:
        return None
    return [] if text == _NONE else [one.strip() for one in text.split(",")]


def _of_service(before: Chosen, service: str, brands: str | None) -> dict[str, list[str]]:
    """The names of all services, with those of one as they are given now."""
    others = {sid: names for sid, names in before.service_brands.items() if sid != service}
    names = _names(brands)
    return {**others, service: names} if names else others


def _changed(before: Chosen, changes: dict[str, Any]) -> Chosen:
    whole = {**msgspec.to_builtins(before), **changes}
    if whole["window"] is None:
        whole["window_zone"] = changes.get("window_zone")
    try:
        wanted = msgspec.convert(whole, Chosen)
    except msgspec.ValidationError as error:
        raise Fault(
            f"These settings will not do: {error}.", "Nothing was changed.", Exit.WRONG_USE
        ) from error
    faults = faults_of(wanted)
    if faults:
        raise Fault(" ".join(faults), "Nothing was changed.", Exit.WRONG_USE)
    return wanted


def _print(found: ShownChoice, *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    settings: dict[str, Any] = msgspec.to_builtins(found.settings)
    table = Table("Setting", "Is", "What it says")
    for name, says in _SAYS.items():
        value = settings[name]
        if isinstance(value, dict):
            value = [f"{sid}: {', '.join(names)}" for sid, names in value.items()]
        shown = ", ".join(value) if isinstance(value, list) else value
        table.add_row(name, str(shown or _NONE) if shown != 0 else "0", says)
    console = Console(highlight=False)
    console.print(table)
    told = f": {found.reason}" if found.reason else ""
    console.print(f"Version {found.version}, {found.changed_by}{told}.")
