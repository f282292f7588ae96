"""The control API of the simulated carrier: HTTP and JSON, for testers, on loopback."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import msgspec
from aiohttp import web

from tidings.carriers.simulator.calls import BadCall, Calls
from tidings.carriers.simulator.faults import BadFault, parse_fault
from tidings.carriers.simulator.personality import Faults, describe, read_personality
from tidings.carriers.simulator.shown import shown
from tidings.carriers.simulator.smsc import Smsc
from tidings.carriers.simulator.stock import Stock, deactivated
from tidings.carriers.simulator.visits import Visitor
from tidings.kernel.segments import MAX_BODY

MAX_BODY_OCTETS = 4 << 20
MAX_ADDRESS_CHARACTERS = 20

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class BadRequestError(Exception):
    """The caller's mistake; its text is the answer's `error`."""


def control_app(smsc: Smsc, visitor: Visitor) -> web.Application:
    """The API of one carrier."""
    door = _Door(smsc, visitor)
    app = web.Application(client_max_size=MAX_BODY_OCTETS, middlewares=[_errors_as_json])
    app.add_routes(
        [
            web.get("/healthz", door.health),
            web.get("/stats", door.stats),
            web.get("/received", door.received),
            web.delete("/received", door.forget),
            web.post("/inbound", door.inbound),
            web.get("/personality", door.personality),
            web.put("/personality", door.take_on_personality),
            web.get("/fault", door.faults),
            web.post("/fault", door.order_fault),
            web.get("/stock/countries", door.stock_countries),
            web.get("/stock/numbers", door.stock_numbers),
            web.put("/stock/orders/{number}", door.order_number),
            web.delete("/stock/orders/{number}", door.give_number_back),
            web.get("/stock/deactivated/{day}", door.deactivated),
            web.post("/2010-04-01/Accounts/{sid}/Calls.json", door.call),
            web.get("/calls", door.calls),
        ]
    )
    return app


class _Door:
    def __init__(self, smsc: Smsc, visitor: Visitor) -> None:
        self._smsc = smsc
        self._visitor = visitor
        self._stock = Stock()
        self._calls = Calls()
        self._began = time.monotonic()

    async def health(self, _request: web.Request) -> web.Response:
        return _json({"status": "ok"})

    async def stats(self, _request: web.Request) -> web.Response:
        smsc = self._smsc
        sessions = smsc.server.sessions
        return _json(
            {
                **asdict(smsc.counts),
                "clicks": asdict(self._visitor.counts),
                "sessions": sum(1 for session in sessions if session.bind is not None),
                "waiting": smsc.waiting(),
                "received": smsc.log.total,
                "faults": smsc.current_faults(),
                "cpu_seconds": time.process_time(),
                "uptime_seconds": time.monotonic() - self._began,
            }
        )

    async def received(self, request: web.Request) -> web.StreamResponse:
        after = _count_in(request.query, "after", default=0)
        limit = _count_in(request.query, "limit", default=None)
        _no_others(request.query, "after", "limit")
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(request)
        opening = b"["
        for rows in self._smsc.log.pages(after=after or 0, limit=limit):
            await answer.write(opening + rows)
            opening = b","
        await answer.write(b"[]" if opening == b"[" else b"]")
        await answer.write_eof()
        return answer

    async def forget(self, _request: web.Request) -> web.Response:
        return _json({"forgotten": self._smsc.log.clear()})

    async def inbound(self, request: web.Request) -> web.Response:
        told = await _object_of(request)
        strange = set(told) - {"from", "to", "body", "order"}
        if strange:
            raise BadRequestError(f"unknown key: {', '.join(sorted(map(shown, strange)))}")
        source, destination = _address(told, "from"), _address(told, "to")
        body = told.get("body")
        if not isinstance(body, str) or not 0 < len(body) <= MAX_BODY:
            raise BadRequestError(f"body: a text of 1 to {MAX_BODY} characters is wanted")
        if not body.isprintable() and any("\ud800" <= character <= "\udfff" for character in body):
            raise BadRequestError("body: half of a surrogate pair cannot be sent")
        parts = self._smsc.receive_from_phone(
            source=source, destination=destination, text=body, order=_order(told)
        )
        return _json({"parts": parts})

    async def personality(self, _request: web.Request) -> web.Response:
        return _json(describe(self._smsc.personality))

    async def take_on_personality(self, request: web.Request) -> web.Response:
        try:
            text = (await request.read()).decode()
        except UnicodeDecodeError as error:
            raise BadRequestError("the personality is not UTF-8") from error
        personality = read_personality(text)
        if isinstance(personality, Faults):
            raise BadRequestError(str(personality))
        self._smsc.take_on(personality)
        return _json(describe(personality))

    async def faults(self, _request: web.Request) -> web.Response:
        return _json(self._smsc.current_faults())

    async def order_fault(self, request: web.Request) -> web.Response:
        fault = parse_fault(await _object_of(request))
        if isinstance(fault, BadFault):
            raise BadRequestError(fault.why)
        self._smsc.order(fault)
        return _json(self._smsc.current_faults())

    async def stock_countries(self, _request: web.Request) -> web.Response:
        return _json(self._stock.countries())

    async def stock_numbers(self, request: web.Request) -> web.Response:
        _no_others(request.query, "country", "line", "area_code")
        country, line = request.query.get("country"), request.query.get("line")
        if country is None or line is None:
            raise BadRequestError("country and line: both are wanted")
        return _json(self._stock.search(country, line, request.query.get("area_code")))

    async def order_number(self, request: web.Request) -> web.Response:
        ordered = self._stock.order(request.match_info["number"])
        if ordered is None:
            return _json({"error": f"{shown(request.match_info['number'])} is not in stock"}, 404)
        return _json(ordered)

    async def give_number_back(self, request: web.Request) -> web.Response:
        self._stock.give_back(request.match_info["number"])
        return web.Response(status=204)

    async def deactivated(self, request: web.Request) -> web.Response:
        try:
            day = date.fromisoformat(request.match_info["day"])
        except ValueError as error:
            raise BadRequestError("the day is written YYYY-MM-DD") from error
        return _json(deactivated(day, seed=self._smsc.seed))

    async def call(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        placed = self._calls.place(form, at=time.time())
        if isinstance(placed, BadCall):
            return _json({"code": placed.code, "message": placed.why, "status": 400}, 400)
        return _json({"sid": placed.sid, "to": placed.destination, "status": "queued"}, 201)

    async def calls(self, _request: web.Request) -> web.Response:
        return _json(list(self._calls.kept))


@web.middleware
async def _errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except BadRequestError as error:
        return _json({"error": str(error)}, status=400)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return _json({"error": f"{request.method} {request.path}: {error.reason}"}, error.status, headers)


async def _object_of(request: web.Request) -> Mapping[str, Any]:
    try:
        told = msgspec.json.decode(await request.read())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequestError(f"the body is not JSON: {error}") from error
    if not isinstance(told, dict):
        raise BadRequestError("the body is not a JSON object")
    return told


def _address(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key)
    digits = value.removeprefix("+") if isinstance(value, str) else ""
    if not digits.isascii() or not digits.isalnum() or len(digits) > MAX_ADDRESS_CHARACTERS:
        raise BadRequestError(f"{key}: a number, short code or name of letters and digits is wanted")
    return str(value)


def _order(told: Mapping[str, Any]) -> list[int] | None:
    order = told.get("order")
    if order is None:
        return None
    if not isinstance(order, list) or not all(type(number) is int and 0 < number < 256 for number in order):
        raise BadRequestError("order: a list of the numbers of parts is wanted, counted from 1")
    return order


def _count_in(query: Mapping[str, str], key: str, *, default: int | None) -> int | None:
    value = query.get(key)
    if value is None:
        return default
    if not value.isascii() or not value.isdecimal() or len(value) > 15:
        raise BadRequestError(f"{key}: a whole number from 0 is wanted, not {shown(value)}")
    return int(value)


def _no_others(query: Mapping[str, str], *known: str) -> None:
    strange = set(query) - set(known)
    if strange:
        raise BadRequestError(f"unknown parameter: {', '.join(sorted(map(shown, strange)))}")


def _json(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(content), status=status, headers=headers, content_type="application/json"
    )
