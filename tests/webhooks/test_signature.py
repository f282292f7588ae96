from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from tidings.webhooks.signature import sign_body, sign_form, sign_sorted_form, sign_url

URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
]
pairs = st.lists(st.tuples(st.text(), st.text()), max_size=8)
urls = st.builds(
    "{}://example.com{}/{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["", ":80", ":443", ":8080"]),
    st.from_regex(r"[a-zA-Z0-9._~%-]{0,20}(\?[a-z0-9=&+%]{1,20})?", fullmatch=True),
)


def test_the_published_form_vector() -> None:
    assert sign_form("12345", URL, FORM) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert sign_form("12345", URL, reversed(FORM)) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert sign_sorted_form("12345", URL, FORM) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_the_published_body_vector() -> None:
    digest = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
    url, signature = sign_body("12345", URL, b'{"property": "value", "boolean": true}')
    assert url == f"{URL}&bodySHA256={digest}"
    assert signature == "a9nBmqA0ju/hNViExpshrM61xv4="


def test_the_published_vector_of_a_name_given_twice() -> None:
    form = [
        ("Sid", "CA123"),
        ("SidAccount", "AC123"),
        ("Digits", "5678"),
        ("Digits", "1234"),
        ("Digits", "1234"),
    ]
    assert sign_form("12345", URL, form) == "IK+Dwps556ElfBT0I3Rgjkr1wJU="


@given(st.text(min_size=1), urls, pairs)
def test_the_official_validator_accepts_every_form(
    auth_token: str, url: str, form: list[tuple[str, str]]
) -> None:
    asked = dict(form)
    signature = sign_form(auth_token, url, asked.items())
    assert RequestValidator(auth_token).validate(url, asked, signature)


@given(st.text(min_size=1), urls, st.binary())
def test_the_official_validator_accepts_every_url_and_body(auth_token: str, url: str, body: bytes) -> None:
    assert RequestValidator(auth_token).validate(url, {}, sign_url(auth_token, url))
    text = body.decode("latin-1")
    signed_url, signature = sign_body(auth_token, url, text.encode())
    assert RequestValidator(auth_token).validate(signed_url, text, signature)
