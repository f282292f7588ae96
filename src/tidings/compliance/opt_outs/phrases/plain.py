"""A text made plain for the rules: one spelling, one kind of quotation mark, punctuation as words of its own. Pure.

Sentences are parted by ` . `, clauses by ` , `, and what is quoted stands between ` " `; a stop sign or a raised hand is
the word `stopsign`. Accents of Latin, Greek and Cyrillic letters are gone, and so is the apostrophe of an English
contraction; any other apostrophe is a blank.
"""

import re
import unicodedata

LONGEST_READ = 1000
"""Characters of a text that are read: who wants to be left alone says so sooner."""

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
_SIGNS = re.compile("[🛑✋🚫⛔]")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+")
_QUOTES = re.compile("[\"“”„‟«»「」『』〝〞]|''|``")
_QUOTED_LINE = re.compile(r"^>[^\n]*", re.MULTILINE)
_CONTRACTION = re.compile(r"(?<=[a-z])['’‘ʼ`´](?=(?:t|s|re|ll|ve|m|d)\b)")
_SPELLED = re.compile(r"\bs[\W_]{1,3}t[\W_]{1,3}o[\W_]{1,3}p\b")
_DISGUISED = re.compile(r"(?<!\w)(?:st0p|5top|\$top|5t0p|sto9)(?!\w)")
_LONG_DRAWN = re.compile(r"([a-zа-я])\1{2,}")
_SENTENCE_ENDS = re.compile(r"[.!?…。！？；;\n]+")
_CLAUSE_ENDS = re.compile(r"[,:、，：()\[\]–—]|(?<=\s)-+(?=\s)")
_OTHER = re.compile(r"[^\w\s.,\"~]|_")
_BLANKS = re.compile(r"\s+")


def folded(text: str) -> str:
    """Letters of one case, without accents and of one width."""
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(char for char in parts if not "\u0300" <= char <= "\u036f")
    return unicodedata.normalize("NFKC", kept).translate(_LETTERS)


def plain(text: str) -> str:
    """The text as the rules read it, with a blank at either end."""
    text = folded(_SIGNS.sub(" stopsign ", text[:LONGEST_READ]))
    text = _QUOTED_LINE.sub(" ", _ADDRESS.sub(" ", text))
    text = _CONTRACTION.sub("", _QUOTES.sub(' " ', text))
    text = _DISGUISED.sub("stop", _SPELLED.sub("stop", text))
    text = _LONG_DRAWN.sub(r"\1", text)
    text = _CLAUSE_ENDS.sub(" , ", _SENTENCE_ENDS.sub(" . ", text))
    return f" {_BLANKS.sub(' ', _OTHER.sub(' ', text)).strip()} "
