"""Grapheme clusters, by the rules of Unicode 10.0 (UAX #29), which Twilio's own segment calculator follows.

Newer Unicode versions join more (every emoji modifier, every pictograph behind a joiner). Counting as Twilio
counts is worth more here than being newer: the difference would show on a bill.
"""

import re
from functools import cache

from tidings.data import tables

_JOINERS = ("Extend", "ZWJ", "SpacingMark", "Prepend", "Regional_Indicator", "E_Modifier", "L", "V", "T")


def clusters(text: str) -> list[tuple[int, int]]:
    """Start and end, in code points, of every cluster of `text` that has two code points or more."""
    search, match = _joiner().search, _cluster().match
    spans = []
    place = 0
    while found := search(text, place):
        # What stands before the next joiner joins nothing itself, so a cluster begins there or at the joiner.
        start = max(found.start() - 1, place)
        cluster = match(text, start)
        if cluster is None:
            start = found.start()
            cluster = match(text, start)
        place = cluster.end() if cluster else found.end()
        if place - start > 1:
            spans.append((start, place))
    return spans


def may_join(text: str) -> bool:
    """Whether any character of `text` could join its neighbour; False means that `clusters` is empty."""
    return _joiner().search(text) is not None


def reach_over(before: str, after: str) -> tuple[int, int] | None:
    """The cluster that lies partly in `before`, which begins with a whole one, and partly in `after`.

    Gives its start in the one and its end in the other, in code points; None where none does."""
    text, border = before + after, len(before)
    joins, match = _joiner().match, _cluster().match
    # Between two characters that join nothing is a border, wherever the search for it begins.
    place = max(border - 1, 0)
    while place > 0 and (joins(text, place) or joins(text, place - 1)):
        place -= 1
    while place < border:
        cluster = match(text, place)
        end = cluster.end() if cluster else place + 1
        if end > border:
            return place, end - border
        place = end
    return None


@cache
def _ranges() -> list[tuple[int, int, str]]:
    """First and last code point, and class of GraphemeBreakProperty."""
    ranges = [
        (int(row["first"], 16), int(row["last"], 16), row["class"])
        for row in tables.rows("grapheme_break.csv")
    ]
    # Hangul syllables without a final consonant are every 28th of their block.
    return ranges + [(syllable, syllable, "LV") for syllable in range(0xAC00, 0xD7A4, 28)]


def _set(ranges: list[tuple[int, int, str]], *names: str) -> str:
    return "".join(f"\\U{first:08X}-\\U{last:08X}" for first, last, name in ranges if name in names)


def _one_of(*names: str) -> str:
    """A pattern for one character of these classes; within 16 bits the engine turns the set into a bitmap."""
    narrow = _set([r for r in _ranges() if r[1] < 0x10000], *names)
    wide = _set([r for r in _ranges() if r[1] >= 0x10000], *names)
    either = [f"[{narrow}]"] * bool(narrow) + [f"(?![\\0-\\uffff])[{wide}]"] * bool(wide)
    return f"(?:{'|'.join(either)})"


@cache
def _joiner() -> re.Pattern[str]:
    return re.compile(_one_of(*_JOINERS))


@cache
def _cluster() -> re.Pattern[str]:
    lead, vowel, final, open_syllable = (_one_of(name) for name in ("L", "V", "T", "LV"))
    syllable = (
        f"{lead}*+(?:{vowel}++|{open_syllable}{vowel}*+|(?!{open_syllable})[\\uAC00-\\uD7A3]){final}*+"
        f"|{lead}++|{final}++"
    )
    extend, joiner, tone = _one_of("Extend"), _one_of("ZWJ"), _one_of("E_Modifier")
    toned = f"{_one_of('E_Base', 'E_Base_GAZ')}{extend}?+{tone}"
    glued = f"(?:{_one_of('E_Base_GAZ')}{extend}?+{tone}|{_one_of('Glue_After_Zwj', 'E_Base_GAZ')})"
    joins = _one_of("Extend", "SpacingMark", "ZWJ")
    tail = f"(?:{_one_of('Extend', 'SpacingMark')}|{joiner}{glued}?+)"
    core = f"{syllable}|{toned}"
    plain = f"(?!{joins}|{_one_of('Control')})(?s:.)"
    before, flag_letter = _one_of("Prepend"), _one_of("Regional_Indicator")
    # Two places follow the calculator and not the standard: a flag takes one joiner at most, and between a
    # person and the tone of its skin stands one at most.
    return re.compile(
        f"(?:{before}++{flag_letter}|{flag_letter}{{2}}){joins}?+"
        f"|(?:{before}++(?:{core}|{plain})?+|{core}|{plain}(?={joins})|(?={joins})){tail}*+"
    )
