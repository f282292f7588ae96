"""What a carrier takes in a second is never exceeded, and nearly all of it is used."""

from hypothesis import given
from hypothesis import strategies as st

from tidings.carriers.rate import Rate


@given(st.floats(1, 2000), st.lists(st.floats(0.0001, 0.02), min_size=1, max_size=300))
def test_no_second_holds_more_than_the_rate(tps: float, steps: list[float]) -> None:
    rate, now, gone = Rate(tps), 100.0, []
    for step in steps:
        now += step
        for _ in range(rate.parts(now)):
            rate.take(1, now)
            gone.append(now)
    for start in gone:
        assert sum(start <= at < start + 1 for at in gone) <= tps + 1e-6


@given(st.floats(1, 2000))
def test_with_work_waiting_nearly_all_of_it_is_used(tps: float) -> None:
    rate, now, gone = Rate(tps), 0.0, 0
    while now < 20:
        parts = max(1, rate.parts(now))
        rate.take(parts, now)
        gone += parts
        now = max(now, rate.next_at())
    assert gone >= 20 * tps * 0.95 - 1


def test_a_long_message_is_followed_by_its_pause() -> None:
    rate = Rate(10)
    assert rate.parts(5.0) == 1
    rate.take(4, 5.0)
    assert rate.parts(5.3) == 0
    assert rate.parts(5.4) == 1
