"""The demo of quiet hours judges by moments that a person read in the rules; the gate finds the same ones."""

from datetime import timedelta

import pytest

from tidings.cli.demo.virtual_clock import VirtualClock
from tidings.cli.demo.weekend import BEGINS, PEOPLE, Outcome, Person
from tidings.compliance.quiet_hours import Mode, decide, place_of, shipped
from tidings.compliance.verdict import Allowed, Held, Traffic
from tidings.kernel.instant import epoch_seconds

MARKETING = [person for person in PEOPLE if not person.essential]
NEW_YORK = next(person for person in PEOPLE if person.who == "New York")
ANYWHERE = next(person for person in PEOPLE if person.never)


@pytest.mark.parametrize("person", MARKETING, ids=[person.who for person in MARKETING])
def test_the_shipped_rules_open_when_the_demo_says(person: Person) -> None:
    verdict = decide(shipped(), place_of(person.number), Traffic.MARKETING, at=BEGINS, mode=Mode.CAREFUL)
    if person.never:
        assert isinstance(verdict, Held)
        assert "never" in verdict.applied.saw
    elif person.opens is None:
        assert isinstance(verdict, Allowed)
    else:
        assert isinstance(verdict, Held)
        assert verdict.until == person.may_leave_at


def test_what_leaves_before_its_minute_or_after_it_breaks_the_promise() -> None:
    def kept(person: Person, seconds: float | None) -> tuple[bool, bool]:
        left_at = None if seconds is None else person.may_leave_at + timedelta(seconds=seconds)
        outcome = Outcome(person, None, left_at)
        return outcome.is_lawful, outcome.is_prompt

    assert kept(NEW_YORK, 0) == kept(NEW_YORK, 59) == (True, True)
    assert kept(NEW_YORK, -0.1)[0] is False
    assert kept(NEW_YORK, 60) == (True, False)
    assert kept(NEW_YORK, None) == (True, False)
    assert kept(ANYWHERE, None) == (True, True)
    assert kept(ANYWHERE, 3_600)[0] is False


def test_the_clock_jumps_forward_and_knows_what_it_showed() -> None:
    real = 1_000.0
    clock = VirtualClock(BEGINS, real=lambda: real)
    assert clock.now() == BEGINS
    real += 5
    assert clock() == epoch_seconds(BEGINS) + 5
    clock.jump_to(BEGINS + timedelta(hours=9))
    clock.jump_to(BEGINS + timedelta(hours=1))
    real += 2
    assert clock.now() == BEGINS + timedelta(hours=9, seconds=2)
    assert clock.at(1_004.0) == BEGINS + timedelta(seconds=4)
    assert clock.at(1_006.0) == BEGINS + timedelta(hours=9, seconds=1)
