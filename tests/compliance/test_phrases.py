"""What people mean in their own words: the corpus, and the laws behind it."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.compliance.opt_outs.phrases import Certainty, understand
from tidings.compliance.opt_outs.phrases.plain import folded, plain
from tidings.compliance.opt_outs.phrases.rules import Rules
from tidings.compliance.opt_outs.phrases.understand import LANGUAGES
from tidings.compliance.opt_outs.vocabulary import DEFAULT
from tidings.compliance.opt_outs.word import Word

CORPUS = Path(__file__).with_name("opt_out_corpus.csv")
MEANINGS = ("stop", "unsure", "none")
CONFUSION = {
    "stop": {"stop": 216, "unsure": 0, "none": 0},
    "unsure": {"stop": 0, "unsure": 91, "none": 0},
    "none": {"stop": 0, "unsure": 3, "none": 146},
}
"""What is meant, and how often it is taken for what. A change of the rules changes this table in plain sight."""


def lines() -> list[dict[str, str]]:
    with CORPUS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def taken_for(text: str) -> str:
    """What becomes of a text: keywords first, then phrases."""
    found = DEFAULT.find(text, country="")
    if found is not None:
        return "stop" if found.word is Word.STOP else "none"
    understood = understand(text)
    if understood is None:
        return "none"
    return "stop" if understood.certainty is Certainty.SURE else "unsure"


def test_the_corpus_is_understood_as_the_confusion_table_says(capsys: pytest.CaptureFixture[str]) -> None:
    table = {meant: dict.fromkeys(MEANINGS, 0) for meant in MEANINGS}
    missed = []
    for line in lines():
        taken = taken_for(line["text"])
        table[line["means"]][taken] += 1
        if taken != line["means"]:
            missed.append(f"{line['language']}: {line['text']!r} means {line['means']}, taken for {taken}")
    with capsys.disabled():
        print(f"\n{'means':>8} {''.join(f'{taken:>8}' for taken in MEANINGS)}")
        for meant in MEANINGS:
            print(f"{meant:>8} {''.join(f'{table[meant][taken]:>8}' for taken in MEANINGS)}")
    assert table == CONFUSION, "\n".join(missed)


def test_the_corpus_is_balanced_over_languages_and_meanings() -> None:
    read = lines()
    languages = Counter(line["language"] for line in read)
    assert len(read) >= 250
    assert set(languages) == {rules.language for rules in LANGUAGES}
    for language in languages:
        meant = {line["means"] for line in read if line["language"] == language}
        assert meant == set(MEANINGS), f"{language} lacks lines that mean {set(MEANINGS) - meant}"
    assert len({line["text"] for line in read}) == len(read)


def test_no_opt_out_is_overlooked_and_nobody_is_opted_out_against_their_will() -> None:
    """The two errors that do harm; a doubt too many costs a human a glance."""
    for line in lines():
        taken = taken_for(line["text"])
        assert not (line["means"] == "stop" and taken == "none"), line
        assert not (line["means"] == "none" and taken == "stop"), line


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("We have got to STOP this terrible bill", None),
        ("please take me off your list", Certainty.SURE),
        ("ＳＴＯＰ！", Certainty.SURE),
        ("> Reply STOP to opt out\nWhat are your hours?", None),
        ("https://stop.example/unsubscribe", None),
        ("", None),
        ("👍", None),
    ],
)
def test_what_must_never_change(text: str, certainty: Certainty | None) -> None:
    understood = understand(text)
    assert (understood.certainty if understood else None) is certainty


@given(st.text(max_size=400))
def test_any_text_at_all_is_read(text: str) -> None:
    understand(text)


@given(st.sampled_from([line["text"] for line in lines()]))
def test_capitals_and_blanks_and_courtesy_change_nothing(text: str) -> None:
    assert taken_for(text.upper()) == taken_for(text)
    assert taken_for(f"  {text}\n") == taken_for(text)


@given(st.text(max_size=300))
def test_a_text_that_is_plain_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)).split() == plain(text).split()


@pytest.mark.parametrize("rules", LANGUAGES, ids=lambda rules: rules.language)
def test_every_rule_of_a_language_is_a_pattern_that_reads_plain_text(rules: Rules) -> None:
    for group in (rules.insistent, rules.harmless, rules.limited, rules.stop, rules.unsure):
        for name, pattern in group.items():
            re.compile(folded(pattern))
            assert not re.search(r"\\[A-Z]", pattern), f"{name}: folding would turn this escape round"
            assert not re.search(r"\(\d, ?\d?\)", pattern), f"{name}: braces were lost in an f-string"
