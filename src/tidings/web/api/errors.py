"""One shape for every error: `{"code", "message", "more_info", "status"}`."""

import msgspec

from tidings.kernel.codes import NOT_AUTHENTICATED, NOT_FOUND
from tidings.kernel.outcomes import Refused
from tidings.web.api.request import Headers, Request, Response

CHALLENGE: Headers = ((b"www-authenticate", b'Basic realm="Twilio API"'),)
CLOSE: Headers = ((b"connection", b"close"),)

_encode = msgspec.json.Encoder().encode


def error_body(refused: Refused, *, status: int | None = None) -> bytes:
    """The body of a refusal. `status` is for the few HTTP statuses that no code of the catalogue has."""
    return _encode(
        {
            "code": refused.code.number,
            "message": refused.message,
            "more_info": refused.code.more_info,
            "status": status or refused.status,
        }
    )


def refusal(refused: Refused, *, status: int | None = None, headers: Headers = ()) -> Response:
    if refused.code is NOT_AUTHENTICATED and status in (None, 401):
        headers = (*CHALLENGE, *headers)
    return Response(status or refused.status, error_body(refused, status=status), headers)


def absent(request: Request) -> Response:
    """20404: what the path names is not there, or is not the caller's."""
    return refusal(Refused.because(NOT_FOUND, resource=request.path))
