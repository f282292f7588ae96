"""`tidings replay`: what would have become of last month's messages under another pack, cap or lane layout."""

import json
import re
from dataclasses import asdict, replace
from datetime import timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

import msgspec
import typer

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption
from tidings.cli.packs import pack_named
from tidings.cli.progress import bar
from tidings.compliance.caps import Cap
from tidings.compliance.consent import ConsentMode, ConsentSetting
from tidings.compliance.content.decide import Lint
from tidings.compliance.packs.shelf import pack_at
from tidings.compliance.quiet_hours import Mode
from tidings.compliance.verdict import Rule, Traffic
from tidings.kernel.instant import iso8601
from tidings.planner.past import Knowing, count_past, pages_of_past
from tidings.planner.present import present
from tidings.planner.replay import Layout, Past, Setting, Summary, replay, summary
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database

_CAP = re.compile(r"(\d{1,3})/(\d{1,3})([hd])", re.ASCII)
_MPS = re.compile(r"(?:([^=]+)=)?(\d+(?:\.\d+)?)", re.ASCII)


_Consent = Annotated[
    ConsentMode | None,
    typer.Option(
        "--consent",
        help="What marketing without consent would meet: off, warn or require.",
        show_default=False,
    ),
]
_Lint = Annotated[
    Lint | None,
    typer.Option(
        "--lint", help="What the linter's errors would meet: off, warn or refuse.", show_default=False
    ),
]
_Knowing = Annotated[
    Knowing, typer.Option("--knowing", help="Consents as they stood then, or as they are known by now.")
]
_Registration = Annotated[
    bool,
    typer.Option(
        "--registration", help="Refuse what carriers would have blocked: senders not registered then."
    ),
]


