"""The book of carriers and routes: what operators wrote down, read by everybody who hands over or listens.

A change is told at once, through the channel `carriers`, to all who have read the book.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from tidings.carriers.connector import MessageClass
from tidings.carriers.routes import Match, Route
from tidings.runtime.database import Connection, Record
from tidings.runtime.secrets import Sealer
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

CHANNEL = "carriers"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,62}", re.ASCII)


class CarrierState(StrEnum):
    """`draining`: nothing new is handed over, answers and receipts are still taken."""

    ACTIVE = "active"
    DRAINING = "draining"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class CarrierEntry:
    """A carrier as it was written down. `settings` are its kind's, secrets in clear; `tps` is in segments a second,
    all dispatchers together, None for no limit of its own."""

    name: str
    kind: str
    settings: Mapping[str, object]
    tps: float | None = None
    state: CarrierState = CarrierState.ACTIVE

    def __repr__(self) -> str:
        return f"CarrierEntry({self.name!r}, {self.kind!r}, {self.state.value})"


@dataclass(frozen=True, slots=True)
class Book:
    carriers: tuple[CarrierEntry, ...] = ()
    routes: tuple[Route, ...] = ()


async def has_carriers(connection: Connection) -> bool:
    """Whether any carrier is written down: until then TIDINGS_CARRIER_URL alone holds."""
    return bool(await SQL.value(connection, "any_carrier"))


async def read_book(connection: Connection, *, sealer: Sealer) -> Book:
    """All carriers by name, and all routes in their order. Raises Unsealable when the key is another one."""
    carriers = await SQL.many(connection, "carriers")
    routes = await SQL.many(connection, "routes")
    return Book(tuple(_entry(row, sealer) for row in carriers), tuple(_route(row) for row in routes))


async def find_carrier(connection: Connection, name: str, *, sealer: Sealer) -> CarrierEntry | None:
    row = await SQL.one(connection, "carrier", name)
    return None if row is None else _entry(row, sealer)


async def put_carrier(connection: Connection, entry: CarrierEntry, *, sealer: Sealer, now: datetime) -> None:
    """Adds a carrier, or changes the one of that name; dispatchers hear of it when this is committed."""
    sealed = sealer.seal(msgspec.json.encode(entry.settings).decode(), about=_about(entry.name))
    await SQL.run(
        connection, "put_carrier", entry.name, entry.kind, sealed, entry.tps, entry.state.value, now
    )


async def set_state(connection: Connection, name: str, state: CarrierState, *, now: datetime) -> bool:
    """False when there is no such carrier."""
    return await SQL.value(connection, "set_carrier_state", name, state.value, now) is not None


async def remove_carrier(connection: Connection, name: str) -> bool:
    """Takes an `off` carrier and its routes out of the book. False, and nothing is changed, when it is not off or not
    there."""
    return await SQL.value(connection, "remove_carrier", name) is not None


async def add_route(
    connection: Connection,
    *,
    place: int,
    match: Match,
    carrier: str,
    weight: float | None,
    price: Decimal | None,
    now: datetime,
) -> int | None:
    """The new route's number; None when there is no such carrier."""
    number = await SQL.value(
        connection,
        "add_route",
        place,
        sorted(match.countries),
        sorted(match.networks),
        sorted(match.senders),
        sorted(one.name.lower() for one in match.classes),
        carrier,
        weight,
        price,
        now,
    )
    return None if number is None else int(number)


async def remove_route(connection: Connection, number: int) -> bool:
    return await SQL.value(connection, "remove_route", number) is not None


async def swap_routes(connection: Connection, old: str, new: str) -> int:
    """Gives all routes of one carrier to another, in one step. Returns how many."""
    return len(await SQL.many(connection, "swap_routes", old, new))


def _entry(row: Record, sealer: Sealer) -> CarrierEntry:
    text = sealer.unseal(row["sealed_settings"], about=_about(row["name"]))
    settings = msgspec.json.decode(text, type=dict[str, object])
    return CarrierEntry(row["name"], row["kind"], settings, row["tps"], CarrierState(row["state"]))


def _route(row: Record) -> Route:
    match = Match(
        countries=frozenset(row["countries"]),
        networks=frozenset(row["networks"]),
        senders=frozenset(row["from_senders"]),
        classes=frozenset(_classes(row["classes"])),
    )
    return Route(row["id"], row["place"], match, row["carrier"], row["weight"], row["price"])


def _classes(names: Sequence[str]) -> list[MessageClass]:
    return [MessageClass[name.upper()] for name in names]


def _about(name: str) -> bytes:
    """What sealed settings are bound to: those of one carrier cannot be put in another's place."""
    return b"carrier " + name.encode()
