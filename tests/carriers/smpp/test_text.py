"""Texts on the wire: what leaves can be read, joined and costs what was counted."""

import time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.carriers.connector import Handover
from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.address import from_wire, to_wire
from tidings.carriers.smpp.pdu import DeliverSm, SubmitSm
from tidings.carriers.smpp.text import LongText, Part, read, relative_validity, submits
from tidings.kernel.segments import Encoding, measure

GSM = "abc XYZ 019 @£$¥èéùìòÇ ΔΦΓΛΩΠΨΣΘΞ ÆæßÉ {}[]~\\|^€ ÄÖÑÜ§¿äöñüà\n"


def message(text: str, **changes: object) -> Handover:
    counted = measure(text)
    fields: dict[str, object] = {
        "id": UUID(int=1),
        "bucket": 0,
        "source": "+15005550006",
        "destination": "+436601234567",
        "text": text,
        "encoding": counted.encoding,
        "segments": counted.segments,
        "expires_at": 3_600.0,
    }
    return Handover(**{**fields, **changes})  # type: ignore[arg-type]


def over_the_wire(sent: list[SubmitSm]) -> list[SubmitSm]:
    for number, pdu in enumerate(sent, 1):
        pdu.sequence = number
    received, _ = wire.decode(b"".join(pdu.encode() for pdu in sent))
    return received  # type: ignore[return-value]


@given(st.text(st.sampled_from(GSM), max_size=700) | st.text(max_size=400), st.sampled_from(LongText))
def test_what_arrives_joins_to_the_text_in_as_many_parts_as_were_counted(text, long_text):
    sent = over_the_wire(submits(message(text), long_text=long_text, reference=300, now=0.0))

    pieces = [read(pdu) for pdu in sent]

    assert "".join(piece for piece, _ in pieces) == text
    if long_text is not LongText.PAYLOAD:
        assert len(pieces) == measure(text).segments
    if len(pieces) > 1:
        reference = 300 if long_text is LongText.SAR else 300 & 0xFF
        assert [part for _, part in pieces] == [
            Part(reference, len(pieces), number) for number in range(1, len(pieces) + 1)
        ]
    else:
        assert pieces[0][1] is None


@given(st.text(st.sampled_from(GSM), min_size=1, max_size=700))
def test_no_part_is_longer_than_a_short_message_on_the_air(text):
    for pdu in submits(message(text), long_text=LongText.UDH, reference=1, now=0.0):
        header = 6 if pdu.esm_class else 0
        septets = len(pdu.short_message) - header + (7 if header else 0)
        assert septets <= 160


def test_an_emoji_makes_the_message_ucs2_and_a_payload_travels_whole():
    text = "Grüezi 👋 " * 20

    (pdu,) = submits(message(text), long_text=LongText.PAYLOAD, reference=1, now=0.0)

    assert pdu.data_coding == 8
    assert pdu.short_message == b""
    assert pdu.tlvs == {wire.TLV_MESSAGE_PAYLOAD: text.encode("utf-16-be")}


def test_a_receipt_is_asked_for_on_every_part_and_the_validity_is_told():
    sent = submits(message("x" * 400, expires_at=7_384.0), long_text=LongText.UDH, reference=1, now=0.0)

    assert [pdu.registered_delivery for pdu in sent] == [1, 1, 1]
    assert {pdu.validity_period for pdu in sent} == {"000000020304000R"}


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.2, "000000000001000R"),
        (-5.0, "000000000001000R"),
        (59.9, "000000000059000R"),
        (14_400.0, "000000040000000R"),
        (36_000.0, "000000100000000R"),
        (86_400.0 * 31, "000101000000000R"),
        (float("inf"), "001129235959000R"),
    ],
)
def test_a_validity_is_relative_and_never_longer_than_asked(seconds, expected):
    assert relative_validity(seconds) == expected


@pytest.mark.parametrize(
    ("address", "wired"),
    [
        ("+15005550006", (1, 1, "15005550006")),
        ("55501", (3, 0, "55501")),
        ("Tidings", (5, 0, "Tidings")),
        ("Käse 24", (5, 0, "Käse 24")),
    ],
)
def test_an_address_goes_with_its_kind_and_comes_back_the_same(address, wired):
    assert to_wire(address) == wired
    assert from_wire(wired[0], wired[2]) == address


def test_digits_of_unknown_kind_are_international_when_they_can_be_nothing_else():
    assert from_wire(0, "436601234567") == "+436601234567"
    assert from_wire(0, "55501") == "55501"
    assert from_wire(0, "06601234567") == "06601234567"
    assert from_wire(1, "+436601234567") == "+436601234567"


@pytest.mark.parametrize("address", ["Ω", "x" * 21, "a\0b"])
def test_an_address_that_smpp_cannot_carry_is_refused(address):
    with pytest.raises(ValueError, match=r"latin-1|at most 20"):
        submits(message("hi", destination=address), long_text=LongText.UDH, reference=1, now=0.0)


def test_a_text_longer_than_its_segments_say_is_refused():
    with pytest.raises(ValueError, match="count of segments"):
        submits(message("x" * 300, segments=1), long_text=LongText.UDH, reference=1, now=0.0)


@pytest.mark.parametrize(
    ("coding", "data", "text"),
    [
        (0x00, b"\x00 \x1b\x65", "@ €"),
        (0x01, b"plain", "plain"),
        (0x03, b"\xe4\xf6", "äö"),
        (0x08, "Ж".encode("utf-16-be"), "Ж"),
        (0x18, "Ж".encode("utf-16-be"), "Ж"),
        (0xF0, b"\x02", "$"),
        (0x08, b"\x04", "\ufffd"),
    ],
)
def test_each_alphabet_is_read(coding, data, text):
    assert read(DeliverSm("1", "2", data, data_coding=coding)) == (text, None)


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (b"\x05\x00\x03\x07\x03\x02", Part(7, 3, 2)),
        (b"\x06\x08\x04\x01\x07\x03\x02", Part(263, 3, 2)),
        (b"\x0b\x05\x04\x0b\x84\x23\xf0\x00\x03\x07\x03\x02", Part(7, 3, 2)),
        (b"\x05\x00\x03\x07\x01\x01", None),
        (b"\x05\x00\x03\x07\x03\x04", None),
        (b"\x05\x00\x03\x07\x03\x00", None),
        (b"\x02\x70\x00", None),
        (b"\x03\x00\x09\x01", None),
    ],
)
def test_a_header_tells_the_part_and_is_no_text(header, part):
    assert read(DeliverSm("1", "2", header + b"hi", esm_class=0x40)) == ("hi", part)


@given(st.binary(max_size=80), st.integers(0, 255), st.integers(0, 255))
def test_reading_any_message_never_raises(data, coding, esm_class):
    text, _ = read(DeliverSm("1", "2", data, data_coding=coding, esm_class=esm_class))

    assert isinstance(text, str)


def test_what_smpp_counts_is_what_was_billed():
    text = "€" * 100
    sent = submits(message(text), long_text=LongText.UDH, reference=1, now=time.time())

    assert len(sent) == measure(text).segments == 2
    assert measure(text).encoding is Encoding.GSM7
