"""Which sender of a pool a message comes from, as a table; and that equal senders go in even turn."""

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.kernel.codes import CODES, Code
from tidings.kernel.phone_number import Address, PhoneNumber, ShortCode
from tidings.senders import Kind, Sender, kind_of
from tidings.senders.selection import Chosen, Destination, Selection, Spread, Turns, choose
from tidings.senders.selection.area_codes import same_place
from tidings.senders.selection.reach import takes_sender_ids
from tidings.senders.sender import country_of

US_SHORT, CA_SHORT, GB_SHORT = "55501", "55502", "60777"
MANHATTAN, BROOKLYN, BOSTON, TORONTO = "+12125550101", "+17185550101", "+16175550101", "+14165550101"
LONDON, PARIS, TOLL_FREE = "+447400123456", "+33612345678", "+18885550100"

ANNA_OF_NEW_YORK = "+16465550123"  # 646 overlays 212
BOB_OF_BOSTON = "+16175550123"
CAL_OF_CALIFORNIA = "+14155550123"
DAN_OF_TORONTO = "+16475550123"  # 647 overlays 416
EVE_OF_LONDON = "+447400123999"
FAY_OF_PARIS = "+33612345999"
A_SHORT_CODE = "72345"


def sender(address: str, *, country: str | None = None, mps: float = 1.0, sms: bool = True) -> Sender:
    parsed = Address.parse(address)
    assert parsed is not None
    return Sender(
        id=UUID(int=hash(address) & ((1 << 64) - 1)),
        account=UUID(int=1),
        address=address,
        kind=kind_of(parsed),
        mps=mps,
        queue_limit_seconds=None,
        country=country_of(parsed) if country is None else country,
        sms=sms,
    )


EVERYBODY = [
    sender(MANHATTAN),
    sender(BROOKLYN),
    sender(BOSTON),
    sender(TORONTO),
    sender(LONDON),
    sender(PARIS),
    sender(TOLL_FREE),
]
WITH_CODES = [*EVERYBODY, sender(US_SHORT), sender(CA_SHORT, country="CA"), sender(GB_SHORT, country="GB")]
ACME = {"": ["ACME"], "FR": ["ACME FR"]}
NEWCOMERS = {MANHATTAN, BROOKLYN, BOSTON}
"""American long codes."""


def destination(to: str) -> Destination:
    parsed = PhoneNumber.parse(to) or ShortCode.parse(to)
    assert parsed is not None
    return Destination.of(parsed)


def asked(
    pool: Selection, to: str, *, pinned: str | None = None, sticky: str | None = None
) -> set[str] | Code:
    """The senders that may be chosen: one, or several that are equal."""
    chosen = choose(
        pool, destination(to), pinned=pinned, sticky=sticky, pick=lambda equals: equals.senders[0]
    )
    if not isinstance(chosen, Chosen):
        return chosen
    if pinned is not None or chosen.is_sticky:
        return {chosen.sender.address}
    return {one.address for one in chosen.equals.senders}


def pool_of(members: list[Sender], *, ids: bool = False, **options: bool) -> Selection:
    alpha = {country: [sender(name) for name in names] for country, names in ACME.items()} if ids else {}
    return Selection(members, alpha=alpha, **options)


PLAIN = pool_of(EVERYBODY)
CODES_TOO = pool_of(WITH_CODES)
IDS_TOO = pool_of(EVERYBODY, ids=True)
ALL = pool_of(WITH_CODES, ids=True)
ANYWHERE = pool_of(EVERYBODY, area_code_geomatch=False)
NO_AMERICANS = pool_of([sender(LONDON), sender(PARIS)])
ONLY_TOLL_FREE = pool_of([sender(TOLL_FREE)])

