"""Delivery receipts: told apart from messages of people, and read, whatever the carrier's spelling.

Two ways a receipt speaks: TLVs (SMPP 3.4 §5.3.2.12, .35, .31), which win, and a text in the style of
appendix B ("id:.. sub:.. dlvrd:.. submit date:.. done date:.. stat:.. err:.. text:.."), which every
carrier writes a little differently.
"""

import re
from dataclasses import dataclass
from enum import Enum

from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.pdu import DeliverSm

_ESM_TYPE = 0x3C
_ESM_RECEIPT = 0x04
_ESM_INTERMEDIATE = 0x20

_FIELD = re.compile(
    r"(?<![a-z])((?:message)?id|stat(?:us|e)?|err(?:or)?(?:[ _]?code)?|done[ _]?date)"
    r"[ ]*[:=][ ]*(?![a-z_]+[:=])([^\s,;]+)",
    re.IGNORECASE,
)
_APPENDIX_B = re.compile(
    rb"id:([^\s,;]+) sub:\d* dlvrd:\d* submit date:\d* "
    rb"done date:(\d+) stat:([A-Z]+) err:([^\s,;]+)(?: text:|$)",
    re.IGNORECASE,
)
"""The specification's own spelling, which most carriers keep to."""
_SHORT = ("id", "stat", "err", "done")
_USER_TEXT = re.compile(r"(?<![a-z])text[ ]*[:=]", re.IGNORECASE)

_MESSAGE_STATES = {
    0: "SCHEDULED",
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
    9: "SKIPPED",
}
"""message_state, SMPP 5.0 §4.7.15, as the words of appendix B."""

_SPELLINGS = {
    "DELIVERED": "DELIVRD",
    "DELIVERD": "DELIVRD",
    "DELIVERY": "DELIVRD",
    "EXPIRD": "EXPIRED",
    "UNDELIVERABLE": "UNDELIV",
    "UNDELIVERED": "UNDELIV",
    "UNDELIVRD": "UNDELIV",
    "UNDELIVERD": "UNDELIV",
    "UNDELIVE": "UNDELIV",
    "NOTDELIV": "UNDELIV",
    "ACCEPTED": "ACCEPTD",
    "REJECTED": "REJECTD",
    "EN_ROUTE": "ENROUTE",
    "BUFFERED": "ENROUTE",
    "BUFFRED": "ENROUTE",
    "UNKNOWN_": "UNKNOWN",
    "DELETE": "DELETED",
    "FAILURE": "FAILED",
}


class IdForm(Enum):
    """How the id in a receipt differs from the one in submit_sm_resp."""

    SAME = "same"
    SUBMIT_HEX = "submit_hex"
    RECEIPT_HEX = "receipt_hex"


@dataclass(frozen=True, slots=True)
class Report:
    """What a receipt says, in the carrier's words.

    `stat` is a word of appendix B, "" where there was none; `network_type` is of network_error_code,
    None when the error came as text.
    """

    provider_id: str
    stat: str
    error: str
    network_type: int | None
    done_date: str | None


def is_receipt(pdu: DeliverSm) -> bool:
    """Whether the carrier, and not a person, wrote it.

    Text alone is no evidence: anybody can send a text that looks like a receipt.
    """
    kind = pdu.esm_class & _ESM_TYPE
    return kind in (_ESM_RECEIPT, _ESM_INTERMEDIATE) or wire.TLV_RECEIPTED_MESSAGE_ID in pdu.tlvs


def read_receipt(pdu: DeliverSm) -> Report:
    """All that can be made out; an id that is missing is ""."""
    fields = _fields(pdu) if pdu.message else {}
    tlvs = pdu.tlvs
    provider_id, stat = fields.get("id", ""), _stat(fields.get("stat", ""))
    error, network_type = fields.get("err", ""), None
    if tlvs:
        told = tlvs.get(wire.TLV_RECEIPTED_MESSAGE_ID, b"").split(b"\0", 1)[0].strip()
        provider_id = told.decode("latin-1") or provider_id
        state = tlvs.get(wire.TLV_MESSAGE_STATE, b"")
        if len(state) == 1:
            stat = _MESSAGE_STATES.get(state[0], stat)
        network = tlvs.get(wire.TLV_NETWORK_ERROR_CODE, b"")
        if len(network) == 3:
            network_type, error = network[0], str(int.from_bytes(network[1:], "big"))
    if pdu.esm_class & _ESM_TYPE == _ESM_INTERMEDIATE:
        stat = "ENROUTE"
    return Report(provider_id, stat, error, network_type, fields.get("done"))


def submitted_id(form: IdForm, provider_id: str) -> str:
    """The id of a submit_sm_resp, written so that its receipt's id is the same string."""
    return _decimal(provider_id, 16) if form is IdForm.SUBMIT_HEX else _plain(form, provider_id)


def receipted_id(form: IdForm, provider_id: str) -> str:
    """The id of a receipt, written as `submitted_id` writes that of the answer."""
    return _decimal(provider_id, 16) if form is IdForm.RECEIPT_HEX else _plain(form, provider_id)


def _plain(form: IdForm, provider_id: str) -> str:
    return provider_id if form is IdForm.SAME else _decimal(provider_id, 10)


def _decimal(provider_id: str, base: int) -> str:
    """The number without leading zeros; what is no number in that base stays as it is."""
    try:
        return str(int(provider_id, base))
    except ValueError:
        return provider_id


def _fields(pdu: DeliverSm) -> dict[str, str]:
    """The first of each field, and none from the user's own text at the end."""
    data = pdu.message
    usual = _APPENDIX_B.match(data) if pdu.esm_class & 0x40 == 0 else None
    if usual is not None:
        provider_id, done, stat, err = (field.decode("latin-1") for field in usual.groups())
        return {"id": provider_id, "done": done, "stat": stat, "err": err}
    if pdu.esm_class & 0x40 and data:
        data = data[1 + data[0] :]
    text = data.decode("utf-16-be", "replace") if pdu.data_coding == 8 else data.decode("latin-1")
    ends = _USER_TEXT.search(text)
    if ends is not None:
        text = text[: ends.start()]
    found: dict[str, str] = {}
    for name, value in _FIELD.findall(text):
        key = name.lower()
        found.setdefault(next(short for short in _SHORT if short in key), value)
    return found


def _stat(word: str) -> str:
    word = word.upper().rstrip(".")
    return _SPELLINGS.get(word, word)
