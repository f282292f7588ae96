"""`tidings consent`: who agreed to what, lists that come in, and the check of the ledger."""

import getpass
import json
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption
from tidings.cli.progress import bar
from tidings.compliance.consent import ledger, sheet
from tidings.compliance.consent.api import Entered, Told, foreign, shown_entry, told_faults, told_of
from tidings.compliance.consent.entry import Deed, Method, Proof, Reach, Said
from tidings.compliance.consent.record import append
from tidings.compliance.consent.scope import BRAND, parse_scope
from tidings.compliance.consent.take_in import take_in, unknown_scopes
from tidings.compliance.opt_outs.scope import parse_recipient
from tidings.kernel.instant import Instant, parse_instant
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database

app = typer.Typer(no_args_is_help=True)

RecipientArgument = Annotated[str, typer.Argument(help="The person's number in E.164.")]
ScopeOption = Annotated[
    str, typer.Option("--scope", help="brand, topic:NAME, a service's SID (MG...), or a sender's address.")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; the ledger keeps it.")]
ProofOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--proof", help="A file that proves it; its SHA-256 is entered. May be repeated.", show_default=False
    ),
]


@app.command("grant")
def grant(
    recipient: RecipientArgument,
    wording: Annotated[str, typer.Option("--wording", help="What the person read and agreed to.")],
    method: Annotated[Method, typer.Option("--method", help="How the person said so.")] = Method.OTHER,
    scope: ScopeOption = BRAND,
    place: Annotated[
        str | None, typer.Option("--place", help="Where: a URL, a shop.", show_default=False)
    ] = None,
    given_at: Annotated[
        str | None, typer.Option("--given-at", help="When, as 2026-11-24T08:00:00Z; now.", show_default=False)
    ] = None,
    expires_at: Annotated[
        str | None, typer.Option("--expires-at", help="Until when it holds.", show_default=False)
    ] = None,
    double_opt_in: Annotated[
        bool, typer.Option("--double-opt-in", help="No consent until it is confirmed.")
    ] = False,
    proof: ProofOption = None,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Enter a consent, with what the person read and what proves it."""
    now = system_clock()
    since = _time(given_at, "--given-at") or now
    if since > now:
        raise Fault(
            f"--given-at {given_at} lies in the future.", "Consent is entered once given.", Exit.WRONG_USE
        )
    said = Said(
        Deed.REQUEST if double_opt_in else Deed.GRANT,
        _recipient(recipient),
        _scope(scope),
        method,
        since,
        expires_at=_time(expires_at, "--expires-at"),
        wording=wording,
        place=place,
        by=getpass.getuser(),
        proofs=tuple(_proof(file) for file in proof or ()),
    )
    if said.expires_at is not None and said.expires_at <= since:
        raise Fault("It would expire before it is given.", "Mend --expires-at.", Exit.WRONG_USE)
    _enter(said, home, account, as_json=as_json)


@app.command("revoke")
def revoke(
    recipient: RecipientArgument,
    reason: ReasonOption,
    scope: ScopeOption = BRAND,
    everything: Annotated[
        bool, typer.Option("--all", help="It reaches everything, whatever the scope.")
    ] = False,
    method: Annotated[Method, typer.Option("--method", help="How the person said so.")] = Method.OTHER,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Enter that a person withdrew consent. `tidings opt-outs add` stops everything from one sender."""
    said = Said(
        Deed.REVOKE,
        _recipient(recipient),
        _scope(scope),
        method,
        system_clock(),
        reach=Reach.ALL if everything else Reach.SCOPE,
        reason=reason,
        by=getpass.getuser(),
    )
    _enter(said, home, account, as_json=as_json)


@app.command("show")
def show(
    recipient: RecipientArgument,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=10_000, help="How many entries, newest first.")
    ] = 100,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """What is known of a person now, and every entry that led to it."""
    owner, person = account_of(home, account), _recipient(recipient)

    async def read(db: Database) -> Told:
        async with db.connection() as connection:
            return await told_of(connection, owner, person, before=ledger.NEWEST, most=limit)

    told = with_database(home, read)
    if as_json:
        print(msgspec.json.encode(told).decode())
        return
    for one in told.standing:
        until = f", until {one.expires_at:%Y-%m-%d}" if one.expires_at else ""
        twice = ", confirmed" if one.confirmed else ""
        wide = ", everything" if one.reach == Reach.ALL else ""
        print(f"{one.scope}: {one.state}{twice}{wide} since {one.since:%Y-%m-%d %H:%M}{until} ({one.method})")
    if not told.standing:
        print("Nothing is known of this person.")
    for entry in told.history:
        _print_entry(entry, told.wordings)


def _print_entry(entry: Entered, wordings: dict[str, str]) -> None:
    line = entry.line
    more = ", ".join(str(line[key]) for key in ("keyword", "place", "reason", "by") if key in line)
    print(
        f"\n{entry.entry:>8}  {line['since'][:19]}  {line['deed']}  {line['scope']}  {line['method']}: {more}"
    )
    print(f"          {entry.hash}")
    if "wording_sha256" in line:
        print(f'          "{wordings.get(line["wording_sha256"], "(the wording is missing)")}"')
    for proof in line.get("proofs", ()):
        print(f"          proof {proof['name']}, {proof['bytes']:,} bytes, SHA-256 {proof['sha256']}")


