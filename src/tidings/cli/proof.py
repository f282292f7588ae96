"""`tidings proof`: everything about one person in one archive, and its check, offline, with nothing else."""

import getpass
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption
from tidings.compliance.opt_outs.scope import parse_recipient
from tidings.compliance.proof.check import Found, check
from tidings.compliance.proof.make import make
from tidings.messages.dealings import dealings
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database


def command(
    what: Annotated[
        str, typer.Argument(help="The person's number in E.164; or `verify`.", metavar="NUMBER|verify")
    ],
    file: Annotated[
        Path | None,
        typer.Argument(
            help="Where to write the archive, proof-NUMBER.zip otherwise; or the archive to verify."
        ),
    ] = None,
    root: Annotated[
        str | None,
        typer.Option("--root", help="With verify: the root that was published.", show_default=False),
    ] = None,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """`tidings proof +14155552671` writes consents with what was read, every message with its verdicts, and opt-outs,
    sealed in the ledger. `tidings proof verify FILE` checks an archive; it needs no home, no database and no network.
    """
    if what == "verify":
        _verify(file, root, as_json=as_json)
        return
    person = parse_recipient(what)
    if person is None:
        raise Fault(f"{what!r} is no number.", "Write it in E.164, such as +14155552671.", Exit.WRONG_USE)
    owner = account_of(home, account)
    target = file or Path(f"proof-{person.removeprefix('+')}.zip")

    async def done(db: Database) -> bytes:
        async with db.transaction() as connection:
            messages = await dealings(connection, owner, person)
            return await make(
                connection, owner, person, messages=messages, by=getpass.getuser(), now=system_clock()
            )

    octets = with_database(home, done)
    try:
        target.write_bytes(octets)
    except OSError as error:
        raise Fault(f"{target} cannot be written: {error}.", "Name another file.", Exit.WRONG_USE) from error
    found = check(octets)
    if as_json:
        print(json.dumps({"file": str(target)} | _shown(found)))
    else:
        print(f"{target}: {_counts(found)}.")
        print(f"Root of {found.size:,} entries: {found.root}")
    if found.faults:
        raise Fault(
            f"The pack does not prove itself: {'; '.join(found.faults)}.", "Run `tidings consent verify`."
        )


def _verify(file: Path | None, root: str | None, *, as_json: bool) -> None:
    if file is None:
        raise Fault("No archive is named.", "`tidings proof verify FILE`.", Exit.WRONG_USE)
    try:
        octets = file.read_bytes()
    except OSError as error:
        raise Fault(f"{file} cannot be read: {error}.", "Name a proof pack.", Exit.WRONG_USE) from error
    found = check(octets, root=root)
    if as_json:
        print(json.dumps(_shown(found)))
    elif found.faults:
        for fault in found.faults:
            print(fault)
    else:
        print(f"It holds: {found.recipient}, {found.account}, made {found.made_at}: {_counts(found)}.")
        known = "is the published one" if root else "is to be compared with the published one"
        print(f"Its root of {found.size:,} entries {known}: {found.root}")
    if found.faults:
        raise typer.Exit(Exit.PROMISE_BROKEN)


def _counts(found: Found) -> str:
    return f"{found.entries:,} entries, {found.messages:,} messages, {found.opt_outs:,} changes of opt-outs"


def _shown(found: Found) -> dict[str, object]:
    return asdict(found) | {"faults": list(found.faults)}
