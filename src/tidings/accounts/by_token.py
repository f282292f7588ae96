"""What an account may do with its auth token alone: who holds an API key should not be able to make more of them."""

from tidings.kernel.codes import ACCESS_DENIED
from tidings.kernel.outcomes import Refused
from tidings.web.api.errors import refusal
from tidings.web.api.request import Request, Response
from tidings.web.api.routes import Handler


def by_token(handler: Handler) -> Handler:
    """The handler, for callers who prove themselves with a token; others are refused (20006)."""

    async def guarded(request: Request) -> Response:
        if request.caller.by_key:
            return refusal(Refused.because(ACCESS_DENIED))
        return await handler(request)

    return guarded
