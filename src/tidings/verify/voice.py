"""The road of a code by voice: a call that says it twice, placed by whoever speaks Twilio's Calls API.

The code stands in the TwiML of the request alone; the answer is awaited, so it is kept nowhere on the way.
"""

import base64
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit
from xml.sax.saxutils import escape, quoteattr

import structlog

from tidings.kernel.codes import SERVICE_UNAVAILABLE
from tidings.kernel.outcomes import Refused
from tidings.runtime.http import Answered, HttpClient, Patience
from tidings.verify.begin import Sent
from tidings.verify.settings import invalid

PATIENCE = Patience(connect=3.0, read=8.0, total=8.0)
_BAD_REQUEST = 400

log = structlog.get_logger(__name__)


class Voice:
    """`url` is where calls are made (`.../Accounts/{Sid}/Calls.json`), with user and password in it; `sender` the
    number that calls, None where the provider has one of its own. `http` must be allowed to reach it."""

    def __init__(self, http: HttpClient, url: str, *, sender: str | None) -> None:
        split = urlsplit(url)
        self._http = http
        self._sender = sender
        self._url = urlunsplit(split._replace(netloc=split.netloc.rpartition("@")[2]))
        self._headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if split.username is not None:
            secret = f"{unquote(split.username)}:{unquote(split.password or '')}".encode()
            self._headers["Authorization"] = f"Basic {base64.b64encode(secret).decode()}"

    async def call(
        self, to: str, text: str, *, code: str, locale: str, send_digits: str | None = None
    ) -> Sent | Refused:
        """Place a call that says a text with its code. Refused: 60200 where the number cannot be called, 20503 where
        nobody took the call on; nothing was said then."""
        form = {"To": to, "Twiml": twiml_of(text, code=code, locale=locale)}
        if self._sender is not None:
            form["From"] = self._sender
        if send_digits is not None:
            form["SendDigits"] = send_digits
        answer = await self._http.send(
            "POST", self._url, headers=self._headers, body=urlencode(form).encode(), patience=PATIENCE
        )
        if isinstance(answer, Answered):
            if 200 <= answer.status < 300:
                return Sent()
            if answer.status == _BAD_REQUEST:
                return invalid("To", "cannot be called")
        fault = f"answered {answer.status}" if isinstance(answer, Answered) else answer.kind.value
        log.warning("a code was not taken by the voice provider", fault=fault)
        return Refused(
            SERVICE_UNAVAILABLE, f"{SERVICE_UNAVAILABLE.text}: the voice provider did not take the call."
        )


def twiml_of(text: str, *, code: str, locale: str) -> str:
    """What a call says: the text twice, with each sign of the code by itself. `locale` is BCP 47."""
    said = escape(text.replace(code, ", ".join(code)))
    say = f"<Say language={quoteattr(language_of(locale))}>{said}.</Say>"
    return f'<Response>{say}<Pause length="1"/>{say}<Hangup/></Response>'


def language_of(locale: str) -> str:
    """The language of a voice: those that are named by country, as voices are, stay so."""
    return _VOICES.get(locale, locale)


_VOICES = {
    "en": "en-US",
    "es": "es-ES",
    "fr": "fr-FR",
    "de": "de-DE",
    "pt": "pt-PT",
    "it": "it-IT",
    "zh": "zh-CN",
}
