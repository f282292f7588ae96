"""A carrier that keeps failing is left alone, tried with a few messages, and taken back."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tidings.carriers.breaker import (
    FAILURES_IN_A_ROW,
    FIRST_WAIT_SECONDS,
    LONGEST_WAIT_SECONDS,
    PROBES,
    WINDOW_LEAST,
    Breaker,
    BreakerState,
)


def broken(now: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(FAILURES_IN_A_ROW):
        breaker.failed(breaker.handed(), now=now)
    return breaker


def test_some_failures_in_a_row_open_it() -> None:
    breaker = broken()
    assert not breaker.admits(0.5 * FIRST_WAIT_SECONDS)
    assert breaker.state(0.0) is BreakerState.OPEN


def test_a_success_between_failures_keeps_it_closed_while_failures_are_few() -> None:
    breaker = Breaker()
    for _ in range(4):
        for _ in range(FAILURES_IN_A_ROW - 1):
            breaker.failed(breaker.handed(), now=0.0)
        for _ in range(FAILURES_IN_A_ROW):
            breaker.succeeded(breaker.handed())
    assert breaker.admits(0.0)


def test_many_failures_among_successes_open_it_too() -> None:
    breaker = Breaker()
    for n in range(WINDOW_LEAST + 2):
        turn = breaker.handed()
        if n % 2:
            breaker.succeeded(turn)
        else:
            breaker.failed(turn, now=0.0)
    assert not breaker.admits(0.0)


def test_probes_that_succeed_close_it() -> None:
    breaker = broken()
    now = breaker.opens_at
    turns = []
    while breaker.admits(now):
        turns.append(breaker.handed())
    assert len(turns) == PROBES
    for turn in turns:
        breaker.succeeded(turn)
    assert breaker.state(now) is BreakerState.CLOSED


def test_a_probe_that_fails_opens_it_for_twice_as_long() -> None:
    breaker, waits = broken(), []
    for _ in range(8):
        now = breaker.opens_at
        assert breaker.admits(now)
        breaker.failed(breaker.handed(), now=now)
        waits.append(breaker.opens_at - now)
    assert waits[:3] == [2 * FIRST_WAIT_SECONDS, 4 * FIRST_WAIT_SECONDS, 8 * FIRST_WAIT_SECONDS]
    assert waits[-1] == LONGEST_WAIT_SECONDS


def test_what_was_under_way_before_it_opened_decides_nothing() -> None:
    breaker = Breaker()
    old = [breaker.handed() for _ in range(100)]
    for turn in old[:FAILURES_IN_A_ROW]:
        breaker.failed(turn, now=0.0)
    opens_at = breaker.opens_at
    for turn in old[FAILURES_IN_A_ROW:50]:
        breaker.failed(turn, now=0.5)
    assert breaker.opens_at == opens_at
    assert breaker.admits(opens_at)
    for turn in old[50:]:
        breaker.succeeded(turn)
    assert breaker.state(opens_at) is BreakerState.HALF_OPEN


class Use(RuleBasedStateMachine):
    """Any use of a breaker, by whoever asks before handing over."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker = Breaker()
        self.now = 0.0
        self.out: list[tuple[int, BreakerState]] = []

    @rule(seconds=st.floats(0, 30))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def hand_over(self) -> None:
        if self.breaker.admits(self.now):
            self.out.append((self.breaker.handed(), self.breaker.state(self.now)))

    @precondition(lambda self: self.out)
    @rule(data=st.data(), how=st.sampled_from(["succeeded", "failed", "passed over"]))
    def answer(self, data: st.DataObject, how: str) -> None:
        turn, _ = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        if how == "succeeded":
            self.breaker.succeeded(turn)
        elif how == "failed":
            self.breaker.failed(turn, now=self.now)
        else:
            self.breaker.passed_over(turn)

    @invariant()
    def few_probes_are_out(self) -> None:
        probes = [turn for turn, state in self.out if state is BreakerState.HALF_OPEN]
        assert probes.count(self.breaker.turn) <= PROBES

    @invariant()
    def it_is_never_open_for_long(self) -> None:
        assert self.breaker.opens_at <= self.now + LONGEST_WAIT_SECONDS
        if self.breaker.state(self.now) is BreakerState.OPEN:
            assert not self.breaker.admits(self.now)


TestUse = Use.TestCase
TestUse.settings = settings(max_examples=50, stateful_step_count=40)
