"""A package of a number from the sources that we have ourselves, in their order; pure.

Overrides, then what receipts taught, then imported porting data, then what a provider said and is still believed, and
last the numbering plan, which tells to whom a number was once allocated and not who serves it now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

from phonenumbers import PhoneNumber as Parsed
from phonenumbers.carrier import name_for_number

from tidings.data import tables
from tidings.kernel.instant import Instant, parse_day
from tidings.lookup.known import Known
from tidings.lookup.number import Read
from tidings.lookup.package import BY_PLAN, LINE_STATUS, LINE_TYPE, Answer, Source, empty

NOT_ENABLED, OUT_OF_COVERAGE, FAILED = 60606, 60600, 60608
LANDLINE, DEAD, UNREACHABLE = 30006, 30005, 30003
_CARRIER_KEYS = ("carrier_name", "mobile_country_code", "mobile_network_code")

NOBODY = Source("none", "no source of this package is set up")


@cache
def plan_source() -> Source:
    """The numbering plan as a source, with the date of its release where the shipped table has it."""
    release = version("phonenumbers")
    dates = {row["release"]: row["date"] for row in tables.rows("numbering_plans.csv")}
    said = f"allocation, not current carrier (libphonenumber {release})"
    return Source("numbering_plan", said, parse_day(dates.get(release, "")))


def resolve(package: str, number: Read, known: Known, *, now: Instant) -> Answer | None:
    """What our own sources say of a valid number; None where only a provider could tell more."""
    cached = known.cached.get(package)
    said = None
    if cached is not None and cached.until > now:
        source = Source(cached.source, "told earlier", cached.at.date(), cached=True, until=cached.until)
        said = Answer(empty(package, **cached.values), {"*": source})
    if package == LINE_TYPE:
        return line_type(number, known, said)
    if package == LINE_STATUS:
        return _line_status(known) or said
    return said


def unresolved(package: str, number: Read, known: Known, *, failed: str | None, asked: bool) -> Answer:
    """What is told where no source knew: the plan's word of a line type, for others that there is none.

    `asked`: a provider was asked and knew nothing; `failed`: or could not be asked, and why.
    """
    if package == LINE_TYPE:
        return line_type(number, known, None, final=True, failed=failed) or _no_answer(package, failed, asked)
    if package == LINE_STATUS and not asked and failed is None:
        return Answer(empty(package, status="unknown"), {"*": NOBODY})
    return _no_answer(package, failed, asked)


def _no_answer(package: str, failed: str | None, asked: bool) -> Answer:
    code = FAILED if failed else OUT_OF_COVERAGE if asked else NOT_ENABLED
    source = (
        Source("none", failed or "the provider knows nothing of the number") if failed or asked else NOBODY
    )
    return Answer(empty(package, error_code=code), {"*": source})


def line_type(
    number: Read, known: Known, told: Answer | None, *, final: bool = False, failed: str | None = None
) -> Answer | None:
    """The line type and the carrier, each by the first source that has it. `final`: the plan may speak of both, since
    nobody else will. None where a provider is worth asking."""
    taken = _Taken({}, {})
    _take_ours(taken, known)
    if told is not None:
        taken.take({"type": told.values["type"]}, told.sources["*"])
        if "carrier_name" not in taken.values:
            taken.take({key: told.values[key] for key in _CARRIER_KEYS}, told.sources["*"])
    by_plan = BY_PLAN[number.line_type]
    if by_plan in _WITHOUT_CARRIER:
        taken.take({"type": by_plan}, plan_source())  # nobody knows better of a premium or toll-free number
    elif final:
        plan = plan_source()
        if failed is not None:
            plan = Source(plan.name, f"{plan.said}; the provider did not answer: {failed}", plan.as_of)
        taken.take({"type": by_plan}, plan)
        if taken.values["type"] not in _WITHOUT_CARRIER and "carrier_name" not in taken.values:
            taken.take({"carrier_name": allocated_to(number.phone_number) or None}, plan)
    elif told is None and not {"type", "carrier_name"} <= taken.values.keys():
        return None
    return Answer(empty(LINE_TYPE, **taken.values), taken.sources)


@dataclass(frozen=True, slots=True)
class _Taken:
    """Values as they were taken, each from the first source that had it."""

    values: dict[str, Any]
    sources: dict[str, Source]

    def take(self, values: Mapping[str, Any], source: Source) -> None:
        for key, value in values.items():
            if value is not None and key not in self.values:
                self.values[key], self.sources[key] = value, source


def _take_ours(taken: _Taken, known: Known) -> None:
    override, lesson, ported = known.override, known.lesson, known.ported
    if override is not None:
        taken.take({"type": override.value}, Source("override", override.reason, override.at.date()))
    if lesson is not None and lesson.code == LANDLINE:
        said = Source("receipts", f"{LANDLINE}, {lesson.times} times", lesson.last_at.date())
        taken.take({"type": "landline"}, said)
    if ported is not None:
        source = Source("porting_data", ported.source, ported.as_of)
        taken.take({"type": ported.line_type}, source)
        if ported.carrier is not None:
            values = (ported.carrier, ported.mcc, ported.mnc)
            taken.take(dict(zip(_CARRIER_KEYS, values, strict=True)), source)


_WITHOUT_CARRIER = frozenset({"personal", "tollFree", "premium", "sharedCost", "uan", "voicemail", "pager"})


def allocated_to(e164: str) -> str:
    """The carrier to whom a number's block was first given; empty where the metadata has none."""
    for length in (1, 2, 3):
        code = int(e164[1 : 1 + length])
        if code in _calling_codes():
            national = e164[1 + length :]
            parsed = Parsed(country_code=code, national_number=int(national or 0))
            if national.startswith("0"):
                parsed.italian_leading_zero = True
            return str(name_for_number(parsed, "en"))
    return ""


@cache
def _calling_codes() -> frozenset[int]:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    return frozenset(COUNTRY_CODE_TO_REGION_CODE)


def _line_status(known: Known) -> Answer | None:
    """The newer of the two counts, what receipts taught and what carriers took out of service."""
    lesson, day = known.lesson, known.deactivated
    if day is not None and (lesson is None or lesson.last_at.date() <= day):
        source = Source("deactivation_list", "its carrier took it out of service", day)
        return Answer(empty(LINE_STATUS, status="inactive"), {"*": source})
    if lesson is None or lesson.code not in (DEAD, UNREACHABLE):
        return None
    status = "inactive" if lesson.code == DEAD else "unreachable"
    source = Source("receipts", f"{lesson.code}, {lesson.times} times", lesson.last_at.date())
    return Answer(empty(LINE_STATUS, status=status), {"*": source})