TABLE = [
    # step, pool, to, pinned, sticky, who may be chosen
    ("1 a named sender skips everything", ALL, ANNA_OF_NEW_YORK, PARIS, BOSTON, {PARIS}),
    ("1 a named sender id, too", ALL, ANNA_OF_NEW_YORK, "ACME", None, {"ACME"}),
    ("1 a named sender must be in the pool", PLAIN, ANNA_OF_NEW_YORK, US_SHORT, None, 21606),
    ("2 toll-free reaches the US and Canada", ONLY_TOLL_FREE, EVE_OF_LONDON, None, None, 21703),
    ("2 a short code reaches its country", pool_of([sender(US_SHORT)]), DAN_OF_TORONTO, None, None, 21703),
    ("2 who cannot text is left out", pool_of([sender(BOSTON, sms=False)]), BOB_OF_BOSTON, None, None, 21703),
    ("2 an empty pool has a code of its own", pool_of([]), BOB_OF_BOSTON, None, None, 21704),
    ("3 whom the person knows comes before any kind", ALL, ANNA_OF_NEW_YORK, None, BOSTON, {BOSTON}),
    ("3 who left the pool is forgotten", PLAIN, BOB_OF_BOSTON, None, "+12025550101", {BOSTON}),
    ("3 who cannot reach the person is forgotten", CODES_TOO, EVE_OF_LONDON, None, US_SHORT, {GB_SHORT}),
    ("3 a foreign number gives way to a native", PLAIN, EVE_OF_LONDON, None, BOSTON, {LONDON}),
    ("3 a foreign number stays where there is no other", NO_AMERICANS, BOB_OF_BOSTON, None, PARIS, {PARIS}),
    ("4 short codes come first", ALL, EVE_OF_LONDON, None, None, {GB_SHORT}),
    ("4 then sender ids, where the country takes them", IDS_TOO, EVE_OF_LONDON, None, None, {"ACME"}),
    ("4 a country's own sender ids come before the general", IDS_TOO, FAY_OF_PARIS, None, None, {"ACME FR"}),
    ("4 the US takes no sender ids", IDS_TOO, BOB_OF_BOSTON, None, None, {BOSTON}),
    ("4 in Canada toll-free comes before long codes", PLAIN, DAN_OF_TORONTO, None, None, {TOLL_FREE}),
    ("4 a Canadian short code comes before both", CODES_TOO, DAN_OF_TORONTO, None, None, {CA_SHORT}),
    ("5 a number of the person's country", PLAIN, FAY_OF_PARIS, None, None, {PARIS}),
    ("5 else one of the US", pool_of([sender(BOSTON), sender(PARIS)]), EVE_OF_LONDON, None, None, {BOSTON}),
    ("5 else any", NO_AMERICANS, "+4915112345678", None, None, {LONDON, PARIS}),
    ("6 the same area code", PLAIN, BOB_OF_BOSTON, None, None, {BOSTON}),
    ("6 or one that overlays it", PLAIN, ANNA_OF_NEW_YORK, None, None, {MANHATTAN}),
    ("6 else any of the country", PLAIN, CAL_OF_CALIFORNIA, None, None, NEWCOMERS | {TOLL_FREE}),
    ("6 not if the service says no", ANYWHERE, BOB_OF_BOSTON, None, None, NEWCOMERS | {TOLL_FREE}),
    ("6 nor outside the US and Canada", PLAIN, EVE_OF_LONDON, None, None, {LONDON}),
    ("- a short code is reached by numbers only", ALL, A_SHORT_CODE, None, None, NEWCOMERS | {TOLL_FREE}),
]


@pytest.mark.parametrize(
    ("pool", "to", "pinned", "sticky", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_sender_is_chosen_in_this_order(
    pool: Selection, to: str, pinned: str | None, sticky: str | None, expected: set[str] | int
) -> None:
    found = asked(pool, to, pinned=pinned, sticky=sticky)
    assert (found.number if isinstance(found, Code) else found) == expected


def test_who_is_barred_is_left_out_and_the_bar_is_named_when_nobody_is_left() -> None:
    unregistered = CODES[30034]

    def bar(one: Sender, country: str) -> Code | None:
        return unregistered if one.kind is Kind.LONG_CODE and country == "US" else None

    barred = Selection(EVERYBODY, bar=bar)
    assert asked(barred, BOB_OF_BOSTON) == {TOLL_FREE}
    assert asked(barred, BOB_OF_BOSTON, sticky=BOSTON) == {TOLL_FREE}
    assert asked(Selection([sender(BOSTON)], bar=bar), BOB_OF_BOSTON) is unregistered


def test_equal_senders_go_in_even_turn() -> None:
    spread = Spread(EVERYBODY[:4], waiting=lambda _: 0.0, turns=Turns())
    used = Counter(spread.take(1).address for _ in range(400))
    assert set(used.values()) == {100}


def test_turns_are_even_however_often_the_pool_is_read_anew() -> None:
    turns = Turns()
    used: Counter[str] = Counter()
    for _ in range(40):
        spread = Spread(EVERYBODY[:4], waiting=lambda _: 0.0, turns=turns)
        used[spread.take(1).address] += 1
    assert set(used.values()) == {10}


def test_a_faster_sender_gets_as_much_more() -> None:
    spread = Spread([sender(BOSTON, mps=1), sender(TOLL_FREE, mps=3)], waiting=lambda _: 0.0, turns=Turns())
    used = Counter(spread.take(1).address for _ in range(400))
    assert used[TOLL_FREE] == pytest.approx(300, abs=2)


@given(queues=st.lists(st.integers(0, 100), min_size=4, max_size=4), count=st.integers(1, 400))
def test_the_shortest_queue_goes_first(queues: list[int], count: int) -> None:
    senders = EVERYBODY[:4]
    waiting = {one.address: float(queue) for one, queue in zip(senders, queues, strict=True)}
    spread = Spread(senders, waiting=lambda one: waiting[one.address], turns=Turns())
    for _ in range(count):
        least = min(waiting.values())
        address = spread.take(1).address
        assert waiting[address] == least
        waiting[address] += 1


def test_area_codes_that_serve_one_place_are_known() -> None:
    assert same_place("212") == {"212", "332", "646", "917"}
    assert "347" in same_place("917")
    assert same_place("872") == {"312", "773", "872"}
    assert same_place("907") == {"907"}


def test_which_countries_take_sender_ids_is_known() -> None:
    assert takes_sender_ids("GB")
    assert not takes_sender_ids("US")
    assert not takes_sender_ids("CA")
