"""Which carriers a message may take, in which order, and why. Pure.

Routes are asked in the order of their place, and every route that matches adds its carrier. Routes of the same place
share: by their weights where any has one, the cheapest first where they have prices, evenly otherwise. A message whose
sender is bound to a carrier takes that one or none. Without any route every carrier is a candidate.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from tidings.carriers.connector import MessageClass


@dataclass(frozen=True, slots=True)
class Match:
    """What a route is for. An empty set matches everything; a message of unknown network matches no named network."""

    countries: frozenset[str] = frozenset()
    networks: frozenset[str] = frozenset()
    senders: frozenset[str] = frozenset()
    classes: frozenset[MessageClass] = frozenset()


@dataclass(frozen=True, slots=True)
class Route:
    """`price` is of one segment, in whatever currency all routes have; `weight` is a share among the same place."""

    number: int
    place: int
    match: Match
    carrier: str
    weight: float | None = None
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What routing asks of a message."""

    country: str
    network: str | None
    sender: str
    message_class: MessageClass
    sender_carrier: str | None = None


class Share(Enum):
    """How the candidates of a tier divide what comes."""

    WEIGHT = "by weight"
    PRICE = "cheapest first"
    EVEN = "by free room"


@dataclass(frozen=True, slots=True)
class Candidate:
    carrier: str
    weight: float
    reason: str


@dataclass(frozen=True, slots=True)
class Tier:
    """Candidates that are as good as each other; in order of price for `Share.PRICE`."""

    share: Share
    candidates: tuple[Candidate, ...]


def choose(wanted: Wanted, routes: Sequence[Route], *, carriers: Collection[str]) -> tuple[Tier, ...]:
    """The tiers of candidates, best first; each carrier stands in the first tier that names it. `carriers` are those
    that take new messages. Empty: nothing may carry it now."""
    if wanted.sender_carrier is not None:
        if wanted.sender_carrier not in carriers:
            return ()
        return (
            Tier(Share.EVEN, (Candidate(wanted.sender_carrier, 1.0, f"{wanted.sender} is bound to it"),)),
        )
    if not routes:
        every = tuple(Candidate(name, 1.0, "there is no route") for name in sorted(carriers))
        return (Tier(Share.EVEN, every),) if every else ()
    tiers: list[Tier] = []
    placed: set[str] = set()
    for place in sorted({route.place for route in routes}):
        matching = {
            route.carrier: route
            for route in reversed(routes)  # of several routes to one carrier the first counts
            if route.place == place
            and route.carrier in carriers
            and route.carrier not in placed
            and matches(route.match, wanted)
        }
        if matching:
            placed |= matching.keys()
            tiers.append(_tier(sorted(matching.values(), key=lambda route: route.number)))
    return tuple(tiers)


def matches(match: Match, wanted: Wanted) -> bool:
    """Whether a route is for such a message."""
    return (
        (not match.countries or wanted.country in match.countries)
        and (not match.networks or wanted.network in match.networks)
        and (not match.senders or wanted.sender in match.senders)
        and (not match.classes or wanted.message_class in match.classes)
    )


def _tier(routes: Sequence[Route]) -> Tier:
    candidates = {
        route.number: Candidate(route.carrier, route.weight or 1.0, _reason(route)) for route in routes
    }
    if any(route.weight is not None for route in routes):
        return Tier(Share.WEIGHT, tuple(candidates.values()))
    if any(route.price is not None for route in routes):
        by_price = sorted(routes, key=lambda route: (route.price is None, route.price or 0, route.number))
        return Tier(Share.PRICE, tuple(candidates[route.number] for route in by_price))
    return Tier(Share.EVEN, tuple(candidates.values()))


def _reason(route: Route) -> str:
    match = route.match
    parts = [
        f"{what} {', '.join(sorted(values))}"
        for what, values in (
            ("country", match.countries),
            ("network", match.networks),
            ("sender", match.senders),
            ("class", [one.name.lower() for one in match.classes]),
        )
        if values
    ]
    return f"route {route.number}, place {route.place}: {'; '.join(parts) or 'everything'}"
