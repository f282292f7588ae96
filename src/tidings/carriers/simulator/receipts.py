"""Receipts as real carriers write them: the text of SMPP 3.4 appendix B, and the TLVs."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from tidings.carriers.simulator.part import Part
from tidings.carriers.smpp.pdu import (
    TLV_MESSAGE_STATE,
    TLV_NETWORK_ERROR_CODE,
    TLV_RECEIPTED_MESSAGE_ID,
    DeliverSm,
)

RECEIPT = 0x04
"""esm_class of a deliver_sm that carries a receipt (SMPP 3.4 §5.2.12)."""
GSM_NETWORK = 3
"""The first octet of network_error_code (SMPP 3.4 §5.3.2.31)."""
TEXT_OCTETS = 20


class MessageState(IntEnum):
    """message_state (SMPP 3.4 §5.2.28), the ones that are sent here."""

    DELIVERED = 2
    UNDELIVERABLE = 5
    REJECTED = 8


@dataclass(frozen=True, slots=True)
class Failure:
    """How a receipt says that a message was not delivered.

    `gsm_error` is the network's (3GPP TS 29.002), in the text's err and in network_error_code; 0 where
    GSM has no word for it: the state alone says it then.
    """

    state: MessageState
    gsm_error: int


FAILURES: Mapping[int, Failure] = {
    30003: Failure(MessageState.UNDELIVERABLE, 27),  # absent subscriber
    30004: Failure(MessageState.UNDELIVERABLE, 13),  # call barred
    30005: Failure(MessageState.UNDELIVERABLE, 1),  # unknown subscriber
    30006: Failure(MessageState.UNDELIVERABLE, 11),  # handset or line without SMS
    30007: Failure(MessageState.REJECTED, 0),  # refused by the operator
    30008: Failure(MessageState.UNDELIVERABLE, 34),  # system failure
}
"""The codes that a message can end with here."""
_DELIVERED = Failure(MessageState.DELIVERED, 0)
_WORDS: Mapping[MessageState, bytes] = {
    MessageState.DELIVERED: b"DELIVRD",
    MessageState.UNDELIVERABLE: b"UNDELIV",
    MessageState.REJECTED: b"REJECTD",
}
_STATE_OCTETS = {state: bytes([state]) for state in MessageState}


def is_asked(registered: int, *, delivered: bool) -> bool:
    """Whether registered_delivery asks for a receipt of this outcome (SMPP 3.4 §5.2.17; 3 is of 5.0)."""
    wanted = registered & 0x03
    return wanted == 1 or (wanted == 2 and not delivered) or (wanted == 3 and delivered)


def write_receipt(part: Part, *, done_at: float, form: str) -> DeliverSm:
    """The receipt of a part whose fate is known. `done_at` is in epoch seconds; `form` a personality's."""
    failure = _DELIVERED if part.code is None else FAILURES[part.code]
    state = failure.state
    text = b""
    if form != "tlvs":
        text = b"id:%b sub:001 dlvrd:%b submit date:%b done date:%b stat:%b err:%03d text:%b" % (
            part.message_id.encode(),
            b"001" if failure is _DELIVERED else b"000",
            _minute(int(part.arrived_at) // 60),
            _minute(int(done_at) // 60),
            _WORDS[state],
            failure.gsm_error,
            _beginning(part),
        )
    tlvs: dict[int, bytes] = {}
    if form != "text":
        tlvs[TLV_RECEIPTED_MESSAGE_ID] = part.message_id.encode() + b"\0"
        tlvs[TLV_MESSAGE_STATE] = _STATE_OCTETS[state]
        if failure.gsm_error:
            tlvs[TLV_NETWORK_ERROR_CODE] = bytes((GSM_NETWORK, 0, failure.gsm_error))
    source_ton, source_npi, destination_ton, destination_npi = part.kinds
    return DeliverSm(
        source=part.destination,
        destination=part.source,
        short_message=text,
        esm_class=RECEIPT,
        source_ton=destination_ton,
        source_npi=destination_npi,
        destination_ton=source_ton,
        destination_npi=source_npi,
        tlvs=tlvs,
    )


def _beginning(part: Part) -> bytes:
    """The first octets of the text. What is not in the default alphabet would be noise and is left out."""
    return part.octets[:TEXT_OCTETS] if part.data_coding in (0, 1, 3) else b""


@lru_cache(maxsize=64)
def _minute(minutes: int) -> bytes:
    return time.strftime("%y%m%d%H%M", time.gmtime(minutes * 60)).encode()
