"""What a carrier lets a sender do per second and per day."""

from hypothesis import given
from hypothesis import strategies as some

from tidings.carriers.simulator.allowance import Allowance, Verdict
from tidings.carriers.simulator.personality import SenderLimits

ALLOWED, TOO_FAST, CAPPED = Verdict.ALLOWED, Verdict.TOO_FAST, Verdict.OVER_DAILY_CAP
START = 1_700_000_000.0


def spend(allowance, at, *, mps=None, cap=None, segments=1, sender="55501", burst=0):
    return allowance.spend(
        sender, segments=segments, limits=SenderLimits(mps, cap), burst=burst, now=START + at
    )


def test_a_sender_over_its_mps_is_throttled_until_the_second_has_passed():
    allowance = Allowance()

    assert [spend(allowance, at, mps=3) for at in (0.0, 0.1, 0.2)] == [ALLOWED] * 3
    assert spend(allowance, 0.9, mps=3) is TOO_FAST
    assert spend(allowance, 1.01, mps=3) is ALLOWED


def test_each_sender_has_its_own_meter():
    allowance = Allowance()

    assert spend(allowance, 0, mps=1, sender="a") is ALLOWED
    assert spend(allowance, 0, mps=1, sender="b") is ALLOWED
    assert spend(allowance, 0, mps=1, sender="a") is TOO_FAST


def test_a_long_message_takes_the_time_of_all_its_segments():
    allowance = Allowance()

    assert spend(allowance, 0.0, mps=1, segments=3) is ALLOWED
    assert spend(allowance, 2.5, mps=1) is TOO_FAST
    assert spend(allowance, 3.01, mps=1) is ALLOWED


def test_below_one_a_second_the_second_stretches():
    allowance = Allowance()

    assert spend(allowance, 0.0, mps=0.25) is ALLOWED
    assert spend(allowance, 3.9, mps=0.25) is TOO_FAST
    assert spend(allowance, 4.01, mps=0.25) is ALLOWED


def test_a_burst_comes_on_top():
    allowance = Allowance()

    assert [spend(allowance, 0, mps=2, burst=2) for _ in range(5)] == [ALLOWED] * 4 + [TOO_FAST]


def test_a_daily_cap_ends_with_the_day():
    allowance = Allowance()
    midnight = 86_400 - START % 86_400

    assert [spend(allowance, 0, cap=2) for _ in range(3)] == [ALLOWED, ALLOWED, CAPPED]
    assert spend(allowance, midnight + 1, cap=2) is ALLOWED


def test_what_is_refused_costs_nothing():
    allowance = Allowance()

    assert spend(allowance, 0, mps=1, cap=2) is ALLOWED
    assert [spend(allowance, 0.5, mps=1, cap=2) for _ in range(9)] == [TOO_FAST] * 9
    assert spend(allowance, 1.1, mps=1, cap=2) is ALLOWED


@given(
    some.lists(some.floats(min_value=0.0, max_value=0.3), max_size=200),
    some.integers(min_value=1, max_value=20),
)
def test_no_second_ever_holds_more_than_the_mps(gaps, mps):
    allowance, taken, now = Allowance(), [], 0.0
    for gap in gaps:
        now += gap
        if spend(allowance, now, mps=mps) is ALLOWED:
            taken.append(START + now)

    for first in taken:
        assert sum(first <= at < first + 1.0 for at in taken) <= mps


def test_a_smooth_sender_just_under_its_mps_is_never_throttled():
    for mps, segments in ((100, 1), (100, 3), (3, 2), (1, 4), (0.5, 1), (7.5, 2)):
        allowance = Allowance()
        spacing = segments / (mps * 0.9965)
        verdicts = {spend(allowance, n * spacing, mps=mps, segments=segments) for n in range(300)}
        assert verdicts == {ALLOWED}, (mps, segments)
