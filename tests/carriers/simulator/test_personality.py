"""A personality is read whole or refused whole, with every fault named."""

import json
from dataclasses import fields

import pytest
import yaml

from tidings.carriers.simulator.personality import (
    KEYS,
    Delay,
    Faults,
    Personality,
    SenderLimits,
    describe,
    parse_personality,
    read_personality,
)


def test_an_empty_personality_has_no_limits_and_answers_at_once():
    personality = read_personality("")

    assert personality == Personality()
    assert not personality.meters
    assert not personality.draws_fate
    assert not personality.draws_times
    assert personality.answer_seconds == Delay(0.0, 0.0)


def test_yaml_and_json_say_the_same():
    wanted = {"mps": 3, "senders": {"+18885550100": {"mps": 1, "daily_cap": 50}}, "receipt_seconds": [0.1, 2]}

    assert read_personality(yaml.safe_dump(wanted)) == read_personality(json.dumps(wanted))
    assert read_personality(json.dumps(wanted)) == Personality(
        mps=3.0, senders={"18885550100": SenderLimits(1.0, 50)}, receipt_seconds=Delay(0.1, 2.0)
    )


def test_a_described_personality_reads_back_as_itself():
    personality = parse_personality(
        {
            "mps": 2.5,
            "undelivered": {30003: 0.1, "30005": 0.2},
            "filtered_patterns": ["fr[e3]e"],
            "filtered_words": ["Prize"],
            "reply_texts": ["ok"],
            "landline_prefixes": ["+4315"],
            "click_hosts": ["Links.Example"],
            "senders": {"55501": {"mps": 100, "refused_to": ["+1", "44"]}},
        }
    )

    assert isinstance(personality, Personality)
    assert parse_personality(describe(personality)) == personality
    assert parse_personality(json.loads(json.dumps(describe(personality)))) == personality


def test_every_key_has_a_reader_and_a_default():
    assert set(KEYS) == {field.name for field in fields(Personality)}


def test_a_sender_with_and_without_plus_is_the_same_sender():
    personality = parse_personality({"mps": 9, "senders": {"+18885550100": {"mps": 1}}})

    assert personality.limits_of("18885550100") == personality.limits_of("+18885550100") == SenderLimits(1.0)
    assert personality.limits_of("55501") == SenderLimits(9.0)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({"mps": "fast"}, "mps: a number is wanted, not str"),
        ({"mps": True}, "mps: a number is wanted, not bool"),
        ({"mps": 0}, "mps: 0 is not between 0.001 and 1e+06"),
        ({"lost_receipts": 1.5}, "lost_receipts: 1.5 is not between 0 and 1"),
        ({"lost_receipts": float("nan")}, "lost_receipts: nan is not between 0 and 1"),
        ({"lost_reciepts": 0.5}, "'lost_reciepts' is not a key; did you mean 'lost_receipts'?"),
        ({3: 1}, "3 is not a key"),
        ({"receipt_seconds": [3, 1]}, "receipt_seconds: the range [3, 1] runs backwards"),
        ({"receipt_seconds": [1]}, "receipt_seconds: a range is two numbers, [least, most]"),
        ({"receipt_seconds": -1}, "receipt_seconds: -1 is not between 0 and 86400"),
        ({"daily_cap": 1.5}, "daily_cap: a whole number is wanted, not float"),
        ({"receipt_form": "carrier pigeon"}, "'carrier pigeon' is not one of text_and_tlvs, text, tlvs"),
        ({"undelivered": {30003: 0.7, 30005: 0.7}}, "undelivered: the shares add up to more than 1"),
        ({"undelivered": {12: 0.7}}, "undelivered: 12 is not one of 30003, 30004"),
        ({"undelivered": [30003]}, "undelivered: a mapping of error code to share is wanted"),
        ({"clicks": 0.7, "previews": 0.7}, "clicks: clicks and previews add up to more than 1"),
        ({"filtered_patterns": ["("]}, "filtered_patterns: '(' is not a regular expression"),
        ({"filtered_words": "prize"}, "filtered_words: a list of at most 10000 texts is wanted"),
        ({"reply_texts": []}, "reply_texts: at least one text is wanted"),
        ({"landline_prefixes": ["Vienna"]}, "landline_prefixes: 'Vienna' is not the beginning of a number"),
        ({"click_hosts": ["http://x/"]}, "click_hosts: 'http://x/' is not a host name"),
        (
            {"senders": {"55501": {"speed": 1}}},
            "senders: '55501': limits are a mapping with mps, daily_cap and refused_to",
        ),
        ({"receipt_window": 0}, "receipt_window: 0 is not between 1 and 100000"),
        (["mps"], "a personality is a mapping of keys to values, not list"),
    ],
)
def test_a_faulty_personality_says_what_is_wrong(raw, says):
    faults = parse_personality(raw)

    assert isinstance(faults, Faults)
    assert says in str(faults)


def test_all_faults_are_told_at_once():
    faults = parse_personality({"mps": "x", "clicks": 2, "mood": "bad"})

    assert len(faults.lines) == 3


def test_a_fault_is_told_in_short_however_large_the_value():
    nested: list = ["x"]
    for _ in range(60):
        nested = [nested, nested]

    assert len(str(parse_personality({"reply_texts": [nested], "x" * 9_999: 1}))) < 300
    assert len(str(parse_personality({str(n): n for n in range(100_000)}))) < 300


def test_a_small_number_in_json_is_a_number():
    assert read_personality('{"lost_receipts": 1e-05}').lost_receipts == 0.00001


def test_what_is_not_yaml_is_refused_in_one_line():
    faults = read_personality("mps: [1\nclicks: }")

    assert isinstance(faults, Faults)
    assert faults.lines[0].startswith("not valid YAML or JSON")
    assert "\n" not in faults.lines[0]
