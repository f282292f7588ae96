"""Numbers as people write them, against libphonenumber itself."""

import random

import phonenumbers
import pytest
from phonenumbers import NumberParseException, PhoneNumberFormat

from tidings.kernel.numbering_plan import REGIONS
from tidings.lookup.number import Read, read

COUNT = 10_000


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("+14159929960", "US", ("+14159929960", (), "US", "1", "(415) 992-9960")),
        ("(415) 992-9960", "US", ("+14159929960", (), "US", "1", "(415) 992-9960")),
        ("020 7765 1182", "GB", ("+442077651182", (), "GB", "44", "020 7765 1182")),
        ("+390612345678", "US", ("+390612345678", (), "IT", "39", "06 1234 5678")),
        ("+80012345678", "US", ("+80012345678", (), None, "800", "1234 5678")),
        ("+141599299600", "US", ("+141599299600", ("TOO_LONG",), None, None, None)),
        ("+1415992", "US", ("+1415992", ("TOO_SHORT",), None, None, None)),
        ("9929960", "US", ("+19929960", ("TOO_SHORT",), None, None, None)),
        ("+12125550", "US", ("+12125550", ("TOO_SHORT",), None, None, None)),
        ("+11115550000", "US", ("+11115550000", ("INVALID_BUT_POSSIBLE",), None, None, None)),
        ("+999123456", "US", ("+999123456", ("INVALID_COUNTRY_CODE",), None, None, None)),
        ("Anna", "US", ("Anna", ("NOT_A_NUMBER",), None, None, None)),
        ("", "US", ("", ("NOT_A_NUMBER",), None, None, None)),
        ("1" * 300, "US", ("1" * 250, ("TOO_LONG",), None, None, None)),
    ],
)
def test_a_number_is_read_in_any_writing(
    text: str, country: str, expected: tuple[str, tuple[str, ...], str | None, str | None, str | None]
) -> None:
    number = read(text, country)
    told = (number.phone_number, number.errors, number.country, number.calling_code, number.national_format)
    assert told == expected


def test_ten_thousand_numbers_of_all_regions_are_read_as_libphonenumber_reads_them() -> None:
    """Half of them examples of each region with digits changed, which are mostly near to real ones."""
    draw = random.Random(5)
    regions = sorted(REGIONS)
    wrong = []
    for n in range(COUNT):
        region = regions[n % len(regions)]
        text = _number_near(draw, region)
        ours, theirs = read(text, region), _by_libphonenumber(text, region)
        if ours != theirs:
            wrong.append((text, region, ours, theirs))
    assert wrong == []


def _number_near(draw: random.Random, region: str) -> str:
    kind = draw.choice(list(phonenumbers.PhoneNumberType.values()))
    example = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    form = draw.choice([PhoneNumberFormat.E164, PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL])
    text = list(phonenumbers.format_number(example, form))
    for _ in range(draw.randrange(3)):
        place = draw.randrange(len(text))
        if text[place].isdigit():
            text[place] = draw.choice(["", *"0123456789", "77"])
    return "".join(text)


def _by_libphonenumber(text: str, region: str) -> Read:
    try:
        parsed = phonenumbers.parse(text, region)
    except NumberParseException as error:
        names = {0: "INVALID_COUNTRY_CODE", 1: "NOT_A_NUMBER", 2: "TOO_SHORT", 3: "TOO_SHORT", 4: "TOO_LONG"}
        return Read(text, (names[error.error_type],))
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    if phonenumbers.is_valid_number(parsed):
        where = phonenumbers.region_code_for_number(parsed)
        return Read(
            e164,
            (),
            None if where == "001" else where,
            str(parsed.country_code),
            phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL),
            read(e164).line_type,
        )
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    names = {
        0: "INVALID_BUT_POSSIBLE",
        4: "TOO_SHORT",
        1: "INVALID_COUNTRY_CODE",
        2: "TOO_SHORT",
        5: "INVALID_LENGTH",
        3: "TOO_LONG",
    }
    return Read(e164, (names[reason],))
