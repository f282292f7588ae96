"""`tidings domains`: the domains that an account's short links stand on."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from tidings.app import sealer_of
from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Fault
from tidings.cli.options import HomeOption, JsonOption, keyed
from tidings.kernel.instant import iso8601
from tidings.kernel.sid import Sid, mint
from tidings.links.blocked import parse_host
from tidings.links.certificate import Unusable, read_certificate
from tidings.links.certificates import KeptCertificate, certificate_of, keep_certificate, opened
from tidings.links.domain import Domain, parse_name
from tidings.links.domains import add_domain, add_parameters, domain_with, domains_of, join_service, present
from tidings.links.files import drop_file, fault_of, files_of, keep_file, type_of
from tidings.links.page import WORDS
from tidings.links.parameters import parse_parameters, written
from tidings.links.shorten import Unfit, destination_of
from tidings.runtime.clock import system_clock, system_entropy
from tidings.runtime.database import Database

app = typer.Typer(no_args_is_help=True)

SidArgument = Annotated[str, typer.Argument(help="The domain's SID (DN...).")]


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="A name of your own, such as go.example.com.")],
    service: Annotated[
        str | None,
        typer.Option("--service", help="A service (MG...) that shall have it.", show_default=False),
    ] = None,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put short links on a domain. Let its name lead to this home, whose web role then follows them."""
    owner, known = account_of(home, account), parse_name(name)
    if known is None:
        raise Fault(
            f"NAME is {name!r}, which is no domain.", "Write a host name with a dot, such as go.example.com."
        )
    joined = None if service is None else Sid.parse(service, "MG")
    if service is not None and joined is None:
        raise Fault(f"--service is {service!r}, which is no SID of a service.", "Write MG and 32 digits.")

    async def done(db: Database) -> Domain:
        now = system_clock()
        async with db.transaction() as connection:
            id = mint(now, system_entropy(10), 0)
            domain = await add_domain(connection, owner, known, id=id, now=now)
            if domain is None:
                raise Fault(
                    f"{known} is a domain here already.",
                    "See `tidings domains list`, or take another name.",
                )
            if joined is not None and not await join_service(
                connection, owner, domain.id, joined.uuid, now=now
            ):
                raise Fault(
                    f"The account has no service {joined}.",
                    "--service names one of the account's services.",
                )
        return domain

    _show(with_database(home, done), as_json=as_json)


@app.command("list")
def list_domains(home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False) -> None:
    """The account's domains, and how many services have each."""
    owner = account_of(home, account)

    async def read(db: Database) -> list[tuple[Domain, int]]:
        async with db.connection() as connection:
            return await domains_of(connection, owner)

    found = with_database(home, read)
    if as_json:
        print(json.dumps([_view(domain) | {"services": services} for domain, services in found]))
        return
    for domain, services in found:
        print(f"{Sid('DN', domain.id)}  {domain.name}  {services} services")
    if not found:
        print("No domain yet. Add one with `tidings domains add NAME`.")


