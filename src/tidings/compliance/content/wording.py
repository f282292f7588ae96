"""What stands in a text: words, links, numbers, ways to opt out, capitals. Pure, and quick where there is nothing."""

import re
from dataclasses import dataclass
from functools import lru_cache

from tidings.compliance.content.words import (
    CHAT_HOSTS,
    FIRST_UNSPACED,
    SHORT_HOSTS,
    STOP_ANYWHERE,
    STOP_WORDS,
    TOP_LEVELS,
)
from tidings.compliance.topics import topics_of
from tidings.kernel import gsm7
from tidings.kernel.segments import explain, measure
from tidings.senders.registration.wording import says_how_to_leave

MOST_REMEMBERED = 4096
FEWEST_CAPITALS = 20
MOST_CHARACTERS_NAMED = 12

_MARKS = '\t\n\r.,;:!?"()[]{}<>*/\\|=+_~#@$%&^-–—…¡¿«»„“”‘、。！？：；，「」【】（）'
_BLANKS = bytes(ord(" ") if octet < 0x80 and chr(octet) in _MARKS else octet for octet in range(256))
_WIDE_MARKS = "".join(mark for mark in _MARKS if not mark.isascii())
_LINK = re.compile(
    r"(?:https?://|(?<![\w@.-]))"
    r"(?P<host>(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?P<top>[a-z]{2,24}|xn--[a-z0-9-]+))(?![\w.-]*@)\b"
    r"(?::\d+)?(?P<path>[/?#]\S*)?",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w/])\+?\d(?:[\s().-]{0,2}\d){6,13}(?!\w)")
_FREE_CALL = re.compile(r"080[-\s]?\d{3,4}[-\s]?\d{3,4}")
_MANY_MARKS = re.compile(r"!{3,}|\?{3,}|\${3,}")
_NOT_CAPITALS = bytes(octet for octet in range(256) if not 0x41 <= octet <= 0x5A)
_NOT_SMALL = bytes(octet for octet in range(256) if not 0x61 <= octet <= 0x7A)
_ALPHABET = gsm7.BASIC | gsm7.EXTENSION
_NAMED_FIRST = re.compile(
    r"\W*[^\W\d_][\w&'’.+@/ -]{0,39}?[\])】]?\s*(?:[:：]|\s[-–—|]\s)|[\[【(][^\])】]{2,40}[\])】]"
)
_NAMED_WITHIN = re.compile(r"\b(?:from|at|with|by|of|your|de|chez|von|bei|en|da)\s+[A-Z0-9][\w&'’.+-]+")


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    host: str
    """Small letters, without `www.`."""

    @property
    def is_short(self) -> bool:
        """Whether its host is a shortener that anybody may use."""
        return self.host in SHORT_HOSTS

    @property
    def is_chat(self) -> bool:
        """Whether it leads into another messenger."""
        return self.host in CHAT_HOSTS


@dataclass(frozen=True, slots=True)
class Dear:
    """Characters that force UCS-2, and what that costs."""

    characters: str
    segments: int
    extra_segments: int
    """Segments that it would not need with like characters of the GSM alphabet in their place."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What one text has, whoever sends it and wherever it goes."""

    topics: tuple[tuple[str, str], ...] = ()
    """Delicate subjects, each with the phrase that names it."""
    links: tuple[Link, ...] = ()
    dear: Dear | None = None
    """None for a text of the GSM alphabet, and for one in a script that it does not have."""
    gsm: bool = True


_PLAIN = Wording()


def wording_of(text: str) -> Wording:
    topics = topics_of(text, words_of(text.lower()))
    links = links_of(text)
    gsm = gsm7.cells(text) is not None
    if gsm and not topics and not links:
        return _PLAIN
    return Wording(tuple(topics.items()), links, None if gsm else _dear(text), gsm)


