"""A cap, the worth of what waits, and how sends are kept."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidings.compliance.caps.cap import (
    MOST_SENDS,
    OVER_CAP,
    SPREAD,
    Cap,
    Counting,
    Over,
    Send,
    Wish,
    decide,
    is_clear,
    pack,
    unpack,
    with_one_more,
    worth_at,
)
from tidings.compliance.verdict import Allowed, Held, Refused, Rule, Traffic

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MARKETING = frozenset({Traffic.MARKETING})


def cap(
    most: int, window: timedelta, counting: Counting = Counting.ALL, traffic: frozenset[Traffic] = MARKETING
) -> Cap:
    return Cap(Rule(f"caps/own/{most}", "1", "test", ""), most, window, traffic, counting)


def wish(*caps: Cap, topic: str = "", campaign: str = "", over: Over | None = None) -> Wish:
    return Wish(
        caps=caps,
        traffic=Traffic.MARKETING,
        topic=topic,
        campaign=campaign,
        over=over or Over(),
        asked_at=NOON,
    )


def sent(ago: timedelta, topic: str = "", campaign: str = "", traffic: Traffic = Traffic.MARKETING) -> Send:
    one = Wish(caps=(), traffic=traffic, topic=topic, campaign=campaign)
    return one.send(NOON - ago)


BY_TOPIC = cap(3, DAY, Counting.TOPIC)
SPACING = cap(1, timedelta(hours=16), Counting.OTHER_CAMPAIGNS)


@pytest.mark.parametrize(
    ("asked", "sends", "until"),
    [
        (wish(cap(2, DAY)), [sent(HOUR)], None),
        (wish(cap(2, DAY)), [sent(3 * HOUR), sent(HOUR)], NOON + 21 * HOUR),
        (wish(cap(2, DAY)), [sent(DAY), sent(HOUR)], None),
        (wish(cap(1, HOUR), cap(2, DAY)), [sent(20 * HOUR), sent(HOUR / 2)], NOON + 4 * HOUR),
        (wish(cap(1, DAY)), [sent(HOUR, traffic=Traffic.ESSENTIAL)], None),
        (wish(cap(1, DAY)), [sent(-HOUR)], NOON + 25 * HOUR),
        (wish(BY_TOPIC, topic="shoes"), [sent(HOUR, "shoes")] * 2 + [sent(HOUR, "hats")] * 9, None),
        (wish(BY_TOPIC, topic="shoes"), [sent(HOUR, "shoes")] * 2 + [sent(2 * HOUR)], NOON + 22 * HOUR),
        (wish(BY_TOPIC), [sent(HOUR, "shoes"), sent(HOUR, "hats"), sent(HOUR, "caps")], NOON + 23 * HOUR),
        (wish(SPACING, campaign="june"), [sent(HOUR, campaign="june")], None),
        (wish(SPACING, campaign="july"), [sent(HOUR, campaign="june")], NOON + 15 * HOUR),
        (wish(SPACING), [sent(HOUR)], NOON + 15 * HOUR),
    ],
    ids=[
        "room",
        "rolling, not by the day",
        "what just left the window is not counted",
        "the cap that is free last",
        "other traffic is not counted",
        "a send to come is counted",
        "other topics are not counted",
        "a send of any topic is counted",
        "a message of any topic counts all",
        "one campaign may follow itself",
        "another campaign waits",
        "no campaign is one of its own",
    ],
)
def test_a_message_is_held_until_no_cap_is_in_its_way(
    asked: Wish, sends: list[Send], until: datetime | None
) -> None:
    verdict = decide(asked, sends, at=NOON)
    assert isinstance(verdict, Allowed) if until is None else verdict.until == until  # type: ignore[union-attr]


def test_law_binds_only_people_who_may_be_in_its_state() -> None:
    florida = Cap(Rule("caps/US-FL", "1", "law", ""), 3, DAY, MARKETING, Counting.TOPIC, frozenset({"US-FL"}))
    assert florida.binds(Traffic.MARKETING, frozenset({"US-NY", "US-FL"}))
    assert not florida.binds(Traffic.MARKETING, frozenset({"US-NY"}))
    assert not florida.binds(Traffic.TRANSACTIONAL, frozenset({"US-FL"}))


def test_what_waits_loses_its_worth_and_comes_up_the_later_the_less_it_is_worth() -> None:
    asked = wish(cap(1, DAY), over=Over(half_life=6 * HOUR))
    assert worth_at(asked, NOON + 6 * HOUR) == pytest.approx(0.5)
    fresh, old = (
        decide(asked, [sent(DAY / 2)], at=NOON),
        decide(asked, [sent(-HOUR * 11)], at=NOON + 12 * HOUR),
    )
    assert isinstance(fresh, Held)
    assert isinstance(old, Held)
    assert fresh.until == NOON + DAY / 2
    assert old.until == NOON + 35 * HOUR + SPREAD * 0.75
    assert old.applied.saw["worth"] == "0.25"


def test_what_is_worth_too_little_or_shall_be_skipped_is_not_sent() -> None:
    sends = [sent(HOUR)]
    skipped = decide(wish(cap(1, DAY), over=Over(skip=True)), sends, at=NOON)
    assert isinstance(skipped, Refused)
    assert skipped.code is OVER_CAP
    least = wish(cap(1, DAY), over=Over(half_life=HOUR, least_worth=0.2))
    assert isinstance(decide(least, sends, at=NOON), Held)
    assert isinstance(decide(least, sends, at=NOON + 3 * HOUR), Refused)


def test_when_more_was_sent_than_is_kept_every_send_counts() -> None:
    many = [sent(HOUR, f"topic {n}") for n in range(MOST_SENDS + 50)]
    marketing = unpack(pack([*many, sent(2 * HOUR, traffic=Traffic.ESSENTIAL)], now=NOON))
    assert len(marketing) == MOST_SENDS + 1
    assert isinstance(decide(wish(BY_TOPIC, topic="new"), marketing, at=NOON), Held)


SENDS = st.builds(
    sent,
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3)),
    st.sampled_from(["", "a", "b"]),
    st.sampled_from(["", "x", "y"]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(SENDS, max_size=30))
def test_sends_are_kept_as_they_were(sends: list[Send]) -> None:
    assert unpack(pack(sends, now=NOON)) == sorted(
        sends, key=lambda one: (one.at_ms, one.topic, one.campaign, one.traffic)
    )


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 5), st.integers(1, 48), st.lists(st.integers(0, 120), min_size=1, max_size=40))
def test_no_window_ever_holds_more_than_the_cap(most: int, hours: int, minutes_apart: list[int]) -> None:
    """Whoever asks again when they are told to gets through, and never too early."""
    asked, window = wish(cap(most, timedelta(hours=hours))), timedelta(hours=hours)
    sends: list[Send] = []
    at = NOON
    for minutes in minutes_apart:
        at += timedelta(minutes=minutes)
        verdict = decide(asked, sends, at=at)
        if isinstance(verdict, Held):
            assert verdict.until > at
            at = verdict.until
            verdict = decide(asked, sends, at=at)
        assert isinstance(verdict, Allowed)
        sends.append(asked.send(at))
    times = [one.at_ms for one in sends]
    assert all(
        last - first >= window.total_seconds() * 1000
        for first, last in zip(times, times[most:], strict=False)
    )
    assert all(one <= other for one, other in pairwise(times))


kinds_of_sends = st.lists(
    st.tuples(st.integers(0, 40 * 24 * 3600), st.sampled_from(["", "shoes"]), st.sampled_from([*Traffic])),
    max_size=12,
)
some_caps = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from([HOUR, DAY, 7 * DAY]), st.sampled_from([*Counting])),
    min_size=1,
    max_size=3,
)


@given(kinds_of_sends, some_caps)
@settings(max_examples=100)
def test_the_quick_look_never_lets_pass_what_a_cap_holds(
    there: list[tuple[int, str, Traffic]], caps: list[tuple[int, timedelta, Counting]]
) -> None:
    kept = b""
    for seconds, topic, traffic in there:  # in any order, some of a time to come
        before = Wish(caps=(), traffic=traffic, topic=topic)
        kept = with_one_more(kept, before.send(NOON - 39 * DAY + timedelta(seconds=seconds)))
    assert kept == pack(unpack(kept), now=NOON - 39 * DAY), "they stay in their order"
    asked = wish(*[cap(most, window, counting) for most, window, counting in caps], topic="shoes")
    if is_clear(asked.caps, kept, at_ms=asked.send(NOON).at_ms):
        assert isinstance(decide(asked, unpack(kept), at=NOON), Allowed)


def test_one_more_send_forgets_what_no_cap_looks_at() -> None:
    old, recent, new = sent(40 * DAY), sent(2 * DAY), sent(timedelta())
    assert unpack(with_one_more(pack([old, recent], now=NOON - 10 * DAY), new)) == [recent, new]
    many = pack([sent(n * HOUR / 10) for n in range(1, MOST_SENDS + 1)], now=NOON)
    assert len(unpack(with_one_more(many, new))) == MOST_SENDS
    assert unpack(with_one_more(b"", new)) == [new]
