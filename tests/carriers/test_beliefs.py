"""What a dispatcher believes, and what it still owes to the others."""

from tidings.carriers.beliefs import Beliefs
from tidings.carriers.health import HALF_LIFE_SECONDS, Health

HERE = ("north", "+14155550100", "US")
NOON = 1_000_000.0


def test_evidence_is_believed_once_it_is_learnt_and_owed_until_it_is_taken() -> None:
    beliefs = Beliefs()
    beliefs.note(HERE, 1, 0)
    beliefs.note(HERE, 0, 1)
    assert beliefs.of(HERE) == Health()
    beliefs.learn(NOON)
    assert (beliefs.of(HERE).good, beliefs.of(HERE).bad) == (1, 1)
    assert beliefs.take_unsaved() == {HERE: [1, 1]}
    assert beliefs.take_unsaved() == {}


def test_evidence_that_could_not_be_kept_is_owed_with_what_came_since() -> None:
    beliefs = Beliefs()
    beliefs.note(HERE, 3, 0)
    beliefs.learn(NOON)
    taken = beliefs.take_unsaved()
    beliefs.note(HERE, 0, 1)
    beliefs.learn(NOON)
    beliefs.put_back(taken)
    assert beliefs.take_unsaved() == {HERE: [3, 1]}


def test_what_all_know_is_believed_with_what_they_do_not_know_yet_on_top() -> None:
    beliefs = Beliefs()
    beliefs.note(HERE, 2, 0)
    beliefs.learn(NOON)
    beliefs.share({HERE: Health(good=10, bad=5, at=NOON)}, now=NOON)
    assert (beliefs.of(HERE).good, beliefs.of(HERE).bad) == (12, 5)


def test_a_belief_that_has_faded_away_is_forgotten() -> None:
    beliefs = Beliefs()
    beliefs.share({HERE: Health(good=10, bad=5, at=NOON)}, now=NOON)
    beliefs.share({}, now=NOON + 20 * HALF_LIFE_SECONDS)
    assert beliefs.of(HERE) == Health()
