"""A carrier's file is checked whole when it is read: every fault is told, by the field it is in."""

import re
from pathlib import Path
from typing import Any

import pytest
from tests.carriers.http.files import PLAIN, changed, text_of

from tidings.carriers.http.carrier import HttpCarrier, shipped
from tidings.carriers.http.spec import SCHEMES, Spec, SpecFaults


def faults_of(text: str) -> list[str]:
    with pytest.raises(SpecFaults) as found:
        Spec.parse(text)
    return str(found.value).splitlines()


def test_a_whole_file_is_taken() -> None:
    spec = Spec.parse(text_of(PLAIN))
    assert spec.carrier == "Plain"
    assert [(need.name, need.secret) for need in spec.needs] == [("key", True), ("api_url", False)]


@pytest.mark.parametrize("name", shipped())
def test_a_file_that_comes_with_tidings_is_taken(name: str) -> None:
    assert Spec.parse(shipped()[name]).receipts is not None


def test_the_file_that_the_documentation_shows_is_taken() -> None:
    page = Path(__file__).parents[3] / "docs" / "how-to" / "connect-an-http-carrier.md"
    (file,) = re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    assert Spec.parse(file).carrier == "Example"


def test_the_documentation_names_every_scheme() -> None:
    page = Path(__file__).parents[3] / "docs" / "how-to" / "connect-an-http-carrier.md"
    text = page.read_text("utf-8")
    assert [scheme for scheme in SCHEMES if f"| `{scheme}` |" not in text] == []
    assert [name for name in shipped() if f"| `{name}` |" not in text] == []


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("carrier", None, "carrier: missing"),
        ("request", None, "request: missing"),
        ("request.url", "ftp://example.net", "request.url: must begin with https://"),
        ("request.url", "https://x/{token}", "request.url: {token} is not known here"),
        ("request.method", "GET", "request.method: must be one of POST"),
        ("request.headers.Bad Name", "x", "request.headers.Bad Name: is no header"),
        ("request.headers.X", "{text}", "request.headers.X: {text} is not known here"),
        ("request.form", {"a": "b"}, "request.json: a request has either json or form"),
        ("request.json.to", "{to|shout}", "request.json.to: there is no filter 'shout'"),
        ("request.json.list", [{"deep": "{nobody}"}], "request.json.list.0.deep: {nobody} is not known here"),
        ("request.json.all", {"each": "{to}"}, "request.json.all: each is for requests of many messages"),
        (
            "request.json.kind",
            {"choose": "colour", "among": {"red": 1}},
            "request.json.kind.choose: colour is",
        ),
        ("request.json.kind", {"choose": "encoding"}, "request.json.kind: a choice has choose, among"),
        ("answer.errors.x", 99999, "answer.errors.x: must be a code of"),
        ("answer.errors.x", "perhaps", "answer.errors.x: must be one of taken"),
        ("answer.statuses", {"often": "taken"}, "answer.statuses.often: must be a status such as 429"),
        ("answer.error", None, "answer.error: missing"),
        ("answer.id", "data..id", "answer.id: an empty step"),
        ("answer.idd", "x", "answer.idd: there is no such field; did you mean id?"),
        ("receipts.states", None, "receipts.states: missing"),
        ("receipts.states.x", "gone", "receipts.states.x: must be one of delivered"),
        ("receipts.errors.x", 1, "receipts.errors.x: must be a code of docs/reference/errors.md"),
        ("receipts.signature", None, "receipts.signature: missing"),
        ("receipts.signature.scheme", "rot13", "receipts.signature.scheme: must be one of hmac-sha256"),
        ("receipts.signature.secret", "hunter2", "receipts.signature.secret: must come from the settings"),
        ("receipts.body", "query", "receipts.signature.scheme: does not cover a body of the kind query"),
        ("inbound.from", None, "inbound.from: missing"),
        ("inbound.reply", {"status": 500}, "inbound.reply.status: must be a whole number from 200 to 299"),
        ("calls.window", 0, "calls.window: must be a whole number from 1 to 1000"),
        ("calls.most_per_request", 10, "answer.per_message: missing"),
        ("settings.Key", {}, "settings.Key: a setting's name has small letters"),
        ("settings.key.default", "hunter2", "settings.key.default: a secret has none"),
        ("extra", 1, "extra: there is no such field"),
    ],
)
def test_a_fault_is_told_by_its_field(path: str, value: Any, fault: str) -> None:
    found = faults_of(text_of(changed(path, value)))
    assert any(line.startswith(fault) for line in found), found


