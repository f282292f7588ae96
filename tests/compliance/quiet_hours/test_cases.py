"""Quiet hours of real places: what the shipped rules say of one number at one moment."""

from datetime import UTC, datetime

import pytest

from tidings.compliance.quiet_hours import Mode, decide, place_of, shipped
from tidings.compliance.verdict import Allowed, Held, Traffic

# Where, when (UTC), of what kind; until when it is open or held (UTC). A zone, a state or a postal code may be known.
CASES = """
Phoenix keeps standard time | +16025551234 | 2026-07-15 04:30 | marketing | held 2026-07-15 15:00
Phoenix, a minute before nine | +16025551234 | 2026-07-15 03:59 | marketing | open 2026-07-15 04:00
New York in summer | +12125551234 | 2026-07-15 12:00 | marketing | open 2026-07-16 01:00
Indiana: Indianapolis | +13175551234 | 2026-11-25 01:59 | marketing | open 2026-11-25 02:00
Indiana: Evansville is Central | +18124251234 | 2026-11-25 02:30 | marketing | open 2026-11-25 03:00
Indiana: an exchange of either zone | +18123331234 | 2026-11-25 02:30 | marketing | held 2026-11-25 14:00
Navajo Nation in summer | +19286721234 | 2026-07-15 14:30 | marketing | held 2026-07-15 15:00
Navajo Nation in summer, evening | +19286721234 | 2026-07-15 03:30 | marketing | held 2026-07-15 15:00
Newfoundland, half an hour off | +17095551234 | 2026-11-25 13:00 | marketing | open 2026-11-26 00:30
Newfoundland and Labrador: closed | +17095551234 | 2026-11-25 12:59 | marketing | held 2026-11-25 13:00
+1 850-234 is Central | +18502341234 | 2026-11-25 13:30 | marketing | held 2026-11-25 14:00
+1 850-234 is Central, evening | +18502341234 | 2026-11-25 01:30 | marketing | open 2026-11-25 02:00
in New York's time | +18502341234 zone=America/New_York | 2026-11-25 13:00 | marketing | open 2026-11-26 01:00
a UK mobile | +447400123456 | 2026-07-15 08:00 | marketing | open 2026-07-15 19:00
a UK mobile before nine | +447400123456 | 2026-07-15 07:59 | marketing | held 2026-07-15 08:00
Adelaide, half an hour off | +61412345678 state=SA | 2026-11-25 00:30 | marketing | open 2026-11-25 09:30
an Australian mobile of any zone | +61412345678 | 2026-11-25 00:30 | marketing | held 2026-11-25 03:00
Australia by the law on Sunday | +61412345678 state=NSW | 2026-11-29 02:00 | marketing | held 2026-11-30 00:30
France on a Tuesday | +33612345678 | 2026-07-07 10:00 | marketing | open 2026-07-07 20:00
France on 14 July | +33612345678 | 2026-07-14 10:00 | marketing | held 2026-07-15 06:00
France on a Sunday | +33612345678 | 2026-07-12 10:00 | marketing | held 2026-07-13 06:00
France, a code on 14 July | +33612345678 | 2026-07-14 10:00 | essential | open -
France, a receipt at night | +33612345678 | 2026-07-14 01:00 | transactional | open -
India, promotion at 21:00 | +919812345678 | 2026-11-25 15:30 | marketing | held 2026-11-26 04:30
India, promotion at noon | +919812345678 | 2026-11-25 06:30 | marketing | open 2026-11-25 15:30
India, a one-time code at night | +919812345678 | 2026-11-25 19:30 | essential | open -
Texas on Sunday morning | +12145551234 | 2026-11-22 17:59 | marketing | held 2026-11-22 18:00
Texas on Sunday noon | +12145551234 | 2026-11-22 18:00 | marketing | open 2026-11-23 03:00
El Paso is Mountain | +19155551234 | 2026-11-23 15:30 | marketing | held 2026-11-23 16:00
Texas on Saturday | +12145551234 | 2026-11-21 15:00 | marketing | open 2026-11-22 03:00
a Floridian with a Texan's number | +12145551234 state=FL | 2026-11-23 15:30 | marketing | open 2026-11-24 01:00
a Floridian with a Texan's number | +12145551234 state=FL | 2026-11-24 01:00 | marketing | held 2026-11-24 15:00
Alabama on Sunday | +12055551234 | 2026-11-22 18:00 | marketing | held 2026-11-23 14:00
Alabama on Confederate Memorial Day | +12055551234 | 2026-04-27 18:00 | marketing | held 2026-04-28 13:00
Mississippi in Central time | +16015551234 zone=America/New_York | 2026-11-24 01:30 | marketing | open 2026-11-24 02:00
Honolulu | +18085551234 | 2026-11-24 17:59 | marketing | held 2026-11-24 18:00
spring forward in New York | +12125551234 | 2026-03-08 11:59 | marketing | held 2026-03-08 12:00
spring forward, the evening before | +12125551234 | 2026-03-08 02:00 | marketing | held 2026-03-08 12:00
fall back in New York | +12125551234 | 2026-11-01 12:59 | marketing | held 2026-11-01 13:00
fall back, the evening before | +12125551234 | 2026-11-01 01:00 | marketing | held 2026-11-01 13:00
Nepal, three quarters of an hour off | +9779812345678 | 2026-11-25 02:15 | marketing | open 2026-11-25 14:15
Taiwan at noon | +886912345678 | 2026-11-25 04:30 | marketing | held 2026-11-25 05:30
""".strip().splitlines()


