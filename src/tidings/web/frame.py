"""The application behind the raw handlers: health, metrics, and the frame that Tidings' own API is put into.

Handlers are given by `app.py`; what they declare shows in the OpenAPI document at `/tidings/v1/openapi.json`.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from litestar import Litestar, MediaType, Request, Response, get
from litestar.exceptions import HTTPException
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
from tidings.web.api.errors import error_body

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


def frame(
    *,
    version: str,
    healthy: Callable[[], Awaitable[bool]],
    metrics: Callable[[], tuple[bytes, str]],
    handlers: Sequence[ControllerRouterHandler] = (),
) -> Litestar:
    """`healthy` tells whether requests can be answered now; `metrics` gives a page for Prometheus and its
    type."""

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
        exception_handlers={HTTPException: _refused, Exception: _failed},
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
    text = error.detail if code is INVALID_PARAMETER else code.text
    return _answer(Refused(code, text), error.status_code, dict(error.headers or {}))


def _failed(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error(
        "request failed", route=request.scope.get("path_template"), method=request.method, exc_info=error
    )
    return _answer(Refused.because(INTERNAL_ERROR), 500, {})


def _answer(refused: Refused, status: int, headers: dict[str, str]) -> Response[bytes]:
    return Response(
        error_body(refused, status=status), status_code=status, headers=headers, media_type="application/json"
    )
