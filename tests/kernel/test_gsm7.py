import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.kernel.gsm7 import BASIC, EXTENSION, cells, decode_gsm7, encode_gsm7, first_outside

in_the_alphabet = st.text(st.sampled_from(sorted(BASIC | EXTENSION)))


def test_the_alphabet_has_127_characters_and_10_in_its_extension() -> None:
    assert len(BASIC) == 127
    assert set("\f^{}\\[~]|€") == EXTENSION


@given(in_the_alphabet)
def test_decoding_gives_back_what_was_encoded(text: str) -> None:
    assert decode_gsm7(encode_gsm7(text)) == text


@given(in_the_alphabet)
def test_an_extension_character_costs_two_septets(text: str) -> None:
    assert len(encode_gsm7(text)) == len(text) + sum(map(text.count, EXTENSION))


@given(st.binary())
def test_any_octets_decode_to_a_text_of_the_alphabet(septets: bytes) -> None:
    assert cells(decode_gsm7(septets)) is not None


def test_the_octets_are_those_of_the_standard() -> None:
    assert encode_gsm7("@£$ Aà") == bytes([0x00, 0x01, 0x02, 0x20, 0x41, 0x7F])
    assert encode_gsm7("€[\f|~^{}\\]") == bytes.fromhex("1b65 1b3c 1b0a 1b40 1b3d 1b14 1b28 1b29 1b2f 1b3e")


def test_an_escape_without_an_extension_character_shows_the_basic_one() -> None:
    assert decode_gsm7(b"\x1bA") == "A"
    assert decode_gsm7(b"a\x1b") == "a "
    assert decode_gsm7(b"\x1b\x1be") == " €"
    assert decode_gsm7(b"\xc1") == "A"


@pytest.mark.parametrize(
    ("text", "place"), [("a`", 1), ("\0", 0), ("€\x1b", 1), ("ab\0ç", 2), ("ç\0", 0), ("ы", 0)]
)
def test_a_text_outside_the_alphabet_is_refused_with_its_first_such_character(text: str, place: int) -> None:
    assert cells(text) is None
    assert first_outside(text) == place
    with pytest.raises(ValueError, match=f"character {place} "):
        encode_gsm7(text)


def test_a_text_of_the_alphabet_has_nothing_outside() -> None:
    assert first_outside("Ω€") is None


@given(st.binary(max_size=200))
def test_octets_without_an_escape_read_the_same_as_those_beside_one(octets):
    plain = bytes(octet for octet in octets if octet & 0x7F != 0x1B)

    assert decode_gsm7(plain) + "€" == decode_gsm7(plain + b"\x1b\x65")
