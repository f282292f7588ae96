"""What a TwiML document asks for."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis.strategies import binary
from twilio.twiml.messaging_response import MessagingResponse

from tidings.webhooks.inbound.twiml import DEEPEST, NotTwiml, Redirect, read_twiml


def response(inside: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>'.encode()


def codes(inside: str) -> list[int]:
    return [warning.code.number for warning in read_twiml(response(inside)).warnings]


def test_what_twilios_own_package_writes_is_read() -> None:
    twiml = MessagingResponse()
    twiml.message("Grüße & <3", to="+14155552671", from_="55501", action="/told", method="GET")
    twiml.message().body("Second")
    twiml.redirect("/next", method="GET")
    document = read_twiml(twiml.to_xml().encode())
    first, second = document.messages
    assert (first.body, first.to, first.sender) == ("Grüße & <3", "+14155552671", "55501")
    assert (first.action, first.method) == ("/told", "GET")
    assert (second.body, second.to, second.sender, second.action) == ("Second", None, None, None)
    assert document.redirect == Redirect("/next", "GET")
    assert document.warnings == ()


@pytest.mark.parametrize("inside", ["", "  \n ", "<!-- nothing -->"])
def test_an_empty_response_asks_for_nothing(inside: str) -> None:
    document = read_twiml(response(inside))
    assert (document.messages, document.redirect, document.warnings) == ((), None, ())
    assert read_twiml(b"<Response/>") == document


def test_a_text_is_trimmed_and_may_be_cdata() -> None:
    (message,) = read_twiml(response("<Message>\n  <![CDATA[a < b]]> &amp; c\n </Message>")).messages
    assert message.body == "a < b & c"


def test_what_stands_behind_a_redirect_does_not_count() -> None:
    document = read_twiml(
        response("<Message>a</Message><Redirect>/b</Redirect><Message>c</Message><Say>d</Say>")
    )
    assert [message.body for message in document.messages] == ["a"]
    assert document.warnings == ()


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<Shout>hey</Shout>", [12200]),
        ("<message>small letters</message>", [12200]),
        ("text", [12200]),
        ("<Redirect/>", [12200]),
        ('<Message loud="yes">a</Message>', [12200]),
        ("<Message>a<Emoji/></Message>", [12200]),
        ("<Say>hello</Say>", [14110]),
        ('<Message method="PUT">a</Message>', [14104]),
        ('<Redirect method="PUT">/a</Redirect>', [14104]),
        ("<Shout/><Shout/>", [12200]),
    ],
)
def test_what_is_odd_is_passed_over_with_a_warning(inside: str, expected: list[int]) -> None:
    assert codes(inside) == expected
    document = read_twiml(response("<Message>kept</Message>" + inside))
    assert document.messages[0].body == "kept"


BOMB = b'<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><Response><Message>&b;</Message></Response>'
OUTSIDE = b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><Response><Message>&a;</Message></Response>'


@pytest.mark.parametrize(
    "octets",
    [
        b"OK",
        b"<Response>",
        b"<Response></Answer>",
        b"<Answer/>",
        b"<response/>",
        b"\n<?xml version='1.0'?><Response/>",
        b"<Response><Message>&nbsp;</Message></Response>",
        b"<Response/><Response/>",
        b"<Response><Message>\xff</Message></Response>",
        b"<?xml version='1.0' encoding='klingon'?><Response/>",
        BOMB,
        OUTSIDE,
        b"<!DOCTYPE html><Response/>",
        b"<Response>" + b"<a>" * DEEPEST + b"</a>" * DEEPEST + b"</Response>",
        b'{"reply": "json"}',
    ],
)
def test_what_is_no_twiml_is_refused(octets: bytes) -> None:
    with pytest.raises(NotTwiml):
        read_twiml(octets)


def test_the_content_types_charset_goes_before_the_documents() -> None:
    octets = "<?xml version='1.0' encoding='UTF-8'?><Response><Message>é</Message></Response>".encode(
        "latin-1"
    )
    (message,) = read_twiml(octets, charset="ISO-8859-1").messages
    assert message.body == "é"


@given(binary(max_size=200))
def test_no_bytes_do_anything_but_be_read_or_refused(octets: bytes) -> None:
    with suppress(NotTwiml):
        read_twiml(b"<Response>" + octets + b"</Response>")
