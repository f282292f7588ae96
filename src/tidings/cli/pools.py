"""`tidings services`: messaging services, and who is in their pools."""

import json
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import typer

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption
from tidings.kernel.callback_url import is_callback_url
from tidings.kernel.phone_number import Address, AlphaSender, PhoneNumber, ShortCode
from tidings.kernel.sid import Sid, mint
from tidings.runtime.clock import system_clock, system_entropy
from tidings.runtime.database import Connection, Database
from tidings.senders import Directory, Kind
from tidings.senders.services import (
    ANY_COUNTRY,
    LARGEST_POOL,
    Pool,
    Service,
    Settings,
    Usecase,
    add_alpha_sender,
    add_member,
    create_service,
    pool_of,
    remove_alpha_sender,
    remove_member,
    services_of,
)
from tidings.senders.services.membership import AlreadyIn, InAnother, NoSuchSender, NoSuchService, PoolFull

app = typer.Typer(no_args_is_help=True)

ServiceArgument = Annotated[str, typer.Argument(help="SID of a service (MG...), or its name.")]
SenderArgument = Annotated[str, typer.Argument(help="A number, short code or sender id.")]
Country = Annotated[
    str,
    typer.Option(help="Of a sender id: the country that it is for (ISO 3166); all others when not given."),
]


@app.command("list")
def list_services(
    home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False
) -> None:
    """All messaging services of the account."""

    async def found(db: Database) -> list[tuple[Service, int]]:
        async with db.connection() as connection:
            return await services_of(connection, account_of(home, account))

    services = with_database(home, found)
    if as_json:
        print(json.dumps([_told(service) | {"senders": size} for service, size in services]))
        return
    if not services:
        print("No service yet: `tidings services create NAME` makes one.")
    for service, size in services:
        print(f"{Sid('MG', service.id)}  {service.friendly_name}: {size} senders, {service.usecase}")


