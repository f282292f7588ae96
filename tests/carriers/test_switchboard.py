"""Several carriers as one: who gets a message, who gets it next, and who never does."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidings.carriers.awaited import MISSING_AFTER_SECONDS
from tidings.carriers.book import Book, CarrierEntry, CarrierState
from tidings.carriers.connector import (
    Handover,
    MessageClass,
    Outcome,
    Receipt,
    ReceiptState,
    Rejected,
    Taken,
    Throttled,
    Unknown,
    Unreachable,
)
from tidings.carriers.routes import Match, Route
from tidings.carriers.switchboard import Switchboard
from tidings.kernel.segments import Encoding

PASSING = Rejected(30008, lasting=False, reason="system error")
LASTING = Rejected(30005, lasting=True, reason="bad number")
NOT_TAKEN = (Throttled(1.0), PASSING, Unreachable("not bound"))


class ScriptedCarrier:
    """Speaks the connector's protocol, and answers at once as it is told; None keeps a message unanswered."""

    def __init__(self, name: str, answers: Callable[[Handover], Outcome | None], *, room: int = 100) -> None:
        self.name = name
        self.answers = answers
        self.room = room
        self.got: list[UUID] = []
        self.kept: list[tuple[Handover, Callable[[Handover, Outcome], None]]] = []
        self.opened = self.closed = self.unopenable = False

    def hand_over(self, message: Handover, done: Callable[[Handover, Outcome], None]) -> None:
        self.got.append(message.id)
        answer = self.answers(message)
        if answer is None:
            self.kept.append((message, done))
        else:
            done(message, answer)

    def flush(self) -> None:
        pass

    async def open(self) -> None:
        if self.unopenable:
            raise FileNotFoundError("ca.pem")
        self.opened = True

    async def close(self) -> None:
        self.closed = True


class Board:
    """A switchboard over scripted carriers, on a clock of its own."""

    def __init__(self, **carriers: Callable[[Handover], Outcome | None] | Outcome) -> None:
        self.now = time.time()
        self.told: dict[UUID, list[Outcome]] = defaultdict(list)
        self.carriers = {
            name: ScriptedCarrier(name, _answering(name, answers)) for name, answers in carriers.items()
        }
        self.board = Switchboard(
            make=lambda entry: self.carriers[entry.name],
            on_room=lambda: None,
            clock=lambda: self.now,
            random=Random(1),
        )

    async def use(self, *routes: Route, **states: CarrierState) -> "Board":
        entries = [
            CarrierEntry(name, "scripted", {}, state=states.get(name, CarrierState.ACTIVE))
            for name in self.carriers
        ]
        await self.board.apply(Book(tuple(entries), routes))
        return self

    def send(self, **changes: object) -> Handover:
        message = handover(self.now, **changes)
        self.board.hand_over(message, lambda given, outcome: self.told[given.id].append(outcome))
        return message

    def receive(self, carrier: str, message: Handover, state: ReceiptState, code: int | None = None) -> None:
        at = datetime.fromtimestamp(self.now, UTC)
        self.board.hear([Receipt(carrier, str(message.id), state, code, at, None)])


def _answering(
    name: str, answers: Callable[[Handover], Outcome | None] | Outcome
) -> Callable[[Handover], Outcome | None]:
    def answer(message: Handover) -> Outcome | None:
        outcome = answers(message) if callable(answers) else answers
        return Taken((str(message.id),), name) if isinstance(outcome, Taken) else outcome

    return answer


TAKEN = Taken(("1",), "any")


