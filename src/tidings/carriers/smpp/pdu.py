"""The SMPP 3.4 codec, with the optional parameters (TLVs) of 5.0: bytes to values and back, no I/O.

Writing is strict: what SMPP cannot carry raises ValueError. Reading is lenient and never raises:
a missing NUL ends a string where the PDU ends, a missing octet reads as 0, a length that points past
the end means "to the end", a TLV cut short is left out, and what is unknown is kept raw.
Message classes are not frozen: they are made on the hot path, where freezing doubles their cost.
"""

from dataclasses import dataclass, field
from enum import Enum
from struct import Struct

from tidings.carriers.smpp.octets import Octets

MAX_PDU_OCTETS = 65_536
"""A longer PDU is taken for garbage; a message_payload of 1,600 characters needs 3,300."""
HEADER_OCTETS = 16
SHORT_MESSAGE_OCTETS = 254

GENERIC_NACK = 0x80000000
BIND_RECEIVER = 0x00000001
BIND_TRANSMITTER = 0x00000002
SUBMIT_SM = 0x00000004
DELIVER_SM = 0x00000005
UNBIND = 0x00000006
BIND_TRANSCEIVER = 0x00000009
ENQUIRE_LINK = 0x00000015
RESPONSE = 0x80000000
"""Set in a command id: a response."""
SUBMIT_SM_RESP = SUBMIT_SM | RESPONSE
DELIVER_SM_RESP = DELIVER_SM | RESPONSE
UNBIND_RESP = UNBIND | RESPONSE
ENQUIRE_LINK_RESP = ENQUIRE_LINK | RESPONSE

TLV_RECEIPTED_MESSAGE_ID = 0x001E
TLV_SAR_MSG_REF_NUM = 0x020C
TLV_SAR_TOTAL_SEGMENTS = 0x020E
TLV_SAR_SEGMENT_SEQNUM = 0x020F
TLV_NETWORK_ERROR_CODE = 0x0423
TLV_MESSAGE_PAYLOAD = 0x0424
TLV_MESSAGE_STATE = 0x0427

ESME_ROK = 0x00
ESME_RINVMSGLEN = 0x01
ESME_RINVCMDLEN = 0x02
ESME_RINVCMDID = 0x03
ESME_RINVBNDSTS = 0x04
ESME_RALYBND = 0x05
ESME_RSYSERR = 0x08
ESME_RINVSRCADR = 0x0A
ESME_RINVDSTADR = 0x0B
ESME_RBINDFAIL = 0x0D
ESME_RINVPASWD = 0x0E
ESME_RINVSYSID = 0x0F
ESME_RMSGQFUL = 0x14
ESME_RSUBMITFAIL = 0x45
ESME_RTHROTTLED = 0x58
ESME_RX_T_APPN = 0x64

SEQUENCE_MAX = 0x7FFFFFFF

_HEADER = Struct(">IIII")
_TLV = Struct(">HH")
_UINT32 = Struct(">I")

Tlvs = dict[int, bytes]


class BindMode(Enum):
    """Which way messages go over a bind, named from the client's side; the value is the command id."""

    TRANSMITTER = BIND_TRANSMITTER
    RECEIVER = BIND_RECEIVER
    TRANSCEIVER = BIND_TRANSCEIVER


@dataclass(slots=True)
class Bind:
    """bind_transmitter, bind_receiver or bind_transceiver."""

    mode: BindMode
    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    interface_version: int = 0x34
    addr_ton: int = 0
    addr_npi: int = 0
    address_range: str = ""
    sequence: int = 0

    @property
    def command(self) -> int:
        """The command id."""
        return self.mode.value

    def encode(self) -> bytes:
        """The PDU's bytes."""
        body = b"%b\0%b\0%b\0%c%c%c%b\0" % (
            _cstring(self.system_id),
            _cstring(self.password),
            _cstring(self.system_type),
            self.interface_version,
            self.addr_ton,
            self.addr_npi,
            _cstring(self.address_range),
        )
        return _HEADER.pack(HEADER_OCTETS + len(body), self.mode.value, 0, self.sequence) + body


@dataclass(slots=True)
class SubmitSm:
    """submit_sm, and the layout that deliver_sm shares. `validity_period` is SMPP's own time format."""

    source: str
    destination: str
    short_message: bytes = b""
    esm_class: int = 0
    data_coding: int = 0
    registered_delivery: int = 0
    source_ton: int = 0
    source_npi: int = 0
    destination_ton: int = 0
    destination_npi: int = 0
    validity_period: str = ""
    service_type: str = ""
    protocol_id: int = 0
    priority_flag: int = 0
    schedule_delivery_time: str = ""
    replace_if_present: int = 0
    sm_default_msg_id: int = 0
    tlvs: Tlvs = field(default_factory=dict)
    sequence: int = 0

    @property
    def command(self) -> int:
        """The command id."""
        return SUBMIT_SM

    @property
    def message(self) -> bytes:
        """The user data, wherever it was put: short_message or message_payload."""
        return self.short_message or self.tlvs.get(TLV_MESSAGE_PAYLOAD, b"")

    def encode(self) -> bytes:
        """The PDU's bytes."""
        return _encode_message(self, SUBMIT_SM)