def words_of(text: str) -> list[str]:
    """What stands between blanks and marks, in order. Octets are what one call of C can look up."""
    octets = text.encode("utf-8", "surrogatepass").translate(_BLANKS, b"'")
    blank = octets.decode("utf-8", "surrogatepass")
    if not text.isascii():
        blank = blank.replace("’", "")
        for mark in _WIDE_MARKS:
            blank = blank.replace(mark, " ")
    return blank.split()


def says_how_to_opt_out(text: str, *, shouting: bool | None = None) -> bool:
    """Whether it tells people how to get no more: a keyword in capitals in a text that is not, or a sentence.
    `shouting`: whether it `shouts`, if that is known."""
    if not (shouts(text) if shouting is None else shouting) and (
        "STOP" in text or not STOP_WORDS.isdisjoint(words_of(text))
    ):
        return True
    if not text.isascii() and (_FREE_CALL.search(text) or any(word in text for word in STOP_ANYWHERE)):
        return True
    return says_how_to_leave(text)


def phone_number(text: str) -> str:
    """The first telephone number in it, seven digits or more; empty when there is none."""
    found = _PHONE.search(text)
    return found[0] if found else ""


def shouts(text: str) -> bool:
    """Whether it is written in capitals for the most part: twenty or more, and twice as many as small letters."""
    octets = text.encode("ascii", "ignore")
    capitals = len(octets.translate(None, _NOT_CAPITALS))
    return capitals >= FEWEST_CAPITALS and capitals > 2 * len(octets.translate(None, _NOT_SMALL))


def many_marks(text: str) -> str:
    """Three marks or more of a kind in a row; empty when there are none."""
    if "!!" not in text and "??" not in text and "$$" not in text:
        return ""
    found = _MANY_MARKS.search(text)
    return found[0] if found else ""


def names(text: str, brands: tuple[str, ...]) -> bool:
    """Whether one of the brands stands in it, in any case, with or without blanks."""
    for brand in brands:
        if brand in text:
            return True
    folded = text.casefold()
    if any(brand.casefold() in folded for brand in brands):
        return True
    joined = _letters(folded)
    return any(_letters(brand.casefold()) in joined for brand in brands)


def seems_to_name_someone(text: str) -> bool:
    """Whether it has the shape of a text that says who writes: `Name: ...`, `[Name] ...`, `... from Name`."""
    return _NAMED_FIRST.match(text) is not None or _NAMED_WITHIN.search(text) is not None


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def links_of(text: str) -> tuple[Link, ...]:
    """The links in it, in order. A host alone is one where it ends as hosts commonly do."""
    if "." not in text.replace(". ", "  ").rstrip(".\n "):
        return ()
    found = []
    for word in text.split():
        if "." in word[1:-1] and (match := _LINK.search(word)) is not None:
            certain = match[0][:4].lower() in ("http", "www.") or match["path"] is not None
            if certain or match["top"].lower() in TOP_LEVELS:
                host = match["host"].lower().removeprefix("www.")
                found.append(Link(match[0].rstrip(".,;:!?)"), host))
    return tuple(found)


def _dear(text: str) -> Dear | None:
    """None for a text in another script: that is no slip. Scripts without blanks are, and a fifth of other letters."""
    outside = set(text) - _ALPHABET
    letters = [char for char in outside if char.isalpha()]
    if any(char >= FIRST_UNSPACED for char in letters) or 5 * sum(map(text.count, letters)) > len(text):
        return None
    cheaper = text
    for char in outside:
        cheaper = cheaper.replace(char, _cheaper(char))
    now = measure(text).segments
    named = "".join(sorted(outside, key=text.find)[:MOST_CHARACTERS_NAMED])
    return Dear(named, now, now - measure(cheaper).segments)


@lru_cache(maxsize=MOST_REMEMBERED)
def _cheaper(char: str) -> str:
    """What the GSM alphabet has in the place of a character; empty where it has nothing like it."""
    return explain(char).mended
