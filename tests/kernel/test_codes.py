import pytest

from tidings.kernel import codes
from tidings.kernel.codes import CODES, Code, Ending, Lasting
from tidings.kernel.outcomes import Refused


def test_every_code_has_a_text_a_status_and_a_class() -> None:
    assert len(CODES) >= 234
    for number, code in CODES.items():
        assert code.number == number
        assert code.text
        assert 400 <= code.status < 600
        assert code.more_info.endswith(f"/{number}")


def test_a_refusal_says_the_value_that_was_refused() -> None:
    refused = Refused.because(codes.INVALID_TO, to="+1500")
    assert refused.message == "The 'To' number +1500 is not a valid phone number."
    assert refused.status == 400


def test_a_value_with_braces_is_shown_as_it_is() -> None:
    assert "{to}{}" in codes.INVALID_TO.about(to="{to}{}")


def test_without_a_value_the_plain_text_is_said() -> None:
    assert codes.INVALID_TO.about() == "Invalid 'To' Phone Number"
    assert codes.NOT_AUTHENTICATED.about() == "Authenticate"


def test_a_value_forgotten_is_a_fault() -> None:
    with pytest.raises(KeyError):
        codes.TO_NOT_REACHABLE.about(to="+14155550100")


@pytest.mark.parametrize(
    ("code", "status", "lasting"),
    [
        (codes.NOT_AUTHENTICATED, 401, Lasting.CONFIGURATION),
        (codes.ACCOUNT_NOT_ACTIVE, 403, Lasting.CONFIGURATION),
        (codes.NOT_FOUND, 404, Lasting.PERMANENT),
        (codes.NOT_COMPLETE, 409, Lasting.TRANSIENT),
        (codes.TOO_MANY_REQUESTS, 429, Lasting.TRANSIENT),
        (codes.QUEUE_FULL, 400, Lasting.TRANSIENT),
        (codes.OPTED_OUT, 400, Lasting.PERMANENT),
        (codes.UNKNOWN_PARAMETERS, 400, Lasting.WARNING),
    ],
)
def test_status_and_class_follow_the_catalogue(code: Code, status: int, lasting: Lasting) -> None:
    assert (code.status, code.lasting) == (status, lasting)


def test_a_code_says_whether_a_message_failed_or_was_undelivered() -> None:
    assert codes.QUEUE_OVERFLOW.ends_as is Ending.FAILED
    assert codes.VALIDITY_EXPIRED.ends_as is Ending.FAILED
    assert codes.MESSAGE_FILTERED.ends_as is Ending.UNDELIVERED
    assert codes.INVALID_SID.ends_as is None
