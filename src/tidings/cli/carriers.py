"""`tidings carriers`: the carriers that messages leave by, while they run."""

import asyncio
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

import typer
import yaml

from tidings.carriers.book import (
    NAME,
    Book,
    CarrierEntry,
    CarrierState,
    find_carrier,
    has_carriers,
    put_carrier,
    read_book,
    remove_carrier,
    set_state,
)
from tidings.carriers.kinds import KINDS, Surroundings, kind_of
from tidings.carriers.plausible import Tally, doubts
from tidings.carriers.record import Standing, beliefs, standings, tallies_since
from tidings.carriers.smpp.carrier_url import mapping_of
from tidings.carriers.smpp.settings import SmppSettingsError
from tidings.cli.account import with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption, keyed
from tidings.config import Config, LogFormat
from tidings.runtime import log
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database
from tidings.runtime.secrets import Sealer, Unsealable

app = typer.Typer(no_args_is_help=True)

Result = TypeVar("Result")

SHOWN_HOURS = 24
WORST_SHOWN = 10
HIDDEN = "(hidden)"

NameArgument = Annotated[str, typer.Argument(help="The carrier's name.")]
Address = Annotated[
    str | None,
    typer.Argument(help="For SMPP: smpp://system_id:password@host:port, or smpps://, settings in its query."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="A setting, NAME=VALUE; NAME=@FILE takes it from a file, NAME=@- from standard input."
    ),
]
SettingsFile = Annotated[
    Path | None, typer.Option("--settings", help="A YAML or JSON file with settings, - for standard input.")
]
Tps = Annotated[
    float | None,
    typer.Option(
        "--tps", min=0, max=1e6, help="Parts a second, all dispatchers together; 0 for no limit of its own."
    ),
]
Within = Annotated[float, typer.Option("--within", min=0.1, max=600, help="Seconds to wait for the carrier.")]


@dataclass(frozen=True, slots=True)
class Seen:
    """A carrier with how it stands and what it did in the last day."""

    entry: CarrierEntry
    standing: list[Standing]
    tally: Tally

    def told(self) -> dict[str, object]:
        return {
            "name": self.entry.name,
            "kind": self.entry.kind,
            "state": self.entry.state.value,
            "tps": self.entry.tps,
            "bound": any(one.bound for one in self.standing),
            "unanswered": sum(one.waiting for one in self.standing),
            "awaited": sum(one.awaited for one in self.standing),
            "last_24_hours": asdict(self.tally),
            "doubts": doubts(self.tally),
        }

    def line(self) -> str:
        tally = self.tally
        bound = "connected" if any(one.bound for one in self.standing) else "not connected"
        return (
            f"{self.entry.name} ({self.entry.kind}): {self.entry.state.value}, {bound}; in {SHOWN_HOURS} h "
            f"{tally.taken:,} sent, {tally.delivered:,} delivered, {tally.undelivered:,} undelivered, "
            f"{tally.missing:,} without receipt" + (f"; {len(doubts(tally))} doubts" if doubts(tally) else "")
        )


