"""The root ASGI application: raw handlers first, everything else to the application behind them.

A request for a raw handler passes, in this order: the path table, the credential, the account's limit of
requests under way, the body (bounded in size), its decoding, the handler. Whatever happens, the answer has
the one error shape.
"""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from uuid import UUID

import structlog

from tidings.kernel.codes import (
    ACCOUNT_NOT_ACTIVE,
    INTERNAL_ERROR,
    INVALID_PARAMETER,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    SERVICE_UNAVAILABLE,
    TOO_MANY_REQUESTS,
)
from tidings.kernel.outcomes import Refused
from tidings.runtime.clock import Entropy
from tidings.runtime.database import is_transient
from tidings.web.api.auth import Doorkeeper
from tidings.web.api.errors import CLOSE, refusal
from tidings.web.api.forms import EMPTY, decode
from tidings.web.api.http_protocol import WHOLE
from tidings.web.api.metrics import REQUEST_SECONDS, REQUESTS
from tidings.web.api.products import path_here
from tidings.web.api.request import NOBODY, Caller, Request, Response
from tidings.web.api.routes import Found, NoSuchPath, Route, Routes, WrongMethod

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_LIMIT_BYTES = 256 * 1024
_FORM = b"application/x-www-form-urlencoded"
_JSON = (b"content-type", b"application/json")

UNROUTED = "none"

log = structlog.get_logger()


class ApiDoor:
    """`prefixes` are the beginnings of paths that raw handlers own; a path below one that no route answers
    is a 404 in the API's own shape. `monotonic` gives seconds, `entropy(n)` n random bytes."""

    def __init__(
        self,
        routes: Iterable[Route],
        *,
        doorkeeper: Doorkeeper,
        beyond: Asgi,
        monotonic: Callable[[], float],
        entropy: Entropy,
        body_limit_bytes: int = BODY_LIMIT_BYTES,
    ) -> None:
        self.routes = Routes(routes)
        self._prefixes = tuple({_owned(route.pattern) for route in self.routes.all})
        self._doorkeeper = doorkeeper
        self._beyond = beyond
        self._monotonic = monotonic
        self._entropy = entropy
        self._body_limit_bytes = body_limit_bytes
        self._under_way: dict[UUID, int] = {}
        self._tallies: dict[tuple[str, str, int], Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._beyond(scope, receive, send)
            return
        path: str = scope["path"]
        if path.startswith("/v"):
            path = path_here(_host(scope), path)
        if not path.startswith(self._prefixes):
            await self._beyond(scope, receive, send)
            return
        started = self._monotonic()
        concurrent = 0
        caller: Caller | None = None
        found = self.routes.find(scope["method"], path)
        if isinstance(found, Found):
            admitted = await self._admit(scope, found)
            if isinstance(admitted, Response):
                response: Response | None = admitted
            else:
                caller = admitted
                concurrent = self._under_way.get(caller.account, 0) + 1
                self._under_way[caller.account] = concurrent
                try:
                    response = await self._answer(scope, path, receive, found, caller, concurrent)
                finally:
                    self._leave(caller.account)
        else:
            response = _not_found(scope["method"], path, found)
        if response is not None:
            took = self._monotonic() - started
            route = found.route.pattern if isinstance(found, Found) else UNROUTED
            self._count(scope["method"], route, response.status, took)
            await self._send(scope, send, response, took, concurrent)

    def _count(self, method: str, route: str, status: int, took: float) -> None:
        """Methods are the caller's words: only those that routes have may become labels."""
        labels = (method if route != UNROUTED else UNROUTED, route, status)
        tally = self._tallies.get(labels)
        if tally is None:
            tally = self._tallies[labels] = REQUESTS.labels(*labels)
        tally.inc()
        REQUEST_SECONDS.observe(took)

    async def _admit(self, scope: Scope, found: Found) -> Caller | Response:
        if found.route.public:
            return NOBODY
        authorization = None
        for name, value in scope["headers"]:
            if name == b"authorization":
                authorization = value
                break
        account_sid = found.params.get("AccountSid")
        caller: Caller | Refused | None = None
        if authorization is not None:
            caller = self._doorkeeper.recall(authorization, account_sid)
        if caller is None:
            try:
                caller = await self._doorkeeper.admit(authorization, account_sid)
            except Exception as error:
                return _failure(error, found.route)
        if isinstance(caller, Refused):
            return refusal(caller)
        if not caller.active and not found.route.account_may_be_suspended:
            return refusal(Refused.because(ACCOUNT_NOT_ACTIVE))
        return caller

    async def _answer(
        self, scope: Scope, path: str, receive: Receive, found: Found, caller: Caller, concurrent: int
    ) -> Response | None:
        """None when the client went away before its request was whole."""
        if concurrent > caller.concurrency_limit:
            return refusal(Refused.because(TOO_MANY_REQUESTS), headers=((b"retry-after", b"1"),))
        form, kept = EMPTY, b""
        if scope["method"] == "POST" or found.route.json:
            as_it_came = found.route.public or found.route.json
            body = await self._body(scope, receive, any_type=as_it_came)
            if not isinstance(body, bytes):
                return body
            if as_it_came:
                kept, body = body, b""
            decoded = decode(body)
            if isinstance(decoded, Refused):
                return refusal(decoded)
            form = decoded
        query = decode(scope["query_string"])
        if isinstance(query, Refused):
            return refusal(query)
        request = Request(
            scope["method"],
            path,
            found.params,
            caller,
            form,
            query,
            scope["headers"],
            scope["scheme"],
            kept,
            scope["query_string"],
        )
        try:
            return await found.route.handler(request)
        except Exception as error:
            return _failure(error, found.route)

    async def _body(self, scope: Scope, receive: Receive, *, any_type: bool) -> bytes | Response | None:
        is_form = True
        for name, value in scope["headers"]:
            if name == b"content-length":
                if int(value) > self._body_limit_bytes:
                    return self._too_large()
            elif name == b"content-type":
                is_form = value[: len(_FORM)].lower() == _FORM
        message = await receive()
        if message["type"] != "http.request":
            return None
        body: bytes = message["body"]
        while message["more_body"]:
            if len(body) > self._body_limit_bytes:
                return self._too_large()
            message = await receive()
            if message["type"] != "http.request":
                return None
            body += message["body"]
        if len(body) > self._body_limit_bytes:
            return self._too_large()
        if body and not (is_form or any_type):
            text = f"The Content-Type must be {_FORM.decode()}."
            return refusal(Refused(INVALID_PARAMETER, text), status=415)
        return body

    def _too_large(self) -> Response:
        text = f"The request body is larger than {self._body_limit_bytes} bytes."
        return refusal(Refused(INVALID_PARAMETER, text), status=413, headers=CLOSE)

    def _leave(self, account: UUID) -> None:
        left = self._under_way[account] - 1
        if left:
            self._under_way[account] = left
        else:
            del self._under_way[account]

    async def _send(self, scope: Scope, send: Send, response: Response, took: float, concurrent: int) -> None:
        headers = [
            (b"twilio-request-id", b"RQ" + self._entropy(16).hex().encode()),
            (b"twilio-concurrent-requests", b"%d" % concurrent),
            (b"twilio-request-duration", b"%.3f" % took),
            *response.headers,
        ]
        if response.status != 204:
            if not any(name == b"content-type" for name, _ in response.headers):
                headers.append(_JSON)
            headers.append((b"content-length", b"%d" % len(response.body)))
        whole = scope.get(WHOLE)
        if whole is not None:
            await whole(response.status, headers, response.body)
            return
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})