@dataclass(slots=True)
class DeliverSm(SubmitSm):
    """deliver_sm: a receipt or an inbound message."""

    @property
    def command(self) -> int:
        """The command id."""
        return DELIVER_SM

    def encode(self) -> bytes:
        """The PDU's bytes."""
        return _encode_message(self, DELIVER_SM)


@dataclass(slots=True)
class Request:
    """A request without a body: enquire_link or unbind."""

    command: int
    sequence: int = 0

    def encode(self) -> bytes:
        """The PDU's bytes."""
        return _HEADER.pack(HEADER_OCTETS, self.command, 0, self.sequence)


@dataclass(slots=True)
class Answer:
    """Any response, generic_nack among them.

    `text` is the one string a response may carry: the message id, or the peer's system_id after a bind.
    """

    command: int
    sequence: int
    status: int = ESME_ROK
    text: str = ""
    tlvs: Tlvs = field(default_factory=dict)

    def encode(self) -> bytes:
        """The PDU's bytes. A refusal has no body, as SMPP 3.4 asks."""
        if self.command in _WITH_TEXT and (self.status == ESME_ROK or self.text):
            body = _cstring(self.text) + b"\0"
            if self.tlvs:
                body += _encode_tlvs(self.tlvs)
            return _HEADER.pack(HEADER_OCTETS + len(body), self.command, self.status, self.sequence) + body
        return _HEADER.pack(HEADER_OCTETS, self.command, self.status, self.sequence)


@dataclass(slots=True)
class Unrecognised:
    """A well-framed PDU of a command that this codec has no words for."""

    command: int
    status: int
    sequence: int
    body: bytes = b""

    def encode(self) -> bytes:
        """The PDU's bytes."""
        length = HEADER_OCTETS + len(self.body)
        return _HEADER.pack(length, self.command, self.status, self.sequence) + self.body


@dataclass(slots=True)
class Unframed:
    """A length that cannot be: whatever follows has no meaning, so the session must end."""

    length: int


Pdu = Bind | SubmitSm | Request | Answer | Unrecognised | Unframed

_BIND_MODES = {mode.value: mode for mode in BindMode}
_WITH_TEXT = frozenset({SUBMIT_SM_RESP, DELIVER_SM_RESP, *(mode | RESPONSE for mode in _BIND_MODES)})
_ANSWERS = _WITH_TEXT | {UNBIND_RESP, ENQUIRE_LINK_RESP, GENERIC_NACK}


def decode(buffer: bytes) -> tuple[list[Pdu], int]:
    """All whole PDUs at the start of `buffer`, and how many octets they took.

    An impossible length gives an `Unframed` as the last PDU and consumes everything.
    """
    pdus: list[Pdu] = []
    at, size = 0, len(buffer)
    while size - at >= HEADER_OCTETS:
        length, command, status, sequence = _HEADER.unpack_from(buffer, at)
        if not HEADER_OCTETS <= length <= MAX_PDU_OCTETS:
            pdus.append(Unframed(length))
            return pdus, size
        end = at + length
        if end > size:
            break
        pdus.append(_read(command, status, sequence, buffer[at + HEADER_OCTETS : end]))
        at = end
    if 4 <= size - at < HEADER_OCTETS:
        (length,) = _UINT32.unpack_from(buffer, at)
        if not HEADER_OCTETS <= length <= MAX_PDU_OCTETS:
            pdus.append(Unframed(length))
            return pdus, size
    return pdus, at


def _read(command: int, status: int, sequence: int, body: bytes) -> Pdu:
    if command in (SUBMIT_SM_RESP, DELIVER_SM_RESP):
        return _read_message_answer(command, status, sequence, body)
    if command == DELIVER_SM:
        return _read_message(DeliverSm, sequence, body)
    if command == SUBMIT_SM:
        return _read_message(SubmitSm, sequence, body)
    if command in _ANSWERS:
        octets = Octets(body)
        text = octets.cstring() if command in _WITH_TEXT else ""
        return Answer(command, sequence, status, text, octets.tlvs())
    if command in _BIND_MODES:
        return _read_bind(_BIND_MODES[command], sequence, Octets(body))
    if command in (ENQUIRE_LINK, UNBIND):
        return Request(command, sequence)
    return Unrecognised(command, status, sequence, body)


