"""The strictest of what the rules say holds."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tidings.compliance.judge import rules_of, stricter
from tidings.compliance.verdict import Allowed, Applied, Held, Refused, Rule, Verdict
from tidings.kernel.codes import OPTED_OUT

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
instants = st.integers(0, 5).map(lambda hours: NOON + timedelta(hours=hours))
applied = st.sampled_from("abc").map(lambda id: Applied(Rule(id, "1", "a law", "Nothing at night."), {}))
verdicts: st.SearchStrategy[Verdict] = st.one_of(
    st.builds(Allowed, st.none() | instants, st.lists(applied, max_size=2).map(tuple)),
    st.builds(Held, instants, applied),
    st.builds(Refused, st.just(OPTED_OUT), applied),
)


@settings(max_examples=200, deadline=None)
@given(one=verdicts, other=verdicts)
def test_nothing_is_loosened(one: Verdict, other: Verdict) -> None:
    both = stricter(one, other)
    assert [type(verdict) for verdict in (one, other)].count(Refused) == 0 or isinstance(both, Refused)
    if isinstance(both, Held):
        assert both.until == max(each.until for each in (one, other) if isinstance(each, Held))
    if isinstance(both, Allowed):
        assert isinstance(one, Allowed)
        assert isinstance(other, Allowed)
        closes = [at for at in (one.closes_at, other.closes_at) if at is not None]
        assert both.closes_at == (min(closes) if closes else None)
        assert rules_of(both) == one.applied + other.applied


@settings(max_examples=200, deadline=None)
@given(one=verdicts, other=verdicts, third=verdicts)
def test_the_order_of_pairs_does_not_matter(one: Verdict, other: Verdict, third: Verdict) -> None:
    assert stricter(stricter(one, other), third) == stricter(one, stricter(other, third))
