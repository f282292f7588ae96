"""What is believed of a carrier: laws."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.carriers.connector import Receipt, ReceiptState
from tidings.carriers.health import HALF_LIFE_SECONDS, Health, clearly_worse, evidence, worse_ones

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
counts = st.floats(0, 1e5)
instants = st.floats(0, 1e5)
healths = st.builds(Health, good=counts, bad=counts, at=st.just(1000.0))


@given(healths)
def test_a_belief_is_a_share_that_is_never_certain(health: Health) -> None:
    assert 0 < health.mean < 1
    assert health.variance > 0


@given(healths, st.floats(1, 1000))
def test_what_fares_well_raises_the_belief_and_what_fares_badly_lowers_it(
    health: Health, more: float
) -> None:
    assert health.told(good=more, bad=0, at=health.at).mean > health.mean
    assert health.told(good=0, bad=more, at=health.at).mean < health.mean


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100), st.floats(0, 3600)), max_size=6), st.randoms()
)
def test_the_order_in_which_evidence_is_told_changes_nothing(told: list[tuple[float, ...]], random) -> None:  # type: ignore[no-untyped-def]
    def believed(evidence: list[tuple[float, ...]]) -> Health:
        health = Health()
        for good, bad, at in evidence:
            health = health.told(good=good, bad=bad, at=at)
        return health.faded(3600)

    shuffled = list(told)
    random.shuffle(shuffled)
    one, other = believed(told), believed(shuffled)
    assert one.good == pytest.approx(other.good)
    assert one.bad == pytest.approx(other.bad)


@given(healths)
def test_evidence_halves_and_the_belief_comes_back_to_the_usual(health: Health) -> None:
    later = health.faded(health.at + HALF_LIFE_SECONDS)
    assert later.good == pytest.approx(health.good / 2)
    assert health.faded(health.at + 100 * HALF_LIFE_SECONDS).mean == pytest.approx(Health().mean)


@given(healths, healths)
def test_of_two_carriers_one_at_most_is_clearly_worse(one: Health, other: Health) -> None:
    assert not clearly_worse(one, one)
    assert not (clearly_worse(one, other) and clearly_worse(other, one))


@given(st.dictionaries(st.sampled_from("abcd"), healths, min_size=1))
def test_never_all_carriers_are_worse(known: dict[str, Health]) -> None:
    assert worse_ones(known) < known.keys()


@pytest.mark.parametrize(
    ("good", "bad", "worse"),
    [(0, 0, False), (3, 3, False), (20, 60, True), (95, 5, False), (800, 200, True), (0, 40, True)],
)
def test_a_carrier_is_avoided_when_the_evidence_is_clear(good: int, bad: int, worse: bool) -> None:
    usual = Health(980, 20, 0)
    assert clearly_worse(Health(good, bad, 0), usual) is worse


@pytest.mark.parametrize(
    ("state", "code", "told"),
    [
        (ReceiptState.DELIVERED, None, (1, 0)),
        (ReceiptState.UNDELIVERED, 30007, (0, 1)),
        (ReceiptState.UNDELIVERED, 30008, (0, 1)),
        (ReceiptState.UNDELIVERED, 30003, (0, 0)),
        (ReceiptState.UNDELIVERED, 30005, (0, 0)),
        (ReceiptState.UNDELIVERED, 30006, (0, 0)),
        (ReceiptState.PENDING, None, (0, 0)),
    ],
)
def test_what_is_the_recipients_doing_says_nothing_of_the_carrier(
    state: ReceiptState, code: int | None, told: tuple[int, int]
) -> None:
    assert evidence(Receipt("alpha", "1", state, code, NOW, None)) == told
