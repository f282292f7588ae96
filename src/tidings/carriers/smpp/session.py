"""One SMPP session as a state machine without sockets or clocks, for either side of it.

Bytes and instants go in; events and bytes to write come out. What may be said in which state is a
table (SMPP 3.4 §2.2 and §4), and so is what moves the state. Instants are seconds of any clock that
never goes back. Every request of ours has a deadline; all have the same allowance, so the order in
which they were asked is the order in which they run out, and one timer is enough for all.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.pdu import Answer, Bind, BindMode, Pdu, Request, SubmitSm, Unframed

Token = TypeVar("Token")
"""What the caller wants back with the answer to a request."""


class Role(Enum):
    """Which side we are: the client (ESME) binds, the server (SMSC) is bound to."""

    CLIENT = "client"
    SERVER = "server"


class State(Enum):
    """How far a session has come."""

    OPEN = "open"
    BINDING = "binding"
    BOUND_TX = "bound as transmitter"
    BOUND_RX = "bound as receiver"
    BOUND_TRX = "bound as transceiver"
    UNBINDING = "unbinding"
    CLOSED = "closed"


class Happening(Enum):
    """What moves a session from state to state."""

    BIND_ASKED = "bind asked"
    BOUND_TX = "bound as transmitter"
    BOUND_RX = "bound as receiver"
    BOUND_TRX = "bound as transceiver"
    BIND_REFUSED = "bind refused"
    UNBIND_SENT = "unbind sent"
    UNBIND_RECEIVED = "unbind received"
    UNBIND_DEFERRED = "unbind received, answers outstanding"
    UNBIND_ANSWERED = "unbind answered"
    BROKEN = "broken"


BOUND = frozenset({State.BOUND_TX, State.BOUND_RX, State.BOUND_TRX})

MOVES: dict[tuple[State, Happening], State] = {
    (State.OPEN, Happening.BIND_ASKED): State.BINDING,
    (State.BINDING, Happening.BOUND_TX): State.BOUND_TX,
    (State.BINDING, Happening.BOUND_RX): State.BOUND_RX,
    (State.BINDING, Happening.BOUND_TRX): State.BOUND_TRX,
    (State.BINDING, Happening.BIND_REFUSED): State.OPEN,
    **{(state, Happening.UNBIND_SENT): State.UNBINDING for state in (*BOUND, State.UNBINDING)},
    **{(state, Happening.UNBIND_RECEIVED): State.CLOSED for state in (*BOUND, State.UNBINDING)},
    **{(state, Happening.UNBIND_DEFERRED): State.UNBINDING for state in BOUND},
    (State.UNBINDING, Happening.UNBIND_ANSWERED): State.CLOSED,
    **{(state, Happening.BROKEN): State.CLOSED for state in State},
}

_BINDS = frozenset(mode.value for mode in BindMode)
_LIFE = frozenset({wire.ENQUIRE_LINK, wire.UNBIND})
_ONLY_ENQUIRE = frozenset({wire.ENQUIRE_LINK})

MAY_ASK: dict[tuple[Role, State], frozenset[int]] = {
    (Role.CLIENT, State.OPEN): _BINDS | _ONLY_ENQUIRE,
    (Role.CLIENT, State.BINDING): _ONLY_ENQUIRE,
    (Role.CLIENT, State.BOUND_TX): _LIFE | {wire.SUBMIT_SM},
    (Role.CLIENT, State.BOUND_RX): _LIFE,
    (Role.CLIENT, State.BOUND_TRX): _LIFE | {wire.SUBMIT_SM},
    (Role.CLIENT, State.UNBINDING): _LIFE,
    (Role.CLIENT, State.CLOSED): frozenset(),
    (Role.SERVER, State.OPEN): _ONLY_ENQUIRE,
    (Role.SERVER, State.BINDING): _ONLY_ENQUIRE,
    (Role.SERVER, State.BOUND_TX): _LIFE,
    (Role.SERVER, State.BOUND_RX): _LIFE | {wire.DELIVER_SM},
    (Role.SERVER, State.BOUND_TRX): _LIFE | {wire.DELIVER_SM},
    (Role.SERVER, State.UNBINDING): _LIFE,
    (Role.SERVER, State.CLOSED): frozenset(),
}
"""Which requests a side may make in a state; the other side answers all else with ESME_RINVBNDSTS."""

_BOUND_AS = {
    BindMode.TRANSMITTER: Happening.BOUND_TX,
    BindMode.RECEIVER: Happening.BOUND_RX,
    BindMode.TRANSCEIVER: Happening.BOUND_TRX,
}
_OTHER = {Role.CLIENT: Role.SERVER, Role.SERVER: Role.CLIENT}


class IllegalMoveError(RuntimeError):
    """Our own side asked for what the session's state does not allow: an error in our program."""


