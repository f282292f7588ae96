"""Receipts in every spelling that carriers use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.carriers.connector import ReceiptState
from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.pdu import DeliverSm
from tidings.carriers.smpp.receipt import (
    IdForm,
    Report,
    is_receipt,
    read_receipt,
    receipted_id,
    submitted_id,
)
from tidings.carriers.smpp.statuses import refusal, verdict
from tidings.kernel.carrier_codes import ReceiptScheme


def told(text: str | bytes, **fields: object) -> Report:
    data = text.encode() if isinstance(text, str) else text
    return read_receipt(DeliverSm("1", "2", data, **{"esm_class": 4, **fields}))  # type: ignore[arg-type]


USUAL = (
    "id:abc-1 sub:001 dlvrd:001 submit date:2611240300 done date:2611240301 stat:DELIVRD err:000 text:hello"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (USUAL, Report("abc-1", "DELIVRD", "000", None, "2611240301")),
        (USUAL.upper(), Report("ABC-1", "DELIVRD", "000", None, "2611240301")),
        (USUAL.replace(" text:hello", ""), Report("abc-1", "DELIVRD", "000", None, "2611240301")),
        (
            "id:7 sub:001 dlvrd:000 submit date:261124030059 done date:20261124030159 "
            "stat:UNDELIV err:01B text:",
            Report("7", "UNDELIV", "01B", None, "20261124030159"),
        ),
        ("id:7 stat:DELIVERED", Report("7", "DELIVRD", "", None, None)),
        ("id:7, stat:REJECTED, err:66", Report("7", "REJECTD", "66", None, None)),
        (
            "id: 7 submitdate: 2611240300 donedate: 2611240301 status: Expired error: 5",
            Report("7", "EXPIRED", "5", None, "2611240301"),
        ),
        (
            "message_id:7 submit_date:1 done_date:2611240301 state:UNDELIVERABLE error_code:9 "
            "Text:stat:DELIVRD id:8",
            Report("7", "UNDELIV", "9", None, "2611240301"),
        ),
        ("stat:DELIVRD id:7 err:0", Report("7", "DELIVRD", "0", None, None)),
        ("id:7 stat: err:000", Report("7", "", "000", None, None)),
        ("id:7 done date: stat:ACCEPTED err:", Report("7", "ACCEPTD", "", None, None)),
        ("id:7;stat:BUFFRED;err:000", Report("7", "ENROUTE", "000", None, None)),
        ("text:id:7 stat:DELIVRD", Report("", "", "", None, None)),
        ("", Report("", "", "", None, None)),
        ("something else altogether", Report("", "", "", None, None)),
    ],
)
def test_a_receipts_text_is_read_in_each_spelling(text, expected):
    assert told(text) == expected


def test_a_receipt_in_ucs2_or_behind_a_header_or_in_a_payload_is_read():
    assert told(USUAL.encode("utf-16-be"), data_coding=8).provider_id == "abc-1"
    assert told(b"\x02\x70\x00" + USUAL.encode(), esm_class=0x44).provider_id == "abc-1"
    assert told(b"", tlvs={wire.TLV_MESSAGE_PAYLOAD: USUAL.encode()}).provider_id == "abc-1"


def test_tlvs_win_over_the_text():
    report = told(
        USUAL,
        tlvs={
            wire.TLV_RECEIPTED_MESSAGE_ID: b"real\0",
            wire.TLV_MESSAGE_STATE: b"\x05",
            wire.TLV_NETWORK_ERROR_CODE: b"\x03\x00\x1b",
        },
    )

    assert report == Report("real", "UNDELIV", "27", 3, "2611240301")


def test_tlvs_alone_are_enough_and_odd_ones_are_left_out():
    assert told(b"", tlvs={0x1E: b"x", 0x427: b"\x02"}) == Report("x", "DELIVRD", "", None, None)
    assert told("id:7 stat:EXPIRED", tlvs={0x1E: b"\0", 0x427: b"", 0x423: b"\x03"}) == Report(
        "7", "EXPIRED", "", None, None
    )
    assert told("id:7 stat:EXPIRED", tlvs={0x427: b"\xee"}).stat == "EXPIRED"


def test_an_intermediate_notification_is_no_final_state():
    assert told("id:7 stat:UNDELIV err:001", esm_class=0x20).stat == "ENROUTE"


@pytest.mark.parametrize(
    ("esm_class", "tlvs", "receipt"),
    [
        (0x04, {}, True),
        (0x44, {}, True),
        (0x20, {}, True),
        (0x00, {wire.TLV_RECEIPTED_MESSAGE_ID: b"1\0"}, True),
        (0x00, {}, False),
        (0x40, {}, False),
        (0x08, {}, False),
    ],
)
def test_only_the_carriers_own_marks_make_a_receipt(esm_class, tlvs, receipt):
    assert is_receipt(DeliverSm("1", "2", USUAL.encode(), esm_class=esm_class, tlvs=tlvs)) is receipt


@given(
    st.binary(max_size=200),
    st.integers(0, 255),
    st.dictionaries(st.integers(0, 0xFFFF), st.binary(max_size=9)),
)
def test_reading_any_receipt_never_raises(data, coding, tlvs):
    report = told(data, data_coding=coding, tlvs=tlvs)

    assert verdict(report, ReceiptScheme.GSM)[0] in ReceiptState


@pytest.mark.parametrize(
    ("form", "submitted", "receipted"),
    [
        (IdForm.SAME, "0A1b", "0A1b"),
        (IdForm.SUBMIT_HEX, "0a1B", "2587"),
        (IdForm.SUBMIT_HEX, "A1B", "0000002587"),
        (IdForm.RECEIPT_HEX, "2587", "00000A1B"),
        (IdForm.SUBMIT_HEX, "not-hex", "not-hex"),
    ],
)
def test_ids_of_both_kinds_meet(form, submitted, receipted):
    assert submitted_id(form, submitted) == receipted_id(form, receipted)


@pytest.mark.parametrize(
    ("report", "scheme", "expected"),
    [
        (Report("7", "DELIVRD", "000", None, None), ReceiptScheme.GSM, (ReceiptState.DELIVERED, None)),
        (Report("7", "DELIVRD", "27", None, None), ReceiptScheme.GSM, (ReceiptState.DELIVERED, None)),
        (Report("7", "ENROUTE", "000", None, None), ReceiptScheme.GSM, (ReceiptState.PENDING, None)),
        (Report("7", "ACCEPTD", "", None, None), ReceiptScheme.GSM, (ReceiptState.PENDING, None)),
        (Report("7", "UNDELIV", "001", None, None), ReceiptScheme.GSM, (ReceiptState.UNDELIVERED, 30005)),
        (Report("7", "UNDELIV", "001", None, None), ReceiptScheme.TWILIO, (ReceiptState.UNDELIVERED, 30003)),
        (Report("7", "UNDELIV", "27", 3, None), ReceiptScheme.TWILIO, (ReceiptState.UNDELIVERED, 30003)),
        (Report("7", "REJECTD", "000", None, None), ReceiptScheme.GSM, (ReceiptState.UNDELIVERED, 30007)),
        (Report("7", "WHATEVER", "", None, None), ReceiptScheme.GSM, (ReceiptState.UNDELIVERED, 30008)),
        (Report("7", "", "", None, None), ReceiptScheme.GSM, (ReceiptState.PENDING, None)),
        (Report("7", "", "000", None, None), ReceiptScheme.GSM, (ReceiptState.PENDING, None)),
        (Report("7", "", "001", None, None), ReceiptScheme.GSM, (ReceiptState.UNDELIVERED, 30005)),
    ],
)
def test_a_receipt_becomes_a_state_and_a_code(report, scheme, expected):
    assert verdict(report, scheme) == expected


@pytest.mark.parametrize(
    ("status", "code", "lasting"),
    [
        (wire.ESME_RINVDSTADR, 21211, True),
        (wire.ESME_RINVSRCADR, 21606, True),
        (wire.ESME_RSYSERR, 30008, False),
        (0x455, 30008, False),
        (0xFFFFFFFF, 30008, False),
    ],
)
def test_a_refusal_becomes_a_code_and_tells_whether_it_lasts(status, code, lasting):
    refused = refusal(status)

    assert (refused.code, refused.lasting) == (code, lasting)
    assert f"{status:#x}" in refused.reason
