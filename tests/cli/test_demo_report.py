"""The demo judges a run by the carrier's clock, and by what the carrier was to do with each number."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tidings.cli.demo.audience import ANSWERS, AREAS, MAGIC, SUPPRESSED, letters
from tidings.cli.demo.contacts import scrub_contacts
from tidings.cli.demo.report import Arrival, pacing_of
from tidings.kernel.phone_number import PhoneNumber


def at_once(*arrivals: tuple[float, int]) -> list[Arrival]:
    """Messages that were all accepted at the beginning."""
    return [Arrival(0.0, at, segments) for at, segments in arrivals]


def test_an_even_flow_keeps_its_mps_and_uses_all_of_it() -> None:
    pacing = pacing_of(at_once(*((100 + n / 64, 1) for n in range(640))), mps=64)
    assert pacing.kept
    assert pacing.worst_second == 64


def test_a_burst_is_found_wherever_it_is() -> None:
    pacing = pacing_of(at_once(*((n / 10, 1) for n in range(100)), (5.55, 1)), mps=10)
    assert pacing.worst_second == 11
    assert not pacing.kept


def test_the_last_message_of_a_second_may_overshoot_it() -> None:
    assert pacing_of(at_once((0.0, 1), (0.9, 3), (1.9, 1)), mps=2).kept


def test_a_lane_that_rests_while_work_waits_has_not_used_its_mps() -> None:
    resting = [(n / 100, 1) for n in range(500)] + [(10 + n / 100, 1) for n in range(500)]
    used = pacing_of(at_once(*resting), mps=100).used
    assert used is not None
    assert 0.6 < used < 0.7


def test_a_second_that_is_uneven_within_counts_as_an_even_one() -> None:
    halves = [(second + n / 200, 1) for second in range(12) for n in range(100)]
    for shift in (0.0, 0.3, 0.5, 0.8):
        used = pacing_of([Arrival(shift, shift + at, n) for at, n in halves], mps=100).used
        assert used is not None
        assert used > 0.999


def test_a_lane_without_work_is_not_blamed() -> None:
    early = [Arrival(0.0, n / 100, 1) for n in range(500)]
    late = [Arrival(10.0, 10 + n / 100, 1) for n in range(500)]
    used = pacing_of(early + late, mps=100).used
    assert used is not None
    assert used > 0.995


def test_a_lane_that_is_never_behind_is_not_judged() -> None:
    prompt = [Arrival(n / 50, n / 50 + 0.2, 1) for n in range(500)]
    assert pacing_of(prompt, mps=100).used is None


def test_what_the_carrier_turned_away_was_paced_too() -> None:
    slots = [Arrival(0.0, None if n % 10 == 0 else n / 100, 1) for n in range(1_000)]
    used = pacing_of(slots, mps=100).used
    assert used is not None
    assert used > 0.99


@given(st.lists(st.tuples(st.floats(0, 20), st.integers(1, 5)), min_size=2, max_size=60))
def test_the_worst_second_is_that_of_looking_at_every_window(found: list[tuple[float, int]]) -> None:
    slow = max(sum(segments for at, segments in found if 0 <= newest - at < 1.0) for newest, _ in found)
    assert pacing_of(at_once(*found), mps=1).worst_second == slow


def test_the_audience_is_mixed_valid_and_the_same_for_a_seed() -> None:
    people = list(letters(3_000, random=Random(1)))
    assert people == list(letters(3_000, random=Random(1)))
    assert {person.to[-4:] for person in people} >= set(MAGIC)
    assert all(PhoneNumber.parse(person.to) for person in people)
    assert sum(person.is_delivered for person in people) > 2_700


def test_people_who_answer_are_written_to_once() -> None:
    answering = [person for person in letters(100_000, random=Random(1)) if person.answer]
    assert len(answering) == len({person.to for person in answering}) == len(AREAS) * len(ANSWERS)
    assert {person.answer for person in answering if person.leaves} == {
        "STOP",
        "Please take me off your list",
    }
    assert all(person.is_delivered and person.ends for person in answering)


def test_the_list_of_contacts_is_scrubbed_as_it_was_planted() -> None:
    assert scrub_contacts(random=Random(1)).as_planted


def test_nobody_is_written_to_again_of_whom_a_carrier_said_what_will_not_change() -> None:
    to = [letter.to for letter in letters(3_000, random=Random(1)) if letter.to.endswith(SUPPRESSED)]
    assert len(to) == len(set(to)) > 0
