"""`tidings domains`: the domains that an account's short links stand on."""

import json
from typing import Annotated, Any

import typer

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Fault
from tidings.cli.options import HomeOption, JsonOption
from tidings.kernel.instant import iso8601
from tidings.kernel.sid import Sid, mint
from tidings.links.domain import Domain, parse_name
from tidings.links.domains import add_domain, domain_with, domains_of, join_service
from tidings.runtime.clock import system_clock, system_entropy
from tidings.runtime.database import Database

app = typer.Typer(no_args_is_help=True)


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
    sid: Annotated[str, typer.Argument(help="The domain's SID (DN...).")],
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
        raise Fault(f"The account has no domain {sid!r}.", "See `tidings domains list`.")
    _show(domain, as_json=as_json)


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
        "date_created": iso8601(domain.created_at),
    }