@app.command("show")
def show(
    service: ServiceArgument,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """A service with its settings and its pool."""
    owner = account_of(home, account)

    async def found(db: Database) -> Pool:
        async with db.connection() as connection:
            return await _pool(connection, owner, service)

    _print(with_database(home, found), as_json=as_json)


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What people shall call it.")],
    sender: Annotated[
        list[str] | None, typer.Option(help="A sender to put into it; may be repeated.")
    ] = None,
    usecase: Annotated[Usecase, typer.Option(help="What its messages are for.")] = Usecase.UNDECLARED,
    inbound_url: Annotated[str | None, typer.Option(help="Where messages from people are told.")] = None,
    status_callback: Annotated[str | None, typer.Option(help="Where the status of messages is told.")] = None,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Makes a service, with senders of the account in its pool."""
    owner = account_of(home, account)
    for label, url in (("--inbound-url", inbound_url), ("--status-callback", status_callback)):
        if url is not None and not is_callback_url(url):
            raise Fault(
                f"{label} {url!r} cannot be called.", "Write an absolute http or https URL.", Exit.WRONG_USE
            )

    async def made(db: Database) -> Pool:
        settings = Settings(
            friendly_name=name,
            usecase=usecase,
            inbound_request_url=inbound_url,
            status_callback=status_callback,
        )
        now = system_clock()
        async with db.transaction() as connection:
            service = await create_service(
                connection, owner, settings, id=mint(now, system_entropy(10), 0), now=now
            )
            for address in sender or ():
                await _put(db, connection, owner, service.id, address, ANY_COUNTRY)
            pool = await pool_of(connection, owner, service.id)
        assert pool is not None, "it was just made"
        return pool

    _print(with_database(home, made), as_json=as_json)


@app.command("add")
def add(
    service: ServiceArgument,
    sender: SenderArgument,
    country: Country = ANY_COUNTRY,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Puts a sender into a service. A number or a short code is in one service at most."""
    owner = account_of(home, account)

    async def added(db: Database) -> Pool:
        async with db.transaction() as connection:
            pool = await _pool(connection, owner, service)
            await _put(db, connection, owner, pool.service.id, sender, country.upper())
            return await _pool(connection, owner, str(Sid("MG", pool.service.id)))

    _print(with_database(home, added), as_json=as_json)


@app.command("remove")
def remove(
    service: ServiceArgument,
    sender: SenderArgument,
    country: Country = ANY_COUNTRY,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Takes a sender out of a service; it stays the account's."""
    owner = account_of(home, account)

    async def removed(db: Database) -> Pool:
        async with db.transaction() as connection:
            pool = await _pool(connection, owner, service)
            id = pool.service.id
            if isinstance(_parsed(sender), AlphaSender):
                done = await remove_alpha_sender(connection, owner, id, sender, country=country.upper())
            else:
                member = next((one for one in pool.members if one.address == sender), None)
                done = member is not None and await remove_member(
                    connection, owner, id, member.id, kinds=tuple(Kind)
                )
            if not done:
                raise Fault(
                    f"{sender} is not in {pool.service.friendly_name}.",
                    f"`tidings services show {service}` shows who is.",
                    Exit.REFUSED,
                )
            return await _pool(connection, owner, str(Sid("MG", id)))

    _print(with_database(home, removed), as_json=as_json)


async def _pool(connection: Connection, account: UUID, named: str) -> Pool:
    """The service of this SID, or the only one of this name."""
    sid = Sid.parse(named, "MG")
    ids = [sid.uuid] if sid is not None else []
    if sid is None:
        ids = [one.id for one, _ in await services_of(connection, account) if one.friendly_name == named]
    if len(ids) > 1:
        raise Fault(
            f"{len(ids)} services have the name {named}.",
            "Name one by its SID: `tidings services list`.",
            Exit.WRONG_USE,
        )
    pool = await pool_of(connection, account, ids[0]) if ids else None
    if pool is None:
        raise Fault(
            f"The account has no service {named}.", "`tidings services list` shows all.", Exit.REFUSED
        )
    return pool


async def _put(
    db: Database, connection: Connection, account: UUID, service: UUID, address: str, country: str
) -> None:
    parsed, now = _parsed(address), system_clock()
    if isinstance(parsed, AlphaSender):
        outcome: object = await add_alpha_sender(
            connection,
            account,
            service,
            parsed,
            country=country,
            id=mint(now, system_entropy(10), 0),
            sender_id=mint(now, system_entropy(10), 0),
            now=now,
        )
    else:
        found = await Directory(db, monotonic=lambda: 0.0).find(account, str(parsed))
        outcome = (
            NoSuchSender()
            if found is None
            else await add_member(connection, account, service, found.id, kinds=tuple(Kind), now=now)
        )
    if isinstance(outcome, NoSuchSender | NoSuchService):
        raise Fault(
            f"{address} is no sender of the account.", f"First `tidings senders add {address}`.", Exit.REFUSED
        )
    if isinstance(outcome, AlreadyIn):
        raise Fault(f"{address} is in the service already.", "There is nothing to do.", Exit.REFUSED)
    if isinstance(outcome, InAnother):
        raise Fault(
            f"{address} is in another service.",
            "Take it out of there first: `tidings services remove`.",
            Exit.REFUSED,
        )
    if isinstance(outcome, PoolFull):
        raise Fault(
            f"The service has {LARGEST_POOL} senders, as many as it may.",
            "Make another service.",
            Exit.REFUSED,
        )


def _parsed(address: str) -> PhoneNumber | ShortCode | AlphaSender:
    parsed = Address.parse(address)
    if parsed is None:
        raise Fault(
            f"{address!r} is no sender.",
            "Write a number in E.164 (+14155550100), a short code of 3 to 8 digits, or a name of up to 11 letters.",
            Exit.WRONG_USE,
        )
    return parsed


def _told(service: Service) -> dict[str, Any]:
    told = asdict(service)
    for name in ("id", "account", "created_at", "updated_at"):
        told.pop(name)
    return {"sid": str(Sid("MG", service.id)), **told}


def _print(pool: Pool, *, as_json: bool) -> None:
    members: list[dict[str, Any]] = [
        {"address": one.address, "kind": one.kind.value, "country": one.country, "mps": one.mps}
        for one in pool.members
    ]
    names: list[dict[str, Any]] = [
        {"address": name, "kind": Kind.ALPHANUMERIC.value, "country": country}
        for country, all_names in sorted(pool.alpha.items())
        for name in all_names
    ]
    if as_json:
        print(json.dumps(_told(pool.service) | {"pool": [*members, *names]}))
        return
    print(f"{Sid('MG', pool.service.id)}  {pool.service.friendly_name}")
    for name, value in _told(pool.service).items():
        if name not in ("sid", "friendly_name") and value is not None:
            print(f"  {name.replace('_', ' ')}: {_word(value)}")
    for member in (*members, *names):
        rate = f", {member['mps']:g} MPS" if "mps" in member else ""
        print(f"  {member['address']}: {member['kind']}, {member['country'] or 'all countries'}{rate}")
    if not members and not names:
        print("  Its pool is empty: `tidings services add`.")


def _word(value: object) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
