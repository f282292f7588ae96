"""`tidings verify`: services for one-time codes, how their codes fare, and what the fraud guard stopped."""

from datetime import timedelta
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database
from tidings.verify.attempts.read import ServiceFigures, figures
from tidings.verify.attempts.view import percentage
from tidings.verify.configure import change_service, service_to_change
from tidings.verify.fraud.level import FraudGuard
from tidings.verify.fraud.report import Report, WhatIf, report, what_if
from tidings.verify.settings import VerifyService, changed

app = typer.Typer(no_args_is_help=True)

Days = Annotated[int, typer.Option("--days", min=1, max=31, help="How far back.")]
Price = Annotated[
    float, typer.Option("--price", min=0, max=1000, help="What one code costs, in any money of yours.")
]


@app.command("services")
def services(
    days: Days = 7, home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False
) -> None:
    """The account's verify services: their settings, and how many of their codes came back."""
    owner = account_of(home, account)

    async def read(db: Database) -> list[ServiceFigures]:
        async with db.connection() as connection:
            return await figures(connection, owner, since=system_clock() - timedelta(days=days))

    found = with_database(home, read)
    if as_json:
        print(msgspec.json.encode([_view(one) for one in found]).decode())
        return
    if not found:
        print("No verify service yet. POST /verify/v2/Services makes one: docs/how-to/verify-people.md.")
        return
    table = Table("Service", "Name", "Digits", "Good for", "Fraud guard", f"Codes in {days} d", "Came back")
    for one in found:
        settings = one.service.settings
        table.add_row(
            str(Sid("VA", one.service.id)),
            settings.friendly_name,
            str(settings.code_length),
            f"{settings.ttl_seconds} s",
            settings.fraud_guard.value + (", fails open" if settings.fraud_fails_open else ""),
            f"{one.attempts:,}",
            f"{float(percentage(one.converted, one.attempts)):.1f} %" if one.attempts else "-",
        )
    Console(highlight=False).print(table)


@app.command("set")
def choose(
    service: Annotated[str, typer.Argument(help="The service's SID (VA...).")],
    fraud_guard: Annotated[
        FraudGuard | None,
        typer.Option("--fraud-guard", help="How strictly codes are doubted.", show_default=False),
    ] = None,
    fails_open: Annotated[
        bool | None,
        typer.Option(
            "--fails-open/--fails-closed",
            help="Whether a code is sent where the guard cannot know anything.",
            show_default=False,
        ),
    ] = None,
    ttl: Annotated[
        int | None,
        typer.Option(
            "--ttl", min=120, max=86_400, help="Seconds for which a code is good.", show_default=False
        ),
    ] = None,
    web_otp_domain: Annotated[
        str | None,
        typer.Option(
            "--web-otp-domain", help="The site that may read codes; empty for none.", show_default=False
        ),
    ] = None,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Choose what Twilio keeps for its support and its console. It holds within five seconds."""
    owner, sid = account_of(home, account), Sid.parse(service, "VA")
    wanted = {
        "FraudGuard": None if fraud_guard is None else fraud_guard.value,
        "FraudFailsOpen": None if fails_open is None else str(fails_open).lower(),
        "CodeTtl": None if ttl is None else str(ttl),
        "WebOtpDomain": web_otp_domain,
    }
    form = {key: [value] for key, value in wanted.items() if value is not None}

    async def done(db: Database) -> VerifyService:
        async with db.transaction() as connection:
            present = None if sid is None else await service_to_change(connection, owner, sid.uuid)
            if present is None:
                raise Fault(
                    f"The account has no verify service {service!r}.", "See `tidings verify services`."
                )
            settings = changed(present.settings, form)
            if isinstance(settings, Refused):
                raise Fault(settings.message, "See `tidings verify set --help`.", Exit.WRONG_USE)
            kept = await change_service(connection, owner, present.id, settings, now=system_clock())
            assert kept is not None, "its row is locked"
            return kept

    kept = with_database(home, done)
    settings = msgspec.to_builtins(kept.settings)
    shown = {
        key: settings[key]
        for key in ("friendly_name", "fraud_guard", "fraud_fails_open", "ttl_seconds", "web_otp_domain")
    }
    if as_json:
        print(msgspec.json.encode({"sid": str(Sid("VA", kept.id)), **shown}).decode())
        return
    for name, value in shown.items():
        print(f"{name:16}  {'-' if value is None else value}")


@app.command("fraud")
def fraud(
    days: Days = 7,
    price: Price = 0.05,
    level: Annotated[
        FraudGuard | None,
        typer.Option(
            "--what-if", help="Judge the codes that were sent by this level instead.", show_default=False
        ),
    ] = None,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """What the fraud guard stopped and what that saved; or what another level would have stopped of what was sent."""
    owner, since = account_of(home, account), system_clock() - timedelta(days=days)

    async def read(db: Database) -> Report | WhatIf:
        async with db.connection() as connection:
            if level is not None:
                return await what_if(connection, owner, level, since=since, price=price)
            return await report(connection, owner, since=since, price=price)

    found = with_database(home, read)
    if as_json:
        print(msgspec.json.encode(found).decode())
    elif isinstance(found, WhatIf):
        _show_what_if(found, days)
    else:
        _show_report(found, days)


def _show_report(found: Report, days: int) -> None:
    rate = f", {found.converted / found.sent:.1%} came back" if found.sent else ""
    print(f"{found.sent:,} codes by SMS in {days} days{rate}.")
    print(
        f"{found.blocked:,} were blocked, {found.slowed:,} put off: "
        f"at {found.price:g} a code, {found.saved:,.2f} saved."
    )
    if not found.stops:
        return
    table = Table("Rule", "Country", "Range", "Blocked", "Put off", "First", "Last", "Why")
    for one in found.stops:
        table.add_row(
            one.rule,
            one.country,
            f"{one.number_range}XXXX",
            f"{one.blocked:,}",
            f"{one.slowed:,}",
            f"{one.first_at:%m-%d %H:%M}",
            f"{one.last_at:%m-%d %H:%M}",
            one.why,
        )
    Console(highlight=False).print(table)


def _show_what_if(found: WhatIf, days: int) -> None:
    outcome = found.outcome
    print(
        f"Of {outcome.attempts:,} codes sent in {days} days, {found.guard.value} would have stopped "
        f"{outcome.stopped:,}: "
        f"{outcome.stopped - outcome.stopped_honest:,} that never came back ({found.saved:,.2f} saved), and "
        f"{outcome.stopped_honest:,} that did ({found.stopped_honest_share:.2%} of those)."
    )
    for rule, count in sorted(outcome.by_rule.items(), key=lambda one: -one[1]):
        print(f"  {rule:16}  {count:,}")


def _view(one: ServiceFigures) -> dict[str, Any]:
    return {
        "sid": str(Sid("VA", one.service.id)),
        "settings": msgspec.to_builtins(one.service.settings),
        "attempts": one.attempts,
        "converted": one.converted,
    }
