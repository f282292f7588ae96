"""What follows a failed attempt: another one, the fallback URL, or the end with Twilio's code."""

from dataclasses import dataclass
from enum import Enum

from tidings.webhooks.overrides import RETRY_REASONS, Overrides

FIRST_PAUSE_MS = 250


class Failure(Enum):
    """Why an attempt failed."""

    CONNECT = "no connection"
    CONNECT_TIMEOUT = "no connection in time"
    HOST_NAME = "the host name does not resolve"
    ADDRESS = "the host has no address that may be called"
    TLS = "TLS handshake failed"
    TLS_NAME = "the certificate is for another host"
    TLS_EXPIRED = "the certificate has expired"
    TLS_ISSUER = "the certificate leads to no trusted issuer"
    READ_TIMEOUT = "no answer in time"
    CLOSED = "the connection ended before the answer began"
    PROTOCOL = "the answer is not HTTP, or ended in the middle"
    TOO_MANY_REDIRECTS = "too many redirects"
    BAD_REDIRECT = "a redirect that leads nowhere"
    CLIENT_ERROR = "status 4xx"
    SERVER_ERROR = "status 5xx"
    OTHER_STATUS = "a status that is neither success nor error"
    ANSWER_TOO_LARGE = "the answer is larger than 64 KB"
    ANSWER_NOT_XML = "the answer is not well-formed TwiML"
    ANSWER_TYPE = "the answer is of a type that cannot be read"


# Each failure's code, and the retry reason (`rp`) that covers it; "all": only all of them together do; None: none does.
MEANING: dict[Failure, tuple[int, str | None]] = {
    Failure.CONNECT: (11205, "ct"),
    Failure.CONNECT_TIMEOUT: (11205, "ct"),
    Failure.HOST_NAME: (11210, "ct"),
    Failure.ADDRESS: (11210, None),
    Failure.TLS: (11220, "all"),
    Failure.TLS_NAME: (11235, "all"),
    Failure.TLS_EXPIRED: (11236, "all"),
    Failure.TLS_ISSUER: (11237, "all"),
    Failure.READ_TIMEOUT: (11200, "rt"),
    Failure.CLOSED: (11200, "rt"),
    Failure.PROTOCOL: (11206, "rt"),
    Failure.TOO_MANY_REDIRECTS: (11215, None),
    Failure.BAD_REDIRECT: (11216, None),
    Failure.CLIENT_ERROR: (11217, "4xx"),
    Failure.SERVER_ERROR: (11217, "5xx"),
    Failure.OTHER_STATUS: (11217, None),
    Failure.ANSWER_TOO_LARGE: (11750, None),
    Failure.ANSWER_NOT_XML: (12100, None),
    Failure.ANSWER_TYPE: (12300, None),
}


@dataclass(frozen=True, slots=True)
class Retry:
    pause_ms: int


@dataclass(frozen=True, slots=True)
class FallBack:
    """The primary URL has failed for good; the fallback is told `code` and the URL that failed."""

    code: int


@dataclass(frozen=True, slots=True)
class GiveUp:
    code: int


NextStep = Retry | FallBack | GiveUp


def after(
    failure: Failure, *, attempts: int, spent_ms: int, overrides: Overrides, fallback: bool
) -> NextStep:
    """Decide after `attempts` attempts at this URL that took `spent_ms` together, pauses included.

    Pauses double from 250 ms. A retry that could not begin within the total timeout is not made."""
    code, reason = MEANING[failure]
    pause_ms = FIRST_PAUSE_MS << (attempts - 1)
    if (
        attempts <= overrides.retries
        and _covers(overrides.retry_on, reason)
        and spent_ms + pause_ms < overrides.total_timeout_ms
    ):
        return Retry(pause_ms)
    return FallBack(code) if fallback else GiveUp(code)


def _covers(retry_on: frozenset[str], reason: str | None) -> bool:
    return reason in retry_on or (reason == "all" and retry_on == RETRY_REASONS)


def of_status(status: int) -> Failure | None:
    """The failure that an answer's status means; None for 2xx. Redirects are followed before this is asked."""
    if 200 <= status < 300:
        return None
    if 400 <= status < 500:
        return Failure.CLIENT_ERROR
    if 500 <= status < 600:
        return Failure.SERVER_ERROR
    return Failure.OTHER_STATUS
