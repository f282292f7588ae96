"""Advanced Opt-Out: the keywords and replies that a service's owner has chosen, by country and language. Pure."""

import re
from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from tidings.compliance.opt_outs.vocabulary import (
    DEFAULT,
    DEFAULT_REPLIES,
    RESERVED,
    Found,
    Vocabulary,
    key_of,
)
from tidings.compliance.opt_outs.word import Word
from tidings.kernel.numbering_plan import REGIONS

LONGEST_KEYWORD = 34
LONGEST_REPLY = 320
MOST_SETS = 500
MOST_KEYWORDS = 100
_LANGUAGE = re.compile(r"[a-z]{2,3}")

Keyword = Annotated[str, Meta(min_length=1, max_length=LONGEST_KEYWORD)]
Reply = Annotated[str, Meta(min_length=1, max_length=LONGEST_REPLY)]


class WordSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What people may write for one thing, and what they are answered."""

    keywords: Annotated[list[Keyword], Meta(min_length=1, max_length=MOST_KEYWORDS)]
    reply: Reply


class LanguageSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=False):
    """One language, of one country or (country "") of all that have no keyword of their own for what is
    written."""

    language: str
    country: str = ""
    stop: WordSettings | None = None
    start: WordSettings | None = None
    help: WordSettings | None = None

    def words(self) -> Iterator[tuple[Word, WordSettings]]:
        """Those that are set."""
        for word, one in ((Word.STOP, self.stop), (Word.START, self.start), (Word.HELP, self.help)):
            if one is not None:
                yield word, one


class OptOutSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`enabled` puts these languages in the place of the default keywords and replies."""

    languages: Annotated[list[LanguageSettings], Meta(min_length=1, max_length=MOST_SETS)]
    enabled: bool = True


def default_settings() -> OptOutSettings:
    """What holds for a service without settings of its own, as one who begins to change it wants to see it."""

    def one(word: Word) -> WordSettings:
        known = [found.keyword for found in DEFAULT.by_country[""].values() if found.word is word]
        return WordSettings(known, DEFAULT_REPLIES[word])

    english = LanguageSettings("en", "", one(Word.STOP), one(Word.START), one(Word.HELP))
    return OptOutSettings([english], enabled=False)


def faults_of(settings: OptOutSettings) -> list[str]:
    """All that is wrong with settings, a sentence each; empty when they may be kept."""
    return [*_wrong_languages(settings), *_clashing_keywords(settings), *_missing_reserved(settings)]


def vocabulary_of(settings: OptOutSettings) -> Vocabulary:
    """What a service with these settings answers to."""
    if not settings.enabled:
        return DEFAULT
    by_country: dict[str, dict[str, Found]] = {}
    for one in settings.languages:
        known = by_country.setdefault(one.country, {})
        for word, own in one.words():
            for keyword in own.keywords:
                known[key_of(keyword)] = Found(word, keyword, own.reply, one.language)
    return Vocabulary(by_country, advanced=True)


def _wrong_languages(settings: OptOutSettings) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for one in settings.languages:
        if _LANGUAGE.fullmatch(one.language) is None:
            yield f"{one.language!r} is no language: write an ISO 639 code such as es."
        if one.country and one.country not in REGIONS:
            yield f"{one.country!r} is no country: write an ISO 3166 code such as MX, or nothing for all."
        if (one.country, one.language) in seen:
            yield f"{_name(one)} stands there twice."
        seen.add((one.country, one.language))


def _clashing_keywords(settings: OptOutSettings) -> Iterator[str]:
    """A keyword means one thing in a country, and what is reserved means what it means everywhere."""
    taken: dict[tuple[str, str], str] = {}
    for one in settings.languages:
        for word, own in one.words():
            for keyword in own.keywords:
                key = key_of(keyword)
                place = f"{word.value} of {_name(one)}"
                if not key:
                    yield f"A keyword of {place} is blank."
                elif RESERVED.get(key, word) is not word:
                    yield f"{keyword!r} always means {RESERVED[key].value}: take it out of {place}."
                elif (one.country, key) in taken:
                    yield f"{keyword!r} is a keyword of {taken[one.country, key]} and of {place}."
                taken.setdefault((one.country, key), place)


def _missing_reserved(settings: OptOutSettings) -> Iterator[str]:
    english = next((one for one in settings.languages if (one.country, one.language) == ("", "en")), None)
    if english is None:
        yield "English without a country is missing: it holds STOP, START, UNSTOP and HELP."
        return
    has = {word: {key_of(keyword) for keyword in own.keywords} for word, own in english.words()}
    for key, word in RESERVED.items():
        if key not in has.get(word, set()):
            yield f"{key.upper()} cannot be removed from the {word.value} keywords of {_name(english)}."


def _name(one: LanguageSettings) -> str:
    return f"language {one.language} in {one.country}" if one.country else f"language {one.language}"
