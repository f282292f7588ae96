"""A number as somebody wrote it, read by the numbering plans of all countries. Pure.

The words of `validation_errors` are Twilio's; each reason of libphonenumber has one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from tidings.kernel.numbering_plan import NON_GEOGRAPHIC, REGIONS
from tidings.kernel.phone_number import LineType, PhoneNumber

HOME = "US"
"""The country of a number in national format for which none is named, as at Twilio."""
LONGEST_TEXT = 250
MOST_REMEMBERED = 65_536

NOT_A_NUMBER = "NOT_A_NUMBER"
INVALID_BUT_POSSIBLE = "INVALID_BUT_POSSIBLE"

_UNREADABLE: Mapping[int, str] = {
    NumberParseException.INVALID_COUNTRY_CODE: "INVALID_COUNTRY_CODE",
    NumberParseException.NOT_A_NUMBER: NOT_A_NUMBER,
    NumberParseException.TOO_SHORT_AFTER_IDD: "TOO_SHORT",
    NumberParseException.TOO_SHORT_NSN: "TOO_SHORT",
    NumberParseException.TOO_LONG: "TOO_LONG",
}
_IMPOSSIBLE: Mapping[int, str] = {
    ValidationResult.IS_POSSIBLE: INVALID_BUT_POSSIBLE,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "TOO_SHORT",  # it lacks its area code
    ValidationResult.INVALID_COUNTRY_CODE: "INVALID_COUNTRY_CODE",
    ValidationResult.TOO_SHORT: "TOO_SHORT",
    ValidationResult.INVALID_LENGTH: "INVALID_LENGTH",
    ValidationResult.TOO_LONG: "TOO_LONG",
}
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Read:
    """What the plans say of a text. `errors` is empty for a number that exists; then all but `country` are known."""

    phone_number: str
    """In E.164 as far as it could be read, else as it was written."""
    errors: tuple[str, ...] = ()
    country: str | None = None
    """ISO 3166 code; None for a number of no country, such as +800."""
    calling_code: str | None = None
    national_format: str | None = None
    line_type: LineType = LineType.UNKNOWN

    @property
    def valid(self) -> bool:
        return not self.errors


def is_country(code: str) -> bool:
    """Whether it is the ISO 3166 code of a country with a numbering plan."""
    return code in REGIONS


@lru_cache(maxsize=MOST_REMEMBERED)
def read(text: str, country: str = HOME) -> Read:
    """The number that `text` writes in E.164, with an international prefix, or in the format of `country`."""
    if len(text) > LONGEST_TEXT:
        return Read(text[:LONGEST_TEXT], ("TOO_LONG",))
    if _E164.fullmatch(text) is not None:
        known = PhoneNumber.parse(text)
        if known is not None:
            return _valid(known)
    try:
        parsed = phonenumbers.parse(text, country)
    except NumberParseException as error:
        return Read(text, (_UNREADABLE.get(error.error_type, NOT_A_NUMBER),))
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    known = PhoneNumber.parse(e164)
    if known is not None:
        return _valid(known)
    return Read(e164, (_IMPOSSIBLE[phonenumbers.is_possible_number_with_reason(parsed)],))


@lru_cache(maxsize=MOST_REMEMBERED)
def _valid(known: PhoneNumber) -> Read:
    code = str(known.calling_code)
    national = known.e164[len(code) + 1 :]
    zeros = len(national) - len(national.lstrip("0"))
    parsed = phonenumbers.PhoneNumber(
        country_code=known.calling_code,
        national_number=int(national),
        italian_leading_zero=True if zeros else None,
        number_of_leading_zeros=zeros if zeros > 1 else None,
    )
    return Read(
        known.e164,
        (),
        None if known.region == NON_GEOGRAPHIC else known.region,
        code,
        phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL),
        known.line_type,
    )
