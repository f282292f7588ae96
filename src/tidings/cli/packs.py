"""`tidings packs`: rule packs, looked at, checked, installed, compared and taken into use."""

import getpass
import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tidings.cli.account import with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption, ReasonOption
from tidings.compliance.packs import folder as folders
from tidings.compliance.packs import manifest as manifests
from tidings.compliance.packs.api import rows_of, shown_change, shown_pack, shown_shelf_of
from tidings.compliance.packs.compare import compare
from tidings.compliance.packs.faults import BadRows
from tidings.compliance.packs.faults import Fault as RowFault
from tidings.compliance.packs.manifest import SHIPPED
from tidings.compliance.packs.pack import TABLES, Pack, shipped
from tidings.compliance.packs.shelf import (
    Author,
    Installed,
    Use,
    coming,
    find,
    first_moment,
    in_force,
    install,
    installed,
    keep_shipped,
    use,
    uses,
)
from tidings.kernel.instant import Instant, iso8601, parse_day, parse_instant
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database

app = typer.Typer(no_args_is_help=True)

MOST_FAULTS_TOLD = 50

VersionArgument = Annotated[str, typer.Argument(help="A pack's version, or `shipped`: that of the release.")]
FolderArgument = Annotated[
    Path, typer.Argument(help=f"Folder with {manifests.FILE} and tables ({', '.join(TABLES)}).")
]
EitherArgument = Annotated[str, typer.Argument(help="A pack's version, `shipped`, or a folder.")]


@dataclass(frozen=True)
class _Shelf:
    packs: list[Installed]
    said: list[Use]