def handover(now: float, **changes: object) -> Handover:
    fields: dict[str, object] = {
        "id": uuid4(),
        "bucket": 1,
        "source": "55501",
        "destination": "+436641234567",
        "text": "Hi",
        "encoding": Encoding.GSM7,
        "segments": 1,
        "expires_at": now + 3600,
    }
    return Handover(**(fields | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", NOT_TAKEN)
async def test_what_surely_was_not_taken_goes_to_the_next_carrier_at_once(outcome: Outcome) -> None:
    one = await Board(alpha=outcome, beta=TAKEN).use(
        Route(1, 1, Match(), "alpha"), Route(2, 2, Match(), "beta")
    )
    message = one.send()
    assert one.told[message.id] == [Taken((str(message.id),), "beta")]
    assert one.carriers["alpha"].got == one.carriers["beta"].got == [message.id]


@pytest.mark.parametrize("resend", [False, True])
async def test_what_is_in_doubt_goes_to_nobody_else(resend: bool) -> None:
    one = await Board(alpha=Unknown("no answer"), beta=TAKEN).use(
        Route(1, 1, Match(), "alpha"), Route(2, 2, Match(), "beta")
    )
    message = one.send(resend=resend)
    assert one.told[message.id] == [Unknown("no answer")]
    assert one.carriers["beta"].got == []


async def test_what_every_carrier_would_refuse_goes_to_nobody_else() -> None:
    one = await Board(alpha=LASTING, beta=TAKEN).use(
        Route(1, 1, Match(), "alpha"), Route(2, 2, Match(), "beta")
    )
    assert one.told[one.send().id] == [LASTING]
    assert one.carriers["beta"].got == []


async def test_a_carrier_that_cannot_be_opened_leaves_the_others_at_work() -> None:
    one = await Board(alpha=TAKEN).use()
    await one.board.open()
    one.carriers["beta"] = ScriptedCarrier("beta", _answering("beta", TAKEN))
    one.carriers["beta"].unopenable = True
    await one.use()
    assert [line.name for line in one.board.lines] == ["alpha"]
    assert one.send().id in one.carriers["alpha"].got


async def test_a_bound_sender_goes_to_its_carrier_alone() -> None:
    one = await Board(alpha=TAKEN, beta=PASSING).use()
    message = one.send(sender_carrier="beta")
    assert one.told[message.id] == [PASSING]
    assert one.carriers["alpha"].got == []


async def test_a_message_that_no_carrier_may_take_waits_in_its_lane() -> None:
    one = await Board(alpha=TAKEN).use(Route(1, 1, Match(countries=frozenset({"US"})), "alpha"))
    [outcome] = one.told[one.send().id]
    assert isinstance(outcome, Throttled)
    assert one.board.unrouted == 1


async def test_the_cheapest_carrier_is_first_and_weights_are_kept() -> None:
    priced = await Board(alpha=TAKEN, beta=TAKEN).use(
        Route(1, 1, Match(), "alpha", price=Decimal("0.02")),
        Route(2, 1, Match(), "beta", price=Decimal("0.01")),
    )
    for _ in range(20):
        priced.send()
    assert len(priced.carriers["beta"].got) == 20
    weighted = await Board(alpha=TAKEN, beta=TAKEN).use(
        Route(1, 1, Match(), "alpha", weight=3.0), Route(2, 1, Match(), "beta", weight=1.0)
    )
    for _ in range(2_000):
        weighted.send()
    assert 1_400 < len(weighted.carriers["alpha"].got) < 1_600


async def test_without_routes_carriers_share_by_their_room() -> None:
    one = await Board(alpha=TAKEN, beta=TAKEN).use()
    one.carriers["alpha"].room = 300
    for _ in range(2_000):
        one.send()
    assert 1_400 < len(one.carriers["alpha"].got) < 1_600


async def test_a_carrier_that_keeps_failing_is_left_alone_then_probed() -> None:
    failing = [True]
    one = await Board(alpha=lambda _: PASSING if failing[0] else TAKEN, beta=TAKEN).use(
        Route(1, 1, Match(), "alpha"), Route(2, 2, Match(), "beta")
    )
    for _ in range(50):
        one.send()
    assert len(one.carriers["alpha"].got) == 5
    assert len(one.carriers["beta"].got) == 50
    failing[0] = False
    one.now += 1.5
    for _ in range(10):
        one.send()
    assert len(one.carriers["alpha"].got) == 15


async def test_a_carrier_that_fares_clearly_worse_comes_last_and_gets_its_chance_again() -> None:
    one = await Board(alpha=TAKEN, beta=TAKEN).use(
        Route(1, 1, Match(), "alpha"), Route(2, 2, Match(), "beta")
    )
    for n in range(200):
        message = one.send()
        one.receive("alpha", message, ReceiptState.UNDELIVERED if n % 2 else ReceiptState.DELIVERED, 30008)
    await one.board.tick()
    one.send()
    assert len(one.carriers["beta"].got) == 1
    elsewhere = one.send(destination="+14155552671")
    assert elsewhere.id in one.carriers["alpha"].got, "health is of one country at a time"
    one.carriers["beta"].room = 0
    one.now += 10
    one.board.beliefs.learn(one.now)
    assert one.send().id in one.carriers["alpha"].got, "better a worse one than none that lives"
    one.carriers["beta"].room = 100
    one.now += 3 * 3600
    await one.board.tick()
    assert one.send().id in one.carriers["alpha"].got


async def test_a_preferred_carrier_that_is_full_for_a_moment_is_waited_for_and_then_passed_over() -> None:
    one = await Board(alpha=TAKEN, beta=TAKEN).use(
        Route(1, 1, Match(), "alpha"), Route(2, 2, Match(), "beta")
    )
    one.send()
    one.carriers["alpha"].room = 0
    waits, goes_on = one.send(), one.send()
    assert one.told[waits.id] == []
    one.carriers["alpha"].room = 1
    one.board.room_appeared()
    assert waits.id in one.carriers["alpha"].got
    one.carriers["alpha"].room = 0
    one.now += 1.0
    await one.board.tick()
    assert one.told[goes_on.id] == [Taken((str(goes_on.id),), one.told[goes_on.id][0].carrier)]  # type: ignore[union-attr]
    last = one.send()
    assert last.id in one.carriers["beta"].got
    await one.board.close()


async def test_what_waited_too_long_goes_back_to_its_lane() -> None:
    one = await Board(alpha=TAKEN, beta=TAKEN).use()
    for carrier in one.carriers.values():
        carrier.room = 0
    message = one.send()
    one.now += 3.0
    await one.board.tick()
    [outcome] = one.told[message.id]
    assert isinstance(outcome, Throttled)
    await one.board.close()


async def test_a_draining_carrier_gets_nothing_new_and_its_answers_still_count() -> None:
    one = await Board(alpha=lambda _: None, beta=TAKEN).use(
        Route(1, 1, Match(), "alpha"), Route(2, 2, Match(), "beta")
    )
    message = one.send()
    await one.use(Route(1, 1, Match(), "alpha"), Route(2, 2, Match(), "beta"), alpha=CarrierState.DRAINING)
    one.send()
    assert (len(one.carriers["alpha"].got), len(one.carriers["beta"].got)) == (1, 1)
    kept, done = one.carriers["alpha"].kept[0]
    done(kept, Taken((str(message.id),), "alpha"))
    assert len(one.told[message.id]) == 1
    one.receive("alpha", message, ReceiptState.DELIVERED)
    [line] = [line for line in one.board.lines if line.name == "alpha"]
    one.now += MISSING_AFTER_SECONDS + 1
    assert one.board.is_drained(line)


async def test_a_carrier_taken_out_of_the_book_stays_until_nothing_is_expected_of_it() -> None:
    one = await Board(alpha=TAKEN, beta=TAKEN).use()
    alpha = one.carriers["alpha"]
    message = one.send(sender_carrier="alpha")
    del one.carriers["alpha"]
    await one.use()
    await one.board.tick()
    assert not alpha.closed
    one.receive("alpha", message, ReceiptState.DELIVERED)
    await one.board.tick()
    assert alpha.closed


async def test_receipts_that_come_too_fast_and_those_that_never_come_are_counted() -> None:
    one = await Board(alpha=TAKEN).use()
    fast, slow, never = one.send(), one.send(), one.send()
    one.receive("alpha", fast, ReceiptState.DELIVERED)
    one.now += 2
    one.receive("alpha", slow, ReceiptState.DELIVERED)
    one.receive("alpha", slow, ReceiptState.DELIVERED)
    one.now += MISSING_AFTER_SECONDS
    [line] = one.board.lines
    for provider_id, sent in line.awaited.to_ask(one.now, most=10).items():
        assert provider_id == str(never.id)
        if line.awaited.asked(provider_id, one.now):
            one.board.missing(line, sent)
    assert (line.tally.taken, line.tally.delivered, line.tally.too_fast, line.tally.missing) == (3, 2, 1, 1)


_OUTCOMES = st.sampled_from([TAKEN, LASTING, Unknown("?"), *NOT_TAKEN])
_ROUTES = st.lists(
    st.builds(
        Route,
        number=st.integers(1, 50),
        place=st.integers(1, 3),
        match=st.builds(Match, classes=st.frozensets(st.sampled_from(list(MessageClass)), max_size=2)),
        carrier=st.sampled_from(["alpha", "beta", "gamma"]),
        weight=st.none() | st.floats(0.5, 5),
    ),
    max_size=5,
    unique_by=lambda route: route.number,
)


@given(
    _ROUTES,
    st.lists(
        st.tuples(_OUTCOMES, _OUTCOMES, _OUTCOMES, st.sampled_from(list(MessageClass)), st.booleans()),
        min_size=1,
        max_size=30,
    ),
    st.lists(st.integers(0, 2), min_size=3, max_size=3),
)
@settings(max_examples=60)
def test_whatever_carriers_answer_each_message_has_one_outcome_and_no_second_taker(
    routes: list[Route],
    script: list[tuple[Outcome, Outcome, Outcome, MessageClass, bool]],
    rooms: list[int],
) -> None:
    async def run() -> None:
        planned: dict[UUID, dict[str, Outcome]] = {}
        answered: dict[UUID, list[Outcome]] = defaultdict(list)

        def answers(name: str) -> Callable[[Handover], Outcome | None]:
            def answer(message: Handover) -> Outcome | None:
                outcome = planned[message.id][name]
                answered[message.id].append(outcome)
                return outcome

            return answer

        names = ("alpha", "beta", "gamma")
        one = await Board(**{name: answers(name) for name in names}).use(*routes)
        for name, room in zip(names, rooms, strict=True):
            one.carriers[name].room = room
        messages = []
        for *outcomes, message_class, resend in script:
            message = handover(one.now, message_class=message_class, resend=resend)
            planned[message.id] = dict(zip(names, outcomes, strict=True))
            messages.append(message)
            one.board.hand_over(message, lambda given, outcome: one.told[given.id].append(outcome))
            one.now += 0.3
        await one.board.close()
        for message in messages:
            assert len(one.told[message.id]) == 1
            told = answered[message.id]
            # Only what surely was not taken is followed by another carrier.
            assert all(outcome in NOT_TAKEN for outcome in told[:-1])
            got = Counter(name for name in names for id in one.carriers[name].got if id == message.id)
            assert all(times == 1 for times in got.values())

    asyncio.run(run())
