"""`tidings webhooks`: how status callbacks ended, and telling them again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption
from tidings.kernel.codes import CODES
from tidings.kernel.instant import EPOCH, Instant, parse_instant
from tidings.kernel.sid import Sid
from tidings.runtime.database import Database
from tidings.webhooks import store
from tidings.webhooks.api import STATUSES, told
from tidings.webhooks.replay import Replayed, replay_failed, replay_one
from tidings.webhooks.store import Entry

app = typer.Typer(no_args_is_help=True)

MessageOption = Annotated[
    str | None, typer.Option("--message", help="SID of one message.", show_default=False)
]
StatusOption = Annotated[
    str | None, typer.Option("--status", help=f"One of {', '.join(STATUSES)}.", show_default=False)
]
SinceOption = Annotated[
    str | None,
    typer.Option("--since", help="A time (2026-11-24T08:00:00Z), or an age: 90s, 15m, 6h, 2d."),
]
_AGES = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@app.command("list")
def list_callbacks(
    message: MessageOption = None,
    status: StatusOption = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only those that failed.")] = False,
    since: SinceOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many, newest first.")] = 50,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """The callbacks of an account that have ended, newest first."""
    now = datetime.now(UTC)
    sid = _message(message)
    if status is not None and status not in STATUSES:
        raise Fault(f"{status!r} is told to nobody.", f"Name one of {', '.join(STATUSES)}.", Exit.WRONG_USE)
    after = _since(since, now) if since else EPOCH
    owner = account_of(home, account)

    async def read(db: Database) -> list[Entry]:
        async with db.connection() as connection:
            return await store.entries(
                connection,
                owner,
                before=now + timedelta(days=1),
                since=after,
                most=limit,
                message=sid.uuid if sid else None,
                failed=True if failed else None,
                status=status,
            )

    entries = with_database(home, read)
    if as_json:
        print(json.dumps([told(entry) for entry in entries]))
        return
    if not entries:
        print("No callback has ended that fits.")
    for entry in entries:
        print(_line(entry))


@app.command("replay")
def replay(
    id: Annotated[
        str | None, typer.Argument(help="Id of one callback, as list --json shows it.", show_default=False)
    ] = None,
    failed_since: Annotated[
        str | None,
        typer.Option(
            "--failed-since", help="All that failed since a time or an age (6h) and were not told later."
        ),
    ] = None,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send callbacks again, with the same parameters and the same idempotency token."""
    if (id is None) == (failed_since is None):
        raise Fault("It is not clear what to send again.", "Name an id, or --failed-since.", Exit.WRONG_USE)
    now = datetime.now(UTC)
    since = _since(failed_since, now) if failed_since else None
    owner = account_of(home, account)

    async def again(db: Database) -> Replayed | None:
        if id is not None:
            async with db.transaction() as connection:
                return await replay_one(connection, owner, id, now=now)
        assert since is not None
        replayed = gone = 0
        more = True
        while more:
            async with db.transaction() as connection:
                part = await replay_failed(connection, owner, since=since, now=now)
            replayed, gone, more = replayed + part.replayed, part.gone, part.more
        return Replayed(replayed, gone, more=False)

    result = with_database(home, again)
    if result is None:
        raise Fault(
            f"The log has no callback {id}.", "`tidings webhooks list --json` shows ids.", Exit.REFUSED
        )
    if as_json:
        print(json.dumps({"replayed": result.replayed, "gone": result.gone}))
        return
    print(f"To be sent again: {result.replayed:,}.")
    if result.gone:
        print(f"Cannot be sent again, for their messages were deleted: {result.gone:,}.")


def _message(text: str | None) -> Sid | None:
    if text is None:
        return None
    sid = Sid.parse(text, "SM")
    if sid is None:
        raise Fault(
            f"{text!r} is no message's SID.", "It begins with SM and has 34 characters.", Exit.WRONG_USE
        )
    return sid


def _since(text: str, now: Instant) -> Instant:
    number, unit = text[:-1], text[-1:]
    if unit in _AGES and number.isascii() and number.isdecimal() and len(number) <= 6:
        return now - timedelta(**{_AGES[unit]: int(number)})
    found = parse_instant(text)
    if found is None:
        raise Fault(
            f"{text!r} is no time.", "Write 2026-11-24T08:00:00Z, or an age such as 6h.", Exit.WRONG_USE
        )
    return found


def _line(entry: Entry) -> str:
    when = f"{entry.at:%Y-%m-%d %H:%M:%S}"
    if entry.code is None:
        end = f"told in {entry.duration_ms} ms"
    else:
        end = f"failed with {entry.code}, {CODES[entry.code].text}"
        if entry.answer_status is not None:
            end += f" (status {entry.answer_status})"
    tries = f", attempt {entry.attempts}" if entry.attempts > 1 else ""
    return f"{when}  SM{entry.message.hex}  {entry.status:<11}  {end}{tries}  {entry.url}"
