"""Which numbers exist: the numbering plans of all countries, from the metadata that `phonenumbers` carries.

`phonenumbers` itself reads any writing of a number, which takes its time; a number in E.164 needs only its
tables. The answers are the same, which a test holds.
"""

import re
from dataclasses import dataclass
from functools import cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc, PhoneNumberType

NON_GEOGRAPHIC = "001"

# The order in which a number that fits several is told to be one of them.
_SPECIAL_LINES = (
    ("premium_rate", PhoneNumberType.PREMIUM_RATE),
    ("toll_free", PhoneNumberType.TOLL_FREE),
    ("shared_cost", PhoneNumberType.SHARED_COST),
    ("voip", PhoneNumberType.VOIP),
    ("personal_number", PhoneNumberType.PERSONAL_NUMBER),
    ("pager", PhoneNumberType.PAGER),
    ("uan", PhoneNumberType.UAN),
    ("voicemail", PhoneNumberType.VOICEMAIL),
)


REGIONS: frozenset[str] = frozenset(
    region
    for regions in COUNTRY_CODE_TO_REGION_CODE.values()
    for region in regions
    if region != NON_GEOGRAPHIC
)
"""ISO 3166 codes of all countries that have a numbering plan."""


@dataclass(frozen=True, slots=True)
class Found:
    region: str
    calling_code: int
    line_type: int
    """A member of `phonenumbers.PhoneNumberType`."""


def find(digits: str) -> Found | None:
    """The country and the kind of line of a number, given the digits behind the plus sign of E.164."""
    for length in (1, 2, 3):
        calling_code = int(digits[:length])
        if calling_code in COUNTRY_CODE_TO_REGION_CODE:
            return _find_in(calling_code, digits[length:])
    return None


def _find_in(calling_code: int, national: str) -> Found | None:
    plans = _plans(calling_code)
    for plan in plans:
        # A plan with leading digits has every number that begins so, and no other; where a country has its
        # calling code for itself, they decide nothing.
        leading = plan.leading_digits if len(plans) > 1 else None
        if leading is not None and leading.match(national) is None:
            continue
        line_type = plan.line_type(national)
        if line_type is not None:
            return Found(plan.region, calling_code, line_type)
        if leading is not None:
            return None
    return None


@dataclass(frozen=True, slots=True)
class _Numbers:
    """A set of national numbers: those of some lengths that a pattern fits."""

    lengths: frozenset[int]
    pattern: re.Pattern[str]

    def have(self, national: str) -> bool:
        return len(national) in self.lengths and self.pattern.fullmatch(national) is not None


@dataclass(frozen=True, slots=True)
class _Plan:
    region: str
    leading_digits: re.Pattern[str] | None
    every: _Numbers
    special: tuple[tuple[int, _Numbers], ...]
    fixed: _Numbers | None
    mobile: _Numbers | None
    same: bool
    """Whether fixed and mobile lines share their numbers."""

    def line_type(self, national: str) -> int | None:
        if not self.every.have(national):
            return None
        for line_type, numbers in self.special:
            if numbers.have(national):
                return line_type
        fixed = self.fixed is not None and self.fixed.have(national)
        if fixed and self.same:
            return int(PhoneNumberType.FIXED_LINE_OR_MOBILE)
        mobile = not self.same and self.mobile is not None and self.mobile.have(national)
        if fixed:
            return int(PhoneNumberType.FIXED_LINE_OR_MOBILE if mobile else PhoneNumberType.FIXED_LINE)
        return int(PhoneNumberType.MOBILE) if mobile else None


@cache
def _plans(calling_code: int) -> tuple[_Plan, ...]:
    """The plans of the countries that share a calling code, the main one first. Read when first asked for."""
    plans = []
    for region in COUNTRY_CODE_TO_REGION_CODE[calling_code]:
        if region == NON_GEOGRAPHIC:
            metadata = PhoneMetadata.metadata_for_nongeo_region(calling_code)
        else:
            metadata = PhoneMetadata.metadata_for_region(region)
        if metadata is not None:
            plans.append(_plan(region, metadata))
    return tuple(plans)


def _plan(region: str, metadata: PhoneMetadata) -> _Plan:
    every = _numbers(metadata.general_desc, None)
    if every is None:
        raise ValueError(f"the numbering plan of {region} has no pattern")
    special = []
    for name, line_type in _SPECIAL_LINES:
        numbers = _numbers(getattr(metadata, name), every)
        if numbers is not None:
            special.append((int(line_type), numbers))
    fixed, mobile = _numbers(metadata.fixed_line, every), _numbers(metadata.mobile, every)
    return _Plan(
        region=region,
        leading_digits=re.compile(metadata.leading_digits) if metadata.leading_digits else None,
        every=every,
        special=tuple(special),
        fixed=fixed,
        mobile=mobile,
        same=bool(metadata.same_mobile_and_fixed_line_pattern) or fixed == mobile,
    )


def _numbers(described: PhoneNumberDesc | None, every: _Numbers | None) -> _Numbers | None:
    """None where the plan has no such line; lengths that are not given are those of the whole plan."""
    if described is None or not described.national_number_pattern:
        return None
    lengths = frozenset(described.possible_length)
    if not lengths and every is not None:
        lengths = every.lengths
    return _Numbers(lengths, re.compile(described.national_number_pattern))
