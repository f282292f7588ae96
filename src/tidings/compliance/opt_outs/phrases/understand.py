"""What a text says about being written to, in whatever words. Pure."""

import re
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import NamedTuple

from tidings.compliance.opt_outs.phrases.chinese import CHINESE
from tidings.compliance.opt_outs.phrases.dutch import DUTCH
from tidings.compliance.opt_outs.phrases.english import ENGLISH
from tidings.compliance.opt_outs.phrases.french import FRENCH
from tidings.compliance.opt_outs.phrases.german import GERMAN
from tidings.compliance.opt_outs.phrases.italian import ITALIAN
from tidings.compliance.opt_outs.phrases.japanese import JAPANESE
from tidings.compliance.opt_outs.phrases.plain import plain
from tidings.compliance.opt_outs.phrases.polish import POLISH
from tidings.compliance.opt_outs.phrases.portuguese import PORTUGUESE
from tidings.compliance.opt_outs.phrases.russian import RUSSIAN
from tidings.compliance.opt_outs.phrases.spanish import SPANISH
from tidings.compliance.opt_outs.phrases.swedish import SWEDISH
from tidings.compliance.opt_outs.vocabulary import keywords
from tidings.compliance.opt_outs.word import Word

LANGUAGES = (
    ENGLISH,
    SPANISH,
    FRENCH,
    GERMAN,
    ITALIAN,
    PORTUGUESE,
    DUTCH,
    POLISH,
    SWEDISH,
    RUSSIAN,
    JAPANESE,
    CHINESE,
)

# Told of a message by the phone of whoever liked or laughed at it: nobody's own words.
_REACTION = re.compile(
    r'^ (?:liked|loved|disliked|laughed at|emphasized|questioned|reacted \w+ to|removed an? \w+ (?:reaction )?from) "'
)
_QUOTED = re.compile(r'" [^"]* "')
_MARKS = re.compile(r'[.,"~]')
_FEW_WORDS = 5


class Certainty(Enum):
    SURE = "sure"
    """It is an opt-out."""
    UNSURE = "unsure"
    """It may be one: a human decides."""


class Understood(NamedTuple):
    certainty: Certainty
    language: str
    rule: str
    """What was found, in a few words."""


def understand(text: str) -> Understood | None:
    """Whether the text is an opt-out, or may be one; None for anything else."""
    read = plain(text)
    alone = _alone(read)
    if alone is not None:
        return alone
    spoken = [rules for rules in LANGUAGES if rules.trigger.search(read)]
    if not spoken or _REACTION.match(read):
        return None
    for rules in spoken:
        name = rules.find("insistent", read.replace('"', ""))
        if name is not None:
            return Understood(Certainty.SURE, rules.language, name)
    read = _own_words(read)
    for rules in spoken:
        if rules.passed_over is not None:
            read = rules.passed_over.sub(" ~ ", read)
    for group, certainty in (
        ("limited", Certainty.UNSURE),
        ("stop", Certainty.SURE),
        ("unsure", Certainty.UNSURE),
    ):
        for rules in spoken:
            name = rules.find(group, read)
            if name is not None:
                return Understood(certainty, rules.language, name)
    return None


def _alone(read: str) -> Understood | None:
    """A keyword of any language with nothing but courtesies round it."""
    words = _MARKS.sub(" ", read).split()
    if not words or len(words) > 2 * _FEW_WORDS:
        return None
    if set(words) == {"stopsign"}:
        return Understood(Certainty.UNSURE, "", "a stop sign")
    words = [
        word for word, before in zip(words, ["", *words], strict=False) if word not in ("stopsign", before)
    ]
    text = " ".join(_without_courtesies(words))
    return _keywords().get(text) or _keywords().get(text.replace(" ", ""))


def _without_courtesies(words: list[str]) -> list[str]:
    """What is left when please and thanks are taken from both ends; one word stays at least."""
    firsts, lasts = _courtesies()
    again = True
    while again and len(words) > 1:
        again = False
        for courtesy in firsts.get(words[0], ()):
            if words[: len(courtesy)] == courtesy and len(words) > len(courtesy):
                words, again = words[len(courtesy) :], True
                break
        for courtesy in lasts.get(words[-1], ()):
            if words[-len(courtesy) :] == courtesy and len(words) > len(courtesy):
                words, again = words[: -len(courtesy)], True
                break
    return words


@cache
def _courtesies() -> tuple[Mapping[str, list[list[str]]], Mapping[str, list[list[str]]]]:
    """By their first words and by their last, the longest first: a thank you very much goes before a thank you."""
    told = {plain(one).strip() for rules in LANGUAGES for one in rules.courtesies}
    firsts: dict[str, list[list[str]]] = {}
    lasts: dict[str, list[list[str]]] = {}
    for words in sorted((one.split() for one in told), key=len, reverse=True):
        firsts.setdefault(words[0], []).append(words)
        lasts.setdefault(words[-1], []).append(words)
    return firsts, lasts


@cache
def _keywords() -> Mapping[str, Understood]:
    known = {}
    for heard, certainty in (
        ("unsure", Certainty.UNSURE),
        ("alone", Certainty.SURE),
        ("default", Certainty.SURE),
    ):
        for keyword, language, word in keywords(heard=heard):
            if word is Word.STOP:
                known[plain(keyword).strip()] = Understood(certainty, language, f"{keyword} alone")
    return known


def _own_words(read: str) -> str:
    """The text without what is quoted in it, unless it is nothing but a quotation."""
    without = _QUOTED.sub(" ~ ", read)
    return without if _MARKS.sub("", without).strip() else read.replace('"', "")
