"""One stored contact: fit to be written to, or why not. Pure."""

from collections.abc import Collection

import msgspec

from tidings.kernel.instant import Instant
from tidings.lookup.known import Known
from tidings.lookup.package import LINE_TYPES
from tidings.lookup.resolve import LANDLINE
from tidings.lookup.scrub.judge import REJECTED_LINES, judge

SUPPRESSED, DEACTIVATED = "suppressed", "deactivated"


class Finding(msgspec.Struct, frozen=True):
    """`reason` is empty for one who can be written to; `code`: of the end that keeps a suppressed number back."""

    recipient: str
    reason: str
    country: str
    line_type: str
    code: int | None = None


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`keep`: lines that stay though they take no texts; `price`: of a message, in any money."""

    keep: list[str] = []
    price: float = 0.0


def fault_of(wanted: Wanted) -> str | None:
    strange = set(wanted.keep) - LINE_TYPES
    if strange:
        return (
            f"keep: {', '.join(sorted(strange))} is no line type; there are {', '.join(sorted(LINE_TYPES))}"
        )
    if not 0 <= wanted.price <= 1_000:
        return "price: is 0 to 1000"
    return None


def find(recipient: str, known: Known, *, keep: Collection[str], now: Instant) -> Finding:
    """What is wrong by the plans first, then by what is known of its line, then by how messages ended."""
    by_plan = judge(recipient, country="", rejected=REJECTED_LINES - set(keep), zones=_nowhere)
    if by_plan.reason:
        return Finding(recipient, by_plan.reason, by_plan.country, by_plan.line_type)
    line = _line_of(known) or by_plan.line_type
    if line in REJECTED_LINES - set(keep):
        return Finding(recipient, line, by_plan.country, line)
    lesson = known.lesson
    if lesson is not None and lesson.until is not None and lesson.until > now:
        return Finding(recipient, SUPPRESSED, by_plan.country, line, lesson.code)
    if known.deactivated is not None:
        return Finding(recipient, DEACTIVATED, by_plan.country, line)
    return Finding(recipient, "", by_plan.country, line)


def _line_of(known: Known) -> str | None:
    """What the account says, what receipts taught, what was imported."""
    if known.override is not None:
        return known.override.value
    if known.lesson is not None and known.lesson.code == LANDLINE:
        return "landline"
    return None if known.ported is None else known.ported.line_type


def _nowhere(_e164: str) -> str:
    return ""
