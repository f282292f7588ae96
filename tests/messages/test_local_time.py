"""A time of day where people are, through the nights in which clocks are changed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.messages.local_time import first_instant

ZONES = [
    "America/New_York",
    "America/Phoenix",
    "America/St_Johns",
    "Europe/London",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Pacific/Kiritimati",
]


@pytest.mark.parametrize(
    ("local", "zones", "instant"),
    [
        pytest.param("2026-12-01T10:00", ["America/New_York"], "2026-12-01T15:00", id="a plain day"),
        pytest.param("2026-12-01T10:00", ["Asia/Kolkata"], "2026-12-01T04:30", id="a half-hour zone"),
        pytest.param("2026-12-01T10:00", ["America/St_Johns"], "2026-12-01T13:30", id="Newfoundland"),
        pytest.param(
            "2026-12-01T10:00", ["America/Chicago", "America/New_York"], "2026-12-01T16:00", id="two: later"
        ),
        pytest.param("2026-03-08T02:30", ["America/New_York"], "2026-03-08T07:00", id="no such time: 3:00"),
        pytest.param("2026-03-29T02:00", ["Europe/Berlin"], "2026-03-29T01:00", id="no such time, first"),
        pytest.param(
            "2026-10-04T02:15", ["Australia/Lord_Howe"], "2026-10-03T15:30", id="half an hour passed"
        ),
        pytest.param("2011-12-30T12:00", ["Pacific/Apia"], "2011-12-30T10:00", id="no such day"),
        pytest.param("2026-11-01T01:30", ["America/New_York"], "2026-11-01T05:30", id="twice: the first"),
        pytest.param("2026-10-25T01:30", ["Europe/London"], "2026-10-25T00:30", id="twice in London"),
        pytest.param(
            "2026-11-01T01:30",
            ["America/New_York", "America/Phoenix"],
            "2026-11-01T08:30",
            id="one is never changed",
        ),
    ],
)
def test_real_nights(local: str, zones: list[str], instant: str) -> None:
    assert first_instant(datetime.fromisoformat(local), zones) == datetime.fromisoformat(instant).replace(
        tzinfo=UTC
    )


@given(
    local=st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)).map(lambda at: at.replace(microsecond=0)),
    zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=4),
)
def test_it_is_the_first_second_at_which_no_clock_is_before_that_time(
    local: datetime, zones: list[str]
) -> None:
    def shown(at: datetime) -> list[datetime]:
        return [at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for zone in zones]

    at = first_instant(local, zones)
    assert min(shown(at)) >= local
    assert min(shown(at - timedelta(seconds=1))) < local
