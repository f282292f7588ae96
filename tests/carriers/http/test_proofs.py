"""What the carrier signed is heard; what anybody else sends, changes or repeats too late is not."""

import hashlib
import hmac
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from twilio.request_validator import RequestValidator

from tidings.carriers.door import Knock
from tidings.carriers.http.proofs import Ed25519, HmacOfBody, Jwt, PlivoV3, Proof, Token, TwilioSignature

NOW = 1_800_000_000.0
SECRET = "a-secret"
BODY = b'{"id": "1"}'
URL = "https://tidings.example/carriers/c/receipts"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def knock(headers: dict[str, str], *, body: bytes = BODY, url: str = URL, method: str = "POST") -> Knock:
    return Knock(method, url, url.partition("?")[2].encode(), headers, body)


def digest(signed: bytes, secret: str = SECRET) -> bytes:
    return hmac.new(secret.encode(), signed, hashlib.sha256).digest()


def token(claims: dict[str, object], *, secret: str = SECRET, alg: str = "HS256") -> str:
    def part(value: bytes) -> str:
        return urlsafe_b64encode(value).rstrip(b"=").decode()

    signed = f"{part(json.dumps({'alg': alg, 'typ': 'JWT'}).encode())}.{part(json.dumps(claims).encode())}"
    return f"{signed}.{part(digest(signed.encode(), secret))}"


def claims(**more: object) -> dict[str, object]:
    return {"iat": int(NOW), "payload_hash": hashlib.sha256(BODY).hexdigest(), "api_key": "k"} | more


def hex_case() -> tuple[Proof, Knock]:
    return HmacOfBody("x-signature", SECRET, prefix="sha256="), knock(
        {"x-signature": "sha256=" + digest(BODY).hex()}
    )


def base64_case() -> tuple[Proof, Knock]:
    shown = b64encode(digest(BODY)).decode()
    return HmacOfBody("x-signature", SECRET, encoding="base64"), knock({"x-signature": shown})


def timed_case(at: float = NOW) -> tuple[Proof, Knock]:
    shown = digest(f"{at:.0f}.".encode() + BODY).hex()
    proof = HmacOfBody("x-signature", SECRET, timestamp_header="x-time")
    return proof, knock({"x-signature": shown, "x-time": f"{at:.0f}"})


def ed25519_case(at: float = NOW) -> tuple[Proof, Knock]:
    shown = b64encode(PRIVATE.sign(f"{at:.0f}|".encode() + BODY)).decode()
    proof = Ed25519("x-ed", "x-time", PRIVATE.public_key().public_bytes_raw())
    return proof, knock({"x-ed": shown, "x-time": f"{at:.0f}"})


def jwt_case(at: float = NOW) -> tuple[Proof, Knock]:
    return Jwt(SECRET, claims={"api_key": "k"}), knock(
        {"authorization": f"Bearer {token(claims(iat=int(at)))}"}
    )


CASES: list[Callable[[], tuple[Proof, Knock]]] = [
    hex_case,
    base64_case,
    timed_case,
    ed25519_case,
    jwt_case,
]
TIMED: list[Callable[[float], tuple[Proof, Knock]]] = [timed_case, ed25519_case, jwt_case]


@pytest.mark.parametrize("case", CASES)
def test_what_the_carrier_signed_is_heard(case: Callable[[], tuple[Proof, Knock]]) -> None:
    proof, signed = case()
    assert proof.verify(signed, now=NOW) is None


@pytest.mark.parametrize("case", CASES)
def test_another_body_is_not(case: Callable[[], tuple[Proof, Knock]]) -> None:
    proof, signed = case()
    assert proof.verify(replace(signed, body=b'{"id": "2"}'), now=NOW) is not None


@pytest.mark.parametrize("case", CASES)
def test_no_signature_and_nonsense_are_not(case: Callable[[], tuple[Proof, Knock]]) -> None:
    proof, signed = case()
    assert proof.verify(replace(signed, headers={}), now=NOW) is not None
    for nonsense in (
        "",
        "x",
        "Bearer a.b.c",
        "Bearer ü.ü.ü",
        "\xff",
        "sha256=",
        "Bearer " + "[" * 5_000 + ".e.e",
    ):
        headers = dict.fromkeys(signed.headers, nonsense)
        assert proof.verify(replace(signed, headers=headers), now=NOW) is not None, nonsense
        kept = {name: text for name, text in signed.headers.items() if "time" in name}
        assert proof.verify(replace(signed, headers=headers | kept), now=NOW) is not None, nonsense


@pytest.mark.parametrize("case", TIMED)
@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_signed_request_is_worth_nothing_outside_its_window(
    case: Callable[[float], tuple[Proof, Knock]], seconds: float
) -> None:
    proof, signed = case(NOW)
    assert proof.verify(signed, now=NOW + seconds) is not None
    assert proof.verify(signed, now=NOW + seconds / 2) is None