def _host(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"host":
            host: str = value.decode("latin-1")
            return host
    return ""


def _not_found(method: str, path: str, found: WrongMethod | NoSuchPath) -> Response:
    if isinstance(found, NoSuchPath):
        if found.with_json:
            return refusal(Refused(NOT_FOUND, "Only JSON is offered: end the path with .json"))
        return refusal(Refused.because(NOT_FOUND, resource=path))
    offered = [*found.allowed, "OPTIONS", *(["HEAD"] if "GET" in found.allowed else [])]
    allow = ((b"allow", ", ".join(sorted(offered)).encode()),)
    if method == "OPTIONS":
        return Response(204, headers=allow)
    return refusal(Refused.because(METHOD_NOT_ALLOWED), headers=allow)


def _failure(error: Exception, route: Route) -> Response:
    """The caller learns nothing of the inside; the log learns it all, but for the values of the request."""
    if is_transient(error):
        log.warning("request not answered", route=route.pattern, method=route.method, reason=repr(error))
        return refusal(Refused.because(SERVICE_UNAVAILABLE), headers=((b"retry-after", b"1"),))
    log.error("request failed", route=route.pattern, method=route.method, exc_info=error)
    return refusal(Refused.because(INTERNAL_ERROR))


def _owned(pattern: str) -> str:
    """The first segment; of Tidings' own API, which shares its first two with what lies beyond, the first three."""
    segments = pattern.split("/")
    return "/".join(segments[:4]) if segments[1] == "tidings" else f"/{segments[1]}/"
