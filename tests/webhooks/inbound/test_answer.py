"""What an answer to the webhook of an inbound message asks for, whatever its type."""

import pytest

from tidings.kernel.segments import MAX_BODY
from tidings.webhooks.inbound.answer import Misunderstood, Text, Understood, read_answer
from tidings.webhooks.inbound.twiml import Redirect
from tidings.webhooks.retry import Failure

URL = "https://shop.example/sms/hear?a=b"


def read(body: str, content_type: str | None = "text/xml") -> Understood | Misunderstood:
    return read_answer(content_type, body.encode(), url=URL)


def message(attributes: str = "", body: str = "Hi") -> Understood:
    found = read(f"<Response><Message {attributes}>{body}</Message></Response>")
    assert isinstance(found, Understood)
    return found


@pytest.mark.parametrize("kind", ["text/xml", "application/xml; charset=utf-8", "text/html", "TEXT/XML"])
def test_xml_by_any_of_its_names_is_twiml(kind: str) -> None:
    found = read("<Response><Message>Grüße</Message></Response>", kind)
    assert found == Understood((Text("Grüße"),))


@pytest.mark.parametrize("kind", ["text/plain", "text/plain; charset=utf-8", "text/plain; charset=klingon"])
def test_plain_text_is_a_reply_as_it_stands(kind: str) -> None:
    assert read(" Grüße <3\n", kind) == Understood((Text("Grüße <3"),))


def test_plain_text_is_read_in_its_own_charset_and_keeps_no_nul() -> None:
    assert read_answer("text/plain; charset=ISO-8859-1", b"\xe9\0", url=URL) == Understood((Text("é�"),))


@pytest.mark.parametrize("kind", [None, "text/xml", "image/png"])
def test_an_empty_answer_asks_for_nothing(kind: str | None) -> None:
    assert read(" \n", kind) == Understood()


@pytest.mark.parametrize("kind", [None, "image/png", "application/json", "nonsense", ";;;"])
def test_another_type_is_refused(kind: str | None) -> None:
    found = read("<Response/>", kind)
    assert isinstance(found, Misunderstood)
    assert found.failure is Failure.ANSWER_TYPE


def test_bad_xml_is_refused() -> None:
    found = read("<Response>", "text/xml")
    assert isinstance(found, Misunderstood)
    assert found.failure is Failure.ANSWER_NOT_XML


def test_urls_are_seen_from_the_url_that_answered() -> None:
    found = read(
        "<Response><Message action='told'>a</Message><Redirect method='get'>../b</Redirect></Response>"
    )
    assert isinstance(found, Understood)
    assert found.texts == (Text("a", status_callback="https://shop.example/sms/told"),)
    assert found.redirect == Redirect("https://shop.example/b", "GET")


def test_an_action_may_be_asked_by_get() -> None:
    assert message("action='https://s.example/a#rc=2' method='GET'").texts == (
        Text("Hi", status_callback="https://s.example/a#rc=2&m=get"),
    )


def test_a_message_may_go_to_others_and_come_from_others() -> None:
    assert message("to='+1 (415) 555-2671' from='55501'").texts == (
        Text("Hi", to="+14155552671", sender="55501"),
    )
    assert message("from='SHOP'").texts == (Text("Hi", sender="SHOP"),)


@pytest.mark.parametrize(
    ("attributes", "body", "code"),
    [
        ("to='someone'", "Hi", 14101),
        ("to='+1415555'", "Hi", 14101),
        ("from='!'", "Hi", 14108),
        ("", "", 14103),
        ("", "x" * (MAX_BODY + 1), 14103),
        ("", "Look<Media>https://shop.example/a.png</Media>", 21622),
    ],
)
def test_a_message_that_cannot_be_sent_is_left_out(attributes: str, body: str, code: int) -> None:
    found = message(attributes, body)
    assert found.texts == ()
    assert [warning.code.number for warning in found.warnings] == [code]


def test_an_action_that_is_no_url_costs_the_action_alone() -> None:
    found = message("action='https://bad_host/'")
    assert found.texts == (Text("Hi"),)
    assert [warning.code.number for warning in found.warnings] == [21609]