def test_all_faults_are_told_at_once() -> None:
    file = changed("answer.idd", "x", changed("calls.window", "many", changed("carrier", None)))
    assert len(faults_of(text_of(file))) == 3


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("carrier: [", "not YAML: line 1"),
        ("carrier: a\ncarrier: b", "not YAML: line 2: 'carrier' stands here twice"),
        ("- a", "the file: must be a mapping of names to values"),
        ("carrier: !!python/object/apply:os.system ['true']", "not YAML"),
        ("x" * 300_000, "the file is larger than"),
    ],
)
def test_what_is_no_such_file_is_refused(text: str, fault: str) -> None:
    assert faults_of(text)[0].startswith(fault)


def test_codes_are_read_as_they_are_written() -> None:
    text = text_of(PLAIN).replace("stopped: 21610", "0010: 21610\n    no: 30008")
    assert {"0010", "no"} <= set(Spec.parse(text).answer.errors)


def of_settings(**given: object) -> HttpCarrier:
    return HttpCarrier.parse("plain", {"spec": text_of(PLAIN)} | given, public_url=None)


def test_settings_are_checked_against_what_the_file_asks_for() -> None:
    with pytest.raises(SpecFaults) as found:
        of_settings(keys="k", window=0, public_url="https://x/y")
    assert set(str(found.value).splitlines()) == {
        "key: missing",
        "keys: there is no such field; did you mean key?",
        "window: must be a whole number from 1 to 1000",
        "public_url: must be http:// or https:// and a host, without a path",
    }


@pytest.mark.parametrize(
    ("setting", "value", "fault"),
    [
        ("key", "k\nk", "key: must not hold line breaks"),
        ("api_url", "api.example.net", "request.url: is no http:// or https:// address"),
        ("api_url", "https://", "request.url: is no http:// or https:// address"),
        ("api_url", "https://x:port", "request.url: is no http:// or https:// address"),
    ],
)
def test_settings_that_would_fail_each_message_are_told_before_any(
    setting: str, value: str, fault: str
) -> None:
    with pytest.raises(SpecFaults, match=fault):
        of_settings(**({"key": "k"} | {setting: value}))


def test_a_key_of_digits_alone_and_one_from_a_file_are_taken_as_texts() -> None:
    assert of_settings(key=12345678).values["settings.key"] == "12345678"
    assert of_settings(key="hunter2\n").values["settings.key"] == "hunter2"


def test_a_carrier_that_must_call_us_needs_our_address() -> None:
    given = {"shipped": "plivo", "auth_id": "MA1", "auth_token": "t"}
    with pytest.raises(SpecFaults, match="public_url: missing"):
        HttpCarrier.parse("plivo", given, public_url=None)
    assert HttpCarrier.parse("plivo", given, public_url="https://t.example").public_url == "https://t.example"


def test_a_key_that_is_none_makes_no_door() -> None:
    given = {"shipped": "telnyx", "api_key": "k", "public_key": "short", "messaging_profile_id": "m"}
    carrier = HttpCarrier.parse("telnyx", given, public_url="https://t.example")
    with pytest.raises(SpecFaults, match="32 bytes"):
        carrier.door()


def test_no_secret_is_shown() -> None:
    assert "hunter2" not in repr(of_settings(key="hunter2").manners)