@pytest.mark.parametrize("case", [timed_case, ed25519_case])
def test_the_time_is_signed_too(case: Callable[[float], tuple[Proof, Knock]]) -> None:
    proof, signed = case(NOW - 1_000)
    assert (
        proof.verify(replace(signed, headers={**signed.headers, "x-time": f"{NOW:.0f}"}), now=NOW) is not None
    )
    assert proof.verify(replace(signed, headers={**signed.headers, "x-time": "nan"}), now=NOW) is not None


@pytest.mark.parametrize(
    "shown",
    [
        token(claims(), secret="another"),
        token(claims(), alg="none"),
        token(claims(), alg="HS512"),
        token(claims(payload_hash="0" * 64)),
        token(claims(api_key="another")),
        token({"iat": int(NOW)}),
        token(claims()).rpartition(".")[0] + ".",
    ],
)
def test_a_token_must_be_ours_of_this_body_and_of_this_account(shown: str) -> None:
    proof = Jwt(SECRET, claims={"api_key": "k"})
    assert proof.verify(knock({"authorization": f"Bearer {shown}"}), now=NOW) is not None


FORM = {
    "From": "15550001",
    "To": "15550002",
    "Text": "Grüße & mehr",
    "MessageUUID": "u-1",
    "Status": "delivered",
}
ENCODED = b"From=15550001&To=15550002&Text=Gr%C3%BC%C3%9Fe+%26+mehr&MessageUUID=u-1&Status=delivered"
PLIVO_URL = "https://tidings.example/carriers/p/receipts"


@pytest.mark.parametrize(
    ("method", "url", "body", "signature"),
    [  # made with the official Python SDK, auth token MTIzNDU2, nonce 12345
        ("POST", PLIVO_URL, ENCODED, "CDBAu4a2Xhv3dGGN7ZQfNCqA1yKUh61b2LlPrp9QaHI="),
        ("POST", PLIVO_URL + "?b=2&a=1", ENCODED, "caiUhEHu7jEXYJMj+mIoWGIUAMPkYKOqH6qGLF5di8w="),
        ("GET", PLIVO_URL + "?b=2&a=1", b"", "LVCRzu6Ln67mWZ2cPthRbcWTIDxdXJDHsDDt4tBRDXE="),
        ("POST", PLIVO_URL, b"", "gMllzAG9J2svGGBYF55upNCttfgQOHW8+HqTxfUhKzA="),
    ],
)
def test_plivo_signs_as_its_own_library_says(method: str, url: str, body: bytes, signature: str) -> None:
    proof = PlivoV3("MTIzNDU2")
    headers = {"x-plivo-signature-ma-v3": f"other,{signature}", "x-plivo-signature-v3-nonce": "12345"}
    signed = knock(headers, body=body, url=url, method=method)
    assert proof.verify(signed, now=NOW) is None
    assert PlivoV3("MTIzNDU3").verify(signed, now=NOW) is not None
    other_nonce = {**headers, "x-plivo-signature-v3-nonce": "12346"}
    assert proof.verify(replace(signed, headers=other_nonce), now=NOW) is not None
    assert proof.verify(replace(signed, url=url + "x"), now=NOW) is not None


@pytest.mark.parametrize("url", [URL, URL.replace(".example", ".example:443"), "http://10.0.0.1:8080/x?a=b"])
def test_twilio_signs_as_its_own_library_says(url: str) -> None:
    signature = RequestValidator(SECRET).compute_signature(url, FORM)
    signed = knock({"x-twilio-signature": signature}, body=ENCODED, url=url)
    proof = TwilioSignature(SECRET)
    assert proof.verify(signed, now=NOW) is None
    assert proof.verify(replace(signed, body=ENCODED + b"&x=y"), now=NOW) is not None
    assert proof.verify(replace(signed, url=url + "y"), now=NOW) is not None
    assert TwilioSignature("other").verify(signed, now=NOW) is not None


def test_the_usual_port_may_be_written_or_left_out() -> None:
    with_port = URL.replace(".example", ".example:443")
    signature = RequestValidator(SECRET).compute_signature(with_port, FORM)
    signed = knock({"x-twilio-signature": signature}, body=ENCODED)
    assert TwilioSignature(SECRET).verify(signed, now=NOW) is None


def test_a_secret_word_proves_who_knows_it() -> None:
    assert Token(SECRET, header="x-token").verify(knock({"x-token": SECRET}), now=NOW) is None
    assert Token(SECRET, header="x-token").verify(knock({"x-token": "x"}), now=NOW) is not None
    assert Token(SECRET, header="x-token").verify(knock({}), now=NOW) is not None
    assert Token(SECRET, parameter="t").verify(knock({}, url=URL + "?t=" + SECRET), now=NOW) is None
    assert Token(SECRET, parameter="t").verify(knock({}, url=URL + "?t=x"), now=NOW) is not None
