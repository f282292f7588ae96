"""The commonest writings of a number, in a tenth of libphonenumber's time; a test holds that both read them alike."""

import re
from functools import cache

from phonenumbers import PhoneMetadata

from tidings.kernel.phone_number import PhoneNumber
from tidings.lookup.number import Read, read

_MARKS = str.maketrans("", "", " ()-./\u00a0\u2010\u2011\u2012\u2013")
_DIGITS = re.compile(r"\+?[0-9]{8,15}", re.ASCII)
_INTERNATIONAL = "00"


def read_swiftly(text: str, country: str) -> tuple[PhoneNumber | None, Read | None]:
    """The number in `text`, of that country where it has no plus sign: as `read`, whose answer is given where it had
    to be asked. A valid number comes without it, since a list needs no national format."""
    bare = text.translate(_MARKS)
    if _DIGITS.fullmatch(bare) is not None:
        number = PhoneNumber.parse(bare) if bare[0] == "+" else _national(bare, country)
        if number is not None:
            return number, None
    told = read(text, country)
    return (PhoneNumber.parse(told.phone_number) if told.valid else None), told


def _national(digits: str, country: str) -> PhoneNumber | None:
    """None where it might be read in another way. In North America an area code begins with neither 0 nor 1."""
    plan = _plan(country)
    if plan is None:
        return None
    calling_code, prefix = plan
    if calling_code == "1":
        if len(digits) == 10 and digits[0] > "1":
            return PhoneNumber.parse(f"+1{digits}")
        return PhoneNumber.parse(f"+{digits}") if len(digits) == 11 and digits[0] == "1" else None
    if prefix == "0" and digits[0] == "0" and not digits.startswith(_INTERNATIONAL):
        return PhoneNumber.parse(f"+{calling_code}{digits[1:]}")
    return None


@cache
def _plan(country: str) -> tuple[str, str] | None:
    """The calling code and the trunk prefix of a country whose numbers are written plainly; None for all others."""
    metadata = PhoneMetadata.metadata_for_region(country, None)
    if metadata is None or metadata.national_prefix_transform_rule is not None:
        return None
    prefix = metadata.national_prefix
    if metadata.country_code == 1:
        return "1", "1"
    if metadata.national_prefix_for_parsing != prefix or metadata.international_prefix != _INTERNATIONAL:
        return None
    if prefix is None or metadata.leading_digits:
        return None
    return str(metadata.country_code), prefix
