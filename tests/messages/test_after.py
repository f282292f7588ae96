"""What follows from a carrier's answer, as a table."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.messages.builders import ACCOUNT, ANNA, NOON, SHOP

from tidings.carriers.connector import Handover, Outcome, Rejected, Taken, Throttled, Unknown, Unreachable
from tidings.kernel.segments import Encoding
from tidings.lanes.lane import Lane, Ticket
from tidings.messages.after import MOST_ATTEMPTS, entry_for, pause_before
from tidings.messages.ledger import Doubted, Ended, GivenBack, Rerouted, Sent, TriedAgain
from tidings.messages.letter import HeldLane, Letter

ID = UUID("0193565b-0000-7000-8000-000000000007")


def letter(*, attempt: int = 0, valid_for: timedelta = timedelta(hours=1), sender: str = SHOP) -> Letter:
    expires_at = NOON + valid_for
    ticket = Ticket(id=ID, priority=1, turn=0, segments=1, expires_at=expires_at.timestamp())
    lane = Lane(mps=1, queue_limit_seconds=60)
    held = HeldLane(bucket=1, id=1, account=ACCOUNT, lane=lane, more=[False] * 3, stale=False)
    handover = Handover(ID, 1, sender, ANNA, "Hi", Encoding.GSM7, 1, expires_at.timestamp())
    return Letter(ticket, held, handover, ACCOUNT, attempt, expires_at, NOON.timestamp(), 0)


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (Taken(("1",), "simulator"), Sent),
        (Throttled(1.0), GivenBack),
        (Unreachable("not bound"), GivenBack),
        (Unknown("no answer"), Doubted),
        (Rejected(30005, lasting=True, reason="bad destination"), Ended),
        (Rejected(30008, lasting=False, reason="system error"), TriedAgain),
        (Rejected(21606, lasting=True, reason="bad sender address"), Rerouted),
        (Rejected(30024, lasting=True, reason="not provisioned"), Rerouted),
    ],
)
def test_each_outcome_has_its_entry(outcome: Outcome, kind: type) -> None:
    assert type(entry_for(letter(), outcome, now=NOON)) is kind


def test_only_what_came_from_a_short_code_goes_another_way() -> None:
    refused = Rejected(21606, lasting=True, reason="bad sender address")
    assert type(entry_for(letter(sender="+14155550100"), refused, now=NOON)) is Ended


def test_a_passing_refusal_ends_the_message_after_the_last_attempt() -> None:
    refused = Rejected(30008, lasting=False, reason="system error")
    entry = entry_for(letter(attempt=MOST_ATTEMPTS - 1), refused, now=NOON)
    assert entry == Ended(entry.letter, "message.undelivered", 30008, NOON)


def test_a_message_that_would_expire_before_the_next_attempt_ends_now() -> None:
    refused = Rejected(30008, lasting=False, reason="system error")
    entry = entry_for(letter(valid_for=timedelta(seconds=4)), refused, now=NOON)
    assert isinstance(entry, Ended)


def test_pauses_grow_to_five_minutes() -> None:
    pauses = [pause_before(attempt).total_seconds() for attempt in range(1, 9)]
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300]


def test_what_never_left_has_failed_and_what_the_carrier_refused_is_undelivered() -> None:
    expired = entry_for(letter(), Rejected(30036, lasting=True, reason="expired"), now=NOON)
    blocked = entry_for(letter(), Rejected(30007, lasting=True, reason="filtered"), now=NOON)
    assert isinstance(expired, Ended)
    assert expired.kind == "message.failed"
    assert isinstance(blocked, Ended)
    assert blocked.kind == "message.undelivered"
