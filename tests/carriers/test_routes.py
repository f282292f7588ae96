"""Which carriers a message may take: rules as a table, and laws over all books of routes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.carriers.connector import MessageClass
from tidings.carriers.routes import Match, Route, Share, Wanted, choose, matches

CARRIERS = ("alpha", "beta", "gamma")
OTP, MARKETING = MessageClass.OTP, MessageClass.MARKETING


def wanted(
    country: str = "AT",
    *,
    network: str | None = None,
    sender: str = "55501",
    message_class: MessageClass = OTP,
    sender_carrier: str | None = None,
) -> Wanted:
    return Wanted(country, network, sender, message_class, sender_carrier)


def names(tiers: object) -> list[list[str]]:
    return [[one.carrier for one in tier.candidates] for tier in tiers]  # type: ignore[attr-defined]


def test_without_routes_every_carrier_is_a_candidate() -> None:
    [tier] = choose(wanted(), [], carriers=CARRIERS)
    assert names([tier]) == [["alpha", "beta", "gamma"]]
    assert tier.share is Share.EVEN


def test_a_bound_sender_leaves_by_its_carrier_or_not_at_all() -> None:
    anywhere = [Route(1, 1, Match(), "alpha")]
    assert names(choose(wanted(sender_carrier="beta"), anywhere, carriers=CARRIERS)) == [["beta"]]
    assert choose(wanted(sender_carrier="delta"), anywhere, carriers=CARRIERS) == ()


@pytest.mark.parametrize(
    ("match", "message", "fits"),
    [
        (Match(), wanted(), True),
        (Match(countries=frozenset({"AT"})), wanted("AT"), True),
        (Match(countries=frozenset({"AT"})), wanted("DE"), False),
        (Match(networks=frozenset({"23201"})), wanted(network="23201"), True),
        (Match(networks=frozenset({"23201"})), wanted(network=None), False),
        (Match(senders=frozenset({"55501"})), wanted(), True),
        (Match(senders=frozenset({"55502"})), wanted(), False),
        (Match(classes=frozenset({OTP})), wanted(), True),
        (Match(classes=frozenset({OTP})), wanted(message_class=MARKETING), False),
        (Match(countries=frozenset({"AT"}), classes=frozenset({MARKETING})), wanted("AT"), False),
    ],
)
def test_a_route_matches_when_all_that_it_names_does(match: Match, message: Wanted, fits: bool) -> None:
    assert matches(match, message) is fits


def test_places_are_tiers_and_a_carrier_stands_in_the_first() -> None:
    routes = [
        Route(1, 10, Match(countries=frozenset({"AT"})), "beta"),
        Route(2, 20, Match(), "alpha"),
        Route(3, 20, Match(), "beta"),
        Route(4, 30, Match(), "gamma"),
    ]
    assert names(choose(wanted("AT"), routes, carriers=CARRIERS)) == [["beta"], ["alpha"], ["gamma"]]
    assert names(choose(wanted("DE"), routes, carriers=CARRIERS)) == [["alpha", "beta"], ["gamma"]]


def test_within_a_place_weights_come_before_prices() -> None:
    priced = [
        Route(1, 1, Match(), "alpha", price=Decimal("0.02")),
        Route(2, 1, Match(), "beta", price=Decimal("0.01")),
        Route(3, 1, Match(), "gamma"),
    ]
    [tier] = choose(wanted(), priced, carriers=CARRIERS)
    assert tier.share is Share.PRICE
    assert names([tier]) == [["beta", "alpha", "gamma"]]
    weighted = [*priced[:2], Route(3, 1, Match(), "gamma", weight=3.0)]
    [tier] = choose(wanted(), weighted, carriers=CARRIERS)
    assert tier.share is Share.WEIGHT
    assert [one.weight for one in tier.candidates] == [1.0, 1.0, 3.0]


def test_every_candidate_says_why() -> None:
    routes = [Route(7, 2, Match(countries=frozenset({"AT"}), classes=frozenset({OTP})), "alpha")]
    [tier] = choose(wanted(), routes, carriers=CARRIERS)
    assert tier.candidates[0].reason == "route 7, place 2: country AT; class otp"


_sets = st.frozensets(st.sampled_from(["AT", "DE"]), max_size=2)
_matches = st.builds(
    Match,
    countries=_sets,
    senders=st.frozensets(st.sampled_from(["55501", "55502"]), max_size=2),
    classes=st.frozensets(st.sampled_from(list(MessageClass)), max_size=3),
)
_routes = st.lists(
    st.builds(
        Route,
        number=st.integers(1, 99),
        place=st.integers(1, 4),
        match=_matches,
        carrier=st.sampled_from(CARRIERS),
        weight=st.none() | st.floats(0.1, 10),
        price=st.none() | st.decimals(0, 1, places=4),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda route: route.number,
)
_wanted = st.builds(
    Wanted,
    country=st.sampled_from(["AT", "DE", "US"]),
    network=st.none(),
    sender=st.sampled_from(["55501", "55502"]),
    message_class=st.sampled_from(list(MessageClass)),
    sender_carrier=st.none(),
)


@given(_wanted, _routes, st.sets(st.sampled_from(CARRIERS)))
def test_exactly_the_carriers_of_matching_routes_are_candidates_and_each_once(
    message: Wanted, routes: list[Route], carriers: set[str]
) -> None:
    tiers = choose(message, routes, carriers=carriers)
    listed = [one.carrier for tier in tiers for one in tier.candidates]
    expected = {one.carrier for one in routes if matches(one.match, message)} & carriers
    assert sorted(listed) == sorted(expected)


@given(_wanted, _routes)
def test_a_carrier_stands_in_the_tier_of_its_earliest_matching_place(
    message: Wanted, routes: list[Route]
) -> None:
    earliest: dict[str, int] = {}
    for route in routes:
        if matches(route.match, message):
            earliest[route.carrier] = min(route.place, earliest.get(route.carrier, route.place))
    order = [one.carrier for tier in choose(message, routes, carriers=CARRIERS) for one in tier.candidates]
    assert [earliest[name] for name in order] == sorted(earliest.values())


@given(_wanted, _routes)
def test_the_order_in_which_routes_are_listed_changes_nothing(message: Wanted, routes: list[Route]) -> None:
    ordered = sorted(routes, key=lambda route: (route.place, route.number))
    assert choose(message, ordered, carriers=CARRIERS) == choose(
        message, ordered, carriers=tuple(reversed(CARRIERS))
    )
