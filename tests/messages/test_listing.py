"""Which messages a list request asks for."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import mint
from tidings.messages.listing import Filters, filters_of, id_bounds
from tidings.web.api.paging import HIGHEST, LOWEST, Page

DAY = datetime(2026, 11, 24, tzinfo=UTC)
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


def filters(**query: str) -> Filters:
    named = {"on": "DateSent", "before": "DateSent<", "after": "DateSent>"}
    outcome = filters_of({named.get(key, key): [value] for key, value in query.items()})
    assert isinstance(outcome, Filters), outcome
    return outcome


@pytest.mark.parametrize("text", ["2026-11-24", "2026-11-24T13:14:15Z", "Tue, 24 Nov 2026 13:14:15 +0000"])
def test_a_date_without_a_sign_means_that_day_in_utc(text: str) -> None:
    wanted = filters(on=text)
    assert (wanted.sent_from, wanted.sent_before) == (DAY, DAY + timedelta(days=1))


def test_bounds_include_what_they_name() -> None:
    assert filters(before="2026-11-24").sent_before == DAY + timedelta(days=1)
    assert filters(after="2026-11-24").sent_from == DAY
    assert filters(before="2026-11-24T00:00:00Z").sent_before == DAY + timedelta(seconds=1)
    assert filters(after="2026-11-24T02:00:00+02:00").sent_from == DAY


def test_several_dates_narrow_one_another() -> None:
    wanted = filters(on="2026-11-24", after="2026-11-24T10:00:00Z", before="2026-12-01")
    assert (wanted.sent_from, wanted.sent_before) == (DAY + timedelta(hours=10), DAY + timedelta(days=1))


def test_a_plus_sign_that_became_a_blank_is_put_back() -> None:
    assert filters(To=" 14155550199", From="55501") == Filters("+14155550199", "55501")


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "24.11.2026", "2026-11-24T99:00:00Z"])
def test_what_is_no_date_is_refused(text: str) -> None:
    for key in ("DateSent", "DateSent<", "DateSent>"):
        outcome = filters_of({key: [text]})
        assert isinstance(outcome, Refused)
        assert key in outcome.message


@given(TIMES, st.timedeltas(timedelta(0), timedelta(days=35, hours=10)), TIMES, TIMES)
def test_the_bounds_of_ids_leave_out_no_message_that_the_dates_ask_for(
    created: datetime, waited: timedelta, sent_from: datetime, sent_before: datetime
) -> None:
    sent = created + waited
    wanted = Filters(sent_from=sent_from, sent_before=sent_before)
    above, below = id_bounds(wanted, Page(50, 0))
    if sent_from <= sent < sent_before:
        assert above < mint(created, bytes(10), 63) < below


def test_a_token_and_a_date_bound_together() -> None:
    id = mint(DAY, bytes(10), 0)
    assert id_bounds(Filters(), Page(50, 0)) == (LOWEST, HIGHEST)
    assert id_bounds(Filters(), Page(50, 1, after=id)) == (LOWEST, id)
    assert id_bounds(Filters(), Page(50, 1, before=id)) == (id, HIGHEST)
    later = Filters(sent_before=DAY - timedelta(days=9))
    assert id_bounds(later, Page(50, 1, after=id))[1] < id


def test_dates_beyond_what_an_id_can_say_are_beyond_every_id() -> None:
    assert id_bounds(filters(before="9999-12-31"), Page(50, 0))[1] > mint(DAY, bytes(10), 0)
    assert id_bounds(filters(after="0001-01-01"), Page(50, 0))[0] == UUID(int=0)
    assert id_bounds(filters(before="0001-01-01"), Page(50, 0))[1] == UUID(int=0)
