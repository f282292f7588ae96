"""Whether receipts can be true, as a table."""

import pytest

from tidings.carriers.plausible import Tally, doubts


@pytest.mark.parametrize(
    ("tally", "count"),
    [
        (Tally(), 0),
        (Tally(taken=2000, delivered=1900, undelivered=60, missing=40), 0),
        (Tally(taken=999, delivered=999), 0),
        (Tally(taken=1000, delivered=1000), 1),
        (Tally(taken=1000, delivered=990, undelivered=10, too_fast=99), 0),
        (Tally(taken=1000, delivered=990, undelivered=10, too_fast=100), 1),
        (Tally(taken=9000, delivered=8000, undelivered=1000, too_fast=100), 0),
        (Tally(taken=1000, delivered=850, undelivered=20, missing=130), 1),
        (Tally(taken=60, delivered=10, missing=50), 0),
        (Tally(taken=3000, delivered=2000, missing=1000, too_fast=2000), 3),
        (Tally(taken=5000, delivered=4900, undelivered=100, linked=1000), 1),
        (Tally(taken=5000, delivered=4900, undelivered=100, linked=999), 0),
        (Tally(taken=5000, delivered=4900, undelivered=100, linked=4900, followed=1), 0),
    ],
)
def test_receipts_are_doubted_for_what_cannot_be(tally: Tally, count: int) -> None:
    assert len(doubts(tally)) == count


def test_tallies_add_up_and_can_be_taken_out_again() -> None:
    tally, more = Tally(1, 2, 3, 4, 5, 6, 7), Tally(10, 20, 30, 40, 50, 60, 70)
    tally.add(more)
    assert tally == Tally(11, 22, 33, 44, 55, 66, 77)
    tally.add(more, sign=-1)
    assert tally == Tally(1, 2, 3, 4, 5, 6, 7)
