"""The application behind the raw handlers: health, metrics, and the frame that Tidings' own API is put into.

Handlers are given by `app.py`; what they declare shows in the OpenAPI document at `/tidings/v1/openapi.json`.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from litestar import Litestar, MediaType, Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ControllerRouterHandler

from tidings.kernel.codes import (
    FORBIDDEN,
    INTERNAL_ERROR,
    INVALID_PARAMETER,
    METHOD_NOT_ALLOWED,
    NOT_AUTHENTICATED,
    NOT_FOUND,
    SERVICE_UNAVAILABLE,
    TOO_MANY_REQUESTS,
    Code,
)
from tidings.kernel.outcomes import Refused
from tidings.web.api.errors import error_body, refusal
from tidings.web.api.request import Caller

Admit = Callable[[bytes | None, str | None], Awaitable[Caller | Refused]]
"""Whose an Authorization header is (`Doorkeeper.admit`); of the account in a path, where there is one."""

Asking = NamedDependency[Caller]
"""A handler's parameter `caller` of this type is whoever asks; without a credential nobody gets so far."""

log = structlog.get_logger()

_CODES: dict[int, Code] = {
    401: NOT_AUTHENTICATED,
    403: FORBIDDEN,
    404: NOT_FOUND,
    405: METHOD_NOT_ALLOWED,
    429: TOO_MANY_REQUESTS,
    500: INTERNAL_ERROR,
    503: SERVICE_UNAVAILABLE,
}


class Denied(Exception):  # noqa: N818 - it names what happened
    """A handler's way to refuse a request, with nothing changed."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.message)
        self.refused = refused


def frame(
    *,
    version: str,
    healthy: Callable[[], Awaitable[bool]],
    metrics: Callable[[], tuple[bytes, str]],
    admit: Admit,
    handlers: Sequence[ControllerRouterHandler] = (),
    body_limit_bytes: int = 10_000_000,
) -> Litestar:
    """`healthy` tells whether requests can be answered now; `metrics` gives a page for Prometheus and its
    type. A handler that takes a `caller` is for those who show a credential; others are for everybody."""

    async def caller(request: Request[Any, Any, Any]) -> Caller:
        authorization = request.headers.get("authorization")
        admitted = await admit(authorization.encode("latin-1") if authorization else None, None)
        if isinstance(admitted, Refused):
            raise Denied(admitted)
        return admitted

    @get("/healthz", include_in_schema=False)
    async def healthz() -> Response[dict[str, str]]:
        well = await healthy()
        return Response({"status": "ok" if well else "unavailable"}, status_code=200 if well else 503)

    @get("/metrics", include_in_schema=False, media_type=MediaType.TEXT)
    async def prometheus() -> Response[bytes]:
        page, content_type = metrics()
        return Response(page, headers={"content-type": content_type})

    return Litestar(
        route_handlers=[healthz, prometheus, *handlers],
        dependencies={"caller": Provide(caller)},
        exception_handlers={HTTPException: _refused, Denied: _denied, Exception: _failed},
        request_max_body_size=body_limit_bytes,
        openapi_config=OpenAPIConfig(
            title="Tidings",
            version=version,
            path="/tidings/v1",
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        ),
        logging_config=None,
        debug=False,
    )


def _refused(_request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    code = _CODES.get(error.status_code, INVALID_PARAMETER)
    text = _told(error) if code is INVALID_PARAMETER else code.text
    return _answer(Refused(code, text), error.status_code, dict(error.headers or {}))


def _told(error: HTTPException) -> str:
    """What is wrong, by the names of the request's own fields."""
    faults = error.extra if isinstance(error, ValidationException) and isinstance(error.extra, list) else []
    told = [
        ": ".join(str(fault[part]) for part in ("key", "message") if fault.get(part))
        for fault in faults
        if isinstance(fault, dict)
    ]
    return f"The request cannot be read: {'; '.join(told)}." if told else error.detail


def _denied(_request: Request[Any, Any, Any], error: Denied) -> Response[bytes]:
    told = refusal(error.refused)
    headers = {name.decode(): value.decode() for name, value in told.headers}
    return Response(told.body, status_code=told.status, headers=headers, media_type="application/json")


def _failed(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error(
        "request failed", route=request.scope.get("path_template"), method=request.method, exc_info=error
    )
    return _answer(Refused.because(INTERNAL_ERROR), 500, {})


def _answer(refused: Refused, status: int, headers: dict[str, str]) -> Response[bytes]:
    return Response(
        error_body(refused, status=status), status_code=status, headers=headers, media_type="application/json"
    )
