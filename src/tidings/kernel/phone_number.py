"""Where a message goes or comes from: a phone number, a short code or an alphanumeric sender id.

Each is parsed once, at the border; inside, the type is the proof.
"""

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Self

from phonenumbers import PhoneNumberType

from tidings.kernel import numbering_plan


class LineType(Enum):
    """What the numbering plan says of a number; not what a carrier knows of it."""

    FIXED_LINE = PhoneNumberType.FIXED_LINE
    MOBILE = PhoneNumberType.MOBILE
    FIXED_LINE_OR_MOBILE = PhoneNumberType.FIXED_LINE_OR_MOBILE
    TOLL_FREE = PhoneNumberType.TOLL_FREE
    PREMIUM_RATE = PhoneNumberType.PREMIUM_RATE
    SHARED_COST = PhoneNumberType.SHARED_COST
    VOIP = PhoneNumberType.VOIP
    PERSONAL_NUMBER = PhoneNumberType.PERSONAL_NUMBER
    PAGER = PhoneNumberType.PAGER
    UAN = PhoneNumberType.UAN
    VOICEMAIL = PhoneNumberType.VOICEMAIL
    UNKNOWN = PhoneNumberType.UNKNOWN


_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_SHORT_CODE = re.compile(r"[1-9][0-9]{2,7}", re.ASCII)
_ALPHA = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 &_+-]{1,11}", re.ASCII)


class Address:
    """A phone number, a short code or an alphanumeric sender id."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> "PhoneNumber | ShortCode | AlphaSender | None":
        """The address written in `text`, of whichever kind it is."""
        return PhoneNumber.parse(text) or ShortCode.parse(text) or AlphaSender.parse(text)


@dataclass(frozen=True, slots=True)
class PhoneNumber(Address):
    e164: str
    region: str
    """ISO 3166 code of the country, or 001 for numbers that belong to none, such as +800."""
    calling_code: int
    line_type: LineType

    def __str__(self) -> str:
        return self.e164

    @classmethod
    def parse(cls, text: str) -> "PhoneNumber | None":
        """The number that `text` writes in E.164, plus sign first; None unless the numbering plan has it."""
        if _E164.fullmatch(text) is None:
            return None
        return _look_up(text)


@lru_cache(maxsize=16_384)
def _look_up(e164: str) -> PhoneNumber | None:
    found = numbering_plan.find(e164[1:])
    if found is None:
        return None
    return PhoneNumber(e164, found.region, found.calling_code, LineType(found.line_type))


_COUNTRIES: dict[str, str] = {}
_PREFIX = 8
_MOST_PREFIXES = 65_536


def country_of(e164: str) -> str:
    """ISO 3166 code of a number's country, "" for one that belongs to none; for whoever asks for each message.

    Remembered by the number's first seven digits: where countries share a calling code, those tell them apart.
    """
    prefix = e164[:_PREFIX]
    known = _COUNTRIES.get(prefix)
    if known is None:
        number = PhoneNumber.parse(e164)
        if number is None:
            return ""
        known = "" if number.region == numbering_plan.NON_GEOGRAPHIC else number.region
        if len(_COUNTRIES) >= _MOST_PREFIXES:
            _COUNTRIES.clear()
        _COUNTRIES[prefix] = known
    return known


@dataclass(frozen=True, slots=True)
class ShortCode(Address):
    digits: str

    def __str__(self) -> str:
        return self.digits

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Three to eight digits, the first not zero, no plus sign."""
        return cls(text) if _SHORT_CODE.fullmatch(text) is not None else None


@dataclass(frozen=True, slots=True)
class AlphaSender(Address):
    """A sender id of letters: it can send, never receive."""

    name: str

    def __str__(self) -> str:
        return self.name

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """One to eleven of A-Z, a-z, 0-9, space, & _ + -; at least one letter, no blank at either end."""
        if _ALPHA.fullmatch(text) is None or text != text.strip():
            return None
        return cls(text)
