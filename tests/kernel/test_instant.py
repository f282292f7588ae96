from datetime import UTC, date, datetime

import pytest

from tidings.kernel.instant import (
    epoch_milliseconds,
    epoch_seconds,
    from_epoch,
    iso8601,
    parse_day,
    parse_instant,
    rfc2822,
)

AT = datetime(2023, 8, 24, 5, 1, 45, 999_999, UTC)


def test_the_2010_api_shows_rfc_2822_and_the_others_iso_8601() -> None:
    assert rfc2822(AT) == "Thu, 24 Aug 2023 05:01:45 +0000"
    assert iso8601(AT) == "2023-08-24T05:01:45Z"


@pytest.mark.parametrize(
    "text",
    [
        "2023-08-24T05:01:45Z",
        "2023-08-24T07:01:45+02:00",
        "2023-08-24T05:01:45",
        "Thu, 24 Aug 2023 05:01:45 +0000",
        " 2023-08-24 05:01:45 ",
    ],
)
def test_an_instant_is_read_in_either_form(text: str) -> None:
    assert parse_instant(text) == AT.replace(microsecond=0)


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2023-08-24", "2023-13-01T00:00:00Z", "Thu, 99 Aug 2023 05:01:45 +0000", "\0"]
)
def test_what_is_no_instant_is_none(text: str) -> None:
    assert parse_instant(text) is None


def test_an_instant_outside_the_calendar_is_none() -> None:
    assert parse_instant("9999-12-31T23:59:59-05:00") is None


def test_a_day_is_year_month_day_and_nothing_else() -> None:
    assert parse_day("2023-08-24") == date(2023, 8, 24)
    for text in ("2023-8-24", "20230824", "2023-W34-4", "2023-02-30", "2023-08-24T00"):
        assert parse_day(text) is None


def test_milliseconds_are_exact_where_a_float_is_not() -> None:
    assert epoch_milliseconds(from_epoch(0)) == 0
    for millisecond in range(1000):
        at = datetime(2026, 11, 24, 1, 2, 3, millisecond * 1000, UTC)
        assert epoch_milliseconds(at) % 1000 == millisecond
    assert epoch_seconds(from_epoch(1_700_000_000.5)) == 1_700_000_000.5
