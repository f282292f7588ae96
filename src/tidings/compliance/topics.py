"""Which delicate subjects a text names: the phrases of `data/topics.csv`, whole words in any case. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tidings.data import tables

_ROWS = tuple(tables.rows("topics.csv"))
TOPICS = frozenset(row["topic"] for row in _ROWS)
"""Subjects that rules can name."""
SHAFT = frozenset({"adult", "hate", "alcohol", "firearms", "tobacco"})
"""Sex, hate, alcohol, firearms and tobacco: what carriers everywhere look for."""
_UNSPACED = frozenset({"zh", "ja", "ko"})
"""Languages that put no blanks between words, or none before their endings."""


def _phrases() -> tuple[Mapping[str, Sequence[tuple[str, str]]], Sequence[tuple[str, str]]]:
    """By first word, each phrase and its topic; and those of languages without blanks, found anywhere."""
    by_word: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    anywhere = []
    for row in _ROWS:
        for phrase in row["phrases"].split("|"):
            if row["language"] in _UNSPACED:
                anywhere.append((phrase, row["topic"]))
            else:
                by_word[phrase.split(" ", 1)[0]].append((phrase, row["topic"]))
    return dict(by_word), anywhere


_BY_WORD, _ANYWHERE = _phrases()
_FIRST_WORDS = frozenset(_BY_WORD)


def topics_of(text: str, words: Sequence[str]) -> Mapping[str, str]:
    """Each subject that is named, with the phrase that names it. `words`: those of the text, small, in order."""
    if _FIRST_WORDS.isdisjoint(words) and (text.isascii() or not _written_unspaced(text)):
        return {}
    joined = f" {' '.join(words)} "
    found: dict[str, str] = {}
    for word in _FIRST_WORDS.intersection(words):
        for phrase, topic in _BY_WORD[word]:
            if f" {phrase} " in joined:
                found.setdefault(topic, phrase)
    for phrase, topic in _ANYWHERE:
        if phrase in text:
            found.setdefault(topic, phrase)
    return dict(sorted(found.items()))


def _written_unspaced(text: str) -> bool:
    return max(text) >= "\u1100"
