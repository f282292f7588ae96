"""What follows from a carrier's answer: a pure decision from letter and outcome to the entry that is written."""

from datetime import datetime, timedelta
from typing import assert_never

from tidings.carriers.connector import Outcome, Rejected, Taken, Throttled, Unknown, Unreachable
from tidings.kernel.codes import CODES, FROM_NOT_CAPABLE, NOT_PROVISIONED, Ending
from tidings.kernel.phone_number import ShortCode
from tidings.messages.ledger import Doubted, Ended, Entry, GivenBack, Rerouted, Sent, TriedAgain
from tidings.messages.letter import Letter
from tidings.messages.states import State

NO_SUCH_SENDER = frozenset({FROM_NOT_CAPABLE.number, NOT_PROVISIONED.number})
"""With these a carrier says that it does not take the sender, whoever the recipient is."""
MOST_ATTEMPTS = 6
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)


def entry_for(letter: Letter, outcome: Outcome, *, now: datetime) -> Entry:
    """Taken is sent. Throttled or never left goes back to its place. A passing refusal is tried again with growing
    pauses while the message is valid. A lasting one ends it; but what a carrier does not take from a short code goes by
    a long code of its service, if there is one. No answer at all is a doubt, for the class to decide."""
    match outcome:
        case Taken(provider_ids, carrier):
            return Sent(letter, provider_ids, carrier, now)
        case Throttled() | Unreachable():
            return GivenBack(letter)
        case Unknown():
            return Doubted(letter, now)
        case Rejected(code, lasting):
            if code in NO_SUCH_SENDER and ShortCode.parse(letter.handover.source) is not None:
                return Rerouted(letter, ending_fact(code), code, now)
            due = now + pause_before(letter.attempt + 1)
            if lasting or letter.attempt + 1 >= MOST_ATTEMPTS or due >= letter.expires_at:
                return Ended(letter, ending_fact(code), code, now)
            return TriedAgain(letter, due)
        case never:
            assert_never(never)


def pause_before(attempt: int) -> timedelta:
    """The pause before the attempt-th repetition: 5, 10, 20 ... seconds, at most five minutes."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << (attempt - 1)))


def ending_fact(code: int) -> str:
    """`failed` never left the platform, `undelivered` was refused by carrier or handset; the catalogue says which."""
    known = CODES.get(code)
    if known is not None and known.ends_as is Ending.FAILED:
        return State.FAILED.fact
    return State.UNDELIVERED.fact
