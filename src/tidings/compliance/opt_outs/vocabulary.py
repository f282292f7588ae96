"""The keywords that a service, or a sender without one, answers to, and with what. Pure.

A keyword counts when it is the whole message, blanks at the ends aside, in whatever case and with or without accents.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from tidings.compliance.opt_outs.word import Word
from tidings.data import tables

DEFAULT_REPLIES: Mapping[Word, str] = MappingProxyType(
    {
        Word.STOP: (
            "You have successfully been unsubscribed. You will not receive any more messages from this number. "
            "Reply START to resubscribe."
        ),
        Word.START: (
            "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
            "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
        ),
        Word.HELP: "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    }
)
"""Twilio's own, to the letter."""

RESERVED: Mapping[str, Word] = MappingProxyType(
    {"stop": Word.STOP, "start": Word.START, "unstop": Word.START, "help": Word.HELP}
)
"""What these mean nobody can change."""


def key_of(text: str) -> str:
    """What two spellings of one keyword have in common: no case, no accents, single blanks."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(char for char in folded if not "\u0300" <= char <= "\u036f")
    return " ".join(unicodedata.normalize("NFKC", kept).split())


class Found(NamedTuple):
    word: Word
    keyword: str
    """As it stands in the vocabulary."""
    reply: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Keywords of a country come before those of the standard (country ""); what neither has but is
    reserved keeps its meaning."""

    by_country: Mapping[str, Mapping[str, Found]]
    advanced: bool = False
    """Whether it is a service's own (Advanced Opt-Out)."""

    def find(self, text: str, *, country: str) -> Found | None:
        """What the whole text means to a person of this country; None when it is no keyword."""
        key = key_of(text)
        for one in (country, ""):
            found = self.by_country.get(one, {}).get(key)
            if found is not None:
                return found
        word = RESERVED.get(key)
        return None if word is None else Found(word, key.upper(), self.reply_of(word, country=country))

    def reply_of(self, word: Word, *, country: str, language: str = "en") -> str:
        """The answer to a person who said so in other words: in their language if there is one, in any other
        of their country's if not; the country's first, then the standard's."""
        known = [
            found
            for one in (country, "")
            for found in self.by_country.get(one, {}).values()
            if found.word is word
        ]
        spoken = [found for found in known if found.language == language]
        return (spoken or known)[0].reply if known else DEFAULT_REPLIES[word]


def keywords(*, heard: str) -> Sequence[tuple[str, str, Word]]:
    """Keyword, language and meaning of those of our table that are `heard` so."""
    return [
        (row["keyword"], row["language"], Word[row["word"].upper()])
        for row in tables.rows("opt_out_keywords.csv")
        if row["heard"] == heard
    ]


DEFAULT = Vocabulary(
    {
        "": {
            key_of(keyword): Found(word, keyword, DEFAULT_REPLIES[word], language)
            for keyword, language, word in keywords(heard="default")
        }
    }
)
"""What long codes and services answer to without settings of their own."""
