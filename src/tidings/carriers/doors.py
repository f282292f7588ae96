"""Where carriers that speak HTTP reach us: `/carriers/{name}/receipts` and `/carriers/{name}/inbound`.

The routes ask for no credential: each carrier proves itself by its own signature. What it tells is stored before it
is answered, so that what was not stored comes again; what comes again changes nothing.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from tidings.carriers.connector import OnInbound, OnReceipts
from tidings.carriers.door import Door, Finding, Forged, Heard, Knock, NotOffered, Unreadable
from tidings.carriers.http.metrics import TOLD
from tidings.kernel.codes import FORBIDDEN, INVALID_PARAMETER
from tidings.kernel.outcomes import Refused
from tidings.web.api.errors import absent, refusal
from tidings.web.api.request import Request, Response
from tidings.web.api.routes import Route

log = structlog.get_logger(__name__)

PREFIX = "/carriers"
QUIET_SECONDS = 60.0
"""Forged requests of one carrier are logged once in so long: whoever sends them must not fill the log."""

FindDoor = Callable[[str], Awaitable[Door | None]]


def routes(
    *, find: FindDoor, on_receipts: OnReceipts, on_inbound: OnInbound, clock: Callable[[], datetime]
) -> list[Route]:
    """`find` gives a carrier's door by its name. The two others store, and return when it is done."""
    doors = _Doors(find, on_receipts, on_inbound, clock)
    return [
        Route(method, f"{PREFIX}/{{Carrier}}/{what}", handler, public=True)
        for what, handler in (("receipts", doors.receipts), ("inbound", doors.inbound))
        for method in ("POST", "GET")
    ]


class _Doors:
    def __init__(
        self, find: FindDoor, on_receipts: OnReceipts, on_inbound: OnInbound, clock: Callable[[], datetime]
    ) -> None:
        self._find = find
        self._on_receipts = on_receipts
        self._on_inbound = on_inbound
        self._clock = clock
        self._forged: dict[str, tuple[datetime, int]] = {}

    async def receipts(self, request: Request) -> Response:
        door = await self._find(request.params["Carrier"])
        if door is None:
            return absent(request)
        now = self._clock()
        return await self._answer(request, door.receipts(_knock(request, door), now=now), now)

    async def inbound(self, request: Request) -> Response:
        door = await self._find(request.params["Carrier"])
        if door is None:
            return absent(request)
        now = self._clock()
        return await self._answer(request, door.inbound(_knock(request, door), now=now), now)

    async def _answer(self, request: Request, finding: Finding, now: datetime) -> Response:
        carrier = request.params["Carrier"]
        _count(carrier, finding)
        match finding:
            case Heard(reply, receipts, inbound, passed_over):
                if passed_over:
                    log.warning("what a carrier told names no message", carrier=carrier, count=passed_over)
                if receipts:
                    await self._on_receipts(list(receipts))
                if inbound:
                    await self._on_inbound(list(inbound))
                headers = ((b"content-type", reply.content_type.encode()),) if reply.content_type else ()
                return Response(reply.status, reply.body, headers)
            case Forged(reason):
                self._tell_of_forgery(carrier, reason, now)
                return refusal(Refused(FORBIDDEN, "The request is not signed by the carrier."))
            case Unreadable(reason):
                log.warning("what a carrier told cannot be read", carrier=carrier, reason=reason)
                return refusal(Refused(INVALID_PARAMETER, f"The request cannot be used: {reason}."))
            case NotOffered():
                return absent(request)

    def _tell_of_forgery(self, carrier: str, reason: str, now: datetime) -> None:
        since, more = self._forged.get(carrier, (None, 0))
        if since is not None and (now - since).total_seconds() < QUIET_SECONDS:
            self._forged[carrier] = (since, more + 1)
            return
        self._forged[carrier] = (now, 0)
        log.warning("a request was not signed by the carrier", carrier=carrier, reason=reason, unlogged=more)


def _knock(request: Request, door: Door) -> Knock:
    query = request.query_string.decode("latin-1")
    headers: dict[str, str] = {}
    for name, value in request.headers:
        # Of a header that stands twice the first counts, as for everybody else here.
        headers.setdefault(name.decode("latin-1"), value.decode("latin-1"))
    base = door.public_url or request.base_url
    return Knock(
        request.method,
        f"{base}{request.path}{f'?{query}' if query else ''}",
        request.query_string,
        headers,
        request.body,
    )


def _count(carrier: str, finding: Finding) -> None:
    """The name is a carrier's that we know: strangers add no label."""
    match finding:
        case Heard(receipts=receipts, inbound=inbound, passed_over=passed_over):
            kinds = {"receipt": len(receipts), "inbound": len(inbound), "passed_over": passed_over}
        case Forged():
            kinds = {"forged": 1}
        case _:
            kinds = {"unreadable": 1}
    for kind, count in kinds.items():
        if count:
            TOLD.labels(carrier, kind).inc(count)
