import pytest

from tidings.kernel.carrier_codes import (
    RECEIPT_STATES,
    SMPP_STATUSES,
    ReceiptScheme,
    Verdict,
    of_receipt,
    of_smpp_status,
)


@pytest.mark.parametrize(
    ("status", "name", "verdict", "code"),
    [
        (0x00, "ESME_ROK", Verdict.SUCCESS, None),
        (0x08, "ESME_RSYSERR", Verdict.TRANSIENT, 30008),
        (0x0A, "ESME_RINVSRCADR", Verdict.PERMANENT, 21606),
        (0x0B, "ESME_RINVDSTADR", Verdict.PERMANENT, 21211),
        (0x14, "ESME_RMSGQFUL", Verdict.TRANSIENT, 30001),
        (0x58, "ESME_RTHROTTLED", Verdict.TRANSIENT, 30022),
        (0x66, "ESME_RX_R_APPN", Verdict.PERMANENT, 30007),
        (0x423, "", Verdict.TRANSIENT, 30008),
        (0xDEAD, "", Verdict.TRANSIENT, 30008),
    ],
)
def test_a_submit_answer_says_whether_to_try_again_and_with_which_code_it_ends(
    status: int, name: str, verdict: Verdict, code: int | None
) -> None:
    found = of_smpp_status(status)
    assert (found.name, found.verdict, found.code.number if found.code else None) == (name, verdict, code)


@pytest.mark.parametrize(
    ("stat", "err", "verdict", "code"),
    [
        ("DELIVRD", "000", Verdict.SUCCESS, None),
        ("DELIVRD", "027", Verdict.SUCCESS, None),
        ("ENROUTE", "000", Verdict.PENDING, None),
        ("UNDELIV", "011", Verdict.PERMANENT, 30006),
        ("UNDELIV", "027", Verdict.TRANSIENT, 30003),
        ("UNDELIV", "001", Verdict.PERMANENT, 30005),
        ("UNDELIV", "000", Verdict.PERMANENT, 30008),
        ("undeliv ", None, Verdict.PERMANENT, 30008),
        ("UNDELIV", "9Z9", Verdict.PERMANENT, 30008),
        ("REJECTD", "000", Verdict.PERMANENT, 30007),
        ("EXPIRED", "", Verdict.TRANSIENT, 30003),
        ("WHATEVER", "000", Verdict.TRANSIENT, 30008),
    ],
)
def test_a_receipt_is_read_by_its_error_where_that_is_known_else_by_its_state(
    stat: str, err: str | None, verdict: Verdict, code: int | None
) -> None:
    found = of_receipt(stat, err)
    assert (found.verdict, found.code.number if found.code else None) == (verdict, code)


def test_the_same_number_means_another_thing_to_another_carrier() -> None:
    assert of_receipt("UNDELIV", "6", scheme=ReceiptScheme.VONAGE).meaning == "anti-spam"
    assert of_receipt("UNDELIV", "006", scheme=ReceiptScheme.TWILIO).meaning == "illegal subscriber"


def test_every_failure_of_a_receipt_ends_with_a_code() -> None:
    failures = [c for c in RECEIPT_STATES.values() if c.verdict in (Verdict.TRANSIENT, Verdict.PERMANENT)]
    assert len(failures) >= 6
    assert all(failure.code for failure in failures)
    assert len(SMPP_STATUSES) > 50