@app.command("list")
def list_packs(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """The packs that are installed, which of them holds, and what was said to hold from when."""
    now = system_clock()
    shelf = with_database(home, _read_shelf)
    holds, later = in_force(shelf.said, now), coming(shelf.said, now)
    if as_json:
        print(msgspec.json.encode(shown_shelf_of(shelf.packs, shelf.said, now=now)).decode())
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("Version", "Meant from", "Installed", "By", "Title", "Holds")
    current = holds.version or shipped().version
    for one in shelf.packs:
        from_ = [iso8601(use.from_at) for use in later if (use.version or shipped().version) == one.version]
        state = "now" if one.version == current else f"from {from_[0]}" if from_ else ""
        day = f"{one.installed_at:%Y-%m-%d}"
        table.add_row(one.version, str(one.effective_from), day, one.installed_by, one.title, state)
    Console(width=None).print(table)
    print(f"In force: {_name(holds)}, since {_since(holds)} ({holds.by.reason}).")


@app.command("show")
def show(
    version: EitherArgument = SHIPPED,
    place: Annotated[
        str | None,
        typer.Option(
            "--place", help="Only the rules of a country (FR) or state (US-TX).", show_default=False
        ),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """What a pack is, and how many rules its tables have; with --place, the rules of that place."""
    pack = pack_named(version, home)
    if as_json:
        print(msgspec.json.encode(shown_pack(pack, place=place)).decode())
        return
    rows = {file: rows_of(pack, file, place) for file in TABLES}
    print(f"{pack.version}: {pack.manifest.title}")
    print(f"meant from {pack.manifest.effective_from}, by {pack.manifest.source}\nSHA-256 {pack.digest}")
    for file, found in rows.items():
        print(f"\n{file}: {len(found):,} rules" if place is None else f"\n{file}, {place}:")
        for row in found if place is not None else []:
            print("  " + ", ".join(f"{column} {text}" for column, text in row.items() if text))


@app.command("check")
def check(folder: FolderArgument, as_json: JsonOption = False) -> None:
    """Say everything that is wrong with a pack, by file, row and column. It needs no database, and changes nothing."""
    try:
        _, pack = _read_folder(folder)
    except BadRows as bad:
        if as_json:
            print(json.dumps({"ok": False, "faults": [asdict(fault) for fault in bad.faults]}))
        else:
            _show_faults(bad)
        raise typer.Exit(Exit.PROMISE_BROKEN) from None
    changes = compare(shipped(), pack)
    if as_json:
        told = {
            "ok": True,
            "version": pack.version,
            "digest": pack.digest,
            "differs_from_shipped": len(changes),
        }
        print(json.dumps(told))
    else:
        print(f"{pack.version} is well formed. It differs from the shipped pack in {len(changes):,} rules.")


@app.command("install")
def install_pack(
    folder: FolderArgument,
    reason: ReasonOption,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a pack on the shelf, whole. It does not hold before `use`. One that has a fault is refused."""
    try:
        manifest, pack = _read_folder(folder)
    except BadRows as bad:
        raise _refused(bad) from None

    async def done(db: Database) -> bool:
        async with db.transaction() as connection:
            await keep_shipped(connection, now=system_clock())
            return await install(connection, manifest, pack, by=_author(reason), now=system_clock())

    try:
        new = with_database(home, done)
    except BadRows as bad:
        raise _refused(bad) from None
    if as_json:
        print(json.dumps({"version": pack.version, "installed": new, "digest": pack.digest}))
    elif new:
        print(f"{pack.version} is installed. `tidings packs use {pack.version}` takes it into use.")
    else:
        print(f"{pack.version} was installed already.")


@app.command("use")
def use_pack(
    version: VersionArgument,
    reason: ReasonOption,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="From when: a day or a time (ISO 8601, UTC). Otherwise the pack's own day, or now if it has come.",
            show_default=False,
        ),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a pack hold from a moment on. Every process follows at once; the one before holds until then."""
    now = system_clock()
    pack = pack_named(version, home)
    from_at = _moment(from_, now) if from_ is not None else first_moment(pack, now=now)
    name = None if version == SHIPPED else pack.version

    async def done(db: Database) -> int:
        async with db.transaction() as connection:
            await keep_shipped(connection, now=now)
            return await use(connection, name, from_at=from_at, by=_author(reason), now=now)

    number = with_database(home, done)
    if as_json:
        print(json.dumps({"use": number, "version": name or SHIPPED, "from": iso8601(from_at)}))
    else:
        print(
            f"{name or 'The pack of the release'} holds {'now' if from_at <= now else f'from {iso8601(from_at)}'}."
        )


@app.command("diff")
def diff(
    old: EitherArgument,
    new: EitherArgument,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every rule in which two packs differ: what it was, and what it becomes."""
    changes = compare(pack_named(old, home), pack_named(new, home))
    if as_json:
        print(msgspec.json.encode([shown_change(one) for one in changes]).decode())
        return
    for one in changes:
        print(f"{one.kind.value:8}{one.file}  {one.rule}")
        for column in one.was.keys() | one.becomes.keys() if one.kind == "changed" else ():
            print(f"          {column}: {one.was[column] or '-'}  ->  {one.becomes[column] or '-'}")
    counted = Counter(one.kind.value for one in changes)
    print(", ".join(f"{count:,} {kind}" for kind, count in counted.items()) or "They say the same.")


@app.command("export")
def export(
    version: VersionArgument,
    folder: Annotated[Path, typer.Argument(help="Folder to make.")],
    named: Annotated[
        str | None, typer.Option("--as", help="Version of the pack that is made of it.", show_default=False)
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a pack's files into a folder, to read them, or to begin one of your own with them."""
    pack = pack_named(version, home)
    manifest = folders.manifest_of(pack, version=named or f"{pack.version}-own", title=pack.manifest.title)
    try:
        folders.write(folder, manifest=manifest, tables=pack.tables)
    except OSError as error:
        raise Fault(
            f"{folder} cannot be written: {error}.", "Name a folder that is not there.", Exit.WRONG_USE
        ) from None
    files = [manifests.FILE, *pack.tables]
    if as_json:
        print(json.dumps({"folder": str(folder), "files": files}))
    else:
        print(f"{', '.join(files)} in {folder}. Tables that you leave out stay as they ship.")


def pack_named(named: str, home: Path | None) -> Pack:
    """A pack by its version, or in a folder. That of the release needs no database."""
    if named in (SHIPPED, shipped().version):
        return shipped()
    if Path(named).is_dir():
        try:
            return _read_folder(Path(named))[1]
        except BadRows as bad:
            raise _refused(bad) from None

    async def read(db: Database) -> Pack | None:
        async with db.connection() as connection:
            return await find(connection, named)

    try:
        found = with_database(home, read)
    except BadRows as bad:
        raise _refused(bad) from None
    if found is None:
        raise Fault(f"There is no pack {named}.", "`tidings packs list` shows those installed.", Exit.REFUSED)
    return found


def _read_folder(folder: Path) -> tuple[str, Pack]:
    try:
        return folders.read(folder)
    except OSError as error:
        raise Fault(f"{folder} cannot be read: {error}.", "Name a pack's folder.", Exit.WRONG_USE) from None


async def _read_shelf(db: Database) -> _Shelf:
    async with db.transaction() as connection:
        await keep_shipped(connection, now=system_clock())
        return _Shelf(await installed(connection), await uses(connection))


def _moment(text: str, now: Instant) -> Instant:
    day = parse_day(text)
    moment = parse_instant(f"{day}T00:00:00") if day is not None else parse_instant(text)
    if moment is None:
        raise Fault(f"{text!r} is no moment.", "Write 2026-12-01 or 2026-12-01T06:00:00Z.", Exit.WRONG_USE)
    if moment < now and day != now.date():
        raise Fault(
            f"{text} has gone by.", "What has happened stays as it was: name a time to come.", Exit.WRONG_USE
        )
    return max(moment, now)


def _show_faults(bad: BadRows) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("File", "Row", "Column", "Problem")
    for fault in bad.faults[:MOST_FAULTS_TOLD]:
        table.add_row(fault.file, str(fault.row), fault.column, fault.problem)
    Console().print(table)
    count = len(bad.faults)
    print(f"{count:,} {'fault' if count == 1 else 'faults'}. A pack with a fault is not installed.")


def _refused(bad: BadRows) -> Fault:
    told: list[RowFault] = list(bad.faults[:MOST_FAULTS_TOLD])
    more = len(bad.faults) - len(told)
    lines = "\n".join(map(str, told)) + (f"\nand {more:,} more" if more else "")
    return Fault(f"The pack is refused:\n{lines}", "What was in force stays. Mend these rows.", Exit.REFUSED)


def _author(reason: str) -> Author:
    return Author(getpass.getuser(), reason)


def _name(one: Use) -> str:
    return one.version or f"{shipped().version} (that of the release)"


def _since(one: Use) -> str:
    return "the beginning" if one.number == 0 else iso8601(one.from_at)
