"""`tidings senders`: the numbers, short codes and names that an account may send from."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from tidings.carriers.stock import HttpStock
from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption, chosen_home, settings
from tidings.cli.throughput import throughput
from tidings.kernel.phone_number import Address, PhoneNumber
from tidings.kernel.sid import Sid, mint
from tidings.runtime.clock import system_clock, system_entropy
from tidings.runtime.database import Database
from tidings.runtime.http import HttpClient
from tidings.senders import Kind, own
from tidings.senders.numbers import NotAvailable, give_up, order
from tidings.senders.overview import SeenSender, overview
from tidings.senders.sender import Capabilities
from tidings.senders.stock import Line, NoStock, Offer, Stock, StockUnavailable, Wanted, pattern_of

app = typer.Typer(no_args_is_help=True)
app.command("throughput")(throughput)

Result = TypeVar("Result")
PREFIXES = {Kind.LONG_CODE: "PN", Kind.TOLL_FREE: "PN", Kind.SHORT_CODE: "SC"}


@app.command("list")
def list_senders(home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False) -> None:
    """All senders of the account, with the service that each is in."""

    async def found(db: Database) -> list[SeenSender]:
        async with db.connection() as connection:
            return await overview(connection, account_of(home, account))

    seen = with_database(home, found)
    if as_json:
        print(json.dumps([_told(one) for one in seen]))
    else:
        print("\n".join(_line(one) for one in seen) or "No sender yet.")


@app.command("add")
def add(
    address: Annotated[str, typer.Argument(help="A number in E.164, a short code, or a sender id.")],
    mps: Annotated[
        float | None,
        typer.Option(
            min=0.001, max=1e6, help="Segments per second that its carrier grants; the usual otherwise."
        ),
    ] = None,
    country: Annotated[
        str | None,
        typer.Option(help="Of a short code: the country that it works in (ISO 3166); US otherwise."),
    ] = None,
    carrier: Annotated[
        str | None,
        typer.Option(help="The carrier that its messages must leave by; the routes decide otherwise."),
    ] = None,
    mms: Annotated[bool, typer.Option("--mms", help="Its carrier takes pictures from it.")] = False,
    voice: Annotated[bool, typer.Option("--voice", help="It can be called.")] = False,
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Gives the account a sender that its carrier gave you, or changes its MPS."""
    parsed = Address.parse(address)
    if parsed is None:
        raise Fault(
            f"{address!r} is no sender.",
            "Write a number in E.164 (+14155550100), a short code of 3 to 8 digits, or a name of up to 11 letters.",
            Exit.WRONG_USE,
        )
    if country is not None and (len(country) != 2 or not country.isalpha() or not country.isascii()):
        raise Fault(f"{country!r} is no country.", "Write its ISO 3166 code, such as US.", Exit.WRONG_USE)
    owner = account_of(home, account)

    async def given(db: Database) -> bool:
        now = system_clock()
        id = mint(now, system_entropy(10), 0)
        async with db.transaction() as connection:
            return await own(
                connection,
                owner,
                parsed,
                id=id,
                now=now,
                mps=mps,
                country=None if country is None else country.upper(),
                can=Capabilities(mms=mms, voice=voice),
                carrier=carrier,
            )

    if not with_database(home, given):
        raise Fault(f"{address} is another account's.", "Take another address.", Exit.REFUSED)
    print(json.dumps({"address": str(parsed)}) if as_json else f"{parsed} is the account's.")


