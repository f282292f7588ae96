"""How a text is cut into the parts that a carrier meters: 3GPP TS 23.038 and 23.040, as Twilio counts them.

A part holds 160 septets or 70 UTF-16 units; where there are several, each gives six octets to the header that
joins them again, which leaves 153 and 67. Parts are filled greedily. An escape pair, a surrogate pair or a
grapheme cluster is never cut; only a cluster that no part can hold is, between two of its code points.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from tidings.kernel import graphemes, gsm7
from tidings.kernel.smart_encoding import smart

MAX_BODY = 1600
"""Characters of the longest body that is taken."""

SINGLE_SEPTETS, JOINED_SEPTETS = 160, 153
SINGLE_UNITS, JOINED_UNITS = 70, 67


class Encoding(Enum):
    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


@dataclass(frozen=True, slots=True)
class Measure:
    encoding: Encoding
    segments: int
    units: int
    """Septets of GSM-7, UTF-16 code units of UCS-2; headers not counted."""


# A frozen value is dearer to make than the rest of a measurement, so they are made once and shared.
_ONE_PART_GSM7 = [Measure(Encoding.GSM7, 1, units) for units in range(SINGLE_SEPTETS + 1)]
_ONE_PART_UCS2 = [Measure(Encoding.UCS2, 1, units) for units in range(SINGLE_UNITS + 1)]

_shared_measure = lru_cache(maxsize=8192)(Measure)


def measure(text: str) -> Measure:
    """The encoding of `text`, and how many segments and units it takes. The empty text takes one segment."""
    cells = gsm7.cells(text)
    if cells is None:
        return _measure_ucs2(text)
    escapes = not cells.isascii()
    septets = gsm7.marked(cells) if escapes else cells
    units = len(septets)
    if units <= SINGLE_SEPTETS:
        return _ONE_PART_GSM7[units]
    segments = len(_septet_cuts(septets)) + 1 if escapes else -(-units // JOINED_SEPTETS)
    return _shared_measure(Encoding.GSM7, segments, units)


def _measure_ucs2(text: str) -> Measure:
    octets = text.encode("utf-16-le", "surrogatepass")
    units = len(octets) >> 1
    if units <= SINGLE_UNITS:
        return _ONE_PART_UCS2[units]
    return _shared_measure(Encoding.UCS2, len(_unit_cuts(octets)) + 1, units)


def split(text: str) -> list[str]:
    """The texts of the parts, in order. Joined they are `text` again; there are as many as `measure` says."""
    cells = gsm7.cells(text)
    if cells is None:
        octets = text.encode("utf-16-le", "surrogatepass")
        if len(octets) >> 1 <= SINGLE_UNITS:
            return [text]
        return [
            part.decode("utf-16-le", "surrogatepass")
            for part in _cut(octets, [cut * 2 for cut in _unit_cuts(octets)])
        ]
    septets = gsm7.marked(cells)
    if len(septets) <= SINGLE_SEPTETS:
        return [text]
    # A part of n septets with e escapes is n - e characters.
    parts = []
    start = 0
    for part in _cut(septets, _septet_cuts(septets)):
        end = start + len(part.decode())
        parts.append(text[start:end])
        start = end
    return parts


def _cut(octets: bytes, cuts: list[int]) -> list[bytes]:
    return [octets[start:end] for start, end in zip([0, *cuts], [*cuts, len(octets)], strict=True)]


def _septet_cuts(septets: bytes) -> list[int]:
    """Where the second and later parts begin; never behind an escape."""
    cuts = []
    cut = JOINED_SEPTETS
    while cut < len(septets):
        if septets[cut - 1] > 0xBF:
            cut -= 1
        cuts.append(cut)
        cut += JOINED_SEPTETS
    return cuts


def _unit_cuts(octets: bytes) -> list[int]:
    """Where the second and later parts begin, in UTF-16 units of a text written with the low octet first."""
    cuts = []
    start = 0
    cut = JOINED_UNITS
    while 2 * cut < len(octets):
        if octets[2 * cut + 1] & 0xFC == 0xDC and octets[2 * cut - 1] & 0xFC == 0xD8:
            cut -= 1
        # The characters on either side tell whether a cluster could reach over the cut; few ever do.
        near = octets[2 * cut - 4 : 2 * cut + 4].decode("utf-16-le", "surrogatepass")
        if not graphemes.JOINERS.isdisjoint(near):
            cut -= _units_before(cut, start, octets)
        cuts.append(cut)
        start = cut
        cut += JOINED_UNITS
    return cuts


def _units_before(cut: int, start: int, octets: bytes) -> int:
    """How far before `cut` a cluster begins that reaches over it and that a part can hold; 0 if none does."""
    before = octets[2 * start : 2 * cut].decode("utf-16-le", "surrogatepass")
    after = octets[2 * cut : 2 * (cut + JOINED_UNITS)].decode("utf-16-le", "surrogatepass")
    reach = graphemes.reach_over(before, after)
    if reach is None:
        return 0
    ahead = _units(before[reach[0] :])
    return ahead if ahead + _units(after[: reach[1]]) <= JOINED_UNITS else 0


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) >> 1


@dataclass(frozen=True, slots=True)
class Culprit:
    """A character that the GSM 7-bit alphabet does not have, and that so makes the whole text UCS-2."""

    character: str
    """A grapheme cluster: several code points where they make one character."""
    name: str
    position: int
    """Of its first occurrence, in code points from the start of the text."""
    times: int
    suggestion: str | None
    """What could stand in its place; empty where it can go, None where the alphabet has nothing like it."""


@dataclass(frozen=True, slots=True)
class Explanation:
    measure: Measure
    parts: tuple[str, ...]
    escapes: int
    """Characters that cost two septets each, in a GSM-7 text."""
    culprits: tuple[Culprit, ...]
    """In the order of their first occurrence; empty for a GSM-7 text."""
    mended: str
    """The text with each culprit replaced by its suggestion, or left out where there is none."""
    extra_segments: int
    """What the culprits cost: the segments that the mended text would not need."""
    smart: Measure
    """The measure of the text after smart encoding."""
    over_limit: int
    """Characters beyond the longest body that is taken."""


def explain(text: str) -> Explanation:
    """Why `text` costs what it costs, and what would make it cheaper. Far slower than `measure`."""
    now = measure(text)
    culprits: dict[str, Culprit] = {}
    mended = []
    for position, character in _characters(text):
        if gsm7.cells(character) is not None:
            mended.append(character)
            continue
        known = culprits.get(character)
        suggestion = known.suggestion if known else _suggestion(character)
        culprits[character] = Culprit(
            character=character,
            name=known.name if known else _name(character),
            position=known.position if known else position,
            times=known.times + 1 if known else 1,
            suggestion=suggestion,
        )
        mended.append(suggestion or "")
    return Explanation(
        measure=now,
        parts=tuple(split(text)),
        escapes=sum(map(text.count, gsm7.EXTENSION)) if now.encoding is Encoding.GSM7 else 0,
        culprits=tuple(culprits.values()),
        mended="".join(mended),
        extra_segments=now.segments - measure("".join(mended)).segments,
        smart=measure(smart(text)),
        over_limit=max(0, len(text) - MAX_BODY),
    )


def _characters(text: str) -> Iterator[tuple[int, str]]:
    """Every grapheme cluster with its place in code points."""
    place = 0
    for start, end in [*graphemes.clusters(text), (len(text), len(text))]:
        yield from enumerate(text[place:start], place)
        if end > start:
            yield start, text[start:end]
        place = end


def _suggestion(character: str) -> str | None:
    """The smart replacement; or the same in composed form; or its letters without their marks."""
    if gsm7.cells(smart(character)) is not None:
        return smart(character)
    composed = unicodedata.normalize("NFKC", character)
    if gsm7.cells(composed) is not None:
        return composed
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return bare if bare and gsm7.cells(bare) is not None else None


def _name(character: str) -> str:
    return " + ".join(unicodedata.name(point, f"U+{ord(point):04X}") for point in character)
