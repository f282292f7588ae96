"""What becomes of a message: magic numbers first, then the personality, by a seed alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tidings.carriers.simulator.behaviour import (
    Course,
    Fate,
    ReceiptFaults,
    Reply,
    Visit,
    course_of,
    fate_of,
)
from tidings.carriers.simulator.chance import Chance
from tidings.carriers.simulator.magic import Answering, Opener, magic_of
from tidings.carriers.simulator.personality import Personality, parse_personality

WILD = parse_personality(
    {
        "undelivered": {30003: 0.5, 30005: 0.5},
        "lost_receipts": 1.0,
        "filtered": 1.0,
        "landlines": 1.0,
        "replies": 1.0,
        "clicks": 1.0,
    }
)


def fate(destination, personality=WILD, text="Hello", seed=1):
    return fate_of("55501", destination, text, personality=personality, chance=Chance(seed))


def course(destination, personality, faults=None, seed=1, mark="x"):
    return course_of(
        destination, mark, personality=personality, chance=Chance(seed), faults=faults or ReceiptFaults()
    )


@pytest.mark.parametrize(
    ("last_four", "wanted"),
    [
        ("0001", Fate(code=30006)),
        ("0003", Fate(code=30003)),
        ("0005", Fate(code=30005)),
        ("0007", Fate(code=30007)),
        ("0008", Fate(code=30008)),
        ("0010", Fate()),
        ("0011", Fate()),
        ("0020", Fate()),
        ("0030", Fate(reply=Reply("STOP", 1.0))),
        ("0031", Fate(reply=Reply("START", 1.0))),
        ("0032", Fate(reply=Reply("HELP", 1.0))),
        ("0033", Fate(reply=Reply("Please take me off your list", 1.0))),
        ("0040", Fate(visit=Visit(Opener.PERSON, 1.0))),
        ("0041", Fate(visit=Visit(Opener.PREVIEW_BOT, 1.0))),
    ],
)
def test_a_magic_number_does_what_it_says_whatever_the_personality(last_four, wanted):
    assert fate("+1500555" + last_four) == wanted
    assert fate("+1500555" + last_four, Personality()) == wanted


def test_the_magic_numbers_that_answer_otherwise():
    assert magic_of("15005550020").answering is Answering.THROTTLE_ONCE
    assert magic_of("15005550021").answering is Answering.BAD_DESTINATION
    assert magic_of("15005550006") is None


def test_a_magic_receipt_never_comes_or_comes_after_thirty_seconds():
    assert course("15005550010", Personality()).receipt_seconds == ()
    assert course("15005550011", Personality()).receipt_seconds == (30.0,)


def test_a_magic_receipt_is_not_lost_to_the_personality_but_is_to_a_fault():
    assert course("15005550001", WILD).receipt_seconds == (0.1,)
    assert course("15005550001", WILD, ReceiptFaults(lost=1.0)).receipt_seconds == ()


def test_an_ordinary_message_is_delivered_by_default():
    assert fate("+15005550999", Personality()) == Fate()
    assert course("15005550999", Personality()) == Course(0.0, 0.1, (0.1,))


def test_landlines_are_landlines_each_time():
    personality = parse_personality({"landlines": 0.3})
    numbers = [f"+1415555{n:04}" for n in range(1000, 2000)]
    chance = Chance(7)

    rounds = [
        [fate_of("1", n, f"round {r}", personality=personality, chance=chance).code for n in numbers]
        for r in range(3)
    ]

    assert rounds[0] == rounds[1] == rounds[2]
    assert 200 < rounds[0].count(30006) < 400


def test_a_landline_prefix_is_a_landline():
    personality = parse_personality({"landline_prefixes": ["+4315"]})

    assert fate("+43151234", personality).code == 30006
    assert fate("43151234", personality).code == 30006
    assert fate("+43661234", personality).code is None


def test_filtered_words_and_patterns_are_found_in_any_case():
    personality = parse_personality({"filtered_words": ["Prize"], "filtered_patterns": ["(?i)fr[e3]{2}"]})

    assert fate("+1415555", personality, "You won a PRIZE").code == 30007
    assert fate("+1415555", personality, "Fr3e!").code == 30007
    assert fate("+1415555", personality, "Your table is ready").code is None


def test_shares_come_out_as_written():
    personality = parse_personality({"undelivered": {30003: 0.1, 30005: 0.2}, "replies": 0.5, "clicks": 0.25})
    chance = Chance(3)

    fates = [
        fate_of("1", f"+1415{n:07}", "hi", personality=personality, chance=chance)
        for n in range(20_000)
        if magic_of(f"{n:07}") is None
    ]

    assert sum(one.code == 30003 for one in fates) / len(fates) == pytest.approx(0.1, abs=0.01)
    assert sum(one.code == 30005 for one in fates) / len(fates) == pytest.approx(0.2, abs=0.01)
    delivered = [one for one in fates if one.code is None]
    assert sum(one.reply is not None for one in delivered) / len(delivered) == pytest.approx(0.5, abs=0.02)
    assert sum(one.visit is not None for one in delivered) / len(delivered) == pytest.approx(0.25, abs=0.02)


def test_the_same_seed_gives_the_same_fates_in_any_order():
    personality = parse_personality(
        {"undelivered": {30003: 0.3}, "replies": 0.3, "receipt_seconds": [0, 9], "doubled_receipts": 0.3}
    )
    numbers = [f"+1415555{n:04}" for n in range(100, 400)]

    def played(order, seed):
        chance = Chance(seed)
        return {
            number: (
                fate_of("1", number, "hi", personality=personality, chance=chance),
                course_of(number, "hi", personality=personality, chance=chance),
            )
            for number in order
        }

    assert played(numbers, 1) == played(reversed(numbers), 1)
    assert played(numbers, 1) != played(numbers, 2)


def test_a_message_sent_again_draws_anew():
    personality = parse_personality({"undelivered": {30008: 0.5}})
    chance = Chance(1)

    fates = {fate_of("1", "+14155551234", "hi", personality=personality, chance=chance) for _ in range(40)}

    assert fates == {Fate(), Fate(code=30008)}


def test_receipts_are_early_doubled_reordered_or_lost_by_share():
    early = course("1415", parse_personality({"early_receipts": 1.0}))
    assert early.receipt_seconds == (0.0,)
    assert early.answer_seconds > 0.0
    assert course("1415", parse_personality({"doubled_receipts": 1.0})).receipt_seconds == (0.1, 0.1)
    assert course("1415", parse_personality({"lost_receipts": 1.0})).receipt_seconds == ()
    moved = course("1415", parse_personality({"reordered_receipts": 1.0, "reorder_seconds": 5}))
    assert 0.1 < moved.receipt_seconds[0] < 5.1


def test_faults_come_on_top():
    assert course("1415", Personality(), ReceiptFaults(late_seconds=2.0)).answer_seconds == 2.0
    assert course("1415", Personality(), ReceiptFaults(doubled=True)).receipt_seconds == (0.1, 0.1)
    assert course("1415", Personality(), ReceiptFaults(lost=1.0)).receipt_seconds == ()
    assert course("1415", Personality(), ReceiptFaults(reordered=True)).receipt_seconds != (0.1,)


@given(some.integers(), some.text(), some.text(), some.text(max_size=200))
def test_every_message_has_a_fate(seed, source, destination, text):
    chance = Chance(seed)

    fate_of(source, destination, text, personality=WILD, chance=chance)
    sent = course_of(destination, text, personality=WILD, chance=chance)

    assert sent.answer_seconds >= 0.0
    assert all(seconds >= 0.0 for seconds in sent.receipt_seconds)
