"""Area codes of the US and Canada that serve the same places. Pure."""

from collections import defaultdict
from functools import cache

from tidings.data import tables
from tidings.senders.sender import Kind, Sender


def area_code_of(number: str) -> str:
    """The area code of a number with calling code 1; "" for any other."""
    return number[2:5] if number.startswith("+1") and len(number) == 12 else ""


def area_of(sender: Sender) -> str:
    """Where a long code is from; nothing else is from anywhere."""
    return area_code_of(sender.address) if sender.kind is Kind.LONG_CODE else ""


def same_place(area_code: str) -> frozenset[str]:
    """The area code itself, and those that overlay it or that it overlays."""
    return _overlays().get(area_code) or frozenset({area_code})


@cache
def _overlays() -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in tables.rows("area_code_overlays.csv"):
        codes = row["area_codes"].split()
        for code in codes:
            found[code].update(codes)
    return {code: frozenset(codes) for code, codes in found.items()}
