"""`tidings opt-outs`: who does not want messages, what waits for a human, and lists that come and go."""

import asyncio
import getpass
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
import typer

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption, ReasonOption
from tidings.cli.progress import bar
from tidings.compliance.opt_outs import register, sheet
from tidings.compliance.opt_outs.api import EXPORT_PAGE, shown, shown_line, unknown_scopes
from tidings.compliance.opt_outs.phrases import understand
from tidings.compliance.opt_outs.register import Author, Decision, OptOut
from tidings.compliance.opt_outs.scope import known, parse_recipient, parse_scope, written
from tidings.compliance.opt_outs.settings import OptOutSettings, faults_of
from tidings.compliance.opt_outs.settings_api import shown_settings
from tidings.compliance.opt_outs.settings_of import Kept, drop_settings, keep_settings, settings_of
from tidings.compliance.opt_outs.verdict import Block, Change, Source
from tidings.compliance.opt_outs.vocabulary import DEFAULT
from tidings.kernel.sid import Sid
from tidings.messages.read import texts
from tidings.messages.receive import withdraw
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database

app = typer.Typer(no_args_is_help=True)

IMPORT_PAGE = 2_000
MOST_FAULTS_TOLD = 20

RecipientArgument = Annotated[str, typer.Argument(help="The person's number in E.164.")]
ScopeArgument = Annotated[str, typer.Argument(help="A service's SID (MG...), or a sender's address.")]
ScopeOption = Annotated[
    str | None,
    typer.Option("--scope", help="A service's SID (MG...), or a sender's address.", show_default=False),
]
StateOption = Annotated[
    Block | None, typer.Option("--state", help="Only opted_out, or only review.", show_default=False)
]