@pytest.mark.parametrize("line", CASES)
def test_the_shipped_rules_decide_as_the_place_asks(line: str) -> None:
    _, who, when, traffic, expected = (part.strip() for part in line.split("|"))
    number, *known = who.split()
    place = place_of(number, **dict(one.split("=") for one in known))
    verdict = decide(shipped(), place, Traffic(traffic), at=_at(when), mode=Mode.CAREFUL)
    word, _, moment = expected.partition(" ")
    if word == "open":
        assert isinstance(verdict, Allowed)
        assert verdict.closes_at == (None if moment == "-" else _at(moment))
    else:
        assert isinstance(verdict, Held)
        assert verdict.until == _at(moment)


def test_law_follows_what_binds_and_careful_whatever_has_a_source() -> None:
    place, late = place_of("+13345551234"), _at("2026-11-25 02:30")  # Alabama, 20:30: a law about calls.
    assert isinstance(decide(shipped(), place, Traffic.MARKETING, at=late, mode=Mode.LAW), Allowed)
    held = decide(shipped(), place, Traffic.MARKETING, at=late, mode=Mode.CAREFUL)
    assert isinstance(held, Held)
    assert held.applied.rule.id == "quiet_hours/US-AL/marketing/calls"
    assert "Ala. Code" in held.applied.rule.source
    assert held.applied.saw["local_time"] == "Tue 2026-11-24 20:30 America/Chicago"
    assert isinstance(decide(shipped(), place, Traffic.MARKETING, at=late, mode=Mode.OFF), Allowed)


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-11-23", (10, 18)), ("2026-11-27", None), ("2026-11-28", (10, 12)), ("2026-11-29", None)],
    ids=["Monday", "the day after Thanksgiving", "Saturday", "Sunday"],
)
def test_us_strict_is_every_states_rules_at_once(day: str, hours: tuple[int, int] | None) -> None:
    place = place_of("+12125551234")
    open_hours = [
        hour
        for hour in range(24)
        if isinstance(
            decide(
                shipped(), place, Traffic.MARKETING, at=_at(f"{day} {hour:02d}:00", -5), mode=Mode.US_STRICT
            ),
            Allowed,
        )
    ]
    # Mississippi's hours are Central, an hour behind New York's: they do not reach into these.
    assert open_hours == ([] if hours is None else list(range(*hours)))


def test_who_may_be_anywhere_waits_until_one_more_field_is_known() -> None:
    held = decide(
        shipped(),
        place_of("+18005551234"),
        Traffic.MARKETING,
        at=_at("2026-11-25 18:00"),
        mode=Mode.CAREFUL,
        expires=_at("2026-11-26 18:00"),
    )
    assert isinstance(held, Held)
    assert held.until == _at("2026-11-26 18:00")
    assert held.applied.saw["would_free"] == "zone or postal_code or state"
    assert "never" in held.applied.saw


def _at(text: str, offset: int = 0) -> datetime:
    written = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    return written.fromtimestamp(written.timestamp() - offset * 3600, UTC)
