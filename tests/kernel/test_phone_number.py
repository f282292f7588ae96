import pytest

from tidings.kernel.phone_number import Address, AlphaSender, LineType, PhoneNumber, ShortCode, country_of


@pytest.mark.parametrize(
    ("text", "region", "calling_code", "line_type"),
    [
        ("+14155550100", "US", 1, LineType.FIXED_LINE_OR_MOBILE),
        ("+18885550100", "US", 1, LineType.TOLL_FREE),
        ("+15005550006", "US", 1, LineType.PERSONAL_NUMBER),
        ("+16045550100", "CA", 1, LineType.FIXED_LINE_OR_MOBILE),
        ("+447400123456", "GB", 44, LineType.MOBILE),
        ("+4915112345678", "DE", 49, LineType.MOBILE),
        ("+80012345678", "001", 800, LineType.TOLL_FREE),
    ],
)
def test_a_number_knows_its_country_and_line(
    text: str, region: str, calling_code: int, line_type: LineType
) -> None:
    assert PhoneNumber.parse(text) == PhoneNumber(text, region, calling_code, line_type)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "14155550100",
        "+1 415 555 0100",
        "+1415555010",
        "+1415555010000",
        "+10005550100",
        "+999123456789",
        "+0415555",
        "tel:+14155550100",
        "+١٤١٥٥٥٥٠١٠٠",
        "+14155550100\n",
        "+3906",
        "+15555550100x",
    ],
)
def test_what_no_numbering_plan_has_is_no_number(text: str) -> None:
    assert PhoneNumber.parse(text) is None


def test_a_short_code_is_three_to_eight_digits() -> None:
    assert Address.parse("55501") == ShortCode("55501")
    assert [ShortCode.parse(t) for t in ("12", "123456789", "0123", "1 23", "+555", "٣٣٣")] == [None] * 6


def test_an_alphanumeric_sender_has_a_letter_and_at_most_eleven_characters() -> None:
    assert Address.parse("Acme & Co") == AlphaSender("Acme & Co")
    assert [AlphaSender.parse(t) for t in ("", "TwelveLetter", "Ümlaut", "---", " Acme", "a\n")] == [None] * 6


def test_an_address_is_of_the_kind_its_writing_says() -> None:
    assert Address.parse("+14155550100") == PhoneNumber.parse("+14155550100")
    assert Address.parse("+1415") is None
    assert Address.parse("call me maybe") is None


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+14155552671", "US"),
        ("+15145550123", "CA"),
        ("+447400123456", "GB"),
        ("+447781123456", "GG"),
        ("+77012345678", "KZ"),
        ("+79161234567", "RU"),
        ("+80012345678", ""),
        ("55501", ""),
    ],
)
def test_the_country_of_a_number_is_that_of_its_plan(number: str, country: str) -> None:
    assert country_of(number) == country
    assert country_of(number) == country  # as it is remembered
