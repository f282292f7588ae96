"""Twilio's Messages resource as a carrier: a message created there is handed over, its errors are ours."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import msgspec

from tidings.carriers.connector import (
    Handover,
    Outcome,
    Rejected,
    Taken,
    Throttled,
    Unknown,
    Unreachable,
)
from tidings.carriers.door import receipts_url
from tidings.carriers.http.declared import wait_of
from tidings.carriers.http.dialect import Answer, Call
from tidings.carriers.http.meanings import UNLISTED, Refusal
from tidings.carriers.twilio.settings import TwilioSettings
from tidings.kernel.codes import (
    ACCESS_DENIED,
    ACCOUNT_NOT_ACTIVE,
    CODES,
    FORBIDDEN,
    NOT_AUTHENTICATED,
    NOT_FOUND,
    QUEUE_FULL,
    TEST_CREDENTIALS,
    TOO_MANY_REQUESTS,
)

LONGEST_VALIDITY_SECONDS = 36_000
QUEUE_WAIT_SECONDS = 5.0
"""A sender whose queue is full there waits here."""
NOBODY_MAY = frozenset(
    code.number
    for code in (
        NOT_AUTHENTICATED,
        ACCOUNT_NOT_ACTIVE,
        ACCESS_DENIED,
        TEST_CREDENTIALS,
        FORBIDDEN,
        NOT_FOUND,
    )
)
"""Refusals of the account, not of the message: messages wait until somebody mends it."""


class TwilioDialect:
    """Implements `tidings.carriers.http.dialect.Dialect`, one message a request."""

    def __init__(self, name: str, settings: TwilioSettings) -> None:
        self._name = name
        self._url = f"{settings.api_url}/2010-04-01/Accounts/{settings.account_sid}/Messages.json"
        user = settings.api_key or settings.account_sid
        password = settings.api_key_secret or settings.auth_token
        self._headers: Mapping[str, str] = {
            "Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode('ascii')}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        self._common = [("StatusCallback", receipts_url(settings.public_url, name))]
        if settings.service:
            self._common.append(("MessagingServiceSid", settings.service))

    def write(self, messages: Sequence[Handover], *, now: float) -> Call:
        (message,) = messages
        valid = max(1, min(LONGEST_VALIDITY_SECONDS, int(message.expires_at - now)))
        form = [
            ("To", message.destination),
            ("From", message.source),
            ("Body", message.text),
            ("ValidityPeriod", str(valid)),
            *self._common,
        ]
        return Call(self._url, self._headers, urlencode(form).encode())

    def read(self, messages: Sequence[Handover], answer: Answer) -> Sequence[Outcome]:
        (_,) = messages
        return [self._outcome(answer)]

    def _outcome(self, answer: Answer) -> Outcome:
        told = _object(answer.body)
        if answer.status in (200, 201):
            sid = told.get("sid")
            if isinstance(sid, str) and sid.startswith(("SM", "MM")):
                return Taken((sid,), self._name)
            return Unknown("accepted, but the answer names no message")
        number = told.get("code")
        code = number if isinstance(number, int) else None
        reason = f"answered {answer.status}" + (f", code {code}" if code is not None else "")
        if answer.status == 429 or code == TOO_MANY_REQUESTS.number:
            return Throttled(wait_of(answer.headers.get("retry-after")))
        if code == QUEUE_FULL.number:
            return Throttled(QUEUE_WAIT_SECONDS)
        if answer.status >= 500 or answer.status < 300 or answer.status == 408:
            return Unknown(reason)
        if answer.status < 400 or answer.status in (401, 403, 404) or code in NOBODY_MAY:
            return Unreachable(reason)
        refusal = Refusal.of(code) if code in CODES and code is not None else UNLISTED
        return Rejected(refusal.code, refusal.lasting, reason)


def _object(body: bytes) -> Mapping[str, object]:
    """The answer's JSON object; an empty one for anything else, such as a proxy's page."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
