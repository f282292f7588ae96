"""The codec: what is written can be read again, and reading never fails."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.pdu import (
    Answer,
    Bind,
    BindMode,
    DeliverSm,
    Request,
    SubmitSm,
    Unframed,
    Unrecognised,
)

octet = st.integers(0, 255)
word = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=40)
tlvs = st.dictionaries(st.integers(0, 0xFFFF), st.binary(max_size=300), max_size=4)
sequence = st.integers(1, wire.SEQUENCE_MAX)
binds = st.builds(
    Bind,
    mode=st.sampled_from(BindMode),
    system_id=word,
    password=word,
    system_type=word,
    interface_version=octet,
    addr_ton=octet,
    addr_npi=octet,
    address_range=word,
    sequence=sequence,
)
message_fields = {
    "source": word,
    "destination": word,
    "short_message": st.binary(max_size=254),
    "esm_class": octet,
    "data_coding": octet,
    "registered_delivery": octet,
    "source_ton": octet,
    "source_npi": octet,
    "destination_ton": octet,
    "destination_npi": octet,
    "validity_period": word,
    "service_type": word,
    "protocol_id": octet,
    "priority_flag": octet,
    "schedule_delivery_time": word,
    "replace_if_present": octet,
    "sm_default_msg_id": octet,
    "tlvs": tlvs,
    "sequence": sequence,
}
answers = st.builds(
    Answer,
    command=st.sampled_from([wire.SUBMIT_SM_RESP, wire.DELIVER_SM_RESP]),
    sequence=sequence,
    status=st.just(0),
    text=word,
    tlvs=tlvs,
) | st.builds(
    Answer,
    command=st.sampled_from([wire.GENERIC_NACK, wire.UNBIND_RESP, wire.ENQUIRE_LINK_RESP]),
    sequence=sequence,
    status=st.integers(0, 0xFFFFFFFF),
)
requests = st.builds(Request, st.sampled_from([wire.ENQUIRE_LINK, wire.UNBIND]), sequence)
unrecognised = st.builds(
    Unrecognised,
    command=st.sampled_from([0x00000003, 0x00000103, 0x00000021, 0x7FFFFFFF, 0x80000103]),
    status=st.integers(0, 0xFFFFFFFF),
    sequence=sequence,
    body=st.binary(max_size=100),
)
pdus = st.one_of(
    binds,
    st.builds(SubmitSm, **message_fields),
    st.builds(DeliverSm, **message_fields),
    answers,
    requests,
    unrecognised,
)


@given(st.lists(pdus, max_size=4))
def test_what_was_written_reads_back_the_same(sent):
    stream = b"".join(pdu.encode() for pdu in sent)

    assert wire.decode(stream) == (sent, len(stream))


@given(st.lists(pdus, min_size=1, max_size=3), st.data())
def test_a_pdu_cut_by_the_network_waits_for_its_rest(sent, data):
    stream = b"".join(pdu.encode() for pdu in sent)
    cut = data.draw(st.integers(0, len(stream)))

    first, used = wire.decode(stream[:cut])
    second, rest = wire.decode(stream[used:])

    assert first + second == sent
    assert used + rest == len(stream)


@given(st.binary(max_size=400))
def test_reading_arbitrary_bytes_never_raises(noise):
    _, used = wire.decode(noise)

    assert 0 <= used <= len(noise)


@given(
    st.sampled_from([1, 2, 4, 5, 6, 9, 0x15, 0x80000001, 0x80000004, 0x80000005, 0x80000015, 0x80000000]),
    st.binary(max_size=300),
)
def test_reading_a_known_command_with_an_arbitrary_body_never_raises(command, body):
    frame = struct.pack(">IIII", 16 + len(body), command, 0, 7) + body

    (pdu,), used = wire.decode(frame)

    assert used == len(frame)
    assert pdu.sequence == 7


@pytest.mark.parametrize("length", [0, 5, 15, 65_537, 0x7FFFFFFF, 0xFFFFFFFF])
@pytest.mark.parametrize("arrived", [4, 9, 16, 30])
def test_an_impossible_length_is_found_as_soon_as_it_can_be_read(length, arrived):
    stream = Request(wire.ENQUIRE_LINK, 1).encode() + (struct.pack(">I", length) + b"\x01" * 40)[:arrived]

    found, used = wire.decode(stream)

    assert found == [Request(wire.ENQUIRE_LINK, 1), Unframed(length)]
    assert used == len(stream)


def test_a_message_id_without_nul_keeps_its_last_character():
    frame = struct.pack(">IIII", 22, wire.SUBMIT_SM_RESP, 0, 3) + b"abcdef"

    assert wire.decode(frame)[0] == [Answer(wire.SUBMIT_SM_RESP, 3, 0, "abcdef")]


def test_a_message_id_of_100_characters_is_read_whole():
    answer = Answer(wire.SUBMIT_SM_RESP, 3, 0, "7" * 100)

    assert wire.decode(answer.encode())[0] == [answer]


def test_a_refusal_without_a_body_is_read():
    frame = struct.pack(">IIII", 16, wire.SUBMIT_SM_RESP, wire.ESME_RTHROTTLED, 3)

    assert wire.decode(frame)[0] == [Answer(wire.SUBMIT_SM_RESP, 3, wire.ESME_RTHROTTLED, "")]


def test_a_tlv_longer_than_its_pdu_is_left_out_and_the_earlier_ones_stay():
    whole = DeliverSm("1", "2", b"hi", tlvs={0x1E: b"id\0"}, sequence=9)
    body = whole.encode()[16:] + struct.pack(">HH", 0x427, 400) + b"\x02"
    frame = struct.pack(">IIII", 16 + len(body), wire.DELIVER_SM, 0, 9) + body

    assert wire.decode(frame)[0] == [whole]


def test_an_sm_length_past_the_end_reads_to_the_end():
    whole = DeliverSm("1", "2", b"hello", sequence=9)
    frame = bytearray(whole.encode())
    frame[-6] = 200

    assert wire.decode(bytes(frame))[0] == [whole]


@pytest.mark.parametrize(
    "pdu",
    [
        SubmitSm("1", "2", b"x" * 255),
        SubmitSm("a\0b", "2"),
        SubmitSm("1", "2", tlvs={0x424: b"x" * 65_536}),
        SubmitSm("Ω", "2"),
        Bind(BindMode.TRANSCEIVER, "a\0", "b"),
    ],
)
def test_what_smpp_cannot_carry_is_refused_when_written(pdu):
    with pytest.raises(ValueError, match=r"254 octets|cannot hold NUL|65,535|latin-1"):
        pdu.encode()


def test_a_password_is_not_shown():
    assert "sesame" not in repr(Bind(BindMode.TRANSCEIVER, "me", "sesame"))
