"""The session's table: what each side may say when, and what follows."""

import struct

import pytest

from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.pdu import Answer, Bind, BindMode, DeliverSm, Request, SubmitSm, Unrecognised
from tidings.carriers.smpp.session import (
    MAY_ASK,
    MOVES,
    Answered,
    Asked,
    Ended,
    Happening,
    IllegalMoveError,
    Role,
    Session,
    State,
)

REQUESTS = {
    wire.SUBMIT_SM: lambda: SubmitSm("1", "2", b"hi", sequence=77),
    wire.DELIVER_SM: lambda: DeliverSm("1", "2", b"hi", sequence=77),
    wire.ENQUIRE_LINK: lambda: Request(wire.ENQUIRE_LINK, 77),
    wire.UNBIND: lambda: Request(wire.UNBIND, 77),
    **{mode.value: lambda mode=mode: Bind(mode, "me", "pw", sequence=77) for mode in BindMode},
}


def pair() -> tuple[Session[str], Session[str]]:
    return Session(Role.CLIENT, response_timeout=10), Session(Role.SERVER, response_timeout=10)


def in_state(role: Role, state: State) -> Session[str]:
    client, server = pair()
    modes = {
        State.BOUND_TX: BindMode.TRANSMITTER,
        State.BOUND_RX: BindMode.RECEIVER,
    }
    if state is not State.OPEN:
        client.ask(Bind(modes.get(state, BindMode.TRANSCEIVER), "me", "pw"), "bind", now=0)
        (asked,) = server.receive(client.outgoing())
        if state is not State.BINDING:
            server.answer(Answer(asked.pdu.command | wire.RESPONSE, asked.pdu.sequence))
            client.receive(server.outgoing())
    chosen = client if role is Role.CLIENT else server
    if state is State.UNBINDING:
        chosen.ask(Request(wire.UNBIND), "unbind", now=0)
    if state is State.CLOSED:
        chosen.end()
    chosen.outgoing()
    assert chosen.state is state
    return chosen


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("command", REQUESTS)
def test_we_may_ask_just_what_the_table_allows(role, state, command):
    session = in_state(role, state)

    if command in MAY_ASK[role, state]:
        session.ask(REQUESTS[command](), "token", now=0)
        assert session.has_outgoing
    else:
        with pytest.raises(IllegalMoveError):
            session.ask(REQUESTS[command](), "token", now=0)
        assert not session.has_outgoing


@pytest.mark.parametrize("state", [state for state in State if state is not State.CLOSED])
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("command", REQUESTS)
def test_a_request_out_of_its_state_is_refused_and_the_session_goes_on(role, state, command):
    session = in_state(role, state)
    peer = Role.SERVER if role is Role.CLIENT else Role.CLIENT

    events = session.receive(REQUESTS[command]().encode())

    if command in MAY_ASK[peer, state]:
        assert events or command == wire.ENQUIRE_LINK
    else:
        (answer,), _ = wire.decode(session.outgoing())
        assert events == []
        assert (answer.command, answer.sequence) == (command | wire.RESPONSE, 77)
        assert answer.status in (wire.ESME_RINVBNDSTS, wire.ESME_RALYBND)
        assert session.state is state


def test_every_state_can_break_and_a_closed_session_stays_closed():
    assert {state for state, happening in MOVES if happening is Happening.BROKEN} == set(State)
    assert {to for (state, _), to in MOVES.items() if state is State.CLOSED} == {State.CLOSED}


def test_an_unknown_command_gets_generic_nack_and_the_session_goes_on():
    session = in_state(Role.CLIENT, State.BOUND_TRX)

    events = session.receive(
        Unrecognised(0x1234, 0, 5, b"body").encode() + REQUESTS[wire.DELIVER_SM]().encode()
    )

    assert [type(event) for event in events] == [Asked]
    assert wire.decode(session.outgoing())[0] == [Answer(wire.GENERIC_NACK, 5, wire.ESME_RINVCMDID)]


