"""X-Twilio-Signature: proof that a request came from the holder of the account's primary auth token."""

import hmac
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256

Form = list[tuple[str, str]]


def sign_form(auth_token: str, url: str, form: Iterable[tuple[str, str]]) -> str:
    """For a form POST: the URL, then each name with each of its values, names and values in byte order.

    `url` is the URL as requested, without fragment or user information. A pair given twice counts once."""
    pairs = sorted(set(form))
    return _sign(auth_token, url + "".join([name + value for name, value in pairs]))


def sign_sorted_form(auth_token: str, url: str, form: Form) -> str:
    """`sign_form` for pairs that are already sorted and free of doubles: the hot path."""
    return _sign(auth_token, url + "".join([name + value for name, value in form]))


def sign_url(auth_token: str, url: str) -> str:
    """For a GET: the URL with its query is all there is to sign."""
    return _sign(auth_token, url)


def sign_body(auth_token: str, url: str, body: bytes) -> tuple[str, str]:
    """For any other body: the URL to request, which carries the body's digest, and its signature."""
    signed_url = f"{url}{'&' if '?' in url else '?'}bodySHA256={sha256(body).hexdigest()}"
    return signed_url, _sign(auth_token, signed_url)


def _sign(auth_token: str, text: str) -> str:
    return b64encode(hmac.digest(auth_token.encode(), text.encode(), "sha1")).decode("ascii")
