"""How evenly messages are spread over a window."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tidings.messages.spread import Spread

DAY = 86_400


def places(spread: Spread, count: int, *, seconds: int = DAY, window: str = "sale") -> list[float]:
    return [spread.delay(window, seconds=seconds).total_seconds() for _ in range(count)]


@given(start=st.floats(0, 1, exclude_max=True), count=st.integers(2, 2_000))
def test_however_many_come_no_gap_is_three_times_the_average(start: float, count: int) -> None:
    times = sorted(places(Spread(lambda: start), count))
    assert times[0] >= 0
    assert times[-1] < DAY
    around = [*times, times[0] + DAY]
    assert max(after - before for before, after in pairwise(around)) <= 3 * DAY / count + 2


def test_each_window_has_a_sequence_of_its_own() -> None:
    lots = iter([0.0, 0.5])
    spread = Spread(lambda: next(lots))
    assert (places(spread, 1), places(spread, 1, window="recall")) == ([0], [DAY / 2])
    assert places(spread, 1) == [int(0.618033988749895 * DAY)]


def test_what_several_processes_accept_is_even_too() -> None:
    times = sorted(places(Spread(lambda: 0.11), 500) + places(Spread(lambda: 0.37), 500))
    for hour in range(24):
        assert 36 <= sum(hour * 3600 <= at < (hour + 1) * 3600 for at in times) <= 48