@app.command("list")
def list_opt_outs(
    state: StateOption = None,
    scope: ScopeOption = None,
    recipient: Annotated[
        str | None, typer.Option("--recipient", help="Of one person.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many at most.")] = 100,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Who has opted out of what, by person."""
    owner, inside = account_of(home, account), _scope_or_none(scope)
    person = _recipient(recipient) if recipient else None

    async def read(db: Database) -> list[OptOut]:
        async with db.connection() as connection:
            return await register.listed(
                connection, owner, most=limit, state=state, scope=inside, recipient=person
            )

    found = with_database(home, read)
    if as_json:
        _print([shown(one) for one in found])
        return
    for one in found:
        how = f"{one.source}{f' ({one.keyword})' if one.keyword else ''}"
        print(f"{one.recipient}  {written(one.scope)}  {one.state.value}  {one.since:%Y-%m-%d %H:%M}  {how}")
    if not found:
        print("Nobody has opted out.")


@app.command("add")
def add(
    recipient: RecipientArgument,
    scope: ScopeArgument,
    reason: ReasonOption,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Opt a person out. What waits for them in the queue does not leave."""
    owner, person, inside = account_of(home, account), _recipient(recipient), _scope(scope)

    async def done(db: Database) -> bool:
        now = system_clock()
        async with db.transaction() as connection:
            if not await known(connection, owner, [inside]):
                raise _not_owned(inside)
            changed = await register.add(connection, owner, person, inside, by=_author(reason), now=now)
            await withdraw(connection, [(owner, person, inside)], now=now)
        return changed

    changed = with_database(home, done)
    _tell(changed, f"{person} is opted out of {scope}.", "That was so already.", as_json=as_json)


@app.command("remove")
def remove(
    recipient: RecipientArgument,
    scope: ScopeArgument,
    reason: ReasonOption,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lift an opt-out, on the person's own wish alone."""
    owner, person, inside = account_of(home, account), _recipient(recipient), _scope(scope)

    async def done(db: Database) -> bool:
        async with db.transaction() as connection:
            by = _author(reason)
            if await register.remove(connection, owner, person, inside, by=by, now=system_clock()):
                return True
            if (person, inside) in await register.network_blocks(connection, owner, [person]):
                raise Fault(
                    f"The network of the toll-free number {inside} blocks it.",
                    f"{person} lifts that with START or UNSTOP to {inside}; nobody else can.",
                    Exit.REFUSED,
                )
        return False

    if not with_database(home, done):
        raise Fault(
            f"{person} has not opted out of {scope}.", "`tidings opt-outs list` shows all.", Exit.REFUSED
        )
    _tell(True, f"{person} may be written to by {scope} again.", "", as_json=as_json)


@app.command("history")
def history(
    recipient: RecipientArgument,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many, newest first.")] = 100,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every change of one person's opt-outs: what, when, by what word or whom."""
    owner, person = account_of(home, account), _recipient(recipient)

    async def read(db: Database) -> list[register.Line]:
        async with db.connection() as connection:
            return await register.history(connection, owner, person, most=limit)

    found = with_database(home, read)
    if as_json:
        _print([shown_line(one) for one in found])
        return
    for one in found:
        why = ", ".join(part for part in (one.keyword, one.reason, one.changed_by) if part)
        print(f"{one.at:%Y-%m-%d %H:%M:%S}  {written(one.scope)}  {one.change.value}  {one.source}: {why}")
    if not found:
        print("Nothing is known of this person.")


@app.command("review")
def review(
    decide: Annotated[
        Decision | None,
        typer.Option("--decide", help="Decide over one: opt_out or keep.", show_default=False),
    ] = None,
    recipient: Annotated[
        str | None, typer.Option("--recipient", help="Whose text.", show_default=False)
    ] = None,
    scope: ScopeOption = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; the history keeps it.")] = "read by a human",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")] = 100,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """What may be an opt-out: read it and decide, the longest waiting first.

    In a terminal each is shown and asked about. With --decide one is decided without a question; with --json all are
    printed.
    """
    owner, inside = account_of(home, account), _scope_or_none(scope)
    if decide is not None:
        if recipient is None or inside is None:
            raise Fault("It is not clear over what.", "Name --recipient and --scope.", Exit.WRONG_USE)
        person = _recipient(recipient)
        if not with_database(home, _deciding(owner, person, inside, decide, reason)):
            raise Fault(
                "Nothing of this person waits there.",
                "`tidings opt-outs review` shows what waits.",
                Exit.REFUSED,
            )
        _tell(True, f"Decided: {decide.value}.", "", as_json=as_json)
        return
    waiting = with_database(home, _waiting(owner, inside, limit))
    if as_json:
        _print([shown(one, said) for one, said in waiting])
        return
    if not waiting:
        print("Nothing waits.")
    for one, said in waiting:
        text = said.get(one.message) if one.message is not None else None
        print(f"\n{one.recipient} to {written(one.scope)}, {one.since:%Y-%m-%d %H:%M} ({one.keyword})")
        print(f"  {text or '(the text is no longer kept)'}")
        if sys.stdin.isatty():
            answer = typer.prompt("  [o]pt out, [k]eep, [s]kip", default="s")[:1].lower()
            chosen = {"o": Decision.OPT_OUT, "k": Decision.KEEP}.get(answer)
            if chosen is not None:
                with_database(home, _deciding(owner, one.recipient, one.scope, chosen, reason))


@app.command("import")
def take_in(
    file: Annotated[
        Path, typer.Argument(help="CSV with a header: recipient, scope; state, since if wanted.")
    ],
    reason: ReasonOption,
    scope: ScopeOption = None,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in a sheet of opt-outs. One line that is wrong and nothing of it is taken in."""
    owner = account_of(home, account)
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Fault(
            f"{file} cannot be read: {error}.", "It is a CSV file in UTF-8.", Exit.WRONG_USE
        ) from error
    asked = sheet.read(
        text, account=owner, scope=_scope_or_none(scope), reason=reason, changed_by=getpass.getuser()
    )
    changes = asked.changes

    async def done(db: Database) -> int:
        now = system_clock()
        changed = 0
        async with db.transaction() as connection:
            faults = [*asked.faults, *await unknown_scopes(connection, owner, asked)]
            if faults:
                raise _faulty(faults)
            with bar("Taking in", len(changes), quiet=as_json) as advance:
                for start in range(0, len(changes), IMPORT_PAGE):
                    page = changes[start : start + IMPORT_PAGE]
                    changed += await register.take_in(connection, page, now=now)
                    stops = [
                        (one.account, one.recipient, one.scope)
                        for one in page
                        if one.change is Change.OPTED_OUT
                    ]
                    await withdraw(connection, stops, now=now)
                    advance(len(page))
        return changed

    changed = with_database(home, done)
    if as_json:
        print(json.dumps({"rows": len(changes), "changed": changed}))
    else:
        print(f"{len(changes):,} people and scopes read, {changed:,} of them new.")


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="Where to write the CSV file; - for standard output.")],
    state: StateOption = None,
    scope: ScopeOption = None,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write all opt-outs as a sheet that an import takes as it is."""
    owner, inside = account_of(home, account), _scope_or_none(scope)

    async def pages(db: Database) -> int:
        async with db.connection() as connection:
            total = await register.count(connection, owner, state=state, scope=inside)
        after, done = ("", ""), 0
        out = sys.stdout if str(file) == "-" else await asyncio.to_thread(file.open, "w", encoding="utf-8")
        try:
            out.write(sheet.header())
            with bar("Writing", total, quiet=as_json or out is sys.stdout) as advance:
                while True:
                    async with db.connection() as connection:
                        found = await register.listed(
                            connection, owner, after=after, most=EXPORT_PAGE, state=state, scope=inside
                        )
                    if not found:
                        return done
                    out.write(sheet.lines(found))
                    after = (found[-1].recipient, found[-1].scope)
                    done += len(found)
                    advance(len(found))
        finally:
            if out is not sys.stdout:
                out.close()

    try:
        done = with_database(home, pages)
    except OSError as error:
        raise Fault(f"{file} cannot be written: {error}.", "Name another file.", Exit.WRONG_USE) from error
    if str(file) == "-":
        return
    print(json.dumps({"rows": done, "file": str(file)}) if as_json else f"{done:,} rows in {file}.")


@app.command("settings")
def settings(
    service: Annotated[str, typer.Argument(help="SID of the messaging service.")],
    put: Annotated[
        Path | None,
        typer.Option(
            "--set", help="JSON file with the settings to keep; - for standard input.", show_default=False
        ),
    ] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Go back to the default keywords and replies.")
    ] = False,
    home: HomeOption = None,
    account: AccountOption = None,
) -> None:
    """Advanced Opt-Out of a service: print its keywords and replies as JSON, or set them."""
    owner, sid = account_of(home, account), Sid.parse(service, "MG")
    if sid is None:
        raise Fault(
            f"{service!r} is no service's SID.", "It begins with MG and has 34 characters.", Exit.WRONG_USE
        )
    wanted = None if put is None else _settings_in(put)

    async def done(db: Database) -> Kept | None:
        async with db.transaction() as connection:
            if wanted is not None:
                await keep_settings(connection, owner, sid.uuid, wanted, now=system_clock())
            elif reset:
                await drop_settings(connection, owner, sid.uuid)
            return await settings_of(connection, owner, sid.uuid)

    kept = with_database(home, done)
    if kept is None:
        raise Fault(
            f"The account has no service {service}.", "`tidings services list` shows all.", Exit.REFUSED
        )
    print(msgspec.json.format(msgspec.json.encode(shown_settings(sid, kept)), indent=2).decode())


@app.command("check")
def check(
    text: Annotated[str, typer.Argument(help="What somebody might write.")],
    as_json: JsonOption = False,
) -> None:
    """Say what a text would be taken for, without a service's own keywords."""
    found, understood = DEFAULT.find(text, country=""), understand(text)
    if found is not None:
        taken, rule = found.word.value.lower(), f"keyword {found.keyword}"
    elif understood is None:
        taken, rule = "none", ""
    else:
        taken = {"sure": "stop", "unsure": "review"}[understood.certainty.value]
        rule = f"{understood.language}: {understood.rule}".removeprefix(": ")
    if as_json:
        print(json.dumps({"taken_for": taken, "rule": rule or None}))
    else:
        print(f"{taken}{f' ({rule})' if rule else ''}")


def _waiting(
    owner: UUID, scope: str | None, limit: int
) -> Callable[[Database], Awaitable[list[tuple[OptOut, dict[UUID, str]]]]]:
    async def read(db: Database) -> list[tuple[OptOut, dict[UUID, str]]]:
        async with db.connection() as connection:
            found = await register.to_review(connection, owner, most=limit, scope=scope)
            said = await texts(connection, owner, [one.message for one in found if one.message is not None])
        return [(one, said) for one in found]

    return read


def _deciding(
    owner: UUID, recipient: str, scope: str, decision: Decision, reason: str
) -> Callable[[Database], Awaitable[bool]]:
    async def done(db: Database) -> bool:
        now = system_clock()
        async with db.transaction() as connection:
            changed = await register.resolve(
                connection, owner, recipient, scope, decision, by=_author(reason), now=now
            )
            if changed and decision is Decision.OPT_OUT:
                await withdraw(connection, [(owner, recipient, scope)], now=now)
        return changed

    return done


def _settings_in(file: Path) -> OptOutSettings:
    try:
        text = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        wanted = msgspec.json.decode(text, type=OptOutSettings)
    except OSError as error:
        raise Fault(f"{file} cannot be read: {error}.", "Name a JSON file.", Exit.WRONG_USE) from error
    except msgspec.DecodeError as error:
        raise Fault(
            f"{file} holds no settings: {error}.",
            "Begin with what `tidings opt-outs settings` prints, `enabled` and `languages` alone.",
            Exit.WRONG_USE,
        ) from error
    faults = faults_of(wanted)
    if faults:
        raise Fault(" ".join(faults), "Nothing was changed.", Exit.WRONG_USE)
    return wanted


def _tell(changed: bool, done: str, otherwise: str, *, as_json: bool) -> None:
    print(json.dumps({"changed": changed}) if as_json else done if changed else otherwise)


def _print(rows: list[Any]) -> None:
    print(msgspec.json.encode(rows).decode())


def _author(reason: str) -> Author:
    return Author(Source.COMMAND_LINE, getpass.getuser(), reason)


def _recipient(text: str) -> str:
    person = parse_recipient(text)
    if person is None:
        raise Fault(f"{text!r} is no number.", "Write it in E.164, such as +14155552671.", Exit.WRONG_USE)
    return person


def _scope(text: str) -> str:
    scope = parse_scope(text)
    if scope is None:
        raise Fault(
            f"{text!r} is no scope.",
            "Name a service's SID (MG...), a number or a short code.",
            Exit.WRONG_USE,
        )
    return scope


def _scope_or_none(text: str | None) -> str | None:
    return None if text is None else _scope(text)


def _not_owned(scope: str) -> Fault:
    return Fault(
        f"{written(scope)} is no service or sender of this account.",
        "`tidings senders list` and `tidings services list` show them.",
        Exit.REFUSED,
    )


def _faulty(faults: list[sheet.Fault]) -> Fault:
    told = "; ".join(f"line {one.line}: {one.text}" for one in faults[:MOST_FAULTS_TOLD])
    more = f"; and {len(faults) - MOST_FAULTS_TOLD:,} more" if len(faults) > MOST_FAULTS_TOLD else ""
    return Fault(f"Nothing was taken in: {told}{more}.", "Mend these lines.", Exit.REFUSED)
