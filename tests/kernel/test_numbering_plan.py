import random
from collections.abc import Iterator

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberFormat
from phonenumbers.phonenumberutil import region_code_for_number

from tidings.kernel.numbering_plan import Found, find

LINES = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
)
LINES += ("uan", "voicemail")


def test_every_example_number_is_found_as_phonenumbers_finds_it() -> None:
    examples = list(_examples())
    assert len(examples) > 900
    for digits in examples:
        assert find(digits) == _by_phonenumbers(digits), digits


def test_numbers_near_the_examples_are_found_or_not_as_phonenumbers_does() -> None:
    draw = random.Random(4)
    for digits in _examples():
        changed = list(digits)
        for _ in range(draw.randint(1, 3)):
            changed[draw.randrange(len(changed))] = draw.choice("0123456789")
        near = "".join(changed)[: draw.choice((len(digits), len(digits), len(digits) - 1))] + draw.choice(
            ("", "", "0")
        )
        if near[0] != "0":
            assert find(near) == _by_phonenumbers(near), near


def test_any_digits_are_found_or_not_as_phonenumbers_does() -> None:
    draw = random.Random(5)
    codes = [str(code) for code in COUNTRY_CODE_TO_REGION_CODE]
    for _ in range(3000):
        digits = draw.choice(codes) + "".join(draw.choices("0123456789", k=draw.randint(5, 11)))
        if len(digits) <= 15:
            assert find(digits) == _by_phonenumbers(digits), digits


def _examples() -> Iterator[str]:
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        for region in regions:
            metadata = (
                PhoneMetadata.metadata_for_nongeo_region(code)
                if region == "001"
                else PhoneMetadata.metadata_for_region(region)
            )
            for line in LINES:
                described = getattr(metadata, line)
                if described is not None and described.example_number:
                    yield f"{code}{described.example_number}"


def _by_phonenumbers(digits: str) -> Found | None:
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    # It mends what is not E.164, such as a trunk prefix behind the calling code; what it had to mend is none.
    if phonenumbers.format_number(number, PhoneNumberFormat.E164) != f"+{digits}":
        return None
    region = region_code_for_number(number)
    assert region is not None
    assert number.country_code is not None
    return Found(region, number.country_code, int(phonenumbers.number_type(number)))
