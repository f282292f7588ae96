"""The states of a message and the moves between them that are legal.

A message's state is the newest of its status facts; a fact `message.sent` puts it into `sent`. Twilio's words are
used as they are, since they are the field's. `SENDING` is told by no fact: a message in flight shows as queued.
"""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"
    READ = "read"
    RECEIVING = "receiving"
    RECEIVED = "received"

    @property
    def fact(self) -> str:
        """The kind of the fact that puts a message into this state."""
        return f"message.{self.value}"


MOVES: Mapping[State, frozenset[State]] = {
    State.ACCEPTED: frozenset({State.QUEUED, State.FAILED, State.UNDELIVERED, State.CANCELED}),
    State.SCHEDULED: frozenset({State.QUEUED, State.CANCELED, State.FAILED}),
    State.QUEUED: frozenset({State.SENDING, State.SENT, State.FAILED, State.UNDELIVERED, State.CANCELED}),
    State.SENDING: frozenset({State.SENT, State.FAILED, State.UNDELIVERED, State.QUEUED}),
    State.SENT: frozenset({State.DELIVERED, State.UNDELIVERED}),
    State.DELIVERED: frozenset({State.READ}),
    State.UNDELIVERED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELED: frozenset(),
    State.READ: frozenset(),
    State.RECEIVING: frozenset({State.RECEIVED}),
    State.RECEIVED: frozenset(),
}

TERMINAL = frozenset(state for state, moves in MOVES.items() if not moves) | {State.DELIVERED}
STATUS_FACTS = [state.fact for state in State]


def is_legal(state: State, to: State) -> bool:
    return to in MOVES[state]


def facts_before(to: State) -> list[str]:
    """The kinds of status fact from which a move to `to` is legal, for statements that check it."""
    return [state.fact for state, moves in MOVES.items() if to in moves]


ENDED_FACTS = [state.fact for state in State if state in TERMINAL]
LEFT_FACTS = [State.SENT.fact, *ENDED_FACTS]
"""After these a message's text is not needed any more: it has left, or will not leave."""

RECEIPT_FROM = sorted(set(facts_before(State.DELIVERED)) & set(facts_before(State.UNDELIVERED)))
"""A receipt settles only what was sent: a second one, or one for a message that ended otherwise, changes nothing."""
