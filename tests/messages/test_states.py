"""The table of legal moves."""

from itertools import product

from tidings.messages.states import MOVES, RECEIPT_FROM, TERMINAL, State, facts_before, is_legal


def test_every_state_has_its_row() -> None:
    assert set(MOVES) == set(State)


def test_what_ended_does_not_move_again_but_for_being_read() -> None:
    moves = {(state, to) for state, to in product(TERMINAL, State) if is_legal(state, to)}
    assert moves == {(State.DELIVERED, State.READ)}


def test_a_receipt_settles_only_what_was_sent() -> None:
    assert RECEIPT_FROM == ["message.sent"]


def test_every_state_but_the_first_ones_can_be_reached() -> None:
    reached = {to for moves in MOVES.values() for to in moves}
    assert set(State) - reached == {State.ACCEPTED, State.SCHEDULED, State.RECEIVING}


def test_the_facts_before_a_state_are_those_of_its_legal_origins() -> None:
    assert facts_before(State.CANCELED) == ["message.accepted", "message.scheduled", "message.queued"]
