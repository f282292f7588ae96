import pytest

from tidings.webhooks.authenticate import authorization

# RFC 7616, 3.9.1.
CHALLENGE = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm},'
    ' nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)


def answer(challenge: str) -> str | None:
    return authorization(
        challenge,
        user="Mufasa",
        password="Circle of Life",
        method="GET",
        target="/dir/index.html",
        cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_published_digests(algorithm: str, response: str) -> None:
    found = answer(CHALLENGE.format(algorithm=algorithm))
    assert found is not None
    assert f'response="{response}"' in found
    assert 'username="Mufasa"' in found
    assert found.endswith("qop=auth, nc=00000001")


def test_basic_is_the_pair_in_base64() -> None:
    assert answer('Basic realm="x"') == "Basic TXVmYXNhOkNpcmNsZSBvZiBMaWZl"


@pytest.mark.parametrize(
    "challenge",
    [
        "",
        "Bearer",
        "Negotiate abc",
        'Digest realm="r"',
        'Digest nonce="n", qop="auth-int"',
        'Digest nonce="n", algorithm=X',
    ],
)
def test_what_is_not_known_is_not_answered(challenge: str) -> None:
    assert answer(challenge) is None


def test_a_user_cannot_begin_a_header_and_quotes_stay_inside() -> None:
    challenge = CHALLENGE.format(algorithm="MD5")
    assert (
        authorization(challenge, user="a\r\nX: y", password="p", method="GET", target="/", cnonce="c") is None
    )
    found = authorization(challenge, user='a"b\\c', password="p", method="GET", target="/", cnonce="c")
    assert found is not None
    assert r'username="a\"b\\c"' in found
