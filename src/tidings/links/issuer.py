"""Who issues certificates: a connector to an ACME client beside Tidings, spoken to over HTTP.

`POST {"domain": "go.example.com"}`, and it answers with one of

- 200 `{"pem": "..."}`: the chain and the key;
- 202 `{"token": "...", "answer": "...", "again_in": 5}`: the issuer looks for the answer of an http-01 challenge
(RFC 8555 8.3) at `http://DOMAIN/.well-known/acme-challenge/TOKEN`, which Tidings serves from then on; it asks again
after so many seconds;
- anything else, with `{"error": "..."}`: it asks again in an hour.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec

from tidings.runtime.http import Answered, HttpClient, Patience

PATIENCE = Patience(read=60.0, total=60.0)
LONGEST_WAIT_SECONDS = 3600.0
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}", re.ASCII)


class Issued(msgspec.Struct, frozen=True):
    pem: str


class Challenge(msgspec.Struct, frozen=True):
    token: str
    answer: str
    again_in: float


class IssuerFault(msgspec.Struct, frozen=True):
    error: str


Publish = Callable[[str, str], Awaitable[None]]
"""`await publish(token, answer)`: from then on the name's host serves the answer of an http-01 challenge."""


class Issuer(Protocol):
    """Whoever gets certificates for names."""

    async def ask(self, name: str, *, publish: Publish) -> Issued | Challenge | IssuerFault: ...


class WebIssuer:
    """The connector at a URL, as the operator names it."""

    def __init__(self, http: HttpClient, url: str) -> None:
        self._http = http
        self._url = url

    async def ask(self, name: str, *, publish: Publish) -> Issued | Challenge | IssuerFault:
        del publish  # what the connector wants served it says in its answer
        body = msgspec.json.encode({"domain": name})
        headers = {"Content-Type": "application/json"}
        answer = await self._http.send("POST", self._url, headers=headers, body=body, patience=PATIENCE)
        if not isinstance(answer, Answered):
            return IssuerFault(f"The issuer's connector does not answer: {answer.reason}")
        return read_answer(answer.status, answer.body)


def read_answer(status: int, body: bytes) -> Issued | Challenge | IssuerFault:
    """What the connector says."""
    try:
        if status == 200:
            return msgspec.json.decode(body, type=Issued)
        if status == 202:
            challenge = msgspec.json.decode(body, type=Challenge)
            if _TOKEN.fullmatch(challenge.token) and 0 < len(challenge.answer) <= 512:
                wait = min(max(challenge.again_in, 1.0), LONGEST_WAIT_SECONDS)
                return msgspec.structs.replace(challenge, again_in=wait)
            return IssuerFault("The issuer's connector names a challenge that can be none.")
        return msgspec.json.decode(body, type=IssuerFault)
    except msgspec.MsgspecError:
        return IssuerFault(f"The issuer's connector answered {status} in words that cannot be read.")