@app.command("find")
def find(
    country: Annotated[str, typer.Option(help="ISO 3166 code.")] = "US",
    line: Annotated[Line, typer.Option(help="The kind of number.")] = Line.LOCAL,
    area_code: Annotated[str | None, typer.Option(help="In the United States and Canada.")] = None,
    contains: Annotated[str | None, typer.Option(help="Digits, letters, or * for any digit.")] = None,
    most: Annotated[int, typer.Option(min=1, max=1000, help="How many to show.")] = 10,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Numbers that the carrier's stock has, and that no account of the home has ordered there."""
    pattern = None if contains is None else pattern_of(contains)
    if contains is not None and pattern is None:
        raise Fault(f"{contains!r} fits no number.", "Write 2 to 16 digits, letters or *.", Exit.WRONG_USE)
    wanted = Wanted(country=country.upper(), line=line, area_code=area_code, contains=pattern)

    async def found(stock: Stock) -> list[Offer]:
        return [offer for offer in await stock.search(wanted) if wanted.admits(offer)][:most]

    offers = _with_stock(home, lambda _db, stock: found(stock))
    if as_json:
        print(json.dumps([{"number": one.number, "locality": one.locality} for one in offers]))
    else:
        lines = [f"{one.number}  {one.locality or one.country}" for one in offers]
        print("\n".join(lines) or "The stock has none.")


@app.command("order")
def order_number(
    number: Annotated[str, typer.Argument(help="A number in E.164 that `find` shows.")],
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Takes a number out of the carrier's stock for the account."""
    parsed = PhoneNumber.parse(number)
    if parsed is None:
        raise Fault(f"{number!r} is no number.", "Write it in E.164: +14155550100.", Exit.WRONG_USE)
    owner = account_of(home, account)

    async def ordered(db: Database, stock: Stock) -> None:
        now = system_clock()
        async with db.transaction() as connection:
            id = mint(now, system_entropy(10), 0)
            if isinstance(await order(connection, owner, parsed, stock=stock, id=id, now=now), NotAvailable):
                raise Fault(
                    f"{number} is not to be had.", "`tidings senders find` shows what is.", Exit.REFUSED
                )

    _with_stock(home, ordered)
    print(json.dumps({"address": number}) if as_json else f"{number} is the account's.")


@app.command("remove")
def remove(
    address: Annotated[str, typer.Argument(help="A sender of the account.")],
    home: HomeOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
) -> None:
    """Takes a sender from the account and out of its services; a number of a stock goes back there. What was
    accepted under it still leaves."""
    owner = account_of(home, account)

    async def removed(db: Database, stock: Stock) -> None:
        async with db.transaction() as connection:
            seen = [one for one in await overview(connection, owner) if one.sender.address == address]
            if not seen:
                raise Fault(
                    f"The account has no sender {address}.", "`tidings senders list` shows all.", Exit.REFUSED
                )
            await give_up(connection, owner, seen[0].sender.id, stock=stock, kinds=tuple(Kind))

    _with_stock(home, removed)
    print(json.dumps({"address": address}) if as_json else f"{address} is no longer the account's.")


def _with_stock(home: Path | None, deed: Callable[[Database, Stock], Awaitable[Result]]) -> Result:
    """Does something with the database and the carrier's stock: the one of TIDINGS_STOCK_URL, or that of the running
    home's simulator."""
    url = settings(home=home).stock_url
    if url is None and settings(home=home).database_url is None:
        url = (chosen_home(home).must_run().get("simulator") or {}).get("control_url")

    async def done(db: Database) -> Result:
        if url is None:
            return await deed(db, NoStock())
        http = HttpClient(allow_private=True)
        try:
            return await deed(db, HttpStock(url, http))
        except StockUnavailable as error:
            raise Fault(
                f"The stock of numbers does not answer: {error}.", "Try again; nothing was changed."
            ) from error
        finally:
            await http.close()

    return with_database(home, done)


def _told(one: SeenSender) -> dict[str, Any]:
    sender = one.sender
    prefix = PREFIXES.get(sender.kind)
    return {
        "address": sender.address,
        "sid": None if prefix is None else str(Sid(prefix, sender.id)),
        "kind": sender.kind.value,
        "friendly_name": one.friendly_name,
        "country": sender.country,
        "mps": sender.mps,
        "mps_granted": sender.mps_granted,
        "sms": sender.sms,
        "mms": one.mms,
        "voice": one.voice,
        "carrier": sender.carrier,
        "from_stock": one.from_stock,
        "paused": one.paused,
        "service": None if one.service is None else str(Sid("MG", one.service)),
        "service_name": one.service_name,
    }


def _line(one: SeenSender) -> str:
    sender = one.sender
    parts = [f"{sender.address}: {sender.kind.value}", f"{sender.mps:g} MPS"]
    parts += [sender.country] if sender.country else []
    parts += [f"in {one.service_name}"] if one.service_name is not None else []
    parts += [f"by {sender.carrier}"] if sender.carrier is not None else []
    parts += ["paused"] if one.paused else []
    return ", ".join(parts)
