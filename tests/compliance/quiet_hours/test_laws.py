"""The law of quiet hours, for random rules, zones and moments, held against the clock on the wall."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tidings.compliance.quiet_hours import Hours, Mode, Place, Rules, decide, rules_of
from tidings.compliance.quiet_hours.days import week_of
from tidings.compliance.quiet_hours.holiday_calendars import holidays_of
from tidings.compliance.quiet_hours.rows import Binding, Row, Verified
from tidings.compliance.verdict import Allowed, Held, Traffic

ZONES = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/New_York",
    "America/Phoenix",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "UTC",
]
MINUTE = timedelta(minutes=1)

minutes = st.integers(0, 95).map(lambda quarter: quarter * 15)
spans = st.builds(lambda start, long: (start, min(start + 15 * long, 1440)), minutes, st.integers(1, 96))
weekdays = st.integers(1, 127).map(lambda bits: frozenset(day for day in range(7) if bits >> day & 1))
days = st.integers(0, 700).map(lambda day: date(2026, 1, 1) + timedelta(days=day))
# Every moment of two years, and more of those round the nights on which clocks change.
nights = st.sampled_from(
    [
        datetime(2026, 3, 8),
        datetime(2026, 3, 29),
        datetime(2026, 4, 5),
        datetime(2026, 10, 25),
        datetime(2026, 11, 1),
    ]
)
moments = st.one_of(
    st.integers(0, 1_000_000).map(lambda minute: datetime(2026, 1, 1) + minute * MINUTE),
    st.builds(lambda night, hours: night + timedelta(hours=hours), nights, st.integers(-24, 48)),
).map(lambda at: at.replace(tzinfo=UTC))


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    found = []
    for number in range(draw(st.integers(1, 3))):
        jurisdiction = draw(st.sampled_from(["FR", "FR-57"]))
        zone = draw(st.one_of(st.none(), st.sampled_from(ZONES)))
        holidays = draw(st.sampled_from([(), ("FR",)]))
        for _ in range(draw(st.integers(1, 2))):
            from_day = draw(st.one_of(st.none(), days))
            found.append(
                Row(
                    rule=f"rule/{number}",
                    jurisdiction=jurisdiction,
                    traffic=Traffic.MARKETING,
                    hours=draw(spans),
                    days=draw(weekdays),
                    zone=zone,
                    holidays=holidays,
                    binding=Binding.LAW,
                    law="a law",
                    source="",
                    verified=Verified.YES,
                    from_day=from_day,
                    until_day=None
                    if from_day is None
                    else from_day + timedelta(days=draw(st.integers(1, 300))),
                    note="",
                )
            )
    return found


places = st.builds(
    lambda zones, state: Place("FR", tuple(sorted({*zones})), ("FR-57",) if state else ()),
    st.lists(st.sampled_from(ZONES), min_size=1, max_size=4),
    st.booleans(),
)


@settings(max_examples=120)
@given(rows(), places, moments)
def test_no_message_leaves_where_a_rule_is_closed_in_any_zone_that_is_possible(
    given_rows: list[Row], place: Place, at: datetime
) -> None:
    rules = rules_of(given_rows, version="1")
    verdict = decide(rules, place, Traffic.MARKETING, at=at, mode=Mode.LAW)
    assert isinstance(verdict, Allowed) == _open(given_rows, place, at)
    if isinstance(verdict, Allowed):
        end = verdict.closes_at
        if end is not None and end - at < timedelta(days=40):
            assert not _open(given_rows, place, end)
            assert all(_open(given_rows, place, moment) for moment in _between(at, end))
    elif "never" not in verdict.applied.saw:
        assert _open(given_rows, place, verdict.until)
        assert not any(_open(given_rows, place, moment) for moment in _between(at, verdict.until))
        assert isinstance(_decided(rules, place, verdict.until), Allowed)
    else:
        far = at + timedelta(days=40)
        assert not any(_open(given_rows, place, moment) for moment in _between(at, far))


@settings(max_examples=60)
@given(
    rows(),
    places,
    moments,
    st.lists(st.tuples(weekdays, st.tuples(minutes, minutes)), min_size=1, max_size=3),
)
def test_hours_of_a_company_or_a_person_narrow_and_never_widen(
    given_rows: list[Row], place: Place, at: datetime, wish: list[tuple[frozenset[int], tuple[int, int]]]
) -> None:
    rules = rules_of(given_rows, version="1")
    hours = Hours(week_of(wish), "profile")
    plain = _decided(rules, place, at)
    for narrowed in (
        decide(rules, place, Traffic.MARKETING, at=at, mode=Mode.LAW, company=hours),
        decide(rules, place, Traffic.MARKETING, at=at, mode=Mode.LAW, preferred=hours),
    ):
        if isinstance(plain, Held):
            assert isinstance(narrowed, Held)
            assert "never" in plain.applied.saw or narrowed.until >= plain.until
        elif isinstance(narrowed, Allowed):
            assert plain.closes_at is None or (
                narrowed.closes_at is not None and narrowed.closes_at <= plain.closes_at
            )
    essential = decide(rules, place, Traffic.ESSENTIAL, at=at, mode=Mode.LAW, company=hours, preferred=hours)
    assert essential == Allowed()


@settings(max_examples=60)
@given(rows(), places, st.sampled_from(ZONES), moments)
def test_knowing_fewer_zones_never_holds_longer(
    given_rows: list[Row], place: Place, more: str, at: datetime
) -> None:
    rules = rules_of(given_rows, version="1")
    wider = place._replace(zones=tuple(sorted({*place.zones, more})))
    if isinstance(_decided(rules, wider, at), Allowed):
        assert isinstance(_decided(rules, place, at), Allowed)


def _decided(rules: Rules, place: Place, at: datetime) -> Allowed | Held:
    return decide(rules, place, Traffic.MARKETING, at=at, mode=Mode.LAW)


def _between(start: datetime, end: datetime) -> list[datetime]:
    """Moments from the first up to the second: quarters of an hour, at which alone anything changes; all of them near
    both ends, and some hundred of what is between."""
    first = start + (15 - start.minute % 15) % 15 * MINUTE
    steps = max(int((end - first) / (15 * MINUTE)), 0)
    chosen = {
        *range(min(steps, 30)),
        *range(max(steps - 30, 0), steps),
        *range(0, steps, max(steps // 100, 1)),
    }
    inner = [first + 15 * step * MINUTE for step in sorted(chosen)]
    return [moment for moment in (start, *inner, end - MINUTE) if start <= moment < end]


def _open(given_rows: list[Row], place: Place, at: datetime) -> bool:
    """By what a clock on the wall shows in each zone, rule by rule; slow and plain."""
    return all(
        _passes([row for row in given_rows if row.rule == rule], zone, at)
        for rule in {row.rule for row in given_rows if row.jurisdiction in ("FR", *place.states)}
        for zone in place.zones
    )


def _passes(same_rule: list[Row], zone: str, at: datetime) -> bool:
    there = at.astimezone(ZoneInfo(same_rule[0].zone or zone))
    today, minute = there.date(), there.hour * 60 + there.minute
    in_force = [
        row
        for row in same_rule
        if (row.from_day is None or row.from_day <= today)
        and (row.until_day is None or today < row.until_day)
    ]
    if not in_force:
        return True
    if any(today in holidays_of(calendar, today.year) for calendar in in_force[0].holidays):
        return False
    return any(
        row.hours is None or (today.weekday() in row.days and row.hours[0] <= minute < row.hours[1])
        for row in in_force
    )