def _read_message_answer(command: int, status: int, sequence: int, body: bytes) -> Answer:
    stop = body.find(0)
    if stop == len(body) - 1 or stop < 0:
        return Answer(command, sequence, status, body.decode("latin-1").rstrip("\0"))
    octets = Octets(body)
    return Answer(command, sequence, status, octets.cstring(), octets.tlvs())


def _read_bind(mode: BindMode, sequence: int, octets: Octets) -> Bind:
    return Bind(
        mode=mode,
        system_id=octets.cstring(),
        password=octets.cstring(),
        system_type=octets.cstring(),
        interface_version=octets.octet(),
        addr_ton=octets.octet(),
        addr_npi=octets.octet(),
        address_range=octets.cstring(),
        sequence=sequence,
    )


def _read_message(kind: type[SubmitSm], sequence: int, body: bytes) -> SubmitSm:
    """The straight road for a whole message; what is cut short anywhere takes the slow one."""
    try:
        at = body.index(0)
        source_end = body.index(0, at + 3)
        destination_end = body.index(0, source_end + 3)
        schedule_end = body.index(0, destination_end + 4)
        validity_end = body.index(0, schedule_end + 1)
        registered, replace, coding, default_id, length = body[validity_end + 1 : validity_end + 6]
        end = validity_end + 6 + length
        if end > len(body):
            return _read_damaged_message(kind, sequence, Octets(body))
        return kind(
            body[at + 3 : source_end].decode("latin-1"),
            body[source_end + 3 : destination_end].decode("latin-1"),
            body[validity_end + 6 : end],
            body[destination_end + 1],
            coding,
            registered,
            body[at + 1],
            body[at + 2],
            body[source_end + 1],
            body[source_end + 2],
            body[schedule_end + 1 : validity_end].decode("latin-1"),
            body[:at].decode("latin-1"),
            body[destination_end + 2],
            body[destination_end + 3],
            body[destination_end + 4 : schedule_end].decode("latin-1"),
            replace,
            default_id,
            Octets(body, end).tlvs() if end < len(body) else {},
            sequence,
        )
    except (ValueError, IndexError):
        return _read_damaged_message(kind, sequence, Octets(body))


def _read_damaged_message(kind: type[SubmitSm], sequence: int, octets: Octets) -> SubmitSm:
    pdu = kind(source="", destination="", sequence=sequence)
    pdu.service_type = octets.cstring()
    pdu.source_ton, pdu.source_npi, pdu.source = octets.octet(), octets.octet(), octets.cstring()
    pdu.destination_ton, pdu.destination_npi = octets.octet(), octets.octet()
    pdu.destination = octets.cstring()
    pdu.esm_class, pdu.protocol_id, pdu.priority_flag = octets.octet(), octets.octet(), octets.octet()
    pdu.schedule_delivery_time, pdu.validity_period = octets.cstring(), octets.cstring()
    pdu.registered_delivery, pdu.replace_if_present = octets.octet(), octets.octet()
    pdu.data_coding, pdu.sm_default_msg_id = octets.octet(), octets.octet()
    pdu.short_message = octets.take(octets.octet())
    pdu.tlvs = octets.tlvs()
    return pdu


def _encode_message(pdu: SubmitSm, command: int) -> bytes:
    text = pdu.short_message
    if len(text) > SHORT_MESSAGE_OCTETS:
        raise ValueError("short_message holds at most 254 octets; use message_payload or parts")
    body = b"%b\0%c%c%b\0%c%c%b\0%c%c%c%b\0%b\0%c%c%c%c%c%b" % (
        _cstring(pdu.service_type) if pdu.service_type else b"",
        pdu.source_ton,
        pdu.source_npi,
        _cstring(pdu.source),
        pdu.destination_ton,
        pdu.destination_npi,
        _cstring(pdu.destination),
        pdu.esm_class,
        pdu.protocol_id,
        pdu.priority_flag,
        _cstring(pdu.schedule_delivery_time) if pdu.schedule_delivery_time else b"",
        _cstring(pdu.validity_period) if pdu.validity_period else b"",
        pdu.registered_delivery,
        pdu.replace_if_present,
        pdu.data_coding,
        pdu.sm_default_msg_id,
        len(text),
        text,
    )
    if pdu.tlvs:
        body += _encode_tlvs(pdu.tlvs)
    return _HEADER.pack(HEADER_OCTETS + len(body), command, 0, pdu.sequence) + body


def _encode_tlvs(tlvs: Tlvs) -> bytes:
    parts: list[bytes] = []
    for tag, value in tlvs.items():
        if len(value) > 0xFFFF:
            raise ValueError(f"TLV {tag:#06x} holds at most 65,535 octets")
        parts.append(_TLV.pack(tag, len(value)) + value)
    return b"".join(parts)


def _cstring(text: str) -> bytes:
    if "\0" in text:
        raise ValueError("a string on the wire cannot hold NUL")
    return text.encode("latin-1")
