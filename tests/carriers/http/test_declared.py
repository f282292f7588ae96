"""What a file makes of a message, of an answer, and of what a carrier tells us."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.carriers.http.files import PLAIN, changed, letter, text_of

from tidings.carriers.connector import (
    Handover,
    Outcome,
    ReceiptState,
    Rejected,
    Taken,
    Throttled,
    Unknown,
    Unreachable,
)
from tidings.carriers.door import Heard, Knock, Unreadable
from tidings.carriers.http.declared import DeclaredDialect, DeclaredDoor, _message, _receipt
from tidings.carriers.http.dialect import Answer, Call
from tidings.carriers.http.spec import Spec

NOW = datetime(2026, 1, 1, tzinfo=UTC)
VALUES = {
    "settings.key": "k/1",
    "settings.api_url": "https://api.example.net/",
    "receipts_url": "https://t.example/carriers/plain/receipts",
    "inbound_url": "https://t.example/carriers/plain/inbound",
}


def dialect(file: dict[str, Any] = PLAIN) -> DeclaredDialect:
    return DeclaredDialect("plain", Spec.parse(text_of(file)), VALUES)


def written(file: dict[str, Any], *messages: Handover) -> Call:
    return dialect(file).write(messages or (letter(),), now=999_999_000.0)


def read(
    body: object, *, status: int = 200, file: dict[str, Any] = PLAIN, messages: int = 1, **headers: str
) -> list[Outcome]:
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return list(dialect(file).read([letter(id=n) for n in range(messages)], Answer(status, named, encoded)))


def test_a_message_fills_the_request() -> None:
    call = written(PLAIN)
    assert call.url == "https://api.example.net/messages"
    assert call.headers["Authorization"] == "Bearer k/1"
    assert call.headers["Content-Type"] == "application/json"
    assert msgspec.json.decode(call.body) == {
        "from": "+14155550100",
        "to": "+14155552671",
        "text": "Your table is ready.",
    }


def test_values_are_put_in_and_never_read_as_more_than_values() -> None:
    text = 'a "quote", a {brace} & an ampersand\n'
    assert msgspec.json.decode(written(PLAIN, letter(text)).body)["text"] == text
    form = changed("request.form", {"text": "{text}"}, changed("request.json", None))
    assert written(form, letter(text)).body == (b"text=a+%22quote%22%2C+a+%7Bbrace%7D+%26+an+ampersand%0A")
    url = changed("request.url", "https://x/{settings.key}/{to}?t={text}")
    assert written(url, letter("a&b=c")).url == "https://x/k%2F1/%2B14155552671?t=a%26b%3Dc"


def test_choices_numbers_and_constants() -> None:
    body = {
        "type": {"choose": "encoding", "among": {"GSM-7": "text"}, "otherwise": "unicode"},
        "flash": {"choose": "encoding", "among": {"UCS-2": True}},
        "ttl": "{seconds_left|number}",
        "ttl_text": "{seconds_left}",
        "count": 1,
        "callback": "{receipts_url}",
        "tags": ["a", None],
    }
    file = changed("request.json", body)
    assert msgspec.json.decode(written(file).body) == {
        "type": "text",
        "ttl": 1000,
        "ttl_text": "1000",
        "count": 1,
        "callback": "https://t.example/carriers/plain/receipts",
        "tags": ["a", None],
    }
    assert msgspec.json.decode(written(file, letter("Grüß Gott — 你好")).body)["type"] == "unicode"
    assert msgspec.json.decode(written(file, letter("你好")).body)["flash"] is True


BATCH = changed(
    "answer.per_message",
    "results",
    changed(
        "request.json",
        {"messages": {"each": {"to": "{to}", "key": "{settings.key}"}}},
        changed("calls.most_per_request", 3),
    ),
)


def test_many_messages_in_one_request() -> None:
    call = written(BATCH, letter(to="+1"), letter(to="+2"))
    assert msgspec.json.decode(call.body) == {
        "messages": [{"to": "+1", "key": "k/1"}, {"to": "+2", "key": "k/1"}]
    }
    outcomes = read({"results": [{"id": "a"}, {"code": "stopped"}, {}]}, file=BATCH, messages=3)
    assert outcomes[0] == Taken(("a",), "plain")
    assert isinstance(outcomes[1], Rejected)
    assert outcomes[1].code == 21610
    assert isinstance(outcomes[2], Unknown)
    assert {type(each) for each in read({"results": [{"id": "a"}]}, file=BATCH, messages=2)} == {Unknown}
    assert {type(each) for each in read({"code": "slow"}, status=429, file=BATCH, messages=2)} == {Throttled}


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, {"id": "m1"}, Taken(("m1",), "plain")),
        (201, {"id": 17}, Taken(("17",), "plain")),
        (200, {"id": "m1", "code": "stopped"}, Rejected(21610, True, "answered 200: stopped")),
        (400, {"code": "stopped", "message": "no"}, Rejected(21610, True, "answered 400: stopped: no")),
        (400, {"code": "busy"}, Rejected(30008, False, "answered 400: busy")),
        (400, {"code": "slow"}, Throttled(1.0)),
        (400, {"code": "other"}, Rejected(30008, True, "answered 400: other")),
        (400, b"<html>", Rejected(30008, True, "answered 400")),
        (422, {}, Rejected(30008, True, "answered 422")),
        (401, {}, Unreachable("answered 401")),
        (403, {}, Unreachable("answered 403")),
        (404, {}, Unreachable("answered 404")),
        (302, {}, Unreachable("answered 302")),
        (429, {}, Throttled(1.0)),
        (500, {}, Unknown("answered 500")),
        (502, b"<html>", Unknown("answered 502")),
        (503, {"code": "busy"}, Unknown("answered 503: busy")),
        (408, {}, Unknown("answered 408")),
    ],
)
def test_an_answer_becomes_an_outcome(status: int, body: object, outcome: Outcome) -> None:
    assert read(body, status=status) == [outcome]


@pytest.mark.parametrize(
    "body", [{}, {"id": None}, {"id": ""}, {"id": []}, [], "x", b"", b"{", b"[" * 20_000]
)
def test_taken_without_an_id_is_a_doubt(body: object) -> None:
    assert isinstance(read(body)[0], Unknown)


def test_an_error_that_no_table_names_in_a_good_answer_is_a_doubt() -> None:
    assert isinstance(read({"id": "m1", "code": "new"})[0], Unknown)
    strict = changed("answer.unlisted_errors", 30007)
    assert read({"id": "m1", "code": "new"}, file=strict) == [Rejected(30007, True, "answered 200: new")]


def test_a_files_own_statuses_go_first() -> None:
    file = changed("answer.statuses", {"503": "throttled", "4xx": 30007, "202": "taken"})
    assert read({}, status=503, file=file, retry_after="7") == [Throttled(7.0)]
    assert read({}, status=401, file=file) == [Rejected(30007, True, "answered 401")]
    assert read({"id": "x", "code": "stopped"}, status=202, file=file) == [Taken(("x",), "plain")]


@pytest.mark.parametrize(
    ("header", "wait"), [("2", 2.0), ("0", 1.0), ("-1", 1.0), ("soon", 1.0), ("9999", 300.0)]
)
def test_how_long_to_wait(header: str, wait: float) -> None:
    assert read({}, status=429, retry_after=header) == [Throttled(wait)]


PARTS = changed(
    "answer.parts", "messages", changed("answer.errors", {"0": "taken", "1": "throttled", "5": 30008})
)


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        ("00", Taken),
        ("0", Taken),
        ("11", Throttled),
        ("10", Throttled),
        ("01", Unknown),
        ("50", Rejected),
        ("", Unknown),
    ],
)
def test_the_first_part_decides_and_a_later_one_makes_a_doubt(codes: str, kind: type) -> None:
    parts = [{"id": f"m{n}", "code": code} for n, code in enumerate(codes)]
    (outcome,) = read({"messages": parts}, file=PARTS)
    assert isinstance(outcome, kind)
    if isinstance(outcome, Taken):
        assert outcome.provider_ids == tuple(f"m{n}" for n in range(len(codes)))


def test_a_carrier_that_gives_no_id_is_asked_by_ours() -> None:
    assert read({}, file=changed("answer.id", None)) == [Taken((letter(id=0).id.hex,), "plain")]


def receipt(**item: object) -> Any:
    spec = Spec.parse(text_of(PLAIN)).receipts
    assert spec is not None
    return _receipt("plain", spec, item, NOW)


def test_a_receipt_is_read() -> None:
    assert receipt(id="m1", state="delivered").state is ReceiptState.DELIVERED
    assert receipt(id="m1", state="DELIVERED").state is ReceiptState.DELIVERED
    failed = receipt(id="m1", state="failed", code="gone")
    assert (failed.carrier, failed.provider_id, failed.state, failed.code) == (
        "plain",
        "m1",
        ReceiptState.UNDELIVERED,
        30005,
    )
    assert receipt(id="m1", state="failed", code="new").code == 30008
    assert receipt(id="m1", state="failed").code == 30008


def test_a_state_that_no_table_names_says_nothing() -> None:
    assert receipt(id="m1", state="odd").state is ReceiptState.PENDING


def test_a_receipt_of_nothing_is_passed_over() -> None:
    assert receipt(state="delivered") is None
    assert receipt(id="m1") is None


def test_a_message_from_a_person_is_read() -> None:
    spec = Spec.parse(
        text_of(changed("inbound.parts", "parts", changed("inbound.from", "from|plus")))
    ).inbound
    assert spec is not None
    item = {"from": "14155552671", "to": "+14155550100", "text": "Hi\0", "id": "i1", "parts": 2}
    message = _message("plain", spec, item, NOW)
    assert message is not None
    assert (message.source, message.text, message.parts, message.provider_id) == (
        "+14155552671",
        "Hi",
        2,
        "i1",
    )
    assert _message("plain", spec, {"to": "+1", "text": "x", "id": "1"}, NOW) is None
    assert _message("plain", spec, {"from": "1", "to": "2", "text": "", "id": "1"}, NOW) is not None


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "state", "code", "from", "to", "text", "data"]), inner)
    ),
    max_leaves=10,
)


@given(
    body=st.binary() | JSON.map(lambda value: json.dumps(value).encode()),
    form=st.sampled_from(["json", "form"]),
)
def test_whatever_the_carrier_says_it_is_heard_or_found_unreadable(body: bytes, form: str) -> None:
    proof = {"scheme": "token", "header": "X-Token", "secret": "{settings.key}"}
    file = PLAIN
    for what in ("receipts", "inbound"):
        file = changed(f"{what}.body", form, changed(f"{what}.signature", proof, file))
    door = DeclaredDoor("plain", Spec.parse(text_of(file)), VALUES, public_url=None)
    knock = Knock("POST", "http://x/y", b"", {"x-token": "k/1"}, body)
    for finding in (door.receipts(knock, now=NOW), door.inbound(knock, now=NOW)):
        assert isinstance(finding, Heard | Unreadable)
        if isinstance(finding, Heard):
            assert len(finding.receipts) + len(finding.inbound) + finding.passed_over == 1


@given(body=st.binary() | JSON.map(lambda value: json.dumps(value).encode()), status=st.integers(200, 599))
def test_whatever_is_answered_each_message_has_one_outcome(body: bytes, status: int) -> None:
    for file in (PLAIN, BATCH, PARTS):
        assert len(read(body, status=status, file=file, messages=1)) == 1
    assert len(read(body, status=status, file=BATCH, messages=3)) == 3