@app.command("show")
def show(
    sid: SidArgument,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """What is chosen for a domain."""
    owner, known = account_of(home, account), Sid.parse(sid, "DN")

    async def read(db: Database) -> Domain | None:
        if known is None:
            return None
        async with db.connection() as connection:
            return await domain_with(connection, owner, known.uuid)

    domain = with_database(home, read)
    if domain is None:
        raise _absent(sid)
    _show(domain, as_json=as_json)


@app.command("page")
def page(
    sid: SidArgument,
    brand: Annotated[
        str | None, typer.Option("--brand", help="What people know you by.", show_default=False)
    ] = None,
    language: Annotated[str, typer.Option("--language", help="en, de, es, fr, it or pt.")] = "en",
    site: Annotated[
        str | None, typer.Option("--site", help="URL of your website, for a link there.", show_default=False)
    ] = None,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """How the domain's page for expired links presents itself: the brand's name, its language, its website."""
    owner, known = account_of(home, account), Sid.parse(sid, "DN")
    if language not in WORDS:
        raise Fault(f"--language is {language!r}.", f"The page is written in {', '.join(sorted(WORDS))}.")
    if brand is not None and not 0 < len(brand.strip()) <= 60:
        raise Fault("--brand must have 1 to 60 characters.", "It stands in the page's heading.")
    leads = None if site is None else destination_of(site)
    if isinstance(leads, Unfit):
        raise Fault(f"--site {leads.why}.", "Write the public address of your website.")

    async def done(db: Database) -> Domain | None:
        if known is None:
            return None
        async with db.connection() as connection:
            return await present(
                connection, owner, known.uuid, brand=brand, language=language, home_url=leads
            )

    domain = with_database(home, done)
    if domain is None:
        raise _absent(sid)
    _show(domain, as_json=as_json)


@app.command("parameters")
def parameters(
    sid: SidArgument,
    query: Annotated[
        str | None,
        typer.Argument(
            help='As in a query: "utm_source=sms&utm_campaign={campaign}". '
            "Fields: code, service, campaign, variant, tag:NAME.",
            show_default=False,
        ),
    ] = None,
    host: Annotated[
        list[str] | None,
        typer.Option(
            "--host", help="Only to this host and what lies below it; may be repeated.", show_default=False
        ),
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="Add nothing any more.")] = False,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add parameters, such as UTM's, to the destinations of all links that are shortened from now on; or show them."""
    owner, known = account_of(home, account), Sid.parse(sid, "DN")
    pairs = parse_parameters(query) if query is not None else ()
    if isinstance(pairs, str):
        raise Fault(f"QUERY {pairs}.", "Write name=value pairs with & between them, as in a URL.")
    hosts = {one: parse_host(one) for one in host or ()}
    if bad := [one for one, name in hosts.items() if name is None]:
        raise Fault(f"--host is {bad[0]!r}, which is no host.", "Write a name such as shop.example.com.")

    async def done(db: Database) -> Domain | None:
        if known is None:
            return None
        async with db.connection() as connection:
            if query is None and not none:
                return await domain_with(connection, owner, known.uuid)
            text = "" if none else written(pairs)
            only = [name for name in hosts.values() if name is not None]
            return await add_parameters(connection, owner, known.uuid, parameters=text, hosts=only)

    domain = with_database(home, done)
    if domain is None:
        raise _absent(sid)
    _show(domain, as_json=as_json)


@app.command("file")
def file(
    sid: SidArgument,
    name: Annotated[
        str, typer.Argument(help="apple-app-site-association, assetlinks.json, security.txt or gpc.json.")
    ],
    path: Annotated[
        Path | None,
        typer.Argument(help="The file; none takes it away.", exists=True, dir_okay=False, show_default=False),
    ] = None,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a file under /.well-known/ of the domain, by which your app opens its links; or take one away."""
    owner, known = account_of(home, account), Sid.parse(sid, "DN")
    body = b"{}" if path is None else path.read_bytes()
    fault = fault_of(name, body)
    if fault is not None:
        raise Fault(f"{name} {fault}.", "See docs/how-to/short-links.md.")

    async def done(db: Database) -> list[dict[str, Any]] | None:
        if known is None:
            return None
        async with db.transaction() as connection:
            if await domain_with(connection, owner, known.uuid) is None:
                return None
            if path is None:
                await drop_file(connection, owner, known.uuid, name)
            else:
                now = system_clock()
                await keep_file(connection, owner, known.uuid, name, body, type=type_of(name), now=now)
            return await files_of(connection, owner, known.uuid)

    found = with_database(home, done)
    if found is None:
        raise _absent(sid)
    if as_json:
        print(json.dumps([one | {"at": iso8601(one["at"])} for one in found]))
        return
    for one in found:
        print(f"/.well-known/{one['name']}  {one['octets']} bytes  {one['at']:%Y-%m-%d %H:%M}")
    if not found:
        print("The domain has no files.")


@app.command("certificate")
def certificate(
    sid: SidArgument,
    path: Annotated[
        Path | None,
        typer.Argument(
            help="Certificate, chain and key in PEM.", exists=True, dir_okay=False, show_default=False
        ),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option("--export", help="Write chain and key here, for what ends TLS.", show_default=False),
    ] = None,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Upload the certificate of a domain, show the one that it has, or write it out for whatever ends TLS."""
    owner, known = account_of(home, account), Sid.parse(sid, "DN")
    sealer = sealer_of(keyed(home))

    async def done(db: Database) -> tuple[KeptCertificate, tuple[str, str] | None] | None:
        async with db.transaction() as connection:
            domain = None if known is None else await domain_with(connection, owner, known.uuid)
            if domain is None:
                raise _absent(sid)
            if path is not None:
                now = system_clock()
                read = read_certificate(path.read_text("utf-8", "replace"), name=domain.name, now=now)
                if isinstance(read, Unusable):
                    raise Fault(
                        f"{path} {read.why}.", "It holds the certificate, its chain and its key, in PEM."
                    )
                id = mint(now, system_entropy(10), 0)
                await keep_certificate(connection, owner, domain.id, read, id=id, sealer=sealer, now=now)
            kept = await certificate_of(connection, owner, domain.id)
            if kept is None:
                return None
            return kept, await opened(connection, owner, domain.id, sealer=sealer)

    found = with_database(home, done)
    if found is None or (export is not None and found[1] is None):
        raise Fault(f"The domain {sid} has no certificate.", "Name a file to upload one.")
    kept, pem = found
    if export is not None and pem is not None:
        export.touch(mode=0o600)
        export.write_text("".join(pem))
    view = {
        "certificate_sid": str(Sid("CW", kept.id)),
        "date_expires": None if kept.expires_at is None else iso8601(kept.expires_at),
        "managed": kept.managed,
        "requesting": kept.requesting,
        "fault": kept.fault,
    }
    if as_json:
        print(json.dumps(view))
        return
    for name, value in view.items():
        print(f"{name:15}  {'-' if value is None else value}")


def _absent(sid: str) -> Fault:
    return Fault(f"The account has no domain {sid!r}.", "See `tidings domains list`.")


def _show(domain: Domain, *, as_json: bool) -> None:
    view = _view(domain)
    if as_json:
        print(json.dumps(view))
        return
    width = max(map(len, view))
    for name, value in view.items():
        print(f"{name:{width}}  {'-' if value is None else value}")


def _view(domain: Domain) -> dict[str, Any]:
    return {
        "domain_sid": str(Sid("DN", domain.id)),
        "domain_name": domain.name,
        "links_begin": domain.base,
        "fallback_url": domain.fallback_url,
        "callback_url": domain.callback_url,
        "continue_on_failure": domain.continue_on_failure,
        "disable_https": domain.disable_https,
        "parameters": domain.parameters or None,
        "parameter_hosts": ", ".join(domain.parameter_hosts) or None,
        "brand": domain.brand,
        "language": domain.language,
        "site": domain.home_url,
        "date_created": iso8601(domain.created_at),
    }