@dataclass(slots=True)
class Asked:
    """The peer made a request that our side has to answer: bind, submit_sm or deliver_sm."""

    pdu: Bind | SubmitSm


@dataclass(slots=True)
class Answered(Generic[Token]):
    """A request of ours was answered, perhaps by generic_nack."""

    token: Token
    answer: Answer


@dataclass(slots=True)
class Ended:
    """Nothing more may be said: write what `outgoing` gives, then close."""

    reason: str


Event = Asked | Answered[Token] | Ended


class Session(Generic[Token]):
    """See the module's text. `response_timeout` is in seconds."""

    def __init__(self, role: Role, *, response_timeout: float) -> None:
        self.role = role
        self.state = State.OPEN
        self.response_timeout = response_timeout
        self.strays = 0
        """Answers that belong to no request of ours: late, doubled or invented."""
        self._may_ask = MAY_ASK[role, State.OPEN]
        self._peer_may_ask = MAY_ASK[_OTHER[role], State.OPEN]
        self._mode = BindMode.TRANSCEIVER
        self._sequence = 0
        self._received = b""
        self._out: list[bytes] = []
        self._unwritten: list[tuple[int, int]] = []
        """Sequence and place in `_out` of each request that nobody has taken for writing yet."""
        self._pending: dict[int, tuple[Token, int, float]] = {}
        self._peers_unbind: int | None = None

    @property
    def waiting(self) -> int:
        """How many requests of ours have no answer yet."""
        return len(self._pending)

    @property
    def bound(self) -> bool:
        """Whether messages may go one way or the other."""
        return self.state in BOUND

    @property
    def closed(self) -> bool:
        """Whether the session has ended."""
        return self.state is State.CLOSED

    @property
    def has_outgoing(self) -> bool:
        """Whether `outgoing` would give anything."""
        return bool(self._out)

    def ask(self, pdu: Bind | SubmitSm | Request, token: Token, *, now: float) -> None:
        """Queue a request of ours; its answer will come as `Answered` with the token.

        Raises IllegalMoveError when the state forbids it, ValueError when SMPP cannot carry it; then
        nothing has changed.
        """
        command = pdu.command
        if command not in self._may_ask:
            raise IllegalMoveError(f"{self.role.value} may not send {command:#x} when {self.state.value}")
        sequence = self._next_sequence()
        pdu.sequence = sequence
        encoded = pdu.encode()
        self._unwritten.append((sequence, len(self._out)))
        self._out.append(encoded)
        self._pending[sequence] = (token, command, now + self.response_timeout)
        if isinstance(pdu, Bind):
            self._mode = pdu.mode
            self._move(Happening.BIND_ASKED)
        elif command == wire.UNBIND:
            self._move(Happening.UNBIND_SENT)

    def answer(self, answer: Answer) -> None:
        """Queue the answer to a request that came as `Asked`. An answer after the end goes nowhere."""
        if self.closed:
            return
        self._out.append(answer.encode())
        if answer.command & ~wire.RESPONSE in _BINDS and self.state is State.BINDING:
            self._bound_or_refused(answer.status)

    def receive(self, data: bytes) -> list[Event[Token]]:
        """What the peer's bytes mean, in order. After `Ended` everything else is ignored."""
        if self._received:
            data = self._received + data
        pdus, used = wire.decode(data)
        self._received = data[used:]
        events: list[Event[Token]] = []
        for pdu in pdus:
            self._take(pdu, events)
            if self.closed:
                break
        return events

    def outgoing(self) -> bytes:
        """All bytes to write. From here on, the requests among them may have reached the peer.

        After the end of the session only answers are left to write; requests stay unwritten.
        """
        if self.closed:
            for _, place in self._unwritten:
                self._out[place] = b""
        data = b"".join(self._out)
        self._out.clear()
        if not self.closed:
            self._unwritten.clear()
        return data

    def next_deadline(self) -> float | None:
        """When the oldest unanswered request runs out."""
        for _, _, deadline in self._pending.values():
            return deadline
        return None

    def leave(self) -> list[Ended]:
        """The end, once nothing of ours is unanswered after the peer's unbind was deferred."""
        if self._peers_unbind is None or self._pending or self.closed:
            return []
        return [self._unbind_for(self._peers_unbind)]

    def expire(self, *, now: float) -> list[Token]:
        """Give up the requests whose time is over. A later answer to one is a stray."""
        late: list[int] = []
        for sequence, (_, _, deadline) in self._pending.items():
            if deadline > now:
                break
            late.append(sequence)
        return [self._pending.pop(sequence)[0] for sequence in late]

    def end(self) -> tuple[list[Token], list[Token]]:
        """The connection is gone: requests never handed out for writing, and those that may have left."""
        self.state = State.CLOSED
        self._may_ask = self._peer_may_ask = frozenset()
        never = {sequence for sequence, _ in self._unwritten}
        unwritten = [entry[0] for sequence, entry in self._pending.items() if sequence in never]
        written = [entry[0] for sequence, entry in self._pending.items() if sequence not in never]
        self._pending.clear()
        self._out.clear()
        self._unwritten.clear()
        self._received = b""
        return unwritten, written

    def _take(self, pdu: Pdu, events: list[Event[Token]]) -> None:
        if self.closed:
            return
        if isinstance(pdu, Answer):
            self._take_answer(pdu, events)
        elif isinstance(pdu, Unframed):
            self._move(Happening.BROKEN)
            events.append(Ended(f"the peer sent a PDU of {pdu.length} octets"))
        elif pdu.command & wire.RESPONSE:
            self.strays += 1
        elif isinstance(pdu, wire.Unrecognised):
            self._out.append(Answer(wire.GENERIC_NACK, pdu.sequence, wire.ESME_RINVCMDID).encode())
        elif pdu.command not in self._peer_may_ask:
            self._refuse(pdu)
        elif isinstance(pdu, Request):
            self._take_request(pdu, events)
        else:
            if isinstance(pdu, Bind):
                self._mode = pdu.mode
                self._move(Happening.BIND_ASKED)
            events.append(Asked(pdu))

    def _take_answer(self, answer: Answer, events: list[Event[Token]]) -> None:
        asked = self._pending.get(answer.sequence)
        if asked is None or (
            answer.command != asked[1] | wire.RESPONSE and answer.command != wire.GENERIC_NACK
        ):
            self.strays += 1
            return
        del self._pending[answer.sequence]
        token, command, _ = asked
        if command in _BINDS:
            self._bound_or_refused(answer.status)
        events.append(Answered(token, answer))
        if command == wire.UNBIND and self.state is State.UNBINDING:
            self._move(Happening.UNBIND_ANSWERED)
            events.append(Ended("unbound by us"))
        elif self._peers_unbind is not None:
            events += self.leave()

    def _take_request(self, request: Request, events: list[Event[Token]]) -> None:
        if request.command != wire.UNBIND:
            self._out.append(Answer(request.command | wire.RESPONSE, request.sequence).encode())
            return
        if self.role is Role.CLIENT and self._pending and self.bound:
            # The carrier may still answer what it took: what has an answer is not in doubt.
            self._peers_unbind = request.sequence
            self._move(Happening.UNBIND_DEFERRED)
        else:
            events.append(self._unbind_for(request.sequence))

    def _unbind_for(self, sequence: int) -> Ended:
        self._out.append(Answer(wire.UNBIND_RESP, sequence).encode())
        self._move(Happening.UNBIND_RECEIVED)
        return Ended("the peer unbound")

    def _refuse(self, pdu: Bind | SubmitSm | Request) -> None:
        rebound = isinstance(pdu, Bind) and self.state in BOUND
        status = wire.ESME_RALYBND if rebound else wire.ESME_RINVBNDSTS
        self._out.append(Answer(pdu.command | wire.RESPONSE, pdu.sequence, status).encode())

    def _bound_or_refused(self, status: int) -> None:
        if self.state is State.BINDING:
            self._move(_BOUND_AS[self._mode] if status == wire.ESME_ROK else Happening.BIND_REFUSED)

    def _move(self, happening: Happening) -> None:
        to = MOVES.get((self.state, happening))
        if to is None:
            raise IllegalMoveError(f"{happening.value} when {self.state.value}")
        self.state = to
        self._may_ask = MAY_ASK[self.role, to]
        self._peer_may_ask = MAY_ASK[_OTHER[self.role], to]

    def _next_sequence(self) -> int:
        """SMPP 3.4 §3.2: from 1 to 0x7FFFFFFF, then again from 1; one still in flight is passed over."""
        sequence = self._sequence
        while True:
            sequence = sequence % wire.SEQUENCE_MAX + 1
            if sequence not in self._pending:
                self._sequence = sequence
                return sequence
