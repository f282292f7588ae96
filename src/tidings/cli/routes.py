"""`tidings routes`: which carriers messages may take."""

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from tidings.carriers.beliefs import Key
from tidings.carriers.book import (
    Book,
    CarrierState,
    add_route,
    has_carriers,
    read_book,
    remove_route,
    swap_routes,
)
from tidings.carriers.connector import MessageClass
from tidings.carriers.health import Health, worse_ones
from tidings.carriers.record import beliefs
from tidings.carriers.routes import Match, Route, Tier, Wanted, choose
from tidings.cli.account import with_database
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption, keyed
from tidings.kernel.phone_number import country_of
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database

app = typer.Typer(no_args_is_help=True)

CLASSES = ", ".join(one.name.lower() for one in MessageClass)
USUAL_PLACE = 100

Names = list[str]


@app.command("list")
def list_routes(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """All routes in the order in which they are asked."""
    book, _ = _read(home)
    if as_json:
        print(json.dumps([_told(route) for route in book.routes]))
    else:
        print(
            "\n".join(_line(route) for route in book.routes)
            or "No route: every active carrier is a candidate."
        )


@app.command("add")
def add(
    carrier: Annotated[str, typer.Argument(help="The carrier that it leads to.")],
    place: Annotated[
        int,
        typer.Option(min=0, max=10**6, help="Routes are asked from the lowest on; those of one place share."),
    ] = USUAL_PLACE,
    country: Annotated[
        Names | None, typer.Option(help="Destination country, ISO 3166; may be repeated.")
    ] = None,
    network: Annotated[
        Names | None, typer.Option(help="Destination network, MCC and MNC; may be repeated.")
    ] = None,
    sender: Annotated[Names | None, typer.Option(help="Address of a sender; may be repeated.")] = None,
    message_class: Annotated[
        Names | None, typer.Option("--class", help=f"One of {CLASSES}; may be repeated.")
    ] = None,
    weight: Annotated[
        float | None, typer.Option(min=0.001, max=1e6, help="Share among routes of the same place.")
    ] = None,
    price: Annotated[
        str | None, typer.Option(help="Price of a segment: of the same place, the cheapest goes first.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lead messages to a carrier. What is not named matches everything."""
    match = Match(
        countries=frozenset(one.upper() for one in country or ()),
        networks=frozenset(network or ()),
        senders=frozenset(sender or ()),
        classes=frozenset(_class(one) for one in message_class or ()),
    )
    cost = _price(price)

    async def added(db: Database) -> int | None:
        async with db.transaction() as connection:
            return await add_route(
                connection,
                place=place,
                match=match,
                carrier=carrier,
                weight=weight,
                price=cost,
                now=system_clock(),
            )

    number = with_database(home, added)
    if number is None:
        raise Fault(f"There is no carrier {carrier}.", "`tidings carriers list` shows them.", Exit.REFUSED)
    print(
        json.dumps({"route": number, "carrier": carrier})
        if as_json
        else f"Route {number} leads to {carrier}."
    )


@app.command("remove")
def remove(
    number: Annotated[int, typer.Argument(help="The route's number.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a route out."""

    async def removed(db: Database) -> bool:
        async with db.transaction() as connection:
            return await remove_route(connection, number)

    if not with_database(home, removed):
        raise Fault(f"There is no route {number}.", "`tidings routes list` shows them.", Exit.REFUSED)
    print(json.dumps({"route": number, "removed": True}) if as_json else f"Route {number} is out.")


@app.command("swap")
def swap(
    old: Annotated[str, typer.Argument(help="The carrier that has the routes.")],
    new: Annotated[str, typer.Argument(help="The carrier that gets them.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give all routes of one carrier to another, in one step."""

    async def swapped(db: Database) -> int:
        async with db.transaction() as connection:
            return await swap_routes(connection, old, new)

    count = with_database(home, swapped)
    if not count:
        raise Fault(
            f"No route leads to {old}, or there is no carrier {new}.",
            "`tidings routes list` and `tidings carriers list` show them.",
            Exit.REFUSED,
        )
    print(json.dumps({"routes": count, "carrier": new}) if as_json else f"{count} routes lead to {new} now.")


@app.command("explain")
def explain(
    number: Annotated[str, typer.Argument(help="A destination in E.164.")],
    sender: Annotated[str, typer.Option("--from", help="Address of the sender.")] = "",
    message_class: Annotated[str, typer.Option("--class", help=f"One of {CLASSES}.")] = "transactional",
    network: Annotated[
        str | None, typer.Option(help="Network of the destination, where it is known.")
    ] = None,
    bound_to: Annotated[str | None, typer.Option(help="The carrier that the sender is bound to.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which carriers a message would try, in which order, and why."""
    book, known = _read(home)
    wanted = Wanted(country_of(number), network, sender, _class(message_class), bound_to)
    taking = [one.name for one in book.carriers if one.state is CarrierState.ACTIVE]
    tiers = choose(wanted, book.routes, carriers=taking)
    steps = _steps(tiers, wanted, known)
    if as_json:
        print(
            json.dumps(
                {"number": number, "country": wanted.country, "candidates": [one.told() for one in steps]}
            )
        )
        return
    print(f"{number}: country {wanted.country or 'unknown'}")
    print(
        "\n".join(one.line() for one in steps)
        or "No carrier may take it: it waits until one may, or expires."
    )


@dataclass(frozen=True, slots=True)
class Step:
    """A candidate as it is tried. `worse`: it fares so much worse than another that it comes last."""

    tier: int
    share: str
    carrier: str
    reason: str
    fares_well: float
    worse: bool

    def told(self) -> dict[str, object]:
        return {
            "tier": self.tier,
            "carrier": self.carrier,
            "reason": self.reason,
            "share": self.share,
            "fares_well": round(self.fares_well, 4),
            "last_because_it_fares_worse": self.worse,
        }

    def line(self) -> str:
        last = "; last, because it fares clearly worse" if self.worse else ""
        return f"{self.tier}. {self.carrier}: {self.reason}; {self.share}; fares well {self.fares_well:.1%}{last}"


def _steps(tiers: tuple[Tier, ...], wanted: Wanted, known: dict[Key, Health]) -> list[Step]:
    place, now = wanted.network or wanted.country, system_clock().timestamp()
    healths = {
        one.carrier: known.get((one.carrier, wanted.sender, place), Health()).faded(now)
        for tier in tiers
        for one in tier.candidates
    }
    worse = worse_ones(healths)
    steps = [
        Step(
            number,
            tier.share.value,
            one.carrier,
            one.reason,
            healths[one.carrier].mean,
            one.carrier in worse,
        )
        for number, tier in enumerate(tiers, 1)
        for one in tier.candidates
    ]
    return sorted(steps, key=lambda step: step.worse)


def _read(home: Path | None) -> tuple[Book, dict[Key, Health]]:
    from tidings.app import sealer_of

    config = keyed(home)

    async def read(db: Database) -> tuple[Book, dict[Key, Health]]:
        async with db.connection() as connection:
            if not await has_carriers(connection):
                return Book(), {}
            book = await read_book(connection, sealer=sealer_of(config))
            return book, await beliefs(connection, now=system_clock())

    return with_database(home, read)


def _class(name: str) -> MessageClass:
    try:
        return MessageClass[name.upper()]
    except KeyError:
        raise Fault(f"There is no class {name!r}.", f"Name one of {CLASSES}.", Exit.WRONG_USE) from None


def _price(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        price = Decimal(text)
    except InvalidOperation:
        raise Fault(f"{text!r} is no price.", "Write a number, such as 0.0075.", Exit.WRONG_USE) from None
    if not price.is_finite() or price < 0:
        raise Fault(f"{text!r} is no price.", "Write a number from 0 on.", Exit.WRONG_USE)
    return price


def _told(route: Route) -> dict[str, object]:
    match = route.match
    return {
        "route": route.number,
        "place": route.place,
        "carrier": route.carrier,
        "countries": sorted(match.countries),
        "networks": sorted(match.networks),
        "senders": sorted(match.senders),
        "classes": sorted(one.name.lower() for one in match.classes),
        "weight": route.weight,
        "price": None if route.price is None else str(route.price),
    }


def _line(route: Route) -> str:
    told = _told(route)
    match = "; ".join(
        f"{name} {', '.join(told[name])}"  # type: ignore[arg-type]  # these four are lists of text
        for name in ("countries", "networks", "senders", "classes")
        if told[name]
    )
    more = "".join(f", {name} {told[name]}" for name in ("weight", "price") if told[name] is not None)
    return f"{route.number}. place {route.place}: {match or 'everything'} -> {route.carrier}{more}"