def command(
    pack: Annotated[
        str,
        typer.Option(
            "--pack", help="The pack to try: a version, `shipped`, or a folder. `current`: as it is."
        ),
    ] = "current",
    days: Annotated[int, typer.Option("--days", min=1, max=400, help="How far back.")] = 30,
    mode: Annotated[
        Mode | None,
        typer.Option(
            "--mode",
            help="Quiet hours of marketing and the rest, instead of careful and law.",
            show_default=False,
        ),
    ] = None,
    cap: Annotated[
        list[str] | None,
        typer.Option(
            "--cap",
            help="Marketing to one person, such as 3/24h or 5/7d; may be repeated.",
            show_default=False,
        ),
    ] = None,
    skip: Annotated[
        bool, typer.Option("--skip", help="What is over a cap is not sent, rather than later.")
    ] = False,
    mps: Annotated[
        list[str] | None,
        typer.Option(
            "--mps", help="SENDER=MPS, or MPS for all other senders; may be repeated.", show_default=False
        ),
    ] = None,
    queue_hours: Annotated[
        float, typer.Option("--queue-hours", min=0.01, help="Queue limit of these lanes.")
    ] = 10.0,
    consent: _Consent = None,
    lint: _Lint = None,
    knowing: _Knowing = Knowing.THEN,
    registration: _Registration = False,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """It changes nothing: the account's messages are judged once more on paper, by the pack that holds and beside it by
    what the options say: countries, consents, texts, quiet hours, caps, then the lanes. Consents and registrations are
    those of then, profiles those of now. Without options it tells how the account's choices and the pack that hold
    would have judged them."""
    owner, until = account_of(home, account), system_clock()
    extra, layout = tuple(_cap(text) for text in cap or []), _layout(mps or [], queue_hours)
    now = with_database(home, partial(_present, owner))
    wanted = now.pack if pack == "current" else pack_named(pack, home)
    tried = replace(
        now,
        pack=wanted,
        modes=dict.fromkeys(Traffic, mode) if mode else now.modes,
        caps=(*now.caps, *extra),
        over=msgspec.structs.replace(now.over, skip=skip or now.over.skip),
        layout=layout,
        consent=now.consent if consent is None else ConsentSetting(consent, now.gate.consent.revoke_all),
        lint=now.lint if lint is None else lint,
        registration=registration,
        permissions=now.permissions and replace(now.permissions, marked=wanted.destinations, decided={}),
    )

    async def read(db: Database) -> list[Past]:
        since = until - timedelta(days=days)
        found: list[Past] = []
        async with db.connection() as connection:
            total = await count_past(connection, owner, since=since, until=until)
            with bar("Reading", total, quiet=as_json) as advance:
                async for page in pages_of_past(connection, owner, since=since, until=until, knowing=knowing):
                    found += page
                    advance(len(page))
        return sorted(found, key=lambda one: one.at)

    pasts = with_database(home, read)
    before = summary(replay(now, pasts))
    after = summary(replay(tried, pasts))
    if as_json:
        told = {
            "from": iso8601(until - timedelta(days=days)),
            "until": iso8601(until),
            "current": {"pack": now.pack.version, **asdict(before)},
            "tried": {"pack": tried.pack.version, **asdict(after)},
        }
        print(json.dumps(told))
        return
    _show(now.pack.version, before, tried.pack.version, after)


async def _present(account: UUID, db: Database) -> Setting:
    async with db.connection() as connection:
        return await present(connection, account, await pack_at(connection, system_clock()))


def _cap(text: str) -> Cap:
    parts = _CAP.fullmatch(text)
    if parts is None or not int(parts[1]) or not int(parts[2]):
        raise Fault(f"{text!r} is no cap.", "Write --cap 3/24h or --cap 5/7d.", Exit.WRONG_USE)
    window = timedelta(hours=int(parts[2])) if parts[3] == "h" else timedelta(days=int(parts[2]))
    rule = Rule(f"caps/tried/{text}", "tried", "--cap", f"At most {text} of marketing to a person.")
    return Cap(rule=rule, most=int(parts[1]), window=window, traffic=frozenset({Traffic.MARKETING}))


def _layout(given: list[str], queue_hours: float) -> Layout:
    named: dict[str, float] = {}
    otherwise = None
    for text in given:
        parts = _MPS.fullmatch(text)
        if parts is None or not float(parts[2]):
            raise Fault(f"{text!r} is no MPS.", "Write --mps +14155550100=3 or --mps 10.", Exit.WRONG_USE)
        if parts[1] is None:
            otherwise = float(parts[2])
        else:
            named[parts[1]] = float(parts[2])
    return Layout(named, otherwise, queue_hours * 3600)


def _show(current: str, before: Summary, tried: str, after: Summary) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("What would have become of them", f"now: {current}", f"tried: {tried}")
    table.add_row("messages", f"{before.messages:,}", f"{after.messages:,}")
    for fate in after.fates:
        table.add_row(fate.replace("_", " "), f"{before.fates[fate]:,}", f"{after.fates[fate]:,}")
    for name, one, other in (
        ("median wait", before.median_wait_seconds, after.median_wait_seconds),
        ("longest wait", before.longest_wait_seconds, after.longest_wait_seconds),
    ):
        table.add_row(name, str(timedelta(seconds=round(one))), str(timedelta(seconds=round(other))))
    console = Console()
    console.print(table)
    rules = Table("Held or refused by", "now", "tried")
    for rule in sorted({*before.by_rule, *after.by_rule}, key=lambda one: -after.by_rule.get(one, 0))[:20]:
        text = after.rule_texts.get(rule) or before.rule_texts[rule]
        rules.add_row(
            f"{rule}\n{text}", f"{before.by_rule.get(rule, 0):,}", f"{after.by_rule.get(rule, 0):,}"
        )
    if rules.row_count:
        console.print(rules)
    days = Table("Would have left on", "now", "tried")
    for day in sorted({*before.by_day, *after.by_day}):
        days.add_row(day, f"{before.by_day.get(day, 0):,}", f"{after.by_day.get(day, 0):,}")
    if days.row_count:
        console.print(days)
