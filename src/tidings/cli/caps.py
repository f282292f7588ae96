"""`tidings caps`: how often people may be written to, how one person stands, and what carriers' days have left."""

import getpass
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.history import print_history
from tidings.cli.options import HomeOption, JsonOption, ReasonOption
from tidings.compliance.caps.api import ShownCaps, ShownPerson, shown_caps, shown_person, shown_version
from tidings.compliance.caps.settings import CapSetting, CapSettings, duration, faults_of
from tidings.compliance.caps.settings_of import Kept, history, keep_settings, settings_of
from tidings.compliance.packs.shelf import pack_at
from tidings.compliance.verdict import Traffic
from tidings.kernel.phone_number import PhoneNumber
from tidings.lanes.throughput import DayUsed, throughput_of
from tidings.messages.registered import campaign_of
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Connection, Database
from tidings.senders import senders_of

app = typer.Typer(no_args_is_help=True)

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"([0-9]{1,8})([smhdw])", re.ASCII)
_CAP = re.compile(r"([a-z0-9][a-z0-9_-]{0,39})=([0-9]{1,6})/([0-9]{1,8}[smhdw])((?::[a-z]+)*)", re.ASCII)


CapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--cap",
        help="NAME=MOST/WINDOW, such as week=4/7d; then if wanted :topic to count each topic by itself, and "
        ":marketing, :transactional or :essential (marketing otherwise). May be repeated.",
        show_default=False,
    ),
]
DropOption = Annotated[
    list[str] | None, typer.Option("--drop", help="Take the cap of this name away.", show_default=False)
]
SpacingOption = Annotated[
    str | None,
    typer.Option(
        "--spacing", help="Least time between campaigns, such as 16h; 0s for none.", show_default=False
    ),
]
OverOption = Annotated[
    str | None,
    typer.Option("--over", help="What is over a cap: defer it, or skip it.", show_default=False),
]
HalfLifeOption = Annotated[
    str | None,
    typer.Option("--half-life", help="What waits loses half its worth in this time.", show_default=False),
]
LeastWorthOption = Annotated[
    float | None,
    typer.Option("--least-worth", min=0, max=1, help="What is worth less is not sent.", show_default=False),
]
LawOption = Annotated[
    bool | None, typer.Option("--law/--no-law", help="Keep to the caps of state law.", show_default=False)
]
InternationalOption = Annotated[
    str | None,
    typer.Option(
        "--international",
        help="Messages a day to other countries while new; none for any.",
        show_default=False,
    ),
]
NewForOption = Annotated[
    int | None,
    typer.Option("--new-for-days", min=0, max=3650, help="How long it is new.", show_default=False),
]
HomeCountryOption = Annotated[
    list[str] | None,
    typer.Option(
        "--home-country", help="Not international, such as GB. May be repeated.", show_default=False
    ),
]
FileOption = Annotated[
    Path | None,
    typer.Option("--file", help="Begin with a JSON file; - for standard input.", show_default=False),
]


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of a carrier's day for a brand, and what its campaign may do at AT&T."""

    campaign: str
    att_mps: float | None
    days: tuple[DayUsed, ...]


@app.command("show")
def show(home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False) -> None:
    """Every cap that holds for the account's messages, and beside them what carriers allow in a day."""
    owner = account_of(home, account)

    async def read(db: Database) -> tuple[ShownCaps, list[Budget]]:
        now = system_clock()
        async with db.connection() as connection:
            laws = (await pack_at(connection, now)).caps
            return (
                await shown_caps(connection, owner, laws=laws, now=now),
                await _budgets(db, connection, owner),
            )

    found, budgets = with_database(home, read)
    if as_json:
        told: dict[str, Any] = msgspec.to_builtins(found)
        told["carriers"] = msgspec.to_builtins(budgets)
        print(json.dumps(told))
        return
    _print_caps(found)
    _print_budgets(budgets)


