from urllib.parse import parse_qsl
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tidings.kernel.codes import CODES
from tidings.messages import CallbackTarget
from tidings.webhooks.callback import encode, form_of, idempotency_token, told_status, with_fallback

MESSAGE = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
ACCOUNT = UUID("0123456789abcdef0123456789abcdef")
SERVICE = UUID("fedcba9876543210fedcba9876543210")


def target(*, service: UUID | None = None, sender: str | None = "+15005550006") -> CallbackTarget:
    return CallbackTarget(MESSAGE, ACCOUNT, sender, "+14155550123", service, 1, 1, "https://example.com/")


def test_a_callback_speaks_in_twilios_names() -> None:
    assert dict(form_of("sent", MESSAGE, None, target())) == {
        "AccountSid": "AC0123456789abcdef0123456789abcdef",
        "ApiVersion": "2010-04-01",
        "From": "+15005550006",
        "MessageSid": "SM01890a5dac96774bbcceb302099a8057",
        "MessageStatus": "sent",
        "SmsSid": "SM01890a5dac96774bbcceb302099a8057",
        "SmsStatus": "sent",
        "To": "+14155550123",
    }


def test_a_bad_end_is_told_with_its_code_and_text() -> None:
    form = dict(form_of("undelivered", MESSAGE, {"code": 30003, "done_date": "2611240310"}, target()))
    assert form["ErrorCode"] == "30003"
    assert form["ErrorMessage"] == CODES[30003].text
    assert form["RawDlrDoneDate"] == "2611240310"


def test_a_good_end_has_no_code_and_a_failure_no_date_of_the_carrier() -> None:
    delivered = dict(form_of("delivered", MESSAGE, {"code": 30003, "done_date": "2611240310"}, target()))
    assert "ErrorCode" not in delivered
    assert delivered["RawDlrDoneDate"] == "2611240310"
    assert "RawDlrDoneDate" not in dict(
        form_of("failed", MESSAGE, {"code": 30001, "done_date": "x"}, target())
    )


def test_a_service_is_named_and_a_missing_sender_is_empty() -> None:
    form = dict(form_of("failed", MESSAGE, {"code": 21703}, target(service=SERVICE, sender=None)))
    assert form["MessagingServiceSid"] == "MGfedcba9876543210fedcba9876543210"
    assert form["From"] == ""


def test_which_facts_are_told() -> None:
    for kind in ("sent", "delivered", "undelivered", "failed", "canceled", "read"):
        assert told_status(f"message.{kind}", through_service=False) == kind
    for kind in ("accepted", "scheduled", "sending", "doubted", "redacted", "deleted", "received"):
        assert told_status(f"message.{kind}", through_service=True) is None
    assert told_status("message.queued", through_service=True) == "queued"
    assert told_status("message.queued", through_service=False) is None


@given(
    st.sampled_from(["queued", "sent", "delivered", "undelivered", "failed", "canceled"]),
    st.none() | st.fixed_dictionaries({}, optional={"code": st.integers(1, 70_000), "done_date": st.text()}),
    st.booleans(),
)
def test_a_form_is_sorted_and_survives_its_encoding(
    status: str, detail: dict[str, object] | None, served: bool
) -> None:
    form = form_of(status, MESSAGE, detail, target(service=SERVICE if served else None))
    assert form == sorted(set(form))
    assert parse_qsl(encode(form).decode("ascii"), keep_blank_values=True) == form


def test_the_fallback_learns_what_failed() -> None:
    form = form_of("sent", MESSAGE, None, target())
    more = with_fallback(form, code=11205, url="https://example.com/")
    assert dict(more) == dict(form) | {"ErrorCode": "11205", "ErrorUrl": "https://example.com/"}
    assert more == sorted(more)
    ended = form_of("failed", MESSAGE, {"code": 30001}, target())
    assert dict(with_fallback(ended, code=11205, url="u"))["ErrorCode"] == "30001"


def test_the_token_is_the_facts_own() -> None:
    assert idempotency_token(7, 1000, 5) == idempotency_token(7, 1000, 5)
    assert len({idempotency_token(b, x, s) for b in range(4) for x in range(40) for s in range(40)}) == 6400
    assert UUID(idempotency_token(7, 1000, 5))