@app.command("import")
def take_in_sheet(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV with a header: recipient, given_at; scope, wording, method, place, ip, proof_sha256."
        ),
    ],
    reason: ReasonOption,
    scope: Annotated[
        str | None, typer.Option("--scope", help="For lines that name none.", show_default=False)
    ] = None,
    wording: Annotated[
        str | None, typer.Option("--wording", help="What all of them read.", show_default=False)
    ] = None,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in a sheet of consents. One line that is wrong and nothing of it is taken in; what stands there already is
    passed over. The SHA-256 of the sheet is bound into every entry."""
    owner = account_of(home, account)
    try:
        octets = file.read_bytes()
        text = octets.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise Fault(
            f"{file} cannot be read: {error}.", "It is a CSV file in UTF-8.", Exit.WRONG_USE
        ) from error
    for_all = sheet.ForAll(
        scope=_scope(scope) if scope else None,
        wording=wording,
        reason=reason,
        by=getpass.getuser(),
        sheet=Proof(file.name, sha256(octets).hexdigest(), len(octets)),
    )
    asked = sheet.read(text, for_all=for_all, now=system_clock())

    async def done(db: Database) -> int:
        async with db.connection() as connection:
            faults = [*asked.faults, *await foreign(connection, owner, asked)]
        if faults:
            raise Fault(f"Nothing was taken in: {told_faults(faults)}.", "Mend these lines.", Exit.REFUSED)
        with bar("Taking in", len(asked.said), quiet=as_json) as advance:
            return await take_in(db, owner, asked.said, clock=system_clock, advance=advance)

    new = with_database(home, done)
    if as_json:
        print(json.dumps({"rows": len(asked.said), "new": new}))
    else:
        print(f"{len(asked.said):,} consents read, {new:,} of them new.")


@app.command("verify")
def verify(
    size: Annotated[
        int | None,
        typer.Option("--size", help="How many entries a published root was of.", show_default=False),
    ] = None,
    root: Annotated[
        str | None, typer.Option("--root", help="That root, in hexadecimal digits.", show_default=False)
    ] = None,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the whole ledger: every entry, the chain, the tree, every wording, and a root that was published once."""
    owner, published = account_of(home, account), _published(size, root)

    async def done(db: Database) -> ledger.Checked:
        async with db.connection() as connection:
            total = (await ledger.root_of(connection, owner)).size
        result = ledger.Checked(0, b"", ())
        with bar("Checking", total, quiet=as_json) as advance:
            async for checked in ledger.check(db, owner, published=published):
                advance(checked.size - result.size)
                result = checked
        return result

    found = with_database(home, done)
    if as_json:
        told = {"size": found.size, "root": found.root.hex(), "faults": list(found.faults)}
        print(json.dumps(told))
    else:
        for fault in found.faults:
            print(fault)
        if not found.faults:
            print(f"{found.size:,} entries are as they were entered. Root: {found.root.hex()}")
    if found.faults:
        raise typer.Exit(Exit.PROMISE_BROKEN)


@app.command("root")
def root_of(home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False) -> None:
    """Print the root of the ledger. Publish it where it cannot be changed, and every entry can be proved later."""
    owner = account_of(home, account)

    async def read(db: Database) -> ledger.Root:
        async with db.connection() as connection:
            return await ledger.root_of(connection, owner)

    found = with_database(home, read)
    if as_json:
        print(json.dumps({"size": found.size, "root": found.root.hex()}))
    else:
        print(f"{found.size} {found.root.hex()}")


def _enter(said: Said, home: Path | None, account: str | None, *, as_json: bool) -> None:
    owner = account_of(home, account)

    async def done(db: Database) -> Entered:
        async with db.transaction() as connection:
            if await unknown_scopes(connection, owner, {said.scope}):
                raise Fault(
                    f"{said.scope} is no service or sender of this account.",
                    "`tidings senders list` and `tidings services list` show them.",
                    Exit.REFUSED,
                )
            (entry,) = await append(connection, [(owner, said)], now=system_clock())
            return shown_entry(entry)

    entered = with_database(home, done)
    if as_json:
        print(msgspec.json.encode(entered).decode())
    else:
        print(f"Entry {entered.entry:,}: {said.deed.value} of {said.recipient} for {said.scope}.")
        print(entered.hash)


def _published(size: int | None, root: str | None) -> tuple[int, bytes] | None:
    if size is None and root is None:
        return None
    try:
        octets = bytes.fromhex(root or "")
    except ValueError:
        octets = b""
    if size is None or size < 1 or len(octets) != 32:
        raise Fault(
            "A published root is a size and 64 hexadecimal digits.",
            "Give --size and --root as `tidings consent root` printed them.",
            Exit.WRONG_USE,
        )
    return size, octets


def _proof(file: Path) -> Proof:
    try:
        octets = file.read_bytes()
    except OSError as error:
        raise Fault(f"{file} cannot be read: {error}.", "Name a file.", Exit.WRONG_USE) from error
    return Proof(file.name, sha256(octets).hexdigest(), len(octets))


def _time(text: str | None, option: str) -> Instant | None:
    if text is None:
        return None
    at = parse_instant(text)
    if at is None:
        raise Fault(f"{option} {text!r} is no time.", "Write 2026-11-24T08:00:00Z.", Exit.WRONG_USE)
    return at.astimezone(UTC)


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
            "Write brand, topic:NAME, a service's SID (MG...), a number or a short code.",
            Exit.WRONG_USE,
        )
    return scope