@app.command("list")
def list_carriers(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """All carriers of the book, with how they stand."""
    seen = _look(keyed(home), home)
    if as_json:
        print(json.dumps([one.told() for one in seen]))
    else:
        print(
            "\n".join(one.line() for one in seen) or "The book is empty: TIDINGS_CARRIER_URL is the carrier."
        )


@app.command("show")
def show(name: NameArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """One carrier: settings without secrets, dispatchers, the last day, where it fares worst, what speaks against its
    receipts."""
    config = keyed(home)
    seen = next((one for one in _look(config, home) if one.entry.name == name), None)
    if seen is None:
        raise _unknown(name)

    async def worst(db: Database) -> list[dict[str, object]]:
        now = system_clock()
        async with db.connection() as connection:
            known = await beliefs(connection, now=now)
        rows = [
            {"sender": sender, "place": place, "fares_well": round(health.faded(now.timestamp()).mean, 4)}
            for (carrier, sender, place), health in known.items()
            if carrier == name
        ]
        return sorted(rows, key=lambda row: float(str(row["fares_well"])))[:WORST_SHOWN]

    told = seen.told() | {
        "settings": _without_secrets(seen.entry),
        "dispatchers": [asdict(one) for one in seen.standing],
        "worst": with_database(home, worst),
    }
    print(json.dumps(told) if as_json else _page(seen, told))


@app.command("add")
def add(
    name: NameArgument,
    url: Address = None,
    kind: Annotated[str, typer.Option(help=f"One of {', '.join(KINDS)}.")] = "smpp",
    given: Settings = None,
    file: SettingsFile = None,
    tps: Tps = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a carrier down. Dispatchers connect to it at once; with the first one TIDINGS_CARRIER_URL is out of use."""
    if NAME.fullmatch(name) is None:
        raise Fault(
            f"{name!r} is no name for a carrier.", "Letters, digits, . _ @ and -, up to 63.", Exit.WRONG_USE
        )
    config = keyed(home)
    settings = _settings(url, given, file)
    entry = CarrierEntry(name, kind, settings, tps or None)
    _check(entry, config)

    async def written(db: Database) -> bool:
        async with db.transaction() as connection:
            if await find_carrier(connection, name, sealer=_sealer(config)) is not None:
                return False
            await put_carrier(connection, entry, sealer=_sealer(config), now=system_clock())
        return True

    if not with_database(home, written):
        raise Fault(f"There is a carrier {name}.", "Change it with `tidings carriers set`.", Exit.REFUSED)
    _say(name, CarrierState.ACTIVE, as_json=as_json)


@app.command("set")
def change(
    name: NameArgument,
    url: Address = None,
    given: Settings = None,
    file: SettingsFile = None,
    tps: Tps = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change settings or the tps of a carrier. Connections are renewed when settings change: the old
    ones are closed once everything on them is answered."""
    config = keyed(home)
    entry = _found(config, home, name)
    fresh = _settings(url, given, file)
    if not fresh and tps is None:
        raise Fault("Nothing to set.", "Name a URL, --set, --settings or --tps.", Exit.WRONG_USE)
    changed = replace(
        entry, settings={**entry.settings, **fresh}, tps=entry.tps if tps is None else tps or None
    )
    _check(changed, config)

    async def written(db: Database) -> None:
        async with db.transaction() as connection:
            await put_carrier(connection, changed, sealer=_sealer(config), now=system_clock())

    with_database(home, written)
    _say(name, entry.state, as_json=as_json)


@app.command("drain")
def drain(name: NameArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Hand nothing more to a carrier; go on taking its answers and receipts."""
    _turn(home, name, CarrierState.DRAINING, as_json=as_json)


@app.command("off")
def off(name: NameArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Disconnect from a carrier. Drain it first: what is not answered within seconds is in doubt."""
    _turn(home, name, CarrierState.OFF, as_json=as_json)


@app.command("on")
def on(name: NameArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Use a carrier again."""
    _turn(home, name, CarrierState.ACTIVE, as_json=as_json)


@app.command("remove")
def remove(name: NameArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Take a carrier that is off out of the book, with its routes."""

    async def removed(db: Database) -> bool:
        async with db.transaction() as connection:
            return await remove_carrier(connection, name)

    if not with_database(home, removed):
        raise Fault(f"There is no carrier {name} that is off.", f"tidings carriers off {name}", Exit.REFUSED)
    print(json.dumps({"name": name, "removed": True}) if as_json else f"{name} is out of the book.")


@app.command("test")
def try_out(
    name: NameArgument, within: Within = 10.0, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Connect to a carrier from here, as a dispatcher does, and say whether it lets us in. Sends no message."""
    config = keyed(home)
    entry = _found(config, home, name)
    _check(entry, config)
    log.configure(level=config.log_level, json=config.log_format is LogFormat.JSON, role="test")
    seconds = asyncio.run(_seconds_to_room(entry, within, config.public_url))
    if seconds is None:
        raise Fault(
            f"{name} did not let us in within {within:g} s.",
            "What was tried stands above.",
            Exit.PROMISE_BROKEN,
        )
    print(
        json.dumps({"name": name, "connected_after_seconds": round(seconds, 3)})
        if as_json
        else f"{name} let us in after {seconds:.3f} s."
    )


async def _seconds_to_room(entry: CarrierEntry, within: float, public_url: str | None) -> float | None:
    """How long the carrier took to have room; None when it did not."""
    loop = asyncio.get_running_loop()
    room = asyncio.Event()

    async def pass_over(_: Sequence[object]) -> None:
        raise RuntimeError("a test takes nothing in: it is sent again to the dispatchers")

    around = Surroundings(
        on_receipts=pass_over, on_inbound=pass_over, on_room=room.set, public_url=public_url
    )
    connector = kind_of(entry.kind).make(entry, around)
    began = loop.time()
    await connector.open()
    try:
        if not connector.room:
            await asyncio.wait_for(room.wait(), within)
    except TimeoutError:
        return None
    finally:
        await connector.close()
    return loop.time() - began


def _look(config: Config, home: Path | None) -> list[Seen]:
    async def looked(db: Database) -> list[Seen]:
        now = system_clock()
        async with db.connection() as connection:
            book = Book()
            if await has_carriers(connection):
                book = await read_book(connection, sealer=_sealer(config))
            standing = await standings(connection, now=now)
            tallies = await tallies_since(connection, now - timedelta(hours=SHOWN_HOURS))
        return [
            Seen(
                entry,
                [one for one in standing if one.carrier == entry.name],
                tallies.get(entry.name, Tally()),
            )
            for entry in book.carriers
        ]

    return _unsealed(lambda: with_database(home, looked))


def _found(config: Config, home: Path | None, name: str) -> CarrierEntry:
    async def found(db: Database) -> CarrierEntry | None:
        async with db.connection() as connection:
            return await find_carrier(connection, name, sealer=_sealer(config))

    entry = _unsealed(lambda: with_database(home, found))
    if entry is None:
        raise _unknown(name)
    return entry


def _turn(home: Path | None, name: str, state: CarrierState, *, as_json: bool) -> None:
    async def turned(db: Database) -> bool:
        async with db.transaction() as connection:
            return await set_state(connection, name, state, now=system_clock())

    if not with_database(home, turned):
        raise _unknown(name)
    _say(name, state, as_json=as_json)


def _settings(url: str | None, given: Sequence[str] | None, file: Path | None) -> dict[str, object]:
    settings: dict[str, object] = {}
    if file is not None:
        text = sys.stdin.read() if str(file) == "-" else _text_of(file)
        try:
            loaded = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise Fault(f"{file} is no YAML: {error}", "Mend the file.", Exit.WRONG_USE) from error
        if not isinstance(loaded, dict):
            raise Fault(f"{file} holds no settings.", "Write NAME: VALUE, a line each.", Exit.WRONG_USE)
        settings |= {str(key): value for key, value in loaded.items()}
    if url is not None:
        if urlsplit(url).scheme not in ("smpp", "smpps"):
            raise Fault("Only SMPP has a URL.", "Name --kind and --set or --settings.", Exit.WRONG_USE)
        try:
            settings |= mapping_of(url, usual={})
        except SmppSettingsError as error:
            raise Fault(f"The URL cannot be used:\n{error}", "Mend it.", Exit.WRONG_USE) from error
    for one in given or ():
        key, equals, text = one.partition("=")
        if not equals:
            raise Fault(f"{key!r} has no value.", "Write --set NAME=VALUE.", Exit.WRONG_USE)
        settings[key] = _value(text)
    return settings


def _value(text: str) -> object:
    """Numbers and true or false as such, but for what is no number written out (007, 1e5): keys look so. @FILE is
    the text of a file."""
    if text == "@-":
        return sys.stdin.read().rstrip("\n")
    if text.startswith("@"):
        return _text_of(Path(text[1:]))
    if text in ("true", "false"):
        return text == "true"
    for read in (int, float):
        try:
            number = read(text)
        except ValueError:
            continue
        if str(number) == text:
            return number
    return text


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise Fault(f"{file} cannot be read: {error.strerror}.", "Name another.", Exit.WRONG_USE) from error


def _check(entry: CarrierEntry, config: Config) -> None:
    if entry.kind not in KINDS:
        raise Fault(
            f"There is no kind {entry.kind!r} of carriers.",
            f"Name one of {', '.join(KINDS)}.",
            Exit.WRONG_USE,
        )
    faults = kind_of(entry.kind).check(entry.settings, public_url=config.public_url)
    if faults:
        raise Fault("\n".join(faults), "docs/how-to/carriers.md has the settings.", Exit.WRONG_USE)


def _without_secrets(entry: CarrierEntry) -> Mapping[str, object]:
    hidden = kind_of(entry.kind).secrets(entry.settings) if entry.kind in KINDS else frozenset(entry.settings)
    return {key: HIDDEN if key in hidden else value for key, value in entry.settings.items()}


def _page(seen: Seen, told: Mapping[str, object]) -> str:
    lines = [seen.line()]
    lines += [f"  {key}: {value}" for key, value in _without_secrets(seen.entry).items()]
    if seen.entry.tps is not None:
        lines.append(f"  at most {seen.entry.tps:g} parts a second")
    lines += [
        f"  dispatcher {one.owner}: breaker {one.breaker}, {one.waiting} unanswered, {one.awaited} receipts awaited"
        for one in seen.standing
    ]
    if seen.entry.state is CarrierState.DRAINING and seen.standing:
        idle = not any(one.waiting or one.awaited for one in seen.standing)
        lines.append("  drained: nothing is expected of it" if idle else "  draining")
    worst = told["worst"]
    assert isinstance(worst, list)
    lines += [
        f"  fares well: {row['fares_well']:.1%} from {row['sender']} to {row['place']}" for row in worst
    ]
    lines += [f"  DOUBTFUL receipts: {doubt}" for doubt in doubts(seen.tally)]
    return "\n".join(lines)


def _say(name: str, state: CarrierState, *, as_json: bool) -> None:
    print(json.dumps({"name": name, "state": state.value}) if as_json else f"{name} is {state.value}.")


def _sealer(config: Config) -> Sealer:
    from tidings.app import sealer_of

    return sealer_of(config)


def _unsealed(deed: Callable[[], Result]) -> Result:
    try:
        return deed()
    except Unsealable as error:
        raise Fault(
            f"The book cannot be read: {error}.", "Use the key of those who wrote it.", Exit.WRONG_USE
        ) from error


def _unknown(name: str) -> Fault:
    return Fault(f"There is no carrier {name}.", "`tidings carriers list` shows them.", Exit.REFUSED)
