import pytest
from hypothesis import given
from hypothesis.strategies import text

from tidings.kernel.callback_url import LONGEST_URL, is_callback_url


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "http://example.com/",
        "https://user:pass@example.com:8443/path?x=1#rc=2&ct=2000",
        "http://localhost:5000/status",
        "http://127.0.0.1:5000/status",
        "http://[::1]:5000/status",
        "https://xn--bcher-kva.example/rückruf?q=ü",
        "https://bücher.example/",
        "https://example.com./absolute-name",
        "https://example.com/#a-fragment-that-says-nothing",
        "HTTPS://EXAMPLE.COM/",
    ],
)
def test_an_absolute_http_url_with_a_host_is_a_callback_url(url: str) -> None:
    assert is_callback_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/status",
        "/status",
        "ftp://example.com/",
        "mailto:a@example.com",
        "javascript:alert(1)",
        "http://",
        "http:///status",
        "http://my_host.example/",
        "http://-bad.example/",
        "http://bad-.example/",
        "http://a..b/",
        "http://" + "a" * 64 + ".example/",
        "http://" + "abcdefg." * 40 + "example/",
        "http://example.com:0/",
        "http://example.com:65536/",
        "http://example.com:port/",
        "http://exa mple.com/",
        "http://example.com/a b",
        "http://example.com/\r\nHost: evil",
        "http://example.com/\x00",
        "http://127.1/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://[::1/",
        "http://[fe80::1%25eth0]/",
        "http://[zz]/",
    ],
)
def test_anything_else_is_not(url: str) -> None:
    assert not is_callback_url(url)


def test_4000_characters_is_the_longest() -> None:
    base = "https://example.com/"
    assert is_callback_url(base + "a" * (LONGEST_URL - len(base)))
    assert not is_callback_url(base + "a" * (LONGEST_URL - len(base) + 1))


@given(text())
def test_no_text_breaks_the_check(anything: str) -> None:
    is_callback_url(anything)
    is_callback_url("http://" + anything)
