"""Advanced Opt-Out: what an owner may choose, and what a person then hears."""

from typing import Any

import msgspec
import pytest

from tidings.compliance.opt_outs.settings import (
    OptOutSettings,
    default_settings,
    faults_of,
    vocabulary_of,
)
from tidings.compliance.opt_outs.vocabulary import DEFAULT
from tidings.compliance.opt_outs.word import Word

ENGLISH: dict[str, Any] = {
    "language": "en",
    "stop": {"keywords": ["STOP", "Leave"], "reply": "Gone. START brings you back."},
    "start": {"keywords": ["START", "UNSTOP", "JOIN"], "reply": "Welcome to Joe's."},
    "help": {"keywords": ["HELP"], "reply": "Joe's Pizza, 555-0100."},
}
MEXICO: dict[str, Any] = {
    "language": "es",
    "country": "MX",
    "stop": {"keywords": ["BAJA", "STOP"], "reply": "Listo, no recibirás más mensajes."},
    "help": {"keywords": ["AYUDA"], "reply": "Pizzería Joe."},
}


def settings(*languages: dict[str, Any], **more: Any) -> OptOutSettings:
    return msgspec.convert({"languages": list(languages), **more}, OptOutSettings)


def test_the_defaults_may_be_kept_as_they_are() -> None:
    assert faults_of(default_settings()) == []
    enabled = vocabulary_of(msgspec.structs.replace(default_settings(), enabled=True))
    assert enabled.by_country == DEFAULT.by_country


@pytest.mark.parametrize(
    ("text", "country", "word", "reply"),
    [
        ("leave", "US", Word.STOP, "Gone. START brings you back."),
        ("join", "", Word.START, "Welcome to Joe's."),
        ("baja", "MX", Word.STOP, "Listo, no recibirás más mensajes."),
        ("Stop", "MX", Word.STOP, "Listo, no recibirás más mensajes."),
        ("leave", "MX", Word.STOP, "Gone. START brings you back."),
        ("help", "MX", Word.HELP, "Joe's Pizza, 555-0100."),
    ],
)
def test_a_countrys_keywords_come_first_then_the_standard_ones(
    text: str, country: str, word: Word, reply: str
) -> None:
    found = vocabulary_of(settings(ENGLISH, MEXICO)).find(text, country=country)
    assert found is not None
    assert (found.word, found.reply) == (word, reply)


@pytest.mark.parametrize(("text", "country"), [("baja", "US"), ("quit", "US"), ("yes", "MX")])
def test_what_is_in_neither_is_no_keyword(text: str, country: str) -> None:
    assert vocabulary_of(settings(ENGLISH, MEXICO)).find(text, country=country) is None


def test_settings_that_are_switched_off_leave_the_defaults() -> None:
    assert vocabulary_of(settings(ENGLISH, enabled=False)) is DEFAULT


@pytest.mark.parametrize(
    ("country", "language", "reply"),
    [
        ("MX", "es", "Listo, no recibirás más mensajes."),
        ("MX", "fr", "Listo, no recibirás más mensajes."),
        ("US", "es", "Gone. START brings you back."),
    ],
)
def test_who_says_it_in_other_words_is_answered_in_the_nearest_language(
    country: str, language: str, reply: str
) -> None:
    vocabulary = vocabulary_of(settings(ENGLISH, MEXICO))
    assert vocabulary.reply_of(Word.STOP, country=country, language=language) == reply


def changed(one: dict[str, Any], word: str, **values: Any) -> dict[str, Any]:
    return one | {word: one[word] | values}


@pytest.mark.parametrize(
    ("languages", "fault"),
    [
        ([changed(ENGLISH, "stop", keywords=["Leave"])], "STOP cannot be removed"),
        ([changed(ENGLISH, "start", keywords=["START"])], "UNSTOP cannot be removed"),
        ([changed(ENGLISH, "help", keywords=["INFO"])], "HELP cannot be removed"),
        ([MEXICO], "English without a country is missing"),
        ([ENGLISH, changed(MEXICO, "help", keywords=["BAJA"])], "'BAJA' is a keyword of STOP"),
        ([ENGLISH, changed(MEXICO, "help", keywords=["baja"])], "'baja' is a keyword of STOP"),
        ([ENGLISH, MEXICO, MEXICO | {"language": "nah"}], "'BAJA' is a keyword of STOP of language es in MX"),
        ([ENGLISH, MEXICO, MEXICO], "stands there twice"),
        ([ENGLISH, changed(MEXICO, "stop", keywords=["HELP"])], "'HELP' always means HELP"),
        ([ENGLISH, changed(MEXICO, "stop", keywords=[" "])], "blank"),
        ([ENGLISH, MEXICO | {"country": "XX"}], "'XX' is no country"),
        ([ENGLISH, MEXICO | {"language": "Spanish"}], "'Spanish' is no language"),
    ],
)
def test_what_would_confuse_is_refused(languages: list[dict[str, Any]], fault: str) -> None:
    assert any(fault in told for told in faults_of(settings(*languages))), faults_of(settings(*languages))


def test_the_same_keyword_in_two_countries_is_no_clash() -> None:
    assert faults_of(settings(ENGLISH, MEXICO, MEXICO | {"country": "ES"})) == []


@pytest.mark.parametrize(
    "one",
    [
        changed(ENGLISH, "stop", keywords=["STOP", "x" * 35]),
        changed(ENGLISH, "stop", keywords=[]),
        changed(ENGLISH, "help", reply="x" * 321),
        changed(ENGLISH, "help", reply=""),
        ENGLISH | {"halt": ENGLISH["stop"]},
    ],
)
def test_limits_of_length_are_kept(one: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        settings(one)
    assert faults_of(settings(changed(ENGLISH, "stop", keywords=["STOP", "x" * 34], reply="x" * 320))) == []
