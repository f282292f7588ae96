"""One submit_sm as the simulated carrier keeps it: its place in a long message, its text's octets."""

from dataclasses import dataclass

from tidings.carriers.simulator.behaviour import Course
from tidings.carriers.smpp.pdu import (
    TLV_SAR_MSG_REF_NUM,
    TLV_SAR_SEGMENT_SEQNUM,
    TLV_SAR_TOTAL_SEGMENTS,
    SubmitSm,
)

UDHI = 0x40
"""SMPP 3.4 §5.2.12: the user data begins with a header."""
_CONCATENATION_8_BIT = 0x00
_CONCATENATION_16_BIT = 0x08
"""3GPP TS 23.040 §9.2.3.24.1 and §9.2.3.24.8."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part belongs: `number` of `total`, from 1."""

    reference: int
    total: int
    number: int


@dataclass(slots=True)
class Part:
    """An accepted submit_sm. Numbers are kept as they came, with their types of number and plan.

    `arrived_at` is in epoch seconds, `began` the same instant on the loop's clock, `octets` the user data
    without its header. `registered` is registered_delivery. The code is set when the fate is known.
    """

    message_id: str
    source: str
    destination: str
    kinds: tuple[int, int, int, int]
    octets: bytes
    data_coding: int
    registered: int
    arrived_at: float
    began: float
    course: Course
    code: int | None = None


def take_apart(submit: SubmitSm) -> tuple[bytes, Place | None]:
    """The user data without its header, and the part's place; None for a message of one part."""
    octets = submit.message
    if submit.esm_class & UDHI and octets:
        length = octets[0] + 1
        return octets[length:], _place_in_header(octets[1:length])
    if submit.tlvs:
        return octets, _place_in_tlvs(submit.tlvs)
    return octets, None


def _place_in_header(header: bytes) -> Place | None:
    at = 0
    while at + 2 <= len(header):
        kind, length = header[at], header[at + 1]
        value = header[at + 2 : at + 2 + length]
        if kind == _CONCATENATION_8_BIT and len(value) == 3:
            return _place(value[0], value[1], value[2])
        if kind == _CONCATENATION_16_BIT and len(value) == 4:
            # Apart from the 8-bit references, so that equal numbers of both kinds never mix.
            return _place(0x10000 | value[0] << 8 | value[1], value[2], value[3])
        at += 2 + length
    return None


def _place_in_tlvs(tlvs: dict[int, bytes]) -> Place | None:
    reference = tlvs.get(TLV_SAR_MSG_REF_NUM)
    if reference is None:
        return None
    total = int.from_bytes(tlvs.get(TLV_SAR_TOTAL_SEGMENTS, b""), "big")
    number = int.from_bytes(tlvs.get(TLV_SAR_SEGMENT_SEQNUM, b""), "big")
    return _place(0x20000 | int.from_bytes(reference[:2], "big"), total, number)


def _place(reference: int, total: int, number: int) -> Place | None:
    """TS 23.040: a total of 0 or a number outside it is ignored, the part then stands alone."""
    return Place(reference, total, number) if 1 <= number <= total and total > 1 else None
