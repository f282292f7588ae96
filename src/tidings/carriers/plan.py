"""By whom a message may leave, in which order: its routes, with those carriers last that clearly fare worse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from tidings.carriers.beliefs import Beliefs
from tidings.carriers.connector import Handover
from tidings.carriers.health import worse_ones
from tidings.carriers.line import Line
from tidings.carriers.routes import Route, Share, Wanted, choose

MOST_PLANS = 20_000


@dataclass(frozen=True, slots=True)
class Tier:
    """Carriers that are as good as each other; in order of price for `Share.PRICE`."""

    share: Share
    lines: tuple[Line, ...]
    weights: tuple[float, ...]

    def pick(self, sender: str, tried: Sequence[Line], now: float, random: Random) -> Line | None:
        """One that may take a message of this sender now, and has not been tried."""
        free = [line for line in self.lines if line not in tried and line.may_take(sender, now)]
        if len(free) < 2 or self.share is Share.PRICE:
            return free[0] if free else None
        if self.share is Share.WEIGHT:
            weights = [weight for line, weight in zip(self.lines, self.weights, strict=True) if line in free]
            return random.choices(free, weights)[0]
        return random.choices(free, [line.room(now) for line in free])[0]


@dataclass(frozen=True, slots=True)
class Plan:
    """`last`: carriers that clearly fare worse; they get what is left when none of the others is alive."""

    tiers: tuple[Tier, ...]
    last: tuple[Tier, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no carrier may ever take the message, as things stand."""
        return not self.tiers and not self.last

    def pick(
        self, sender: str, now: float, random: Random, *, tried: Sequence[Line] = (), patient: bool
    ) -> Line | None:
        """The best carrier with room. `patient`: rather none than a less preferred one, while a better one is full
        only at the moment."""
        for tier in self.tiers:
            line = tier.pick(sender, tried, now, random)
            if line is not None:
                return line
            if patient and any(line.has_room_soon(sender, now) for line in tier.lines):
                return None
        if self.last and not any(line.is_alive(now) for tier in self.tiers for line in tier.lines):
            for tier in self.last:
                line = tier.pick(sender, tried, now, random)
                if line is not None:
                    return line
        return None


class Plans:
    """The plans of messages that ask for the same, made once until something changes."""

    def __init__(self, beliefs: Beliefs) -> None:
        self._beliefs = beliefs
        self._lines: Mapping[str, Line] = {}
        self._routes: Sequence[Route] = ()
        self._made: dict[tuple[object, ...], Plan] = {}

    def work_by(self, lines: Mapping[str, Line], routes: Sequence[Route]) -> None:
        """From now on by these carriers and routes."""
        self._lines, self._routes = lines, routes
        self._made.clear()

    def forget(self) -> None:
        """What is believed of carriers has changed."""
        self._made.clear()

    def of(self, message: Handover, now: float) -> Plan:
        country = message.country
        key = (message.source, country, message.network, message.message_class, message.sender_carrier)
        plan = self._made.get(key)
        if plan is None:
            if len(self._made) >= MOST_PLANS:
                self._made.clear()
            wanted = Wanted(
                country, message.network, message.source, message.message_class, message.sender_carrier
            )
            plan = self._made[key] = self._make(wanted, now)
        return plan

    def _make(self, wanted: Wanted, now: float) -> Plan:
        taking = {name for name, line in self._lines.items() if line.takes}
        tiers = choose(wanted, self._routes, carriers=taking)
        place = wanted.network or wanted.country
        names = [one.carrier for tier in tiers for one in tier.candidates]
        known = {name: self._beliefs.of((name, wanted.sender, place)).faded(now) for name in names}
        worse = worse_ones(known)
        halves: tuple[list[Tier], list[Tier]] = ([], [])
        for tier in tiers:
            for is_worse, half in enumerate(halves):
                kept = [one for one in tier.candidates if (one.carrier in worse) == bool(is_worse)]
                if kept:
                    lines = tuple(self._lines[one.carrier] for one in kept)
                    half.append(Tier(tier.share, lines, tuple(one.weight for one in kept)))
        return Plan(tuple(halves[0]), tuple(halves[1]))
