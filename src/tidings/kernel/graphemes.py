"""Grapheme clusters, by the rules of Unicode 10.0 (UAX #29), which Twilio's own segment calculator follows.

Newer Unicode versions join more (every emoji modifier, every pictograph behind a joiner). Counting as Twilio
counts is worth more here than being newer: the difference would show on a bill.
"""

import re

from tidings.data import tables

_CLASSES = (
    *("Control", "Extend", "ZWJ", "SpacingMark", "Prepend", "Regional_Indicator"),
    *("E_Base", "E_Base_GAZ", "E_Modifier", "Glue_After_Zwj", "L", "V", "T", "LV"),
)
_JOINING = {"Extend", "ZWJ", "SpacingMark", "Prepend", "Regional_Indicator", "E_Modifier", "L", "V", "T"}

# A class is written as one of the code points that Unicode promises never to make a character.
_LETTER = {name: chr(0xFDD0 + number) for number, name in enumerate(_CLASSES)}


def _read() -> tuple[dict[int, str], frozenset[str]]:
    """The letter of every code point that has a class, and the characters that can join their neighbour."""
    letters = dict.fromkeys(map(ord, _LETTER.values()), " ")
    # Hangul syllables without a final consonant are every 28th of their block; the others keep their own code.
    letters |= dict.fromkeys(range(0xAC00, 0xD7A4, 28), _LETTER["LV"])
    joiners: set[str] = set()
    for row in tables.rows("grapheme_break.csv"):
        points = range(int(row["first"], 16), int(row["last"], 16) + 1)
        letters |= dict.fromkeys(points, _LETTER[row["class"]])
        if row["class"] in _JOINING:
            joiners.update(map(chr, points))
    return letters, frozenset(joiners)


_LETTERS, JOINERS = _read()


def _cluster_of_letters() -> re.Pattern[str]:
    control, extend, zwj, spacing, prepend, flag, base, base_gaz, tone, glue, lead, vowel, final, open_ = (
        _LETTER[name] for name in _CLASSES
    )
    joins = f"[{extend}{spacing}{zwj}]"
    # Two places follow the calculator and not the standard: a flag takes one joiner at most, and between a
    # person and the tone of its skin stands one at most.
    flags = f"(?:{prepend}++{flag}|{flag}{{2}}){joins}?+"
    syllable = f"{lead}*+(?:{vowel}++|{open_}{vowel}*+|[\uac00-\ud7a3]){final}*+|{lead}++|{final}++"
    core = f"{syllable}|[{base}{base_gaz}]{extend}?+{tone}"
    plain = f"[^{extend}{spacing}{zwj}{control}]"
    glued = f"{base_gaz}{extend}?+{tone}|[{glue}{base_gaz}]"
    tail = f"(?:[{extend}{spacing}]|{zwj}(?:{glued})?+)"
    return re.compile(
        f"{flags}|(?:{prepend}++(?:{core}|{plain})?+|{core}|{plain}(?={joins})|(?={joins})){tail}*+"
    )


_CLUSTER = _cluster_of_letters()


def clusters(text: str) -> list[tuple[int, int]]:
    """Start and end, in code points, of every cluster of `text` that has two code points or more."""
    found = map(re.Match[str].span, _CLUSTER.finditer(text.translate(_LETTERS)))
    return [(start, end) for start, end in found if end - start > 1]


def reach_over(before: str, after: str) -> tuple[int, int] | None:
    """The cluster that lies partly in `before`, which begins with a whole one, and partly in `after`.

    Gives its start in the one and its end in the other, in code points; None where none does."""
    text, border = before + after, len(before)
    # Between two characters of which neither joins is a border, wherever the search for it begins.
    start, end = max(border - 1, 0), border
    while start > 0 and (text[start] in JOINERS or text[start - 1] in JOINERS):
        start -= 1
    while 0 < end < len(text) and (text[end] in JOINERS or text[end - 1] in JOINERS):
        end += 1
    for first, last in clusters(text[start:end]):
        if start + first < border < start + last:
            return start + first, start + last - border
    return None
