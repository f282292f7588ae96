import pytest
from hypothesis import given
from hypothesis.strategies import text

from tidings.webhooks.destination import Endpoint, parse, redirected


def test_a_url_is_signed_without_its_fragment_and_credentials() -> None:
    found = parse("https://user:p%40ss@example.com:8443/a/b?x=1#rc=2&sni=n")
    assert found is not None
    assert found.url == "https://example.com:8443/a/b?x=1"
    assert (found.user, found.password) == ("user", "p@ss")
    assert found.endpoint == Endpoint("https", "example.com", 8443, server_name=False)
    assert found.target == "/a/b?x=1"
    assert b"\r\nHost: example.com:8443\r\n" in found.head


@pytest.mark.parametrize(
    ("url", "target", "signed"),
    [
        ("http://example.com", "/", "http://example.com"),
        ("http://example.com?x=1", "/?x=1", "http://example.com/?x=1"),
        ("http://example.com/ü?q=ö", "/%C3%BC?q=%C3%B6", "http://example.com/%C3%BC?q=%C3%B6"),
        ("http://example.com/a%2Fb+c", "/a%2Fb+c", "http://example.com/a%2Fb+c"),
        ("http://[::1]:5000/x", "/x", "http://[::1]:5000/x"),
    ],
)
def test_what_is_asked_is_what_is_signed(url: str, target: str, signed: str) -> None:
    found = parse(url)
    assert found is not None
    assert (found.target, found.url) == (target, signed)


def test_a_redirect_keeps_the_overrides_and_leaves_the_credentials_at_home() -> None:
    found = parse("https://user:pass@example.com/a#rc=3")
    assert found is not None
    near, far = redirected(found, "/b"), redirected(found, "https://elsewhere.example/b")
    assert near is not None
    assert far is not None
    assert (near.url, near.user, near.overrides.retries) == ("https://example.com/b", "user", 3)
    assert (far.user, far.password, far.overrides.retries) == (None, "", 3)
    for location in ("ftp://example.com/", "http://", "http://a_b/", "http://[::"):
        assert redirected(found, location) is None


@given(text())
def test_no_text_injects_a_header(anything: str) -> None:
    found = parse("http://example.com/" + anything)
    if found is not None:
        assert found.head.count(b"\r\n") == 5
        assert found.url.isascii()
