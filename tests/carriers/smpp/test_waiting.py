"""Waits that grow, and parts that wait for one another."""

from hypothesis import given
from hypothesis import strategies as st

from tidings.carriers.smpp.backoff import Backoff
from tidings.carriers.smpp.joiner import Joiner, Whole
from tidings.carriers.smpp.text import Part
from tidings.carriers.smpp.throttle import Throttle


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 200))
def test_a_wait_doubles_up_to_its_ceiling_with_jitter_of_at_most_half(random, failures):
    backoff = Backoff(first=0.5, most=60, random=lambda: random)

    waits = [backoff.next_wait() for _ in range(failures)]

    for failure, wait in enumerate(waits):
        full = min(0.5 * 2**failure, 60)
        assert full / 2 <= wait <= full
    backoff.reset()
    assert backoff.next_wait() <= 0.5


def throttle() -> Throttle:
    return Throttle(Backoff(first=1, most=8, random=lambda: 0.999999999))


def test_throttling_again_waits_longer_and_a_success_begins_anew():
    link = throttle()

    first = link.throttled(now=10)
    second = link.throttled(now=10 + first)
    link.accepted(now=20)
    third = link.throttled(now=21)

    assert round(first) == 1
    assert round(second) == 2
    assert round(third) == 1


def test_the_rest_of_a_throttled_window_waits_no_longer_than_its_first():
    link = throttle()

    waits = [link.throttled(now=10 + n / 100) for n in range(50)]
    link.accepted(now=10.5)

    assert all(wait <= 1 for wait in waits)
    assert link.growing


def add(
    joiner: Joiner[str], number: int, *, total: int = 3, now: float = 0.0, reference: int = 1
) -> list[Whole[str]]:
    return joiner.add(
        f"<{number}>",
        Part(reference, total, number),
        source="+1",
        destination="2",
        handle=f"h{number}",
        now=now,
    )


@given(st.permutations([1, 2, 3, 4]))
def test_parts_join_in_whatever_order_they_come(order):
    joiner: Joiner[str] = Joiner()

    results = [add(joiner, number, total=4) for number in order]

    assert results[:-1] == [[], [], []]
    assert results[-1] == [Whole("+1", "2", "<1><2><3><4>", 4, [f"h{number}" for number in order])]


def test_a_repeated_part_is_counted_once_and_acknowledged_twice():
    joiner: Joiner[str] = Joiner()
    for number in (1, 1, 2):
        assert add(joiner, number) == []

    (whole,) = add(joiner, 3)

    assert whole.text == "<1><2><3>"
    assert whole.handles == ["h1", "h1", "h2", "h3"]


def test_a_held_part_is_acknowledged_after_a_moment_and_still_joins():
    joiner: Joiner[str] = Joiner(hold_seconds=2)
    add(joiner, 1, total=2)

    assert joiner.held_too_long(now=1.9) == []
    assert joiner.held_too_long(now=2) == ["h1"]
    assert joiner.held_too_long(now=3) == []
    assert add(joiner, 2, total=2, now=4)[0] == Whole("+1", "2", "<1><2>", 2, ["h2"])


def test_missing_parts_are_given_up_and_what_came_is_passed_on():
    joiner: Joiner[str] = Joiner(wait_seconds=60)
    add(joiner, 3)
    add(joiner, 1)

    assert joiner.overdue(now=59) == []
    assert joiner.overdue(now=60) == [Whole("+1", "2", "<1><3>", 2, ["h3", "h1"])]
    assert joiner.overdue(now=61) == []


def test_too_many_unfinished_texts_push_the_oldest_out():
    joiner: Joiner[str] = Joiner(most=2)
    add(joiner, 1, reference=1)
    add(joiner, 1, reference=2)

    assert add(joiner, 1, reference=3) == [Whole("+1", "2", "<1>", 1, ["h1"])]