@app.command("set")
def set_caps(
    reason: ReasonOption,
    cap: CapOption = None,
    drop: DropOption = None,
    spacing: SpacingOption = None,
    over: OverOption = None,
    half_life: HalfLifeOption = None,
    least_worth: LeastWorthOption = None,
    law: LawOption = None,
    international: InternationalOption = None,
    new_for_days: NewForOption = None,
    home_country: HomeCountryOption = None,
    file: FileOption = None,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change caps; what is not named stays as it is. They hold within five seconds."""
    owner = account_of(home, account)
    begun = None if file is None else _read(file)
    given: dict[str, Any] = {
        "spacing_seconds": None if spacing is None else _seconds("--spacing", spacing),
        "over": over,
        "half_life_seconds": None if half_life is None else _seconds("--half-life", half_life),
        "least_worth": least_worth,
        "law": law,
        "new_for_days": new_for_days,
        "home_countries": None if home_country is None else [one.upper() for one in home_country],
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if international is not None:
        changes["international_per_day"] = _whole_or_none("--international", international)
    caps = [_cap(one) for one in cap or ()]

    async def done(db: Database) -> ShownCaps:
        now = system_clock()
        async with db.transaction() as connection:
            before = begun or (await settings_of(connection, owner)).settings
            wanted = _changed(before, changes, caps, drop or [])
            await keep_settings(
                connection, owner, wanted, reason=reason, changed_by=getpass.getuser(), now=now
            )
            laws = (await pack_at(connection, now)).caps
            return await shown_caps(connection, owner, laws=laws, now=now)

    found = with_database(home, done)
    if as_json:
        print(msgspec.json.encode(found).decode())
    else:
        _print_caps(found)


@app.command("history")
def look_back(
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")] = 20,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Who set caps when and why, newest first."""
    owner = account_of(home, account)

    async def read(db: Database) -> list[Kept]:
        async with db.connection() as connection:
            return await history(connection, owner, most=limit)

    print_history(with_database(home, read), shown=shown_version, as_json=as_json)


@app.command("person")
def person(
    recipient: Annotated[str, typer.Argument(help="The person's number in E.164.")],
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """How one person stands: what was sent to them, and when each cap lets the next message through."""
    owner, number = account_of(home, account), PhoneNumber.parse(recipient)
    if number is None:
        raise Fault(
            f"{recipient!r} is no number.", "Write it in E.164, such as +14155552671.", Exit.WRONG_USE
        )

    async def read(db: Database) -> ShownPerson:
        now = system_clock()
        async with db.connection() as connection:
            laws = (await pack_at(connection, now)).caps
            return await shown_person(connection, owner, str(number), laws=laws, now=now)

    found = with_database(home, read)
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    table = Table("Cap", "Counted", "Most", "Next message")
    for one in found.caps:
        free = "now" if one.free_at is None else f"{one.free_at:%Y-%m-%d %H:%M:%S} UTC"
        table.add_row(one.text, str(one.counted), str(one.most), free)
    Console(highlight=False).print(table)


async def _budgets(db: Database, connection: Connection, account: UUID) -> list[Budget]:
    """Those of the account's 10DLC campaigns: their numbers share them."""
    find, now = campaign_of(db), system_clock()
    found: dict[str, Budget] = {}
    for sender in await senders_of(connection, account):
        registered = await find(account, sender.address)
        if registered is None or registered.campaign in found:
            continue
        there = await throughput_of(connection, sender, registered=registered, now=now)
        att = None if there.rates is None else there.rates.att
        found[registered.campaign] = Budget(registered.campaign, att, there.daily)
    return list(found.values())


def _changed(
    before: CapSettings, changes: dict[str, Any], caps: list[CapSetting], drop: list[str]
) -> CapSettings:
    unknown = set(drop) - {one.name for one in before.caps}
    if unknown:
        names = ", ".join(one.name for one in before.caps) or "none"
        raise Fault(f"There is no cap {min(unknown)!r} to drop.", f"There are: {names}.", Exit.WRONG_USE)
    gone = set(drop) | {one.name for one in caps}
    kept = [one for one in before.caps if one.name not in gone]
    whole = {**msgspec.to_builtins(before), **changes, "caps": msgspec.to_builtins([*kept, *caps])}
    try:
        wanted = msgspec.convert(whole, CapSettings)
    except msgspec.ValidationError as error:
        raise Fault(
            f"These settings will not do: {error}.", "Nothing was changed.", Exit.WRONG_USE
        ) from error
    faults = faults_of(wanted)
    if faults:
        raise Fault(" ".join(faults), "Nothing was changed.", Exit.WRONG_USE)
    return wanted


def _cap(text: str) -> CapSetting:
    found = _CAP.fullmatch(text)
    words = found[4].split(":")[1:] if found else []
    unknown = set(words) - {"topic", *Traffic}
    if found is None or unknown:
        raise Fault(
            f"--cap {text!r} cannot be read.",
            "Write NAME=MOST/WINDOW, such as week=4/7d, hour=1/1h:topic or codes=5/15m:essential.",
            Exit.WRONG_USE,
        )
    traffic = [Traffic(word) for word in words if word != "topic"] or [Traffic.MARKETING]
    return CapSetting(
        name=found[1],
        most=int(found[2]),
        per_seconds=_seconds("--cap", found[3]),
        traffic=traffic,
        per_topic="topic" in words,
    )


def _seconds(option: str, text: str) -> int:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise Fault(
            f"{option} {text!r} is no duration.", "Write it as 90s, 15m, 16h, 7d or 2w.", Exit.WRONG_USE
        )
    return int(found[1]) * _UNITS[found[2]]


def _whole_or_none(option: str, text: str) -> int | None:
    if text == "none":
        return None
    if not (text.isascii() and text.isdigit()):
        raise Fault(f"{option} {text!r} is no whole number.", "Name a number, or none.", Exit.WRONG_USE)
    return int(text)


def _read(file: Path) -> CapSettings:
    try:
        text = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return msgspec.json.decode(text, type=CapSettings)
    except OSError as error:
        raise Fault(f"{file} cannot be read: {error}.", "Name a JSON file.", Exit.WRONG_USE) from error
    except msgspec.DecodeError as error:
        raise Fault(
            f"{file} holds no settings: {error}.",
            "Begin with the `settings` of `tidings caps show --json`.",
            Exit.WRONG_USE,
        ) from error


def _print_caps(found: ShownCaps) -> None:
    console = Console(highlight=False)
    table = Table("Cap", "From", "Rule")
    for rule in found.rules:
        table.add_row(rule.text, rule.source, rule.id)
    console.print(table)
    settings = found.settings
    over = (
        "is skipped"
        if settings.over == "skip"
        else "waits for the first moment at which no cap is in its way"
    )
    console.print(
        f"What is over a cap {over}; it loses half its worth in a {duration(settings.half_life_seconds)}."
    )
    if settings.least_worth:
        console.print(f"What is worth less than {settings.least_worth:g} is not sent any more.")
    console.print(f"Counted to other countries today: {found.international_today:,}.")
    console.print(
        f"Version {found.version}, {found.changed_by}{f': {found.reason}' if found.reason else ''}."
    )


def _print_budgets(budgets: list[Budget]) -> None:
    if not budgets:
        return
    table = Table(
        "Campaign", "AT&T", "Day of", "Used", "Of", "Resets", title="Carriers' own budgets, in segments"
    )
    for one in budgets:
        att = "" if one.att_mps is None else f"{one.att_mps:g} a second"
        for day in one.days:
            resets = f"in {max(0, day.resets_at - system_clock().timestamp()) / 3600:.1f} hours"
            table.add_row(
                one.campaign[:12],
                att,
                day.name.partition(">")[0],
                f"{day.reserved:,}",
                f"{day.segments:,}",
                resets,
            )
        if not one.days:
            table.add_row(one.campaign[:12], att, "", "", "", "")
    Console(highlight=False).print(table)
