"""How unlike two texts are, by the groups of three characters that they share. Pure.

What differs from person to person does not count: numbers, links, and in samples the places in brackets for them;
nor does the sentence about opting out, which all texts share.
"""

import re
from collections.abc import Sequence

from tidings.senders.registration.wording import says_how_to_leave

GRAM = 3

_ENDS = re.compile(r"(?<=[.!?])\s+|\n+")
_LINK = re.compile(r"(?:https?://|www\.)\S+|\S+\.\S+/\S*")
_PLACE = re.compile(r"\{\{[^}]*\}\}|\{[^}]*\}|\[[^\]]*\]|<[^>]*>")
_NUMBER = re.compile(r"[\d#]+(?:[.,:/-][\d#]+)*")
_NOT_WORDS = re.compile(r"[^\w#<>]+")

Grams = frozenset[str]


def grams_of(text: str) -> Grams:
    """The groups of characters of a text, word by word, so that the order of its words does not matter."""
    kept = " ".join(sentence for sentence in _ENDS.split(text) if not says_how_to_leave(sentence))
    plain = _NUMBER.sub("#", _PLACE.sub(" ", _LINK.sub(" ", kept))).casefold()
    grams: set[str] = set()
    for word in _NOT_WORDS.split(plain):
        if word:
            padded = f" {word} "
            grams.update(padded[start : start + GRAM] for start in range(max(1, len(padded) - GRAM + 1)))
    return frozenset(grams)


def distance(text: Grams, samples: Sequence[Grams]) -> float:
    """From 0, the same as one of the samples, to 1, nothing shared with any; 1 without samples. A text with nothing
    but what does not count is at 0: it says nothing else."""
    if not text:
        return 0.0
    return 1.0 - max((_alike(text, sample) for sample in samples), default=0.0)


def _alike(text: Grams, sample: Grams) -> float:
    """The cosine of the angle between two sets."""
    if not sample:
        return 0.0
    return float(len(text & sample) / (len(text) * len(sample)) ** 0.5)
