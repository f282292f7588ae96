"""Text to short_message and back: alphabets, user data headers (3GPP TS 23.040 §9.2.3.24), payloads."""

from enum import Enum
from functools import lru_cache

import msgspec

from tidings.carriers.connector import Handover
from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.address import to_wire
from tidings.carriers.smpp.pdu import SubmitSm
from tidings.kernel.gsm7 import decode_gsm7, encode_gsm7
from tidings.kernel.segments import Encoding, split

ESM_CLASS_UDHI = 0x40
"""The user data starts with a header."""
CODING_DEFAULT, CODING_LATIN1, CODING_UCS2 = 0x00, 0x03, 0x08
_LONGEST_VALIDITY_SECONDS = 86_400.0 * 30 * 12 - 1
_CONCATENATED_8BIT, _CONCATENATED_16BIT = 0x00, 0x08


class LongText(Enum):
    """How a text of several segments travels.

    There is no 16-bit reference in UDH: its header is an octet longer, so a part would hold one
    character less than the segment that was counted and billed.
    """

    UDH = "udh"
    SAR = "sar"
    PAYLOAD = "payload"


class Part(msgspec.Struct, frozen=True):
    """Where a piece of text belongs: `number` counts from 1 to `total`."""

    reference: int
    total: int
    number: int


def submits(message: Handover, *, long_text: LongText, reference: int, now: float) -> list[SubmitSm]:
    """The message as submit_sm, one per part; `reference` is told to the handset to join them by.

    `now` is in epoch seconds. Raises ValueError when SMPP cannot carry an address, and when the text
    is longer than its count of segments says.
    """
    ucs2 = message.encoding is Encoding.UCS2
    if message.segments == 1:
        return [_submit(message, _octets(message.text, ucs2), 0, {}, now)]
    if long_text is LongText.PAYLOAD:
        payload = _octets(message.text, ucs2)
        return [_submit(message, b"", 0, {wire.TLV_MESSAGE_PAYLOAD: payload}, now)]
    texts = split(message.text)
    total = len(texts)
    if total == 1:
        return [_submit(message, _octets(message.text, ucs2), 0, {}, now)]
    if long_text is LongText.SAR:
        return [
            _submit(message, _octets(text, ucs2), 0, _sar(reference, total, number), now)
            for number, text in enumerate(texts, 1)
        ]
    return [
        _submit(
            message,
            bytes((5, 0, 3, reference & 0xFF, total, number)) + _octets(text, ucs2),
            ESM_CLASS_UDHI,
            {},
            now,
        )
        for number, text in enumerate(texts, 1)
    ]


def _submit(message: Handover, data: bytes, esm_class: int, tlvs: dict[int, bytes], now: float) -> SubmitSm:
    if len(data) > wire.SHORT_MESSAGE_OCTETS:
        raise ValueError("the text is longer than its count of segments says")
    source_ton, source_npi, source = to_wire(message.source)
    destination_ton, destination_npi, destination = to_wire(message.destination)
    return SubmitSm(
        source,
        destination,
        data,
        esm_class,
        CODING_UCS2 if message.encoding is Encoding.UCS2 else CODING_DEFAULT,
        1,
        source_ton,
        source_npi,
        destination_ton,
        destination_npi,
        relative_validity(message.expires_at - now),
        tlvs=tlvs,
    )


def _octets(text: str, ucs2: bool) -> bytes:
    return text.encode("utf-16-be", "replace") if ucs2 else encode_gsm7(text)


def relative_validity(seconds: float) -> str:
    """How long the carrier may try, in SMPP's relative format (3.4 §7.1.1.2), rounded down to seconds.

    A month counts 30 days. At least a second; the longest that the format holds beyond that.
    """
    return _relative(int(min(max(seconds, 1.0), _LONGEST_VALIDITY_SECONDS)))


@lru_cache(maxsize=8_192)
def _relative(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    months, days = divmod(days, 30)
    return f"00{months:02}{days:02}{rest // 3600:02}{rest // 60 % 60:02}{rest % 60:02}000R"


def read(pdu: SubmitSm) -> tuple[str, Part | None]:
    """The text of a submit_sm or deliver_sm, and its place when it is one part of several.

    What the alphabet cannot say reads as the replacement character.
    """
    data, part = user_data(pdu)
    return text_of(data, pdu.data_coding), part


def user_data(pdu: SubmitSm) -> tuple[bytes, Part | None]:
    """The octets of the text without a header, and their place when they are one part of several."""
    data, part = pdu.message, _sar_part(pdu.tlvs)
    if pdu.esm_class & ESM_CLASS_UDHI and data:
        header, data = data[1 : 1 + data[0]], data[1 + data[0] :]
        part = _udh_part(header) or part
    if part is not None and not 1 <= part.number <= part.total > 1:
        part = None
    return data, part


def text_of(data: bytes, coding: int) -> str:
    """By data_coding, SMPP 3.4 §5.2.19; from 0x10 up by the data coding groups of 3GPP TS 23.038."""
    if coding >= 0x10:
        if coding >= 0xF0:
            coding = 0x04 if coding & 0x04 else CODING_DEFAULT
        else:
            coding = (CODING_DEFAULT, 0x04, CODING_UCS2, CODING_DEFAULT)[coding >> 2 & 0x03]
    if coding == CODING_DEFAULT:
        return decode_gsm7(data)
    if coding == CODING_UCS2:
        return data.decode("utf-16-be", "replace")
    return data.decode("latin-1")


def _sar(reference: int, total: int, number: int) -> dict[int, bytes]:
    return {
        wire.TLV_SAR_MSG_REF_NUM: (reference & 0xFFFF).to_bytes(2, "big"),
        wire.TLV_SAR_TOTAL_SEGMENTS: bytes((total,)),
        wire.TLV_SAR_SEGMENT_SEQNUM: bytes((number,)),
    }


def _sar_part(tlvs: dict[int, bytes]) -> Part | None:
    if not tlvs or wire.TLV_SAR_MSG_REF_NUM not in tlvs:
        return None
    return Part(
        int.from_bytes(tlvs[wire.TLV_SAR_MSG_REF_NUM], "big"),
        int.from_bytes(tlvs.get(wire.TLV_SAR_TOTAL_SEGMENTS, b""), "big"),
        int.from_bytes(tlvs.get(wire.TLV_SAR_SEGMENT_SEQNUM, b""), "big"),
    )


def _udh_part(header: bytes) -> Part | None:
    """The concatenation element among the header's elements (tag, length, value)."""
    at = 0
    while at + 2 <= len(header):
        tag, value = header[at], header[at + 2 : at + 2 + header[at + 1]]
        if tag == _CONCATENATED_8BIT and len(value) == 3:
            return Part(value[0], value[1], value[2])
        if tag == _CONCATENATED_16BIT and len(value) == 4:
            return Part(value[0] << 8 | value[1], value[2], value[3])
        at += 2 + header[at + 1]
    return None