@pytest.mark.parametrize("status", [0, 0x58, 0x455, 0xFFFFFFFF])
def test_an_answer_brings_back_the_token_and_any_status(status):
    session = in_state(Role.CLIENT, State.BOUND_TX)
    submit = SubmitSm("1", "2", b"hi")
    session.ask(submit, "mine", now=0)

    (event,) = session.receive(Answer(wire.SUBMIT_SM_RESP, submit.sequence, status, "id").encode())

    assert event == Answered("mine", Answer(wire.SUBMIT_SM_RESP, submit.sequence, status, "id"))
    assert session.waiting == 0


def test_generic_nack_answers_any_request():
    session = in_state(Role.CLIENT, State.BOUND_TX)
    submit = SubmitSm("1", "2", b"hi")
    session.ask(submit, "mine", now=0)

    (event,) = session.receive(Answer(wire.GENERIC_NACK, submit.sequence, wire.ESME_RINVCMDLEN).encode())

    assert event.token == "mine"


def test_a_late_doubled_or_mismatched_answer_is_a_stray():
    session = in_state(Role.CLIENT, State.BOUND_TX)
    submit = SubmitSm("1", "2", b"hi")
    session.ask(submit, "mine", now=0)
    wrong_kind = Answer(wire.ENQUIRE_LINK_RESP, submit.sequence).encode()
    right = Answer(wire.SUBMIT_SM_RESP, submit.sequence, 0, "id").encode()

    events = session.receive(wrong_kind + right + right + Unrecognised(0x80000103, 0, 9).encode())

    assert len(events) == 1
    assert session.strays == 3


def test_requests_run_out_in_the_order_they_were_asked():
    session = in_state(Role.CLIENT, State.BOUND_TX)
    for at in range(3):
        session.ask(SubmitSm("1", "2", b"hi"), f"asked at {at}", now=at)

    assert session.next_deadline() == 10
    assert session.expire(now=9.9) == []
    assert session.expire(now=11) == ["asked at 0", "asked at 1"]
    assert session.next_deadline() == 12


def test_the_end_tells_what_surely_never_left_from_what_may_have():
    session = in_state(Role.CLIENT, State.BOUND_TX)
    session.ask(SubmitSm("1", "2", b"hi"), "written", now=0)
    session.outgoing()
    session.ask(SubmitSm("1", "2", b"hi"), "kept", now=0)

    assert session.end() == (["kept"], ["written"])
    assert session.waiting == 0


def test_garbage_ends_the_session_and_what_follows_is_not_read():
    session = in_state(Role.CLIENT, State.BOUND_TRX)

    events = session.receive(struct.pack(">I", 5) + REQUESTS[wire.DELIVER_SM]().encode())

    assert [type(event) for event in events] == [Ended]
    assert session.receive(REQUESTS[wire.DELIVER_SM]().encode()) == []


def test_the_peer_may_unbind_and_is_answered():
    session = in_state(Role.CLIENT, State.BOUND_TRX)

    (event,) = session.receive(Request(wire.UNBIND, 4).encode())

    assert event == Ended("the peer unbound")
    assert wire.decode(session.outgoing())[0] == [Answer(wire.UNBIND_RESP, 4)]
    assert session.state is State.CLOSED


def test_a_refused_bind_leaves_the_session_open_for_another():
    client, server = pair()
    client.ask(Bind(BindMode.TRANSCEIVER, "me", "wrong"), "bind", now=0)
    (asked,) = server.receive(client.outgoing())
    server.answer(Answer(asked.pdu.command | wire.RESPONSE, asked.pdu.sequence, wire.ESME_RINVPASWD))

    (answered,) = client.receive(server.outgoing())

    assert answered.answer.status == wire.ESME_RINVPASWD
    assert client.state is server.state is State.OPEN


def test_the_sequence_wraps_without_zero_and_passes_over_one_in_flight():
    session = in_state(Role.CLIENT, State.BOUND_TX)
    oldest = SubmitSm("1", "2", b"hi")
    session.ask(oldest, "oldest", now=0)
    session._sequence = wire.SEQUENCE_MAX - 1
    last, next_one = SubmitSm("1", "2"), SubmitSm("1", "2")
    session.ask(last, "last", now=0)
    session.ask(next_one, "next", now=0)
    assert last.sequence == wire.SEQUENCE_MAX
    assert next_one.sequence == 1 if oldest.sequence != 1 else 2
