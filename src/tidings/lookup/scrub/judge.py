"""One number of a list: kept, repaired, or taken out for a reason. Pure."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from tidings.lookup.package import BY_PLAN
from tidings.lookup.scrub.swift import read_swiftly

REJECTED_LINES = frozenset(
    {"landline", "premium", "sharedCost", "tollFree", "uan", "voicemail", "pager", "personal"}
)
"""Lines that take no texts, or at a price to their owner; unless they are to be kept."""
DUPLICATE, EMPTY = "duplicate", "empty"

Zones = Callable[[str], str]
"""Where the owner of a number may be: time zones with semicolons between them."""


class Judged(NamedTuple):
    """What became of one number. `reason` is empty where it is kept; `repaired`: it was not written in E.164."""

    e164: str
    reason: str
    country: str
    line_type: str
    zones: str
    repaired: bool


def judge_all(texts: Sequence[str], *, country: str, keep: Collection[str], zones: Zones) -> list[Judged]:
    """In the order given; duplicates are not known here."""
    rejected = REJECTED_LINES - set(keep)
    return [judge(text, country=country, rejected=rejected, zones=zones) for text in texts]


def judge(text: str, *, country: str, rejected: Collection[str], zones: Zones) -> Judged:
    text = text.strip()
    if not text:
        return Judged("", EMPTY, "", "", "", False)
    number, told = read_swiftly(text, country)
    if number is None:
        assert told is not None
        return Judged("", told.errors[0].lower(), "", "", "", False)
    line_type = BY_PLAN[number.line_type]
    where = "" if number.region == "001" else number.region
    if line_type in rejected:
        return Judged(number.e164, line_type, where, line_type, "", text != number.e164)
    return Judged(number.e164, "", where, line_type, zones(number.e164), text != number.e164)
